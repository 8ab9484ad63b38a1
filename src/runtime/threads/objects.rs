//! Actions on one object whose state lies in a shell.

use super::block::block;
use super::driver::{Here, Stop};
use super::handle::{self, Joinable};
use super::locks;
use super::pool::PoolHandle;
use super::runtime::Runtime;
use super::shell::{Attempt, By, Inner, Locked, Shell};
use super::waiter::{On, Outcome, Rest, WaitKind, Waiter};
use crate::primitives::{
    Action, Barrier, Condition, Event, Latch, LeftEarly, Misuse, Primitive, Queue, Reply, RwLock,
    ThreadId,
};
use crate::values::{ErrorKind, Object, ObjectKind, Ref, Value, View};
use crate::vm::{Answer, Limit};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Who has less time than this does not look about before it stands in line.
const NOT_SOON: Duration = Duration::from_millis(1);

/// A shell, whatever state is in it.
pub trait AnyShell: Sync {
    /// See [`super::shell::Inner::attempt`].
    fn attempt(
        &self,
        runtime: &Runtime,
        by: By<'_>,
        action: Action,
        waiter: Option<(&Arc<Waiter>, usize)>,
    ) -> Attempt;
    /// See [`Shell::attempt_briefly`].
    fn attempt_briefly(
        &self,
        runtime: &Runtime,
        by: By<'_>,
        action: &Action,
    ) -> Option<Result<Reply, Misuse>>;
    /// See [`super::shell::Inner::withdraw`].
    fn withdraw(&self, runtime: &Runtime, waiter: &Arc<Waiter>);
    /// How many stand in line.
    fn waiting(&self) -> usize;
    /// How many stand in line, unless somebody has the state at hand.
    fn try_waiting(&self) -> Option<usize>;
    /// Takes the shell's lock.
    fn hold(&self) -> Box<dyn Held + '_>;
}

/// A shell whose lock is held.
pub trait Held {
    /// See [`super::shell::Inner::attempt`].
    fn attempt(
        &mut self,
        runtime: &Runtime,
        by: By<'_>,
        action: Action,
        waiter: Option<(&Arc<Waiter>, usize)>,
    ) -> Attempt;
}

impl<P: Primitive> Held for Locked<'_, P> {
    fn attempt(
        &mut self,
        runtime: &Runtime,
        by: By<'_>,
        action: Action,
        waiter: Option<(&Arc<Waiter>, usize)>,
    ) -> Attempt {
        Inner::attempt(self, runtime, by, action, waiter)
    }
}

impl<P: Primitive + Send> AnyShell for Shell<P> {
    fn attempt(
        &self,
        runtime: &Runtime,
        by: By<'_>,
        action: Action,
        waiter: Option<(&Arc<Waiter>, usize)>,
    ) -> Attempt {
        self.lock().attempt(runtime, by, action, waiter)
    }

    fn attempt_briefly(
        &self,
        runtime: &Runtime,
        by: By<'_>,
        action: &Action,
    ) -> Option<Result<Reply, Misuse>> {
        Shell::attempt_briefly(self, runtime, by, action)
    }

    fn withdraw(&self, runtime: &Runtime, waiter: &Arc<Waiter>) {
        self.lock().withdraw(runtime, waiter);
    }

    fn waiting(&self) -> usize {
        self.lock().waiting()
    }

    fn try_waiting(&self) -> Option<usize> {
        self.try_lock().map(|inner| inner.waiting())
    }

    fn hold(&self) -> Box<dyn Held + '_> {
        Box::new(self.lock())
    }
}

/// The shell of an object, unless its state lies in a word.
pub fn shell_of(object: &Object) -> Option<&dyn AnyShell> {
    fn of<P: Primitive + Send + 'static>(object: &Object) -> Option<&dyn AnyShell> {
        object.body.downcast_ref::<Shell<P>>().map(|shell| shell as &dyn AnyShell)
    }
    match object.kind {
        ObjectKind::Queue | ObjectKind::LifoQueue | ObjectKind::PriorityQueue => {
            of::<Queue>(object)
        }
        ObjectKind::Event => of::<Event>(object),
        ObjectKind::Latch => of::<Latch>(object),
        ObjectKind::Barrier => of::<Barrier>(object),
        ObjectKind::RwLock => of::<RwLock>(object),
        ObjectKind::Condition => of::<Condition>(object),
        ObjectKind::Pool => {
            object.body.downcast_ref::<PoolHandle>().map(|pool| &pool.pool.state as &dyn AnyShell)
        }
        ObjectKind::Thread | ObjectKind::Task | ObjectKind::Timer => {
            handle::of(object).map(|of| match of {
                Joinable::Strand(strand) => &strand.end as &dyn AnyShell,
                Joinable::Timer(timer) => &timer.state as &dyn AnyShell,
            })
        }
        ObjectKind::Lock
        | ObjectKind::RLock
        | ObjectKind::Semaphore
        | ObjectKind::BoundedSemaphore
        | ObjectKind::Ticket => None,
    }
}

/// Whether an action may have to wait, so that a thread that was cancelled stops there.
fn may_wait(action: &Action) -> bool {
    matches!(
        action,
        Action::AcquireSide { .. }
            | Action::Await { .. }
            | Action::Wait { .. }
            | Action::Round { .. }
            | Action::Send(_)
            | Action::Recv
            | Action::Join
    )
}

impl<'a> Here<'a> {
    /// Lets an action happen, and answers what it gives.
    #[inline(never)]
    pub(super) fn act_on(
        &mut self,
        object: &Ref<Object>,
        action: Action,
        limit: Limit,
    ) -> Result<Answer, Stop> {
        let reply = match &action {
            Action::Look(what) => match locks::look(self, locks::lock_of(object), *what) {
                Some(Ok(reply)) => Some(reply),
                Some(Err(misuse)) => return Err(self.misuse(object, &misuse)),
                None => self.act(object, action, limit)?,
            },
            _ => self.act(object, action, limit)?,
        };
        Ok(reply.map_or(Answer::TimedOut, |reply| Answer::Value(self.value_of(reply))))
    }

    /// Lets an action happen, waiting for that up to the limit. `None` if the time ran out and an `else` follows.
    pub(super) fn act(
        &mut self,
        object: &Ref<Object>,
        action: Action,
        limit: Limit,
    ) -> Result<Option<Reply>, Stop> {
        if !may_wait(&action) {
            return self.act_uncancelled(object, action, limit);
        }
        self.blocking_point()?;
        self.act_before(object, action, limit, &Rest::default(), self.by())
    }

    /// Joins one of several; the thread waits for those of `then`, too, before it goes on. `None` if the time ran out
    /// and an `else` follows.
    pub(super) fn join_one_of(
        &mut self,
        one: &Ref<Object>,
        then: &Rest,
        limit: Limit,
    ) -> Result<Option<Reply>, Stop> {
        self.blocking_point()?;
        self.act_before(one, Action::Join, limit, then, self.by())
    }

    /// Lets an action happen that no cancel stops.
    pub(super) fn act_uncancelled(
        &mut self,
        object: &Ref<Object>,
        action: Action,
        limit: Limit,
    ) -> Result<Option<Reply>, Stop> {
        self.act_before(object, action, limit, &Rest::default(), self.by_in_any_case())
    }

    /// This thread, as one that stops when it is told to.
    pub(super) fn by(&self) -> By<'a> {
        By { who: self.strand.id, stop: Some(&self.strand.attention) }
    }

    /// This thread, whatever it is told.
    pub(super) fn by_in_any_case(&self) -> By<'static> {
        By { who: self.strand.id, stop: None }
    }

    fn act_before(
        &mut self,
        object: &Ref<Object>,
        action: Action,
        limit: Limit,
        then: &Rest,
        by: By<'_>,
    ) -> Result<Option<Reply>, Stop> {
        let Some(shell) = shell_of(object) else {
            return Err(self.misuse(object, &Misuse::NoSuchAction));
        };
        // Most need not wait, and look at no clock.
        let action = match shell.attempt(self.runtime, by, action, None) {
            Attempt::Acted(Ok(reply)) => return Ok(Some(reply)),
            Attempt::Acted(Err(misuse)) => return Err(self.misuse(object, &misuse)),
            Attempt::NotReady(action) => action,
            Attempt::Waits => unreachable!("there is no waiter"),
        };
        if by.is_stopped() {
            self.blocking_point()?;
        }
        let since = Instant::now();
        let deadline = self.deadline(limit);
        let outcome = if deadline.is_some_and(|deadline| deadline <= since) {
            Outcome::TimedOut
        } else {
            self.wait_on(shell, object, action.clone(), deadline, then, by)
        };
        self.settle_outcome(object, &action, limit, since, outcome)
    }

    /// Stands in line for an action, and waits.
    fn wait_on(
        &self,
        shell: &dyn AnyShell,
        object: &Ref<Object>,
        action: Action,
        deadline: Option<Instant>,
        then: &Rest,
        by: By<'_>,
    ) -> Outcome {
        let soon = |deadline: Instant| deadline < Instant::now() + NOT_SOON;
        if !deadline.is_some_and(soon)
            && let Some(result) = shell.attempt_briefly(self.runtime, by, &action)
        {
            return Outcome::Acted(0, result);
        }
        loop {
            let on = On::new(object, action.clone());
            let waiter = self.waiter(vec![on], WaitKind::Objects, |waiter| {
                waiter.then = then.clone();
                waiter.began = then.began().unwrap_or(waiter.began);
            });
            match shell.attempt(self.runtime, by, action.clone(), Some((&waiter, 0))) {
                Attempt::Acted(result) => return Outcome::Acted(0, result),
                // It stands in line; or it is stopped, and finds that so.
                Attempt::Waits | Attempt::NotReady(_) => {}
            }
            let outcome = self.wait_in_line(shell, &waiter, deadline);
            let left = !matches!(outcome, Outcome::Acted(..) | Outcome::Killed);
            if left && object.kind == ObjectKind::RwLock {
                self.runtime.waits.line_changed(self.runtime, object);
            }
            if !matches!(outcome, Outcome::Retry) {
                return outcome;
            }
        }
    }

    /// Waits, standing in line already.
    pub(super) fn wait_in_line(
        &self,
        shell: &dyn AnyShell,
        waiter: &Arc<Waiter>,
        deadline: Option<Instant>,
    ) -> Outcome {
        let outcome = block(self.runtime, waiter, deadline);
        // Who is stopped where it is leaves things as they are.
        if !matches!(outcome, Outcome::Acted(..) | Outcome::Killed) {
            shell.withdraw(self.runtime, waiter);
        }
        outcome
    }

    /// What a reply is to the script.
    fn value_of(&self, reply: Reply) -> Value {
        match reply {
            Reply::Bool(is) => Value::bool(is),
            Reply::Int(number) => Value::int(number),
            Reply::Value(value) => value.into_inner(),
            Reply::Thread(who) => self.thread_value(who),
            Reply::Place { index, .. } => Value::int(index),
            Reply::Done | Reply::Unbounded | Reply::Ticket(_) | Reply::Held { .. } => Value::NIL,
        }
    }

    /// A thread, as a value; or nil.
    pub(super) fn thread_value(&self, who: Option<ThreadId>) -> Value {
        let strand = who.and_then(|id| self.runtime.registry.get(id));
        strand.map_or(Value::NIL, |strand| Joinable::Strand(strand).value(self.runtime))
    }

    /// `for x in q`
    #[inline(never)]
    pub(super) fn next_item(&mut self, queue: &Ref<Object>) -> Result<Answer, Stop> {
        match self.act(queue, Action::Recv, Limit::NONE) {
            Ok(Some(reply)) => Ok(Answer::Value(self.value_of(reply))),
            Ok(None) => Ok(Answer::Ended),
            Err(Stop::Raise(error)) => match error.view() {
                // Only the queue's own end: nothing else raises `Closed` here.
                View::Error(raised) if raised.is(ErrorKind::Closed) => Ok(Answer::Ended),
                _ => Err(Stop::Raise(error)),
            },
            Err(Stop::Killed) => Err(Stop::Killed),
        }
    }

    // ---- Barriers ----------------------------------------------------------------------------

    /// `barrier b`
    #[inline(never)]
    pub(super) fn arrive(&mut self, barrier: &Ref<Object>, limit: Limit) -> Result<Answer, Stop> {
        let deadline = self.deadline(limit);
        let since = Instant::now();
        let by = self.by_in_any_case();
        let shell = barrier.body.downcast_ref::<Shell<Barrier>>().expect("a barrier's body");
        let mut inner = shell.lock();
        // Under the lock: one that was cancelled before another arrived is not counted on by that one.
        if let Err(stop) = self.blocking_point() {
            // It was there, and does not come: the others need not wait for it.
            inner.attempt(self.runtime, by, Action::Break, None);
            return Err(stop);
        }
        let (index, round) = match inner.attempt(self.runtime, by, Action::Arrive, None) {
            Attempt::Acted(Ok(Reply::Place { round, last: true, .. })) => {
                self.rounds.push((barrier.address(), round));
                let action = inner.state.action();
                return Ok(Answer::Value(action.map_or(Value::NIL, |action| action.get().clone())));
            }
            Attempt::Acted(Ok(Reply::Place { index, round, .. })) => (index, round),
            Attempt::Acted(Err(misuse)) => {
                drop(inner);
                return Err(self.misuse(barrier, &misuse));
            }
            _ => return Ok(Answer::Value(Value::NIL)),
        };
        // It waits from the moment at which it arrives, so that who arrives later finds out if it does not stay.
        let waits = Action::Round { round };
        let waiter = vec![On::new(barrier, waits.clone())];
        let waiter = self.waiter(waiter, WaitKind::Objects, |_| {});
        let attempt = inner.attempt(self.runtime, by, waits.clone(), Some((&waiter, 0)));
        drop(inner);
        let mut outcome = match attempt {
            Attempt::Acted(result) => Outcome::Acted(0, result),
            _ => self.wait_in_line(shell, &waiter, deadline),
        };
        if matches!(outcome, Outcome::TimedOut | Outcome::Raise(_)) {
            match shell.change(self.runtime, |state| state.leave_early(round)) {
                LeftEarly::Through => {
                    // The last has come meanwhile. A cancel is for the next point where it could block.
                    if let Outcome::Raise(error) = &outcome {
                        self.strand.put_back(error.get());
                    }
                    return Ok(Answer::Value(Value::int(index)));
                }
                // Only the first whose time ran out is told so.
                LeftEarly::Lost if matches!(outcome, Outcome::TimedOut) => {
                    outcome = Outcome::Acted(0, Err(Misuse::Broken));
                }
                LeftEarly::Lost | LeftEarly::Broke => {}
            }
        }
        let gone = self.settle_outcome(barrier, &waits, limit, since, outcome)?;
        Ok(gone.map_or(Answer::TimedOut, |_| Answer::Value(Value::int(index))))
    }

    fn acting_round(&mut self, barrier: &Ref<Object>) -> u64 {
        let at = self.rounds.iter().rposition(|(address, _)| *address == barrier.address());
        at.map_or(0, |at| self.rounds.remove(at).1)
    }

    /// The action of the last to arrive is done.
    #[inline(never)]
    pub(super) fn depart(&mut self, barrier: &Ref<Object>) -> Result<Answer, Stop> {
        let round = self.acting_round(barrier);
        let reply = self.act_uncancelled(barrier, Action::Depart { round }, Limit::NONE)?;
        Ok(Answer::Value(reply.map_or(Value::NIL, |reply| self.value_of(reply))))
    }

    /// The action failed.
    #[inline(never)]
    pub(super) fn break_barrier(&mut self, barrier: &Ref<Object>) -> Result<Answer, Stop> {
        self.acting_round(barrier);
        self.act_uncancelled(barrier, Action::Break, Limit::NONE)?;
        Ok(Answer::Value(Value::NIL))
    }
}
