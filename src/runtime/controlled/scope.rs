//! Scopes: a thread waits at the end of one for all that it started in it. It fails with the first error of a child
//! or of the body, or when its time is up; then all that is in it is cancelled, and the body too.

use super::footprint::{Mode, Order, Touch};
use super::joining::add_other;
use super::strand::Wish;
use super::thing::{Body, body};
use super::world::{Actor, Next, World, error};
use crate::primitives::{Action, Ended};
use crate::values::{ErrorKind, Published, Value, duration_text};
use crate::vm::Answer;

/// A scope.
pub struct Scope {
    pub owner: usize,
    /// Of one with a limit, the limit's number among what a schedule can choose.
    actor: Option<usize>,
    /// Where it was opened.
    pub site: u64,
    within: Option<i64>,
    /// When its time is up, as long as it runs.
    pub due: Option<i64>,
    /// What was started in it and has not ended.
    pub children: Vec<Child>,
    /// The resources of the ends of all that was started in it.
    pub ends: Vec<u32>,
    failure: Option<Published>,
    /// Its children that have failed: their errors are received where it ends.
    failed: Vec<Child>,
    expired: bool,
    closed: bool,
    resource: u32,
}

/// What was started in a scope.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Child {
    Strand(usize),
    Timer(usize),
}

impl From<Child> for Body {
    fn from(child: Child) -> Body {
        match child {
            Child::Strand(strand) => Body::Strand(strand),
            Child::Timer(timer) => Body::Timer(timer),
        }
    }
}

impl World {
    /// `scope`
    pub(super) fn enter_scope(&mut self, strand: usize, within: Option<i64>) {
        let number = self.scopes.len();
        let due = within.map(|within| self.time_of(strand).saturating_add(within));
        let resource = self.new_resources(1);
        let actor = within.map(|_| self.new_actor(Actor::Scope(number)));
        self.scopes.push(Scope {
            owner: strand,
            actor,
            site: self.strands[strand].site,
            within,
            due: due.filter(|_| within != Some(0)),
            children: Vec::new(),
            ends: Vec::new(),
            failure: None,
            failed: Vec::new(),
            expired: false,
            closed: false,
            resource,
        });
        self.strands[strand].scopes.push(number);
        if within == Some(0) {
            self.fail_scope(number, None, None);
        }
    }

    /// The innermost scope of a strand, if one is open.
    pub(super) fn innermost(&self, strand: usize) -> Option<usize> {
        self.strands[strand].scopes.last().copied()
    }

    /// Something was started in a scope. If that fails already, it is cancelled at once.
    pub(super) fn add_child(&mut self, scope: Option<usize>, child: Child) {
        let Some(scope) = scope else { return };
        let resource = self.scopes[scope].resource;
        self.touched(resource, Mode::Read, Order::None);
        let end = match child {
            Child::Strand(strand) => self.strands[strand].end_resource,
            Child::Timer(timer) => self.timers[timer].resource,
        };
        let of = &mut self.scopes[scope];
        of.children.push(child);
        of.ends.push(end);
        if of.failure.is_some() || of.expired {
            self.cancel_child(child);
        }
    }

    /// A child has ended.
    pub(super) fn child_ended(&mut self, scope: usize, child: Child, failure: Option<&Published>) {
        self.scopes[scope].children.retain(|other| *other != child);
        if let Some(error) = failure {
            self.scopes[scope].failed.push(child);
            self.fail_scope(scope, Some(error), Some(child));
        }
    }

    fn cancel_child(&mut self, child: Child) {
        match child {
            Child::Strand(strand) => {
                self.cancel_strand(strand);
            }
            Child::Timer(timer) => {
                self.cancel_timer(timer);
                if let Some(run) = self.timers[timer].running {
                    self.cancel_strand(run);
                }
            }
        }
    }

    /// It fails with an error, or because its time is up; all that is in it is cancelled, once.
    fn fail_scope(&mut self, scope: usize, error: Option<&Published>, by: Option<Child>) {
        let resource = self.scopes[scope].resource;
        self.touched(resource, Mode::Write, Order::Both);
        let of = &mut self.scopes[scope];
        let failed = of.failure.is_some() || of.expired;
        match (error, &of.failure) {
            (Some(error), Some(first)) => return add_other(first.get(), error.get()),
            (Some(error), None) => of.failure = Some(error.clone()),
            (None, _) if of.closed || failed => return,
            (None, _) => of.expired = true,
        }
        if failed {
            return;
        }
        let owner = of.owner;
        let children: Vec<Child> =
            of.children.iter().copied().filter(|child| Some(*child) != by).collect();
        self.discovered.cancels = true;
        if !self.scopes[scope].closed {
            let signal = self.strands[owner].signal_resource;
            self.touch(Touch::new(signal, Mode::Write, Order::Release).gives(1));
            self.strands[owner].signals.scopes.push((scope, false));
            self.strands[owner].signals.wanted += 1;
            self.tell_to_stop(owner);
        }
        for child in children {
            self.cancel_child(child);
        }
    }

    /// The time of a scope is up.
    pub(super) fn expire(&mut self, scope: usize) {
        let due = self.scopes[scope].due.take().unwrap_or(0);
        let owner = self.scopes[scope].owner;
        self.fail_scope(scope, None, None);
        self.set_time(owner, due);
    }

    /// Whether timers that repeat are to be stopped where a scope ends.
    pub(super) fn has_repeating(&self, scope: usize) -> bool {
        let repeats = |child: &Child| matches!(child, Child::Timer(timer) if self.timers[*timer].every.is_some());
        self.scopes[scope].children.iter().any(repeats)
    }

    /// A scope's body has ended without an error, with timers that repeat: they stop.
    pub(super) fn begin_exit(&mut self, strand: usize, or_else: bool) {
        let Some(scope) = self.innermost(strand) else { return };
        self.stop_repeating(scope);
        self.set_wish(strand, Wish::Children { scope, failed: false, or_else });
    }

    fn stop_repeating(&mut self, scope: usize) {
        for child in self.scopes[scope].children.clone() {
            if let Child::Timer(timer) = child
                && self.timers[timer].every.is_some()
            {
                self.cancel_timer(timer);
            }
        }
    }

    /// A scope's body has failed.
    pub(super) fn fail_scope_by_body(&mut self, strand: usize, error: Value, or_else: bool) {
        let Some(scope) = self.innermost(strand) else { return };
        self.stop_repeating(scope);
        self.body_failed(strand, scope, &Published::new(error));
        self.set_wish(strand, Wish::Children { scope, failed: true, or_else });
    }

    /// The wait for a scope's children ended with an error; `failed`: the scope had failed before.
    pub(super) fn children_wait_failed(
        &mut self,
        strand: usize,
        (scope, failed, or_else): (usize, bool, bool),
        error: Value,
    ) {
        let error = Published::new(error);
        if failed {
            // The children were cancelled, and do not end even so: they are cancelled again.
            self.fail_scope(scope, Some(&error), None);
            for child in self.scopes[scope].children.clone() {
                self.cancel_child(child);
            }
        } else {
            self.body_failed(strand, scope, &error);
        }
        self.set_wish(strand, Wish::Children { scope, failed: true, or_else });
    }

    /// The body has failed: the scope with it, unless the body only was told that the scope has.
    fn body_failed(&mut self, strand: usize, scope: usize, error: &Published) {
        let signals = &mut self.strands[strand].signals;
        let told = signals.leave_scope(scope) && signals.raised(error);
        let ended =
            if told { Ended::Cancelled(error.clone()) } else { Ended::Failed(error.clone()) };
        if let Some(error) = ended.failure() {
            self.fail_scope(scope, Some(error), None);
        }
        // What that wants of the body is wanted no more: it has ended.
        self.strands[strand].signals.leave_scope(scope);
    }

    /// Nothing is left in the scope.
    pub(super) fn close_scope(
        &mut self,
        strand: usize,
        scope: usize,
        or_else: bool,
    ) -> Result<Next, Value> {
        self.strands[strand].scopes.retain(|other| *other != scope);
        let ends = std::mem::take(&mut self.scopes[scope].ends);
        for end in ends {
            self.touch(Touch::new(end, Mode::Read, Order::Acquire).needs(1, 1));
        }
        let resource = self.scopes[scope].resource;
        self.touched(resource, Mode::Write, Order::Both);
        let of = &mut self.scopes[scope];
        of.closed = true;
        let was_due = of.due.take().is_some();
        let (failure, failed) = (of.failure.take(), std::mem::take(&mut of.failed));
        let (expired, within, actor) = (of.expired, of.within, of.actor);
        if let Some(actor) = actor.filter(|_| was_due) {
            self.call_off(actor);
        }
        for child in failed {
            // It is the scope that raises it.
            let _ = self.received(strand, &child.into());
        }
        self.strands[strand].signals.leave_scope(scope);
        match failure {
            Some(error) => Err(error.into_inner()),
            None if expired && or_else => Ok(Next::Answer(Answer::TimedOut)),
            None if expired => {
                let length = duration_text(within.unwrap_or(0));
                Err(error(ErrorKind::Timeout, format!("waited {length} for the scope to end")))
            }
            None => Ok(Value::NIL.into()),
        }
    }

    /// Raises `Cancelled` in a thread or task at its next or present blocking point; whether there was something to
    /// cancel.
    pub(super) fn cancel_strand(&mut self, strand: usize) -> bool {
        let end = self.strands[strand].end_resource;
        self.touched(end, Mode::Read, Order::Acquire);
        if self.strands[strand].ended.is_some() {
            return false;
        }
        if self.withdraw(strand) {
            self.task_is_over(strand, Ended::Cancelled(super::strand::cancelled()));
            return true;
        }
        self.discovered.cancels = true;
        let runs_on = self.strands[strand].worker.unwrap_or(strand);
        let signal = self.strands[runs_on].signal_resource;
        self.touch(Touch::new(signal, Mode::Write, Order::Release).gives(1));
        self.strands[runs_on].signals.cancelled = true;
        self.strands[runs_on].signals.wanted += 1;
        self.tell_to_stop(runs_on);
        true
    }

    /// A strand that may wait is to stop: from now on nobody counts on it, at a barrier or with a condition, and it
    /// stands in nobody's way.
    fn tell_to_stop(&mut self, strand: usize) {
        let of = &self.strands[strand];
        if !of.wish.is_blocking() || of.met.is_some() || self.is_ready(strand) {
            return;
        }
        let who = of.id;
        let waits = self.waits_on(strand);
        let is_counted_on = |(_, action): &(_, Action)| {
            matches!(action, Action::Round { .. } | Action::Await { .. })
        };
        if !(of.arrived || waits.iter().any(is_counted_on)) {
            return;
        }
        self.touch_waits(strand);
        for (object, action) in waits {
            let Body::Thing(number) = body(&object) else { continue };
            if let Action::Round { .. } = action {
                self.touch_rounds(*number);
                let first = self.things[*number].resource;
                self.touched(first, Mode::Write, Order::None);
            }
            let primitive = self.things[*number].primitive();
            primitive.will_give_up(who, &action);
            if let Action::Await { .. } = action {
                primitive.give_up(who, &action);
            }
        }
        self.leave_lines(strand);
    }
}
