//! Scopes: a thread waits at the end of one for all that it started in it.
//!
//! | state | children | the body |
//! |---|---|---|
//! | open | run | runs, or waits for the children at the scope's end |
//! | failing | are cancelled | `Cancelled` is raised in it, once, where it blocks |
//! | closed | there are none | has left |
//!
//! It fails with the first error of a child or of the body, or when its time is up. The last child to end lets
//! the waiting body go on: both look at the children under the scope's lock, so either the body finds none
//! left, or the last child finds the waiter.

use super::block::block;
use super::driver::{Here, Stop};
use super::handle::Joinable;
use super::joining::add_other;
use super::runtime::Runtime;
use super::strand::Strand;
use super::timers::{Task, later};
use super::waiter::{Outcome, WaitKind, Waiter};
use crate::primitives::{Ended, Reply, ThreadId};
use crate::runtime::knot::Need;
use crate::values::{ErrorKind, Fault, Published, Value, duration_text};
use crate::vm::Answer;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// A scope.
pub struct Scope {
    id: u64,
    owner: Arc<Strand>,
    within: Option<i64>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What was started in it and has not ended.
    children: BTreeMap<ThreadId, Joinable>,
    /// The error that it fails with.
    failure: Option<Published>,
    /// Its children that have failed: their errors are received where it ends.
    failed: Vec<Joinable>,
    /// Whether its time was up before it was closed or failed.
    expired: bool,
    /// Whether its time runs.
    timed: bool,
    closed: bool,
    /// The body, waiting for the children.
    waiter: Option<Arc<Waiter>>,
}

impl Scope {
    /// Something was started in it. If the scope fails already, that is cancelled at once.
    pub fn add(&self, runtime: &Arc<Runtime>, child: Joinable) {
        if self.enter(child.clone()) {
            child.cancel_for_scope(runtime);
        }
    }

    /// Something was started in it. Whether the scope fails already: then the caller is to cancel that.
    pub fn enter(&self, child: Joinable) -> bool {
        let mut state = self.state.lock();
        state.children.insert(child.id(), child);
        state.failure.is_some() || state.expired
    }

    /// What was added did not start.
    pub fn forget(&self, child: ThreadId) {
        self.state.lock().children.remove(&child);
    }

    /// Who must go on before it can end.
    pub fn need(&self) -> Need<ThreadId> {
        let state = self.state.lock();
        if state.timed {
            // It will end by itself.
            return Need::NOBODY;
        }
        Need::all(state.children.values().map(Joinable::need))
    }

    /// What it waits for, by name.
    pub fn open_names(&self) -> Vec<String> {
        self.state.lock().children.values().map(|child| child.name().to_string()).collect()
    }

    /// A child has ended.
    pub fn child_ended(&self, runtime: &Arc<Runtime>, child: &Joinable, ended: &Ended) {
        if let Some(error) = ended.failure() {
            // The program may end before the scope does.
            runtime.note_failed(child.clone());
            self.state.lock().failed.push(child.clone());
            self.fail(runtime, Some(error), Some(child.id()));
        }
        let waiter = {
            let mut state = self.state.lock();
            state.children.remove(&child.id());
            if state.children.is_empty() { state.waiter.take() } else { None }
        };
        if let Some(waiter) = waiter {
            waiter.end(runtime, Outcome::Acted(0, Ok(Reply::Done)));
        }
    }

    /// It fails with an error, or because its time is up; all that is in it is cancelled, once.
    fn fail(&self, runtime: &Arc<Runtime>, error: Option<&Published>, by: Option<ThreadId>) {
        let mut state = self.state.lock();
        let failed = state.failure.is_some() || state.expired;
        match (error, &state.failure) {
            (Some(error), Some(first)) => return add_other(first.get(), error.get()),
            (Some(error), None) => state.failure = Some(error.clone()),
            (None, _) if state.closed || failed => return,
            (None, _) => state.expired = true,
        }
        if failed {
            return;
        }
        let children: Vec<Joinable> =
            state.children.values().filter(|child| Some(child.id()) != by).cloned().collect();
        // Under the lock: once the scope is closed, nothing is wanted of its owner any more.
        self.owner.cancel_in_scope(runtime, self.id);
        drop(state);
        for child in children {
            child.cancel_for_scope(runtime);
        }
    }

    /// Its time no longer runs.
    fn stop_time(&self, runtime: &Arc<Runtime>) {
        let timed = std::mem::take(&mut self.state.lock().timed);
        if timed {
            runtime.timers.one_called_off();
            runtime.waits.one_less_able(runtime);
        }
    }

    /// Its time is up.
    pub fn expire(&self, runtime: &Arc<Runtime>) {
        self.fail(runtime, None, None);
        self.stop_time(runtime);
    }

    /// Those of its timers that repeat stop when the body ends.
    fn stop_repeating(&self, runtime: &Arc<Runtime>) {
        let children: Vec<Joinable> = self.state.lock().children.values().cloned().collect();
        for child in children {
            if let Joinable::Timer(timer) = child
                && timer.every.is_some()
            {
                timer.cancel(runtime);
            }
        }
    }
}

impl Here<'_> {
    /// `scope`
    #[inline(never)]
    pub(super) fn enter_scope(&mut self, within: Option<i64>) -> Result<Value, Fault> {
        if within.is_some() {
            self.runtime.timers.begin(self.runtime)?;
        }
        let scope = Arc::new(Scope {
            id: self.runtime.next_id(),
            owner: self.strand.clone(),
            within,
            state: Mutex::new(State { timed: within.is_some(), ..State::default() }),
        });
        self.scopes.push(scope.clone());
        if let Some(within) = within {
            // As long as its time runs, something can still happen.
            self.runtime.waits.one_more_able();
            if within == 0 {
                scope.expire(self.runtime);
            } else {
                let due = later(Instant::now(), within);
                self.runtime.timers.at(due, Task::Expire(Arc::downgrade(&scope)));
            }
        }
        Ok(Value::NIL)
    }

    /// The end of a scope whose body has ended, with an error or without.
    #[inline(never)]
    pub(super) fn exit_scope(
        &mut self,
        error: Option<Value>,
        or_else: bool,
    ) -> Result<Answer, Stop> {
        let Some(scope) = self.scopes.last().cloned() else { return Ok(Answer::Value(Value::NIL)) };
        scope.stop_repeating(self.runtime);
        let mut error = error.map(Published::new);
        if error.is_none() {
            match self.wait_for_children(&scope, true) {
                Ok(()) => {}
                Err(Stop::Raise(raised)) => error = Some(Published::new(raised)),
                Err(Stop::Killed) => return Err(Stop::Killed),
            }
        }
        if let Some(error) = &error {
            self.body_failed(&scope, error);
            // The children were cancelled. If even so they never end, each time that this is found out they are
            // cancelled again.
            while let Err(stop) = self.wait_for_children(&scope, false) {
                let Stop::Raise(again) = stop else { return Err(Stop::Killed) };
                scope.fail(self.runtime, Some(&Published::new(again)), None);
                let children: Vec<Joinable> =
                    scope.state.lock().children.values().cloned().collect();
                children.iter().for_each(|child| child.cancel_for_scope(self.runtime));
            }
        }
        self.close(&scope, or_else)
    }

    /// The body has failed: the scope with it, unless the body only was told that the scope has.
    fn body_failed(&self, scope: &Arc<Scope>, error: &Published) {
        let told = self.strand.leave_scope(scope.id) && self.strand.was_cancelled_by(error);
        let ended =
            if told { Ended::Cancelled(error.clone()) } else { Ended::Failed(error.clone()) };
        if let Some(error) = ended.failure() {
            scope.fail(self.runtime, Some(error), None);
        }
        // What `fail` wants of the body is wanted no more: it has ended.
        self.strand.leave_scope(scope.id);
    }

    fn wait_for_children(&self, scope: &Arc<Scope>, cancellable: bool) -> Result<(), Stop> {
        if cancellable {
            self.blocking_point()?;
        }
        let waiter = self.waiter(Vec::new(), WaitKind::Scope, |waiter| {
            waiter.scope = Some(scope.clone());
            waiter.cancellable = cancellable;
        });
        {
            let mut state = scope.state.lock();
            if state.children.is_empty() {
                return Ok(());
            }
            state.waiter = Some(waiter.clone());
        }
        let outcome = block(self.runtime, &waiter, None);
        scope.state.lock().waiter = None;
        match outcome {
            Outcome::Raise(error) => Err(error.into()),
            Outcome::Killed => Err(Stop::Killed),
            Outcome::Acted(..) | Outcome::TimedOut | Outcome::Retry => Ok(()),
        }
    }

    /// Nothing is left in the scope.
    fn close(&mut self, scope: &Arc<Scope>, or_else: bool) -> Result<Answer, Stop> {
        self.scopes.pop();
        scope.stop_time(self.runtime);
        let (failure, failed, expired) = {
            let mut state = scope.state.lock();
            state.closed = true;
            (state.failure.take(), std::mem::take(&mut state.failed), state.expired)
        };
        for child in &failed {
            // It is the scope that raises it.
            let _ = self.received(child);
        }
        self.strand.leave_scope(scope.id);
        match failure {
            Some(error) => Err(error.into()),
            None if expired && or_else => Ok(Answer::TimedOut),
            None if expired => {
                let length = duration_text(scope.within.unwrap_or(0));
                let message = format!("waited {length} for the scope to end");
                Err(Fault::new(ErrorKind::Timeout, message).into())
            }
            None => Ok(Answer::Value(Value::NIL)),
        }
    }
}
