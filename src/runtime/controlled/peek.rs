//! What a choice would touch, as far as that can be told before: of one that cannot go on, what it waits for.

use super::footprint::{Mode, Order, Touch};
use super::ready::{Ability, lock_of};
use super::strand::Wish;
use super::thing::{Body, State, body};
use super::world::{Actor, World};
use crate::primitives::Action;
use crate::values::View;
use crate::vm::{Access, Part, Request, Target};

impl World {
    /// What an actor would touch next.
    pub fn peek(&mut self, actor: usize) -> Vec<Touch> {
        let kept = std::mem::take(&mut self.footprint);
        match self.actors[actor] {
            Actor::Strand(strand) => self.peek_strand(strand),
            Actor::Timer(timer) => {
                let resource = self.timers[timer].resource;
                self.touched(resource, Mode::Write, Order::Both);
            }
            Actor::Scope(scope) => {
                let signal = self.strands[self.scopes[scope].owner].signal_resource;
                self.touched(signal, Mode::Write, Order::Both);
            }
        }
        std::mem::replace(&mut self.footprint, kept)
    }

    /// Whether an actor would touch the same, whenever it takes its next step. Others do something else if what they
    /// want is not ready, or touch more of a thing as it changes.
    #[must_use]
    pub fn is_firm(&self, actor: usize) -> bool {
        let Actor::Strand(strand) = self.actors[actor] else { return true };
        let is_firm = |access: &Access| match access.part {
            Part::Swap(_) => false,
            _ => !(access.write && matches!(access.of.view(), View::Map(_))),
        };
        let is_lock = |target: &Target| match body(lock_of(target.object())) {
            Body::Thing(thing) => {
                matches!(self.things[*thing].state, State::Lock(_) | State::RLock(_))
            }
            _ => false,
        };
        let discovered = self.config.discovered;
        match &self.strands[strand].wish {
            Wish::End(_) => true,
            Wish::Ask(request) => match request {
                Request::Access(access) => is_firm(access),
                Request::Accesses(all) => all.iter().all(is_firm),
                Request::Acquire { target, limit, .. } => {
                    is_lock(target)
                        && !limit.is_limited()
                        && !discovered.looks
                        && !discovered.cancels
                }
                Request::Release { target, .. } => is_lock(target),
                Request::Spawn(of) => of.pool.is_none(),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether an actor waits for the first of several things.
    #[must_use]
    pub fn goes_on_with_any(&self, actor: usize) -> bool {
        let Actor::Strand(strand) = self.actors[actor] else { return false };
        matches!(self.strands[strand].wish, Wish::Ask(Request::Select(_) | Request::JoinAny { .. }))
    }

    /// Whether an actor is about to start a thread.
    #[must_use]
    pub fn is_birth(&self, actor: usize) -> bool {
        let Actor::Strand(strand) = self.actors[actor] else { return false };
        matches!(&self.strands[strand].wish, Wish::Ask(Request::Spawn(of)) if of.pool.is_none())
    }

    /// Whether an actor waits for something, and so far in vain; or could go on if the program had not ended.
    #[must_use]
    pub fn is_unfinished(&self, actor: usize) -> bool {
        match self.actors[actor] {
            Actor::Strand(strand) => match self.strands[strand].wish {
                Wish::Nothing => false,
                // A worker that finds no task does nothing that others could come before.
                Wish::NextTask(_) => self.is_ready(strand),
                // One that goes round has looked already.
                _ if self.is_spinning(strand) => false,
                _ => true,
            },
            Actor::Timer(timer) => self.timers[timer].due.is_some(),
            Actor::Scope(scope) => self.scopes[scope].due.is_some(),
        }
    }

    /// Whether an actor could go on now, had the program not ended.
    #[must_use]
    pub fn is_able(&self, actor: usize) -> bool {
        match self.actors[actor] {
            Actor::Strand(strand) => self.ability(strand) != Ability::None,
            _ => self.is_unfinished(actor),
        }
    }

    fn peek_strand(&mut self, strand: usize) {
        let wish = std::mem::replace(&mut self.strands[strand].wish, Wish::Nothing);
        match &wish {
            Wish::Ask(Request::Access(access)) => self.access(access),
            Wish::Ask(Request::Accesses(all)) => all.iter().for_each(|access| self.access(access)),
            Wish::Ask(Request::Release { target, .. }) => self.peek_write(lock_of(target.object())),
            Wish::Ask(
                Request::Enrol { condition: of, .. } | Request::Notify { condition: of, .. },
            ) => {
                self.peek_write(of);
                self.peek_write(lock_of(of));
            }
            Wish::Ask(Request::Arrive { barrier, .. } | Request::Depart { barrier }) => {
                self.peek_write(barrier);
            }
            Wish::Ask(Request::Perform { object, action, .. }) => {
                self.peek_action(strand, object, action);
            }
            Wish::Ask(Request::Spawn(_) | Request::Timer(_)) => self.touch_birth(),
            Wish::End(_) => {
                let end = self.strands[strand].end_resource;
                self.touch(Touch::new(end, Mode::Write, Order::Release).gives(1));
            }
            Wish::Children { scope, .. } => {
                for end in self.scopes[*scope].ends.clone() {
                    self.touch(Touch::new(end, Mode::Read, Order::Acquire).needs(1, 0));
                }
            }
            Wish::NextTask(pool) => {
                let first = self.things[*pool].resource;
                self.touched(first, Mode::Write, Order::Both);
            }
            _ => {}
        }
        let asks = !matches!(&wish, Wish::Ask(Request::Perform { .. }));
        self.strands[strand].wish = wish;
        if asks {
            for (object, action) in self.waits_on(strand) {
                self.peek_action(strand, &object, &action);
            }
        }
        if self.could_do_otherwise(strand) {
            self.need_nothing();
        }
        if self.strands[strand].wish.is_blocking() {
            let signal = self.strands[strand].signal_resource;
            self.touched(signal, Mode::Read, Order::Acquire);
        }
    }

    fn peek_write(&mut self, object: &crate::values::Ref<crate::values::Object>) {
        if let Body::Thing(number) = body(object) {
            let first = self.things[*number].resource;
            self.touched(first, Mode::Write, Order::Both);
        }
    }

    fn peek_action(
        &mut self,
        strand: usize,
        object: &crate::values::Ref<crate::values::Object>,
        action: &Action,
    ) {
        match (body(object), action) {
            (Body::Thing(number), Action::Round { round }) => {
                let resource = self.round_resource(*number, *round);
                self.touch(Touch::new(resource, Mode::Read, Order::Acquire).needs(1, 0));
            }
            (Body::Thing(number), Action::Await { ticket }) => {
                let resource = self.ticket_resource(*number, *ticket);
                self.touch(Touch::new(resource, Mode::Read, Order::Acquire).needs(1, 0));
            }
            (Body::Thing(number), _) => {
                let who = self.strands[strand].id;
                self.touch_for(*number, who, action, false);
            }
            (Body::Strand(other), _) => {
                let other = &self.strands[*other];
                let level = i64::from(other.ended.is_some());
                let touch = Touch::new(other.end_resource, Mode::Read, Order::Acquire);
                self.touch(touch.needs(1, level));
            }
            (Body::Timer(timer), _) => self.touch_timer_end(*timer),
        }
    }
}
