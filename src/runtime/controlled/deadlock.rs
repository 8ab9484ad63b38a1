//! Waits that never end: knots of threads that wait for one another, locks whose owner has ended, and programs in
//! which nobody can go on.

use super::footprint::{Mode, Order};
use super::objects::has_owner;
use super::scope::Child;
use super::strand::{StrandKind, Wish};
use super::thing::{Body, State, body};
use super::world::World;
use crate::primitives::Action;
use crate::runtime::knot::{self, Knot, Need};
use crate::values::{Object, Published, Ref};
use crate::vm::Request;

impl World {
    /// The strands that must do something before this can be done with a primitive, and that alone can do it.
    pub(super) fn holders_of(
        &self,
        strand: usize,
        object: &Ref<Object>,
        action: &Action,
    ) -> Vec<usize> {
        self.need_of(strand, object, action).each()
    }

    /// Who must go on before this can be done with an object, and alone can let it.
    fn need_of(&self, strand: usize, object: &Ref<Object>, action: &Action) -> Need<usize> {
        match body(object) {
            Body::Thing(number) => match &self.things[*number].state {
                State::Ticket(_) => Need::NOBODY,
                State::Pool(_) => self.need_of_pool(*number),
                _ => {
                    let thing = self.things[*number].look();
                    let holders = thing.holders(self.strands[strand].id, action);
                    Need::threads(holders.into_iter().filter_map(|id| self.strand_of(id)))
                }
            },
            Body::Strand(other) => self.need_of_strand(*other),
            Body::Timer(timer) => Need::threads(self.timers[*timer].running),
        }
    }

    /// Who must go on before a strand's wait can end.
    fn need(&self, strand: usize) -> Need<usize> {
        let join = |of: &Ref<Object>| self.need_of(strand, of, &Action::Join);
        match &self.strands[strand].wish {
            // It will end by itself.
            Wish::Children { scope, .. } if self.scopes[*scope].due.is_some() => Need::NOBODY,
            Wish::Children { scope, .. } => {
                Need::all(self.scopes[*scope].children.iter().map(|child| match child {
                    Child::Strand(strand) => self.need_of_strand(*strand),
                    Child::Timer(timer) => Need::threads(self.timers[*timer].running),
                }))
            }
            Wish::Ask(Request::JoinAll { of, .. }) => {
                let open = of.iter().filter(|one| !self.is_done(strand, one, &Action::Join));
                Need::all(open.map(join))
            }
            _ => {
                let waits = self.waits_on(strand);
                Need::any(waits.iter().map(|(on, action)| self.need_of(strand, on, action)))
            }
        }
    }

    /// Whether a strand waits, without a limit, for what is not ready.
    fn waits_for_good(&self, strand: usize) -> bool {
        let of = &self.strands[strand];
        of.until.is_none()
            && of.met.is_none()
            && !matches!(of.wish, Wish::Nothing | Wish::NextTask(_) | Wish::End(_))
            && !(of.signals.wants_error() && of.wish.is_blocking())
            && !self.is_ready(strand)
    }

    /// The knot that a strand closes by waiting, itself first.
    fn knot(&self, start: usize) -> Option<Knot<usize>> {
        let need_of = |strand| self.waits_for_good(strand).then(|| self.need(strand));
        knot::closed_by(start, self.need(start), need_of)
    }

    /// Of the strands that a lock is held by, one that has ended and so never gives it back.
    fn ended_holder(&self, strand: usize) -> Option<(Ref<Object>, Action, usize)> {
        let waits = self.waits_on(strand);
        let [(object, action)] = waits.as_slice() else { return None };
        if !has_owner(object) {
            return None;
        }
        let holders = self.holders_of(strand, object, action);
        let ended = holders.into_iter().find(|holder| self.strands[*holder].ended.is_some())?;
        Some((object.clone(), action.clone(), ended))
    }

    /// The one that a strand waits for, where that is told quickly.
    fn only_holder(&self, strand: usize) -> Option<usize> {
        let open = |of: &Ref<Object>| match body(of) {
            Body::Strand(other) if self.strands[*other].ended.is_none() => Some(*other),
            _ => None,
        };
        let holder = match &self.strands[strand].wish {
            Wish::Ask(Request::Join { of, .. }) => open(of)?,
            Wish::Ask(Request::JoinAll { of, .. }) => {
                let mut open = of.iter().filter_map(open);
                open.next().filter(|_| open.next().is_none())?
            }
            Wish::Ask(Request::Acquire { target, .. }) => {
                let Body::Thing(number) = body(super::ready::lock_of(target.object())) else {
                    return None;
                };
                self.strand_of(self.things[*number].owner()?)?
            }
            _ => return None,
        };
        (self.strands[holder].kind != StrandKind::Task).then_some(holder)
    }

    /// Whether a strand joins several threads, all of which can go on.
    fn joins_able(&self, strand: usize) -> bool {
        let Wish::Ask(Request::JoinAll { of, .. }) = &self.strands[strand].wish else {
            return false;
        };
        of.iter().all(|one| match body(one) {
            Body::Strand(other) => {
                let is_task = self.strands[*other].kind == StrandKind::Task;
                self.strands[*other].ended.is_some() || !is_task && !self.waits_for_good(*other)
            }
            _ => false,
        })
    }

    /// Whether a strand that cannot go on closes a knot, or waits for what never comes free.
    pub(super) fn is_hopeless(&self, strand: usize) -> bool {
        if matches!(self.strands[strand].wish, Wish::NextTask(_)) || self.joins_able(strand) {
            return false;
        }
        // Mostly the way along those who wait for one alone soon comes to one who can go on.
        let mut at = strand;
        for _ in 0..self.strands.len() {
            match self.only_holder(at) {
                Some(holder) if self.strands[holder].ended.is_none() => {
                    if !self.waits_for_good(holder) {
                        return false;
                    }
                    at = holder;
                }
                _ => break,
            }
        }
        // Of a knot, the lock after a `wait` is to be taken again in any case, if there is another to be told.
        let retakes =
            |strand: usize| matches!(self.strands[strand].wish, Wish::Ask(Request::Retake { .. }));
        // Who was seen to wait already has not closed it: another that is about to wait does.
        let closes = |other: &usize| !self.strands[*other].arrived && self.is_line_seen(*other);
        self.knot(strand).is_some_and(|knot| {
            (!retakes(strand) || knot.threads.iter().all(|strand| retakes(*strand)))
                && !(self.strands[strand].arrived && knot.threads.iter().any(closes))
        }) || self.ended_holder(strand).is_some()
    }

    /// The error for a strand that is hopeless.
    pub(super) fn despair(&mut self, strand: usize) -> Option<Published> {
        if let Some(knot) = self.knot(strand) {
            for other in &knot.threads {
                self.touch_waits(*other);
                // Any of them could have been told instead; now the others go on with what they wait for, in time.
                let signal = self.strands[*other].signal_resource;
                self.touched(signal, Mode::Write, Order::None);
            }
            return Some(super::report::knot(self, &knot));
        }
        let (object, action, holder) = self.ended_holder(strand)?;
        let end = self.strands[holder].end_resource;
        self.touched(end, Mode::Read, Order::None);
        Some(super::report::ended_holder(self, strand, &object, &action, holder))
    }
}

/// Of those who wait when nobody can go on, the one that is told: the oldest that waits for something other than
/// threads, or else the oldest.
pub(super) fn victim(world: &World) -> Option<usize> {
    let candidates = || {
        (0..world.strands.len()).filter(|strand| {
            let strand = &world.strands[*strand];
            strand.kind != StrandKind::Task
                && !matches!(strand.wish, Wish::Nothing | Wish::NextTask(_))
        })
    };
    candidates().find(|strand| !waits_for_threads(world, *strand)).or_else(|| candidates().next())
}

fn waits_for_threads(world: &World, strand: usize) -> bool {
    if matches!(world.strands[strand].wish, Wish::Children { .. }) {
        return true;
    }
    let waits = world.waits_on(strand);
    let is_thread = |(object, action): &(Ref<Object>, Action)| {
        matches!(action, Action::Join) && !object.kind.is_queue()
    };
    !waits.is_empty() && waits.iter().all(is_thread)
}

/// The error for the strand that is told that nobody can go on.
pub(super) fn of_all(world: &mut World, victim: usize) -> Published {
    let all: Vec<usize> = (0..world.strands.len())
        .filter(|strand| {
            let strand = &world.strands[*strand];
            strand.kind != StrandKind::Task
                && !matches!(strand.wish, Wish::Nothing | Wish::NextTask(_))
        })
        .collect();
    super::report::all_blocked(world, &all, victim)
}
