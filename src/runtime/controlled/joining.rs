//! Ends, and waiting for them.

use super::footprint::{Mode, Order, Touch};
use super::scope::Child;
use super::strand::{StrandKind, Wish};
use super::thing::{Body, body};
use super::world::{Alone, Next, World, fault};
use crate::primitives::{Action, Ended};
use crate::values::{ErrorValue, List, Object, Published, Received, Ref, Value, View};

impl World {
    /// A strand has come to its end.
    pub(super) fn come_to_end(&mut self, strand: usize, ended: Ended) {
        if self.strands[strand].kind == StrandKind::Worker {
            return self.task_ended(strand, ended);
        }
        self.strands[strand].machine = None;
        self.publish_end(strand, ended.clone());
        if let Some(timer) = self.strands[strand].timer {
            self.timer_ran(timer, &ended);
        }
        let alive = self.fixed.alive;
        self.touched(alive, Mode::Add, Order::None);
        if !self.strands[strand].daemon {
            self.let_die();
        }
        if self.ended.is_some() && self.has_daemons() {
            // What daemons have done by now they might not have, and the other way round.
            self.alone = Alone::Looks;
        }
    }

    /// Whether there is, or was, anything that the program does not wait for, and that does more than wait for tasks.
    fn has_daemons(&self) -> bool {
        self.timers.iter().any(|timer| timer.every.is_some())
            || self.strands.iter().any(|strand| match strand.kind {
                StrandKind::Worker => {
                    strand.pool.is_some_and(|pool| self.things[pool].pool.init.is_some())
                }
                _ => strand.daemon,
            })
    }

    /// Tells all who may want to know how a thread or a task ended.
    pub(super) fn publish_end(&mut self, strand: usize, ended: Ended) {
        let order = self.next_id();
        let of = &mut self.strands[strand];
        of.ended = Some(ended.clone());
        of.end_order = order;
        of.wish = Wish::Nothing;
        let (resource, scope) = (of.end_resource, of.scope);
        self.touch(Touch::new(resource, Mode::Write, Order::Release).gives(1));
        if self.config.discovered.first_end {
            let ends = self.fixed.ends;
            self.touched(ends, Mode::Write, Order::None);
        }
        if let Some(scope) = scope {
            self.child_ended(scope, Child::Strand(strand), ended.failure());
        }
    }

    fn touch_end(&mut self, of: &Ref<Object>) {
        match body(of) {
            Body::Strand(strand) => {
                let resource = self.strands[*strand].end_resource;
                let level = i64::from(self.strands[*strand].ended.is_some());
                self.touch(Touch::new(resource, Mode::Read, Order::Acquire).needs(1, level));
            }
            Body::Timer(timer) => self.touch_timer_end(*timer),
            Body::Thing(_) => {}
        }
    }

    /// `join x`, which may go on.
    pub(super) fn join(&mut self, strand: usize, of: &Ref<Object>) -> Result<Next, Value> {
        self.check_self_join(strand, of)?;
        if let Body::Thing(number) = body(of) {
            let number = *number;
            self.do_action(strand, of, Action::Join)?;
            self.join_pool(strand, number)?;
            return Ok(Value::TRUE.into());
        }
        self.touch_end(of);
        self.wait_for_time_of(strand, of);
        self.received(strand, body(of)).map(Next::from)
    }

    /// A thread that waits for itself would wait for ever, and so would a task that waits for its pool.
    fn check_self_join(&mut self, strand: usize, of: &Ref<Object>) -> Result<(), Value> {
        if self.is_self_join(strand, of) {
            return Err(super::report::self_join(self, strand, of));
        }
        Ok(())
    }

    pub(super) fn is_self_join(&self, strand: usize, of: &Ref<Object>) -> bool {
        let task = self.strands[strand].task;
        match body(of) {
            Body::Strand(other) => *other == strand || task == Some(*other),
            Body::Thing(number) => {
                task.is_some_and(|task| self.strands[task].pool == Some(*number))
            }
            Body::Timer(_) => false,
        }
    }

    /// Who has waited for another's end is not earlier than that.
    fn wait_for_time_of(&mut self, strand: usize, of: &Ref<Object>) {
        if let Body::Strand(other) = body(of) {
            let then = self.strands[*other].now;
            self.strands[strand].now = self.strands[strand].now.max(then);
        }
    }

    fn ended_of(&self, of: &Body) -> Option<&Ended> {
        match of {
            Body::Strand(strand) => self.strands[*strand].ended.as_ref(),
            Body::Timer(timer) => self.timers[*timer].state.ended.as_ref(),
            Body::Thing(_) => None,
        }
    }

    /// What something that has ended gives, or the error that it raised.
    pub(super) fn received(&mut self, strand: usize, of: &Body) -> Result<Value, Value> {
        match self.ended_of(of).cloned() {
            Some(Ended::Value(value)) => Ok(value.into_inner()),
            Some(Ended::Failed(error) | Ended::Cancelled(error)) => {
                match of {
                    Body::Strand(other) => self.strands[*other].received = true,
                    Body::Timer(timer) => self.timers[*timer].received = true,
                    Body::Thing(_) => {}
                }
                Err(self.note_received(strand, &error))
            }
            // A timer that was cancelled.
            None => Ok(Value::NIL),
        }
    }

    /// Notes in an error that this thread received it here.
    pub(super) fn note_received(&self, strand: usize, error: &Published) -> Value {
        if let (View::Error(error), Some(place)) = (error.get().view(), self.place_of(strand)) {
            error.add_received(Received { thread: self.strands[strand].name.clone(), place });
        }
        error.get().clone()
    }

    /// `join a, b, c`, all of which have ended.
    pub(super) fn join_all(&mut self, strand: usize, of: &[Ref<Object>]) -> Result<Next, Value> {
        for one in of {
            self.check_self_join(strand, one)?;
        }
        for one in of {
            self.touch_end(one);
            self.wait_for_time_of(strand, one);
        }
        let mut values = Vec::with_capacity(of.len());
        let mut first: Option<Value> = None;
        for one in of {
            match self.received(strand, body(one)) {
                Ok(value) => values.push(value),
                Err(error) => match &first {
                    None => first = Some(error),
                    Some(first) => add_other(first, &error),
                },
            }
        }
        match first {
            Some(error) => Err(error),
            None => List::value(values).map(Next::from).map_err(|told| fault(&told)),
        }
    }

    /// When something ended, among all that have.
    fn end_order(&self, of: &Ref<Object>) -> Option<u64> {
        match body(of) {
            Body::Strand(strand) => {
                let strand = &self.strands[*strand];
                strand.ended.as_ref().map(|_| strand.end_order)
            }
            Body::Timer(timer) => {
                let timer = &self.timers[*timer];
                (timer.state.ended.is_some() || timer.state.cancelled).then_some(timer.end_order)
            }
            Body::Thing(_) => None,
        }
    }

    /// `join any`, one of which has ended; or it is only itself that is waited for.
    pub(super) fn join_any(&mut self, strand: usize, of: &[Ref<Object>]) -> Result<Next, Value> {
        if of.iter().all(|one| self.is_self_join(strand, one)) {
            self.check_self_join(strand, &of[0])?;
        }
        for one in of {
            match body(one) {
                Body::Strand(other) => {
                    let resource = self.strands[*other].end_resource;
                    self.touched(resource, Mode::Read, Order::Acquire);
                }
                _ => self.touch_end(one),
            }
        }
        let ended = of.iter().filter(|one| self.end_order(one).is_some());
        let first = ended.min_by_key(|one| self.end_order(one)).unwrap_or(&of[0]);
        Ok(Value::from(first.clone()).into())
    }
}

/// Adds an error to those that came with another.
pub(super) fn add_other(error: &Value, other: &Value) {
    if let (View::Error(error), View::Error(other)) = (error.view(), other.view()) {
        ErrorValue::add_other(error, other);
    }
}
