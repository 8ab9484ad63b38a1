//! Conditions: a `wait` gives its lock back, waits for its ticket to be drawn, and takes the lock again.
//!
//! The ticket is enrolled while the lock is held, and who notifies holds it too: no notification is missed
//! between the enrolment and the wait. However the wait ends, the lock is taken again first, which no cancel
//! interrupts.

use super::driver::{Here, Stop};
use super::locks::{self, is_held_by, lock_of};
use super::shell::{Attempt, Shell};
use super::waiter::{On, Outcome, WaitKind, Waiter};
use crate::primitives::{Action, Condition, Hold, Misuse, Reply};
use crate::values::{Label, Object, ObjectKind, Published, Ref, Value, View};
use crate::vm::{Answer, Limit};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What a thread waits with.
struct Ticket {
    condition: Published,
    number: u64,
    /// Its place in the condition's line.
    waiter: Arc<Waiter>,
    /// How it held the lock.
    depth: i64,
    hold: Hold,
    /// Where it had taken it.
    site: u64,
    /// Its limit, as a moment.
    limit: Limit,
}

impl Ticket {
    fn condition(&self) -> Ref<Object> {
        match self.condition.get().view() {
            View::Object(condition) => condition.clone(),
            _ => unreachable!("a ticket is of a condition"),
        }
    }
}

fn shell_of(condition: &Object) -> &Shell<Condition> {
    condition.body.downcast_ref().expect("a condition's body")
}

fn ticket_of(object: &Object) -> &Ticket {
    object.body.downcast_ref().expect("the runtime makes tickets")
}

impl Here<'_> {
    fn check_held(&self, condition: &Ref<Object>) -> Result<(), Stop> {
        if is_held_by(lock_of(condition), self.strand.id) {
            return Ok(());
        }
        Err(self.misuse(condition, &Misuse::LockNotHeld))
    }

    /// `wait c`: enrols, and gives the lock back.
    #[inline(never)]
    pub(super) fn enrol(
        &mut self,
        condition: &Ref<Object>,
        limit: Limit,
        looks: bool,
    ) -> Result<Answer, Stop> {
        self.blocking_point()?;
        self.check_held(condition)?;
        let until = match limit.within {
            Some(within) if limit.until.is_none() => match self.begin_limit(Some(within)).view() {
                View::Duration(until) => Some(until),
                _ => None,
            },
            _ => limit.until,
        };
        let limit = Limit { within: None, until, or_else: limit.or_else };
        let by = self.by_in_any_case();
        let mut inner = shell_of(condition).lock();
        let enrolled = inner.attempt(self.runtime, by, Action::Enrol, None);
        let Attempt::Acted(Ok(Reply::Ticket(number))) = enrolled else {
            return Ok(Answer::Value(Value::TRUE));
        };
        // It stands in line while it still holds the lock, so that who notifies finds out if it was cancelled.
        let action = Action::Await { ticket: number };
        let on = vec![On::new(condition, action.clone())];
        let waiter = self.waiter(on, WaitKind::Objects, |waiter| waiter.looks = looks);
        inner.attempt(self.runtime, by, action, Some((&waiter, 0)));
        drop(inner);
        let lock = lock_of(condition);
        let site = lock.site.load(Ordering::Relaxed);
        let held = match locks::word_of(lock) {
            Some(word) => word.perform(self.runtime, lock, self.strand.id, &Action::ReleaseWhole),
            None => Err(Misuse::NoSuchAction),
        };
        let (depth, hold) = match held {
            Ok(Reply::Held { depth, hold }) => (depth, hold),
            Ok(_) => (1, Hold::Block),
            Err(misuse) => {
                shell_of(condition).lock().withdraw(self.runtime, &waiter);
                return Err(self.misuse(condition, &misuse));
            }
        };
        let condition = Published::new(Value::from(condition.clone()));
        let ticket = Ticket { condition, number, waiter, depth, hold, site, limit };
        let object = Object::new(Label::new(0, None), ObjectKind::Ticket, Arc::new(ticket));
        Ok(Answer::Value(Value::from(Ref::new(object))))
    }

    /// `wait c until …`: the lock must be held, though the condition may be met already.
    #[inline(never)]
    pub(super) fn wait_check(
        &mut self,
        condition: &Ref<Object>,
        within: Option<i64>,
    ) -> Result<Answer, Stop> {
        self.blocking_point()?;
        self.check_held(condition)?;
        Ok(Answer::Value(self.begin_limit(within)))
    }

    /// Waits until the ticket is drawn.
    #[inline(never)]
    pub(super) fn await_ticket(
        &mut self,
        ticket: &Ref<Object>,
        or_else: bool,
    ) -> Result<Answer, Stop> {
        let ticket = ticket_of(ticket);
        let condition = ticket.condition();
        let action = Action::Await { ticket: ticket.number };
        let limit = Limit { or_else, ..ticket.limit };
        let shell = shell_of(&condition);
        let (since, deadline) = (ticket.waiter.since, self.deadline(limit));
        let outcome = self.wait_in_line(shell, &ticket.waiter, deadline);
        let awaited = self.settle_outcome(&condition, &action, limit, since, outcome);
        if matches!(awaited, Ok(Some(_))) {
            return Ok(Answer::Value(Value::TRUE));
        }
        let notified = shell.change(self.runtime, |state| state.leave(ticket.number));
        match awaited {
            // It was notified all the same: the notification counts, and the cancel is for the next point where
            // it could block.
            Err(Stop::Raise(error)) if notified => {
                self.strand.put_back(&error);
                Ok(Answer::Value(Value::TRUE))
            }
            _ if notified => Ok(Answer::Value(Value::TRUE)),
            Ok(_) => Ok(Answer::TimedOut),
            Err(stop) => Err(stop),
        }
    }

    /// Takes the lock again, as it was held.
    #[inline(never)]
    pub(super) fn retake(&mut self, ticket: &Ref<Object>) -> Result<Answer, Stop> {
        let ticket = ticket_of(ticket);
        let condition = ticket.condition();
        let lock = lock_of(&condition);
        let Some(word) = locks::word_of(lock) else { return Ok(Answer::Value(Value::NIL)) };
        let action = Action::Restore { depth: ticket.depth, hold: ticket.hold };
        let outcome = match word.try_acquire(self.runtime, lock, self.strand.id, &action) {
            Some(result) => Outcome::Acted(0, result),
            None => {
                let make = |on: On, began| {
                    self.waiter(vec![on], WaitKind::Objects, |waiter| {
                        (waiter.cancellable, waiter.began) = (false, began);
                    })
                };
                word.acquire(self.runtime, lock, self.by_in_any_case(), &action, &make, None)
            }
        };
        match outcome {
            Outcome::Acted(_, Ok(_)) => {
                lock.site.store(ticket.site, Ordering::Relaxed);
                Ok(Answer::Value(Value::NIL))
            }
            Outcome::Acted(_, Err(misuse)) => Err(self.misuse(lock, &misuse)),
            Outcome::Killed => Err(Stop::Killed),
            Outcome::Raise(error) => {
                // It never comes free: to give it back, as the script will, is no mistake.
                self.lost.push((lock.address(), ticket.depth));
                Err(error.into())
            }
            Outcome::TimedOut | Outcome::Retry => Ok(Answer::Value(Value::NIL)),
        }
    }

    /// `notify c`
    #[inline(never)]
    pub(super) fn notify(
        &mut self,
        condition: &Ref<Object>,
        count: Option<i64>,
    ) -> Result<Answer, Stop> {
        self.check_held(condition)?;
        let reply = self.act_uncancelled(condition, Action::Notify { count }, Limit::NONE)?;
        match reply {
            Some(Reply::Int(woken)) => Ok(Answer::Value(Value::int(woken))),
            _ => Ok(Answer::Value(Value::NIL)),
        }
    }
}
