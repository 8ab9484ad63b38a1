//! Waits that never end: circles of threads that wait for one another, locks whose owner has ended, and programs in
//! which nobody can go on.

use super::footprint::{Mode, Order};
use super::objects::has_owner;
use super::scope::Child;
use super::strand::{Strand, StrandKind, Wish};
use super::thing::{Body, State, body};
use super::world::World;
use crate::primitives::Action;
use crate::values::{Object, Published, Ref};

impl World {
    /// The strands that must do something before a wait for this can end, and that alone can do it.
    pub(super) fn holders_of(
        &self,
        strand: usize,
        object: &Ref<Object>,
        action: &Action,
    ) -> Vec<usize> {
        match body(object) {
            Body::Thing(number) => {
                let thing = &self.things[*number];
                if matches!(thing.state, State::Ticket(_)) {
                    return Vec::new();
                }
                if matches!(thing.state, State::Pool(_)) {
                    let runs = |task: &Strand| task.worker.filter(|_| task.pool == Some(*number));
                    return self.strands.iter().filter_map(runs).collect();
                }
                let holders = thing.look().holders(self.strands[strand].id, action);
                holders.into_iter().filter_map(|id| self.strand_of(id)).collect()
            }
            Body::Strand(other) => self.runs_on(*other).into_iter().collect(),
            Body::Timer(timer) => self.timers[*timer].running.into_iter().collect(),
        }
    }

    /// The strands that a strand waits for, and for nobody else.
    fn holders(&self, strand: usize) -> Vec<usize> {
        if let Wish::Children { scope, .. } = &self.strands[strand].wish {
            let of = &self.scopes[*scope];
            if of.due.is_some() {
                // It will end by itself.
                return Vec::new();
            }
            let runs_on = |child: &Child| match child {
                Child::Strand(strand) => self.runs_on(*strand),
                Child::Timer(timer) => self.timers[*timer].running,
            };
            return of.children.iter().filter_map(runs_on).collect();
        }
        match self.waits_on(strand).as_slice() {
            // Of several, any could let it go on: only all together are a deadlock.
            [(object, action)] => self.holders_of(strand, object, action),
            _ => Vec::new(),
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

    /// The circle that a strand closes by waiting, itself first.
    fn circle(&self, start: usize) -> Option<Vec<usize>> {
        let mut seen = vec![start];
        let mut path = vec![(start, self.holders(start))];
        while let Some((_, left)) = path.last_mut() {
            let Some(holder) = left.pop() else {
                path.pop();
                continue;
            };
            if holder == start {
                return Some(path.into_iter().map(|(strand, _)| strand).collect());
            }
            if !seen.contains(&holder) && self.waits_for_good(holder) {
                seen.push(holder);
                path.push((holder, self.holders(holder)));
            }
        }
        None
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

    /// The one that a strand waits for first, where that is told quickly.
    fn first_holder(&self, strand: usize) -> Option<usize> {
        use crate::vm::Request;
        let open = |of: &Ref<Object>| match body(of) {
            Body::Strand(other) if self.strands[*other].ended.is_none() => Some(*other),
            _ => None,
        };
        let holder = match &self.strands[strand].wish {
            Wish::Ask(Request::Join { of, .. }) => open(of)?,
            Wish::Ask(Request::JoinAll { of, .. }) => of.iter().find_map(open)?,
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

    /// Whether a strand that cannot go on closes a circle, or waits for what never comes free.
    pub(super) fn is_hopeless(&self, strand: usize) -> bool {
        if matches!(self.strands[strand].wish, Wish::NextTask(_)) {
            return false;
        }
        // Mostly the way along those who wait for one alone soon comes to one who can go on.
        let mut at = strand;
        for _ in 0..self.strands.len() {
            match self.first_holder(at) {
                Some(holder) if self.strands[holder].ended.is_none() => {
                    if !self.waits_for_good(holder) {
                        return false;
                    }
                    at = holder;
                }
                _ => break,
            }
        }
        // Of a circle, the lock after a `wait` is to be taken again in any case, if there is another to be told.
        let retakes = |strand: usize| {
            matches!(self.strands[strand].wish, Wish::Ask(crate::vm::Request::Retake { .. }))
        };
        // Who was seen to wait already has not closed it: another that is about to wait does.
        let closes = |other: &usize| !self.strands[*other].arrived && self.is_line_seen(*other);
        self.circle(strand).is_some_and(|circle| {
            (!retakes(strand) || circle.iter().all(|strand| retakes(*strand)))
                && !(self.strands[strand].arrived && circle.iter().any(closes))
        }) || self.ended_holder(strand).is_some()
    }

    /// The error for a strand that is hopeless.
    pub(super) fn despair(&mut self, strand: usize) -> Option<Published> {
        if let Some(circle) = self.circle(strand) {
            for other in &circle {
                self.touch_waits(*other);
                // Any of them could have been told instead; now the others go on with what they wait for, in time.
                let signal = self.strands[*other].signal_resource;
                self.touched(signal, Mode::Write, Order::None);
            }
            return Some(super::report::circle(self, &circle));
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
