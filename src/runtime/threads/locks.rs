//! Locks, semaphores, and the sides of readers–writer locks: taking, and giving back.

use super::driver::{Here, Stop};
use super::holding::SideHeld;
use super::shell::Shell;
use super::waiter::{Outcome, WaitKind};
use super::word::WordBody;
use crate::primitives::{Action, Hold, Look, Misuse, Reply, RwLock, ThreadId};
use crate::runtime::cure::waits_for_held;
use crate::values::{ErrorKind, Fault, Object, ObjectKind, Ref, Value, View, duration_text};
use crate::vm::{Answer, Limit, Target};

use std::sync::atomic::Ordering;
use std::time::Instant;

/// The locks that a thread could not take again after a `wait`, because they never come free, by address, and
/// how often it will give each back: that is no mistake of its then.
pub type Lost = Vec<(usize, i64)>;

/// The lock that a lockable stands for: that of a condition, or itself.
pub fn lock_of(object: &Ref<Object>) -> &Ref<Object> {
    match object.lock_of.as_ref().map(|lock| lock.get().view()) {
        Some(View::Object(lock)) => lock,
        _ => object,
    }
}

/// The word and the line of a lock or a semaphore.
pub fn word_of(object: &Object) -> Option<&WordBody> {
    object.body.downcast_ref::<WordBody>()
}

/// Whether the thread that takes it owns it, and only that one can release it.
fn is_owned(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::RLock | ObjectKind::RwLock)
}

impl Here<'_> {
    /// Takes a lockable.
    #[inline(never)]
    pub(super) fn acquire(
        &mut self,
        target: &Target,
        count: Option<i64>,
        hold: Hold,
        limit: Limit,
    ) -> Result<Answer, Stop> {
        let object = lock_of(target.object()).clone();
        let action = match target {
            Target::Object(_) => {
                Action::Acquire { count: count.unwrap_or(1), hold, limited: limit.is_limited() }
            }
            Target::Side(_, write) => Action::AcquireSide { write: *write },
        };
        if self.take(&object, &action, limit)?.is_none() {
            return Ok(Answer::TimedOut);
        }
        self.note_taken(&object, target, hold);
        Ok(Answer::Value(Value::TRUE))
    }

    /// Notes where a lock was taken, and that it was taken by hand.
    fn note_taken(&self, object: &Ref<Object>, target: &Target, hold: Hold) {
        match target {
            Target::Side(_, write) => {
                let (lock, write, site) = (object.label.id, *write, self.site);
                self.strand.note_side(SideHeld { lock, write, site });
            }
            // What is taken again was taken where it was the first time.
            Target::Object(_) if word_of(object).is_some_and(|word| word.depth(object) > 1) => {}
            Target::Object(_) => object.site.store(self.site, Ordering::Relaxed),
        }
        let is_lock = is_owned(object.kind) || object.kind == ObjectKind::Lock;
        if hold == Hold::Hand && is_lock {
            self.strand.taken_by_hand.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Lets a taking action happen; `None` if the time ran out and an `else` follows.
    fn take(
        &mut self,
        object: &Ref<Object>,
        action: &Action,
        limit: Limit,
    ) -> Result<Option<Reply>, Stop> {
        let Some(word) = word_of(object) else {
            return self.act(object, action.clone(), limit);
        };
        self.blocking_point()?;
        let tried = word.try_acquire(self.runtime, object, self.strand.id, action);
        let since = Instant::now();
        let outcome = match tried {
            Some(result) => Outcome::Acted(0, result),
            None => {
                let deadline = self.deadline(limit);
                if deadline.is_some_and(|deadline| deadline <= since) {
                    Outcome::TimedOut
                } else {
                    let make = |on, began| {
                        self.waiter(vec![on], WaitKind::Objects, |waiter| waiter.began = began)
                    };
                    word.acquire(self.runtime, object, self.by(), action, &make, deadline)
                }
            }
        };
        if matches!(outcome, Outcome::Acted(_, Ok(_)))
            && let Err(stop) = self.blocking_point()
        {
            // It may have been cancelled by who made this possible, and before that: so it does not have it.
            if let Action::Acquire { count, hold, .. } = *action {
                let back = Action::Release { count, hold };
                let _ = word.perform(self.runtime, object, self.strand.id, &back);
            }
            return Err(stop);
        }
        self.settle_outcome(object, action, limit, since, outcome)
    }

    /// What comes of a wait for one object: a reply, nothing (the time ran out, and an `else` follows), or an
    /// error.
    pub(super) fn settle_outcome(
        &self,
        object: &Ref<Object>,
        action: &Action,
        limit: Limit,
        since: Instant,
        outcome: Outcome,
    ) -> Result<Option<Reply>, Stop> {
        match outcome {
            Outcome::Acted(_, Ok(reply)) => Ok(Some(reply)),
            Outcome::Acted(_, Err(misuse)) => Err(self.misuse(object, &misuse)),
            Outcome::Raise(error) => Err(error.into()),
            Outcome::Killed => Err(Stop::Killed),
            Outcome::TimedOut | Outcome::Retry if limit.or_else => Ok(None),
            Outcome::TimedOut | Outcome::Retry => {
                let what = self.described(object, action);
                Err(self.timeout(&what, self.limit_length(limit, since)))
            }
        }
    }

    /// The error of a mistake in using an object.
    pub(super) fn misuse(&self, object: &Ref<Object>, misuse: &Misuse) -> Stop {
        let fault = misuse.fault(&object.to_string(), |id| self.runtime.registry.name(id));
        match misuse {
            Misuse::HeldAlready => {
                let (place, who) = (self.place(), self.strand.id);
                super::report::held_already(self.runtime, object, &fault, place, who).into()
            }
            _ => super::report::misused(object, misuse, &fault).into(),
        }
    }

    /// The error of a wait whose time ran out.
    pub(super) fn timeout(&self, what: &str, length: i64) -> Stop {
        let message = format!("waited {} for {what}", duration_text(length));
        Fault::new(ErrorKind::Timeout, message).into()
    }

    /// What an action waits for, and who has it.
    pub(super) fn described(&self, object: &Ref<Object>, action: &Action) -> String {
        let mut holders = super::deadlock::holders_of_object(self.strand.id, object, action);
        if holders.is_empty() {
            holders.extend(word_of(object).and_then(|word| word.owner(object)));
        }
        let names = holders.into_iter().map(|id| self.runtime.registry.name(id));
        waits_for_held(object, action, &names.collect::<Vec<_>>())
    }

    /// Gives a lockable back.
    #[inline(never)]
    pub(super) fn release(
        &mut self,
        target: &Target,
        count: Option<i64>,
        hold: Hold,
    ) -> Result<Answer, Stop> {
        let object = lock_of(target.object());
        if self.was_lost(object) {
            return Ok(Answer::Value(Value::TRUE));
        }
        // Another's lock may be given back, too; what this thread has taken itself does not change by that.
        let is_own = word_of(object).is_none_or(|word| word.owner(object) == Some(self.strand.id));
        let result = match (target, word_of(object)) {
            (Target::Side(_, write), _) => match object.body.downcast_ref::<Shell<RwLock>>() {
                Some(shell) => shell.change(self.runtime, |state| {
                    crate::primitives::Primitive::act(
                        state,
                        self.strand.id,
                        Action::ReleaseSide { write: *write },
                    )
                }),
                None => Err(Misuse::NoSuchAction),
            },
            (_, Some(word)) => {
                let action = Action::Release { count: count.unwrap_or(1), hold };
                word.perform(self.runtime, object, self.strand.id, &action)
            }
            _ => Err(Misuse::NoSuchAction),
        };
        if let Err(misuse) = result {
            return Err(self.misuse(object, &misuse));
        }
        if matches!(target, Target::Side(..)) {
            self.strand.forget_side(object.label.id);
        }
        let is_lock = is_owned(object.kind) || object.kind == ObjectKind::Lock;
        if hold == Hold::Hand && is_lock && is_own {
            let less = |count: usize| Some(count.saturating_sub(1));
            let _ =
                self.strand.taken_by_hand.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        }
        Ok(Answer::Value(Value::TRUE))
    }

    fn was_lost(&mut self, object: &Ref<Object>) -> bool {
        let Some(at) = self.lost.iter().position(|(address, _)| *address == object.address())
        else {
            return false;
        };
        self.lost[at].1 -= 1;
        if self.lost[at].1 <= 0 {
            self.lost.remove(at);
        }
        true
    }
}

/// Whether a thread holds a condition's lock.
pub fn is_held_by(object: &Ref<Object>, who: ThreadId) -> bool {
    word_of(object).and_then(|word| word.owner(object)) == Some(who)
}

/// Looks at a lock or a semaphore.
pub fn look(here: &Here<'_>, object: &Ref<Object>, what: Look) -> Option<Result<Reply, Misuse>> {
    let word = word_of(object)?;
    Some(word.perform(here.runtime, object, here.strand.id, &Action::Look(what)))
}
