//! Timers: pending, until a schedule lets them fire. A thread runs what they are for.

use super::footprint::{Mode, Order, Touch};
use super::scope::Child;
use super::strand::StrandKind;
use super::thing::Body;
use super::world::{Actor, World};
use crate::primitives::{Ended, ThreadId, Timer};
use crate::values::{Label, Object, ObjectKind, Published, Ref, Spawned, Value};
use crate::vm::{Job, Machine, TimerRequest};
use std::sync::Arc;

/// A timer.
pub struct TimerBody {
    pub id: ThreadId,
    /// Its number among what a schedule can choose.
    pub actor: usize,
    pub name: Arc<str>,
    pub state: Timer,
    /// When it fires next, as long as it is to.
    pub due: Option<i64>,
    fires_at: i64,
    pub every: Option<i64>,
    pub started_by: usize,
    pub spawned: Arc<Spawned>,
    pub scope: Option<usize>,
    pub running: Option<usize>,
    pub received: bool,
    pub end_order: u64,
    pub resource: u32,
    job: Job,
}

impl TimerBody {
    /// Whether who waits for it need wait no longer.
    fn is_over(&self) -> bool {
        self.state.ended.is_some() || self.state.cancelled
    }
}

impl World {
    /// `timer`
    pub(super) fn timer(&mut self, strand: usize, request: TimerRequest) -> Value {
        self.touch_birth();
        self.counts.timers += 1;
        let name: Arc<str> = format!("timer-{}", self.counts.timers).into();
        let number = self.timers.len();
        let id = self.next_id();
        let by = self.strands[strand].name.clone();
        let scope = self.innermost(strand);
        let resource = self.new_resources(1);
        let due = self.time_of(strand).saturating_add(request.delay);
        let actor = self.new_actor(Actor::Timer(number));
        self.timers.push(TimerBody {
            id,
            actor,
            name: name.clone(),
            state: Timer::default(),
            due: Some(due),
            fires_at: due,
            every: request.every.then_some(request.delay),
            started_by: strand,
            spawned: Arc::new(Spawned { by, place: request.place, task: None }),
            scope,
            running: None,
            received: false,
            end_order: 0,
            resource,
            job: request.job,
        });
        if !request.every {
            self.keeping += 1;
        }
        self.add_child(scope, Child::Timer(number));
        let label = Label::named(id, name);
        Value::from(Ref::new(Object::new(label, ObjectKind::Timer, Arc::new(Body::Timer(number)))))
    }

    /// A timer fires.
    pub(super) fn fire(&mut self, timer: usize) {
        self.touch_birth();
        let resource = self.timers[timer].resource;
        self.touched(resource, Mode::Write, Order::Both);
        let of = &mut self.timers[timer];
        let due = of.due.take().unwrap_or(0);
        of.state.fired = true;
        of.state.running = true;
        let (name, spawned, job) = (of.name.clone(), of.spawned.clone(), of.job.clone());
        let run = self.add_strand(StrandKind::Timer, name, Some(spawned));
        self.timers[timer].running = Some(run);
        self.strands[run].timer = Some(timer);
        self.set_time(run, due);
        self.keeping += 1;
        let machine = Machine::new(self.program.clone(), self.config.limits, job);
        self.start(run, machine);
    }

    /// A run of a timer is over.
    pub(super) fn timer_ran(&mut self, timer: usize, ended: &Ended) {
        let order = self.next_id();
        let of = &mut self.timers[timer];
        let goes_on = matches!(ended, Ended::Value(_)) && of.every.is_some();
        let touch = Touch::new(of.resource, Mode::Write, Order::Both);
        self.footprint.push(touch.gives(i64::from(!goes_on && !of.is_over())));
        of.running = None;
        of.state.running = false;
        if !goes_on {
            of.end_order = order;
            of.state.ended = Some(ended.clone());
        }
        match of.every {
            Some(every) if goes_on && !of.state.cancelled => {
                of.fires_at = of.fires_at.saturating_add(every);
                of.due = Some(of.fires_at);
            }
            _ => self.timer_over(timer, ended),
        }
    }

    /// Who waits for the end of a timer touches it, and needs that end.
    pub(super) fn touch_timer_end(&mut self, timer: usize) {
        let of = &self.timers[timer];
        let touch = Touch::new(of.resource, Mode::Read, Order::Acquire);
        self.touch(touch.needs(1, i64::from(of.is_over())));
    }

    /// It fires no more, and no run of it is under way.
    fn timer_over(&mut self, timer: usize, ended: &Ended) {
        if let Some(scope) = self.timers[timer].scope {
            self.child_ended(scope, Child::Timer(timer), ended.failure());
        }
        if self.timers[timer].every.is_none() {
            self.let_die();
        }
    }

    /// Cancels a timer; whether that stopped something.
    pub(super) fn cancel_timer(&mut self, timer: usize) -> bool {
        let order = self.next_id();
        let of = &mut self.timers[timer];
        let over = of.state.cancelled
            || of.state.ended.is_some()
            || (of.state.fired && of.every.is_none());
        let touch = Touch::new(of.resource, Mode::Write, Order::Both);
        self.footprint.push(touch.gives(i64::from(!over)));
        if over {
            return false;
        }
        of.state.cancelled = true;
        of.end_order = order;
        let (was_due, actor) = (of.due.take().is_some(), of.actor);
        if was_due {
            self.call_off(actor);
        }
        if !self.timers[timer].state.running {
            // Otherwise the run that is under way does this when it is over.
            self.timer_over(timer, &Ended::Value(Published::new(Value::NIL)));
        }
        true
    }
}
