//! What an action on a primitive touches: which others it depends on, and what it needs of them.

use super::footprint::{Mode, Order, Touch};
use super::queues;
use super::strand::Wish;
use super::thing::{Body, State, Thing, body};
use super::world::World;
use crate::primitives::{Action, Misuse, Reply, ThreadId};

impl World {
    /// What an action on a primitive touches, or would.
    pub(super) fn touch_for(&mut self, number: usize, who: ThreadId, action: &Action, done: bool) {
        let thing = &self.things[number];
        let first = thing.resource;
        let new = |mode, order| Touch::new(first, mode, order);
        match (&thing.state, action) {
            (State::Queue(..), _) => queues::touch(self, number, action, done),
            (_, Action::Look(_)) => self.touch(new(Mode::Read, Order::Acquire)),
            (State::Lock(_) | State::RLock(_), Action::Acquire { .. } | Action::Restore { .. }) => {
                let owner = thing.owner();
                let level = i64::from(owner.is_none());
                let touch = new(Mode::Write, Order::Acquire);
                let again = owner == Some(who);
                self.touch(if again { touch } else { touch.needs(1, level).gives(-1) });
            }
            (State::Lock(_) | State::RLock(_), _) => {
                self.touch(new(Mode::Write, Order::Release).gives(1));
            }
            (State::Semaphore { state: semaphore, .. }, Action::Acquire { count, .. }) => {
                let touch = new(Mode::Write, Order::Acquire).needs(*count, semaphore.value);
                self.touch(touch.gives(count.saturating_neg()));
            }
            (State::Semaphore { state: semaphore, .. }, Action::Release { count, .. }) => {
                let mode = if semaphore.bound.is_some() { Mode::Write } else { Mode::Add };
                let is_mistake = semaphore
                    .bound
                    .is_some_and(|bound| semaphore.value.saturating_add(*count) > bound);
                let given = if is_mistake { 0 } else { *count };
                self.touch(new(mode, Order::Release).gives(given));
            }
            // What readers release is for writers alone: readers do not order each other. And a writer needs that nobody
            // is inside: each who goes in takes from that level.
            (State::RwLock(rw), Action::AcquireSide { write }) => {
                let (level, is_mistake) = (-(rw.inside().len() as i64), rw.is_held_by(who));
                let (mode, order) =
                    if *write { (Mode::Write, Order::Acquire) } else { (Mode::Add, Order::None) };
                self.touch(new(mode, Order::Acquire));
                let mut inside = Touch::new(first + 1, mode, order);
                if *write && !is_mistake {
                    inside = inside.needs(0, level);
                }
                self.touch(inside.gives(-i64::from(!is_mistake)));
            }
            (State::RwLock(rw), Action::ReleaseSide { write }) => {
                let given = i64::from(rw.holds_side(who, *write));
                let (mode, order) =
                    if *write { (Mode::Write, Order::Release) } else { (Mode::Add, Order::None) };
                self.touch(new(mode, order));
                self.touch(Touch::new(first + 1, mode, Order::Release).gives(given));
            }
            (State::Event(_), Action::Set) => self.touch(new(Mode::Add, Order::Release).gives(1)),
            (State::Event(_), Action::Wait { since }) => {
                let since_then = thing.sets.saturating_sub(*since) as i64;
                let level = thing.tally.max(since_then);
                self.touch(new(Mode::Read, Order::Acquire).needs(1, level));
            }
            // It takes away all that was set since the last time.
            (State::Event(_), Action::Clear) => {
                let touch = new(Mode::Write, Order::Both).gives(thing.tally.saturating_neg());
                self.touch(touch);
            }
            (State::Latch(latch), Action::CountDown(by)) => {
                let mode = if *by < 1 { Mode::Read } else { Mode::Add };
                let _ = latch;
                self.touch(new(mode, Order::Release).gives(*by));
            }
            (State::Latch(latch), Action::Wait { .. }) => {
                // What was counted down beyond 0 counts too: any of it could have been left out.
                let level = if latch.count > 0 { -latch.count } else { thing.tally };
                self.touch(new(Mode::Read, Order::Acquire).needs(0, level));
            }
            (State::Barrier(_), Action::Abort | Action::Reset) => {
                self.touch(new(Mode::Write, Order::Both));
                self.touch_rounds(number);
            }
            (State::Pool(pool), Action::Join) => {
                let level = -(pool.unfinished as i64);
                let touch = Touch::new(first + 2, Mode::Read, Order::Acquire).needs(0, level);
                self.touch(touch);
            }
            _ => self.touch(new(Mode::Write, Order::Both)),
        }
    }

    /// A wait that ends otherwise has looked at what it waited for.
    pub(super) fn touch_waits(&mut self, strand: usize) {
        for (object, action) in self.waits_on(strand) {
            match body(&object) {
                Body::Thing(number) => {
                    let thing = &self.things[*number];
                    let first = thing.resource;
                    let seen = self.strands[strand].arrived;
                    let mode = if seen { Mode::Write } else { Mode::Read };
                    let count = if matches!(thing.state, State::Queue(..) | State::Pool(_)) {
                        3
                    } else {
                        1
                    };
                    for resource in first..first + count {
                        self.touched(resource, mode, Order::None);
                    }
                    if let Action::Round { round } = action {
                        let resource = self.round_resource(*number, round);
                        self.touched(resource, Mode::Write, Order::None);
                    }
                    if let Action::Await { ticket } = action {
                        let resource = self.ticket_resource(*number, ticket);
                        self.touched(resource, Mode::Write, Order::None);
                        self.touched(first, Mode::Write, Order::None);
                    }
                }
                Body::Strand(other) => {
                    let resource = self.strands[*other].end_resource;
                    self.touched(resource, Mode::Read, Order::None);
                }
                Body::Timer(timer) => {
                    let resource = self.timers[*timer].resource;
                    self.touched(resource, Mode::Read, Order::None);
                }
            }
        }
        if let Wish::Children { scope, .. } = &self.strands[strand].wish {
            let ends = self.scopes[*scope].ends.clone();
            for resource in ends {
                self.touched(resource, Mode::Read, Order::None);
            }
        }
    }
}

impl Thing {
    /// Lets an action happen, and counts it.
    pub(super) fn act(
        &mut self,
        strand: usize,
        who: ThreadId,
        action: Action,
    ) -> Result<Reply, Misuse> {
        self.count(&action);
        let marks = matches!(action, Action::TaskDone);
        let reply = self.primitive().act(who, action);
        if let State::Queue(..) = self.state {
            match &reply {
                Ok(Reply::Value(_)) => self.takers.push(strand),
                Ok(_) if marks => {
                    let at = self.takers.iter().position(|taker| *taker == strand);
                    at.map(|at| self.takers.swap_remove(at));
                }
                _ => {}
            }
        }
        reply
    }

    /// Counts what tells later which steps another one needed.
    fn count(&mut self, action: &Action) {
        match (&self.state, action) {
            (State::Event(_), Action::Set) => {
                self.tally += 1;
                self.sets += 1;
            }
            (State::Event(_), Action::Clear) => self.tally = 0,
            // Of a latch: by how much it was counted down beyond 0.
            (State::Latch(latch), Action::CountDown(by)) if *by > latch.count => {
                self.tally = self.tally.saturating_add(by - latch.count);
            }
            _ => {}
        }
    }
}
