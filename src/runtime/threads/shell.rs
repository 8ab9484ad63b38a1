//! A primitive's state behind a lock, with its waiters beside it in the order they came.
//!
//! *No wake-up is lost.* A thread looks at the guard, and stands in line if it is not ready, under one hold of
//! the lock; whoever changes the state does so under the lock too, and before giving it back looks through the
//! line and lets happen, for each waiter, what has become possible ([`Inner::settle`]). So at no moment that
//! the lock is free does a waiter stand in line whose action is ready and that nothing holds up.

use super::block::briefly;
use super::runtime::Runtime;
use super::waiter::{Outcome, Waiter};
use crate::primitives::{Action, Line, Misuse, Primitive, Reply, ThreadId};
use parking_lot::{Mutex, MutexGuard};
use std::collections::{HashSet, VecDeque};
use std::mem::discriminant;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A state with its waiters.
pub struct Shell<P> {
    inner: Mutex<Inner<P>>,
}

/// What the lock protects.
pub struct Inner<P> {
    /// The state.
    pub state: P,
    waiting: VecDeque<Waiting>,
    /// Who has left the line since the lock was taken: what they hold goes when it is given back. For it may be the
    /// last handle of a thread, which is looked at once more then, and that takes such a lock.
    gone: Vec<Waiting>,
}

/// A shell whose lock is held.
pub struct Locked<'a, P> {
    // In this order they are dropped.
    inner: MutexGuard<'a, Inner<P>>,
    gone: Vec<Waiting>,
}

impl<'a, P> Locked<'a, P> {
    fn new(inner: MutexGuard<'a, Inner<P>>) -> Locked<'a, P> {
        Locked { inner, gone: Vec::new() }
    }
}

impl<P> Deref for Locked<'_, P> {
    type Target = Inner<P>;

    fn deref(&self) -> &Inner<P> {
        &self.inner
    }
}

impl<P> DerefMut for Locked<'_, P> {
    fn deref_mut(&mut self) -> &mut Inner<P> {
        &mut self.inner
    }
}

impl<P> Drop for Locked<'_, P> {
    fn drop(&mut self) {
        self.gone = std::mem::take(&mut self.inner.gone);
    }
}

/// One in line.
struct Waiting {
    who: ThreadId,
    action: Action,
    waiter: Arc<Waiter>,
    /// Which arm of the waiter's `select` this is.
    arm: usize,
}

/// Who attempts something.
#[derive(Clone, Copy)]
pub struct By<'a> {
    /// The thread.
    pub who: ThreadId,
    /// Set as soon as it is to raise an error where it could block: then nothing happens for it any more. It is looked
    /// at under the lock, so that who cancels a thread and then makes possible what that waits for is not overtaken.
    /// `None` if the action is not to be stopped.
    pub stop: Option<&'a AtomicBool>,
}

impl By<'_> {
    /// Whether it is to raise an error instead.
    pub fn is_stopped(self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}

/// What came of an attempt.
pub enum Attempt {
    /// The action happened, or was refused.
    Acted(Result<Reply, Misuse>),
    /// The waiter stands in line.
    Waits,
    /// It is not ready, and there was no waiter to put in line.
    NotReady(Action),
}

impl<P: Primitive> Shell<P> {
    /// A shell round a state.
    pub fn new(state: P) -> Shell<P> {
        Shell { inner: Mutex::new(Inner { state, waiting: VecDeque::new(), gone: Vec::new() }) }
    }

    /// Takes the lock.
    pub fn lock(&self) -> Locked<'_, P> {
        Locked::new(self.inner.lock())
    }

    /// Takes the lock, unless somebody has it.
    pub fn try_lock(&self) -> Option<Locked<'_, P>> {
        self.inner.try_lock().map(Locked::new)
    }

    /// Lets the action happen as soon as it is ready and nothing holds it up, if that is so within a few microseconds:
    /// to stand in line and be let go takes longer.
    pub fn attempt_briefly(
        &self,
        runtime: &Runtime,
        by: By<'_>,
        action: &Action,
    ) -> Option<Result<Reply, Misuse>> {
        briefly(|| {
            let mut inner = self.try_lock()?;
            if by.is_stopped() || inner.state.only_meets(action) {
                return Some(None);
            }
            if !inner.is_free(action) {
                return Some(None);
            }
            if !inner.state.ready(by.who, action) {
                return None;
            }
            inner.act_and_settle(runtime, by.who, action.clone()).ok().map(Some)
        })
        .flatten()
    }

    /// Looks at the state.
    pub fn look<R>(&self, look: impl FnOnce(&P) -> R) -> R {
        look(&self.lock().state)
    }

    /// Looks at the state, unless somebody has it at hand.
    pub fn try_look<R>(&self, look: impl FnOnce(&P) -> R) -> Option<R> {
        self.try_lock().map(|inner| look(&inner.state))
    }

    /// Changes the state, and lets those go on who can.
    pub fn change<R>(&self, runtime: &Runtime, change: impl FnOnce(&mut P) -> R) -> R {
        let mut inner = self.lock();
        let result = change(&mut inner.state);
        inner.settle(runtime);
        result
    }
}

impl<P: Primitive> Inner<P> {
    /// Lets the action happen if it is ready and nothing holds it up; else puts the waiter in line, if there is
    /// one. Neither if the thread is stopped: it is to look what is wanted of it.
    pub fn attempt(
        &mut self,
        runtime: &Runtime,
        by: By<'_>,
        action: Action,
        waiter: Option<(&Arc<Waiter>, usize)>,
    ) -> Attempt {
        let (who, mut action) = (by.who, action);
        if by.is_stopped() {
            return Attempt::NotReady(action);
        }
        if self.state.counts_on_waiters() {
            self.leave_out_who_is_told_to_stop();
        }
        if self.is_free(&action) && self.state.ready(who, &action) {
            match self.act_and_settle(runtime, who, action) {
                Ok(result) => return Attempt::Acted(result),
                Err(unready) => action = unready,
            }
        }
        let Some((waiter, arm)) = waiter else { return Attempt::NotReady(action) };
        self.state.wait(who, &mut action);
        self.waiting.push_back(Waiting { who, action, waiter: waiter.clone(), arm });
        // To stand in line may be what another waits for: a rendezvous.
        self.settle(runtime);
        Attempt::Waits
    }

    /// Lets an action happen that is ready, and those go on who can then. The action itself if it is not ready after
    /// all.
    fn act_and_settle(
        &mut self,
        runtime: &Runtime,
        who: ThreadId,
        action: Action,
    ) -> Result<Result<Reply, Misuse>, Action> {
        let result = self.act(runtime, who, action)?;
        self.settle(runtime);
        Ok(result)
    }

    /// Whether nobody stands before a newcomer in its line.
    fn is_free(&self, action: &Action) -> bool {
        if self.waiting.is_empty() {
            return true;
        }
        let line = self.state.line(action);
        line == Line::Open
            || !self.waiting.iter().any(|waiting| self.state.line(&waiting.action) == line)
    }

    /// Lets the action happen, and with it that of the partner it takes. The action itself if it is not ready after
    /// all, because the partner has gone.
    fn act(
        &mut self,
        runtime: &Runtime,
        who: ThreadId,
        action: Action,
    ) -> Result<Result<Reply, Misuse>, Action> {
        while let Some(partner) = self.state.partner(who, &action) {
            let at = self.waiting.iter().position(|waiting| {
                waiting.who == partner && discriminant(&waiting.action) != discriminant(&action)
            });
            let Some(partner) = at.and_then(|at| self.waiting.remove(at)) else { break };
            if !partner.waiter.is_told_to_stop() && partner.waiter.claim(runtime) {
                let result = self.state.act(who, action);
                let met = self.state.act(partner.who, partner.action.clone());
                partner.waiter.deliver(Outcome::Acted(partner.arm, met));
                self.gone.push(partner);
                return Ok(result);
            }
            self.state.give_up(partner.who, &partner.action);
            self.gone.push(partner);
            if !self.state.ready(who, &action) {
                return Err(action);
            }
        }
        Ok(self.state.act(who, action))
    }

    /// Lets those in line go on who can, in order.
    #[inline]
    pub fn settle(&mut self, runtime: &Runtime) {
        if !self.waiting.is_empty() {
            self.serve_those_in_line(runtime);
        }
    }

    fn serve_those_in_line(&mut self, runtime: &Runtime) {
        loop {
            let mut held_up: Vec<Line> = Vec::new();
            let mut acted = false;
            let mut at = 0;
            while at < self.waiting.len() && self.state.may_serve() {
                let waiting = &self.waiting[at];
                let line = self.state.line(&waiting.action);
                if held_up.contains(&line) {
                    at += 1;
                    continue;
                }
                if waiting.waiter.is_claimed() || waiting.waiter.is_told_to_stop() {
                    // It has left, and will take itself out; what it wanted is given up at once.
                    self.drop_at(at);
                    acted = true;
                    continue;
                }
                if !self.state.ready(waiting.who, &waiting.action) {
                    if line != Line::Open {
                        held_up.push(line);
                    }
                    at += 1;
                    continue;
                }
                let waiting = &self.waiting[at];
                // A partner that waits would have been met when the later of the two came.
                if self.state.partner(waiting.who, &waiting.action).is_some() {
                    at += 1;
                    continue;
                }
                if !waiting.waiter.claim(runtime) {
                    self.drop_at(at);
                    acted = true;
                    continue;
                }
                let Some(waiting) = self.waiting.remove(at) else { break };
                let result = self.state.act(waiting.who, waiting.action.clone());
                waiting.waiter.deliver(Outcome::Acted(waiting.arm, result));
                self.gone.push(waiting);
                acted = true;
            }
            if !acted {
                return;
            }
        }
    }

    /// Tells the state of those in line who are to stop waiting.
    pub fn leave_out_who_is_told_to_stop(&mut self) {
        let told = |waiting: &Waiting| waiting.waiter.is_told_to_stop();
        while let Some(at) = self.waiting.iter().position(told) {
            self.drop_at(at);
        }
    }

    fn drop_at(&mut self, at: usize) {
        if let Some(waiting) = self.waiting.remove(at) {
            if waiting.waiter.is_told_to_stop() {
                self.state.will_give_up(waiting.who, &waiting.action);
            }
            self.state.give_up(waiting.who, &waiting.action);
            self.gone.push(waiting);
        }
    }

    /// Takes a waiter out of the line, whose wait ended otherwise.
    pub fn withdraw(&mut self, runtime: &Runtime, waiter: &Arc<Waiter>) {
        while let Some(at) =
            self.waiting.iter().position(|waiting| Arc::ptr_eq(&waiting.waiter, waiter))
        {
            self.drop_at(at);
        }
        self.settle(runtime);
    }

    /// How many threads stand in line: one with several arms counts once.
    pub fn waiting(&self) -> usize {
        let waiting = self.waiting.iter().filter(|waiting| !waiting.waiter.is_claimed());
        waiting.map(|waiting| waiting.who).collect::<HashSet<_>>().len()
    }
}
