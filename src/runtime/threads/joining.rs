//! Waiting for threads, tasks, timers, pools and queues to end.
//!
//! Who cancels a thread may go on to end those that it joins, as a scope does whose time is up. So a thread that finds
//! such an end looks once more whether it was cancelled itself, which then came first.

use super::block::block;
use super::driver::{Here, Stop};
use super::handle::{self, Joinable};
use super::objects::shell_of;
use super::pool::PoolHandle;
use super::report;
use super::shell::Attempt;
use super::strand::Strand;
use super::waiter::{On, Outcome, Rest, WaitKind};
use crate::primitives::{Action, Ended, Reply};
use crate::values::{ErrorValue, List, Object, Published, Received, Ref, Value, View};
use crate::vm::{Answer, Limit};
use std::sync::{Arc, Weak};
use std::time::Instant;

impl Here<'_> {
    /// `join x`
    #[inline(never)]
    pub(super) fn join(&mut self, of: &Ref<Object>, limit: Limit) -> Result<Answer, Stop> {
        self.blocking_point()?;
        self.check_self_join(of)?;
        if self.act(of, Action::Join, limit)?.is_none() {
            return Ok(Answer::TimedOut);
        }
        self.blocking_point()?;
        if let Some(joinable) = handle::of(of) {
            return self.received(joinable).map(Answer::Value);
        }
        if let Some(pool) = of.body.downcast_ref::<PoolHandle>() {
            self.join_pool(&pool.pool)?;
        }
        Ok(Answer::Value(Value::TRUE))
    }

    /// A thread that waits for itself would wait for ever, and so would a task that waits for its pool.
    fn check_self_join(&self, of: &Ref<Object>) -> Result<(), Stop> {
        if self.is_self_join(of) {
            return Err(
                report::self_join(self.task.unwrap_or(self.strand), of, self.place()).into()
            );
        }
        Ok(())
    }

    fn is_self_join(&self, of: &Ref<Object>) -> bool {
        if let Some(strand) = handle::strand_of(of) {
            let own = |mine: &&Arc<_>| Arc::ptr_eq(mine, strand);
            return own(&self.strand) || self.task.as_ref().is_some_and(own);
        }
        let Some(handle) = of.body.downcast_ref::<PoolHandle>() else { return false };
        let own = |task: &&Arc<Strand>| {
            let pool = task.pool.as_ref().and_then(Weak::upgrade);
            pool.is_some_and(|pool| Arc::ptr_eq(&pool, &handle.pool))
        };
        self.task.as_ref().is_some_and(own)
    }

    /// What something that has ended gives, or the error that it raised.
    pub(super) fn received(&self, joinable: &Joinable) -> Result<Value, Stop> {
        match joinable.ended() {
            Some(Ended::Value(value)) => Ok(value.into_inner()),
            Some(Ended::Failed(error) | Ended::Cancelled(error)) => {
                joinable.receive();
                Err(Stop::Raise(self.note_received(&error)))
            }
            // A timer that was cancelled.
            None => Ok(Value::NIL),
        }
    }

    /// Notes in an error that this thread received it here.
    pub(super) fn note_received(&self, error: &Published) -> Value {
        if let (View::Error(error), Some(place)) = (error.get().view(), self.place()) {
            error.add_received(Received { thread: self.strand.name.clone(), place });
        }
        error.get().clone()
    }

    /// `join a, b, c`
    #[inline(never)]
    pub(super) fn join_all(&mut self, of: &[Ref<Object>], limit: Limit) -> Result<Answer, Stop> {
        self.blocking_point()?;
        for one in of {
            self.check_self_join(one)?;
        }
        // The limit is for all of them together.
        let mut limit = limit;
        if let (Some(within), None) = (limit.within, limit.until)
            && let View::Duration(until) = self.begin_limit(Some(within)).view()
        {
            limit.until = Some(until);
        }
        let mut then = Rest::new(of.iter().map(|one| On::new(one, Action::Join)).collect());
        for one in of {
            then.advance();
            if self.join_one_of(one, &then, limit)?.is_none() {
                return Ok(Answer::TimedOut);
            }
        }
        self.blocking_point()?;
        let mut values = Vec::with_capacity(of.len());
        let mut first: Option<Value> = None;
        for one in of {
            let Some(joinable) = handle::of(one) else { continue };
            match self.received(joinable) {
                Ok(value) => values.push(value),
                Err(Stop::Killed) => return Err(Stop::Killed),
                Err(Stop::Raise(error)) => match &first {
                    None => first = Some(error),
                    Some(first) => add_other(first, &error),
                },
            }
        }
        match first {
            Some(error) => Err(Stop::Raise(error)),
            None => Ok(Answer::Value(List::value(values)?)),
        }
    }

    /// `join any`
    #[inline(never)]
    pub(super) fn join_any(&mut self, of: &[Ref<Object>], limit: Limit) -> Result<Answer, Stop> {
        self.blocking_point()?;
        // It does not end itself as long as it waits, but another may: only alone it is waited for in vain.
        let all = of;
        let of: Vec<Ref<Object>> =
            all.iter().filter(|one| !self.is_self_join(one)).cloned().collect();
        if let ([], [own, ..]) = (of.as_slice(), all) {
            self.check_self_join(own)?;
        }
        let ended = |one: &&Ref<Object>| handle::of(one).and_then(Joinable::end_order);
        let first = || of.iter().filter(|one| ended(one).is_some()).min_by_key(ended);
        let answer = |one: &Ref<Object>| Ok(Answer::Value(Value::from(one.clone())));
        if let Some(one) = first() {
            self.blocking_point()?;
            return answer(one);
        }
        let since = Instant::now();
        let deadline = self.deadline(limit);
        let on = of.iter().map(|one| On::new(one, Action::Join)).collect();
        let waiter = self.waiter(on, WaitKind::Objects, |_| {});
        for (arm, shell) in of.iter().map(|one| shell_of(one)).enumerate() {
            let Some(shell) = shell else { continue };
            let attempt =
                shell.attempt(self.runtime, self.by(), Action::Join, Some((&waiter, arm)));
            // It has ended meanwhile: as if it had found the waiter in its line.
            if matches!(attempt, Attempt::Acted(_)) && waiter.claim(self.runtime) {
                waiter.deliver(Outcome::Acted(arm, Ok(Reply::Done)));
            }
        }
        let outcome = block(self.runtime, &waiter, deadline);
        for shell in of.iter().filter_map(|one| shell_of(one)) {
            shell.withdraw(self.runtime, &waiter);
        }
        match outcome {
            Outcome::Acted(arm, _) => {
                self.blocking_point()?;
                answer(first().unwrap_or(&of[arm]))
            }
            Outcome::Raise(error) => Err(error.into()),
            Outcome::Killed => Err(Stop::Killed),
            Outcome::TimedOut | Outcome::Retry if limit.or_else => Ok(Answer::TimedOut),
            Outcome::TimedOut | Outcome::Retry => {
                let what = match of.as_slice() {
                    [one] => self.described(one, &Action::Join),
                    all => {
                        let names: Vec<String> =
                            all.iter().map(|one| one.label.to_string()).collect();
                        format!("any of {} to end", names.join(", "))
                    }
                };
                Err(self.timeout(&what, self.limit_length(limit, since)))
            }
        }
    }
}

/// Adds an error to those that came with another.
pub fn add_other(error: &Value, other: &Value) {
    if let (View::Error(error), View::Error(other)) = (error.view(), other.view()) {
        ErrorValue::add_other(error, other);
    }
}
