//! Threads that go round in a loop and only look: `while not ready { }`.
//!
//! One that comes back to the same place with all of its own as it was, having changed nothing since, does the same
//! again as long as nothing that it has looked at changes. To go round once more is no other behaviour, so it waits for
//! a change, like one that waits for a lock. If nobody is left to make it, that is a livelock.
//!
//! To take a lock and to give it back is no change either: the lock is as it was. Others could find it held meanwhile, but so
//! they could the time before, which they can come to as well: what they do comes after that only if they have taken the
//! lock since, and then that is a change.

use super::footprint::{Mode, Order, Resource, Touch};
use super::ready::lock_of;
use super::strand::Wish;
use super::thing::{Body, State, body};
use super::world::{Alone, World};
use crate::vm::Request;

/// How a strand has come along since it last changed something.
#[derive(Default)]
pub struct Spin {
    /// Where it was, and what its own state was: that is not looked at before it has come to a place twice.
    visits: Vec<(u64, u64)>,
    /// What it has looked at, and how often that had changed.
    looked: Vec<(Resource, u32)>,
    /// If it has looked at what other threads are doing: how often others had moved then.
    watched: Option<u64>,
    /// The locks that it has taken since, and how often.
    held: Vec<(Resource, u32)>,
    /// How often it has moved itself: done what others can see, or been seen to wait or to go on.
    moves: u64,
    /// Whether it is where it was before, as it was.
    pub goes_round: bool,
}

impl Spin {
    /// Of a strand that has not looked at anything yet.
    pub fn begin(&mut self) {
        self.clear();
        self.moves = 0;
    }

    fn clear(&mut self) {
        self.visits.clear();
        self.looked.clear();
        self.watched = None;
        self.held.clear();
        self.goes_round = false;
    }

    /// It has taken a lock, or given one back: whether it had taken that since.
    fn note_held(&mut self, lock: Resource, takes: bool) -> bool {
        match self.held.iter().position(|(held, _)| *held == lock) {
            Some(at) if takes => self.held[at].1 += 1,
            Some(at) if self.held[at].1 > 1 => self.held[at].1 -= 1,
            Some(at) => _ = self.held.swap_remove(at),
            None if takes => self.held.push((lock, 1)),
            None => return false,
        }
        true
    }

    fn has_looked(&self) -> bool {
        !self.looked.is_empty() || self.watched.is_some()
    }
}

/// A first visit, whose state is not known.
const UNKNOWN: u64 = 0;
/// A thread that has looked so often is not watched any more until it changes something.
const MOST_VISITS: usize = 64;

impl World {
    /// A step has touched what is in the footprint: counts what it changed, and notes what the strand looked at. `lock`:
    /// it was to take this lock, or to give it back.
    pub(super) fn note_changes(&mut self, strand: Option<usize>, lock: Option<(Resource, bool)>) {
        let mut only_looks = true;
        for touch in &self.footprint {
            if matches!(touch.mode, Mode::Read | Mode::ItemRead) {
                continue;
            }
            only_looks = false;
            let at = touch.resource as usize;
            if self.changes.len() <= at {
                self.changes.resize(at + 1, 0);
            }
            self.changes[at] += 1;
        }
        let moves = !only_looks || strand.is_none_or(|strand| self.strands[strand].arrived);
        self.moves += u64::from(moves);
        let Some(strand) = strand else { return };
        self.strands[strand].spin.moves += u64::from(moves);
        let is_neutral = !only_looks
            && lock.is_some_and(|(lock, takes)| {
                // Who takes it in vain orders nothing by it.
                let is_lock = |touch: &Touch| touch.resource == lock && touch.order != Order::None;
                let is_look = |touch: &Touch| matches!(touch.mode, Mode::Read | Mode::ItemRead);
                self.footprint.iter().all(|touch| is_look(touch) || is_lock(touch))
                    && self.strands[strand].spin.note_held(lock, takes)
            });
        if !only_looks && !is_neutral {
            self.strands[strand].spin.clear();
            return;
        }
        let others = self.moves_of_others(strand);
        let spin = &mut self.strands[strand].spin;
        spin.goes_round = false;
        if self.alone == Alone::Looks && spin.watched.replace(others) != Some(others) {
            spin.visits.clear();
        }
        for touch in &self.footprint {
            let changes = self.changes_of(touch.resource);
            // What it has changed itself is not news to it.
            let own = u32::from(!matches!(touch.mode, Mode::Read | Mode::ItemRead));
            let looked = &mut self.strands[strand].spin.looked;
            match looked.iter_mut().find(|(resource, _)| *resource == touch.resource) {
                Some((_, known)) if *known + own == changes => *known = changes,
                // What it knew is old: so is what came of it.
                Some((_, known)) if *known != changes => {
                    *known = changes;
                    self.strands[strand].spin.visits.clear();
                }
                Some(_) => {}
                None => looked.push((touch.resource, changes)),
            }
        }
    }

    /// The strand has done something that is not seen in its own state, nor in what is shared.
    pub(super) fn does_something(&mut self, strand: usize) {
        self.strands[strand].spin.clear();
    }

    /// A strand has come to its next step: whether it is where it was before.
    pub(super) fn note_visit(&mut self, strand: usize) {
        let of = &mut self.strands[strand];
        if !of.spin.has_looked() || !of.spin.held.is_empty() || of.spin.visits.len() >= MOST_VISITS
        {
            return;
        }
        if matches!(of.wish, Wish::Nothing | Wish::End(_) | Wish::NextTask(_)) {
            return;
        }
        let site = of.site;
        let state = if of.spin.visits.iter().any(|(known, _)| *known == site) {
            match of.machine.as_ref().and_then(|machine| machine.own_state()) {
                Some(state) => state | 1,
                None => return,
            }
        } else {
            UNKNOWN
        };
        let again = state != UNKNOWN && of.spin.visits.contains(&(site, state));
        if again {
            of.spin.goes_round = true;
            self.strands[strand].spin.goes_round = self.is_spinning(strand);
        } else {
            of.spin.visits.push((site, state));
        }
    }

    /// Whether a strand goes round, and nothing that it has looked at has changed.
    pub(super) fn is_spinning(&self, strand: usize) -> bool {
        let spin = &self.strands[strand].spin;
        spin.goes_round
            && spin.watched.is_none_or(|known| known == self.moves_of_others(strand))
            && spin.looked.iter().all(|(resource, known)| self.changes_of(*resource) == *known)
    }

    /// The lock that a strand is about to take, or to give back, and whether to take.
    pub(super) fn lock_step(&self, strand: usize) -> Option<(Resource, bool)> {
        let (target, takes) = match &self.strands[strand].wish {
            Wish::Ask(Request::Acquire { target, .. }) => (target, true),
            Wish::Ask(Request::Release { target, .. }) => (target, false),
            _ => return None,
        };
        let Body::Thing(thing) = body(lock_of(target.object())) else { return None };
        let thing = &self.things[*thing];
        let is_lock = matches!(thing.state, State::Lock(_) | State::RLock(_));
        is_lock.then_some((thing.resource, takes))
    }

    fn changes_of(&self, resource: Resource) -> u32 {
        self.changes.get(resource as usize).copied().unwrap_or(0)
    }

    fn moves_of_others(&self, strand: usize) -> u64 {
        self.moves - self.strands[strand].spin.moves
    }

    /// How often what a strand looks at has changed since it began to go round, and whether only this.
    pub(super) fn changed_while_round(&self, strand: usize, of: Resource) -> Option<u32> {
        let spin = &self.strands[strand].spin;
        if !spin.goes_round || spin.watched.is_some() {
            return None;
        }
        let mut changed = None;
        for (resource, known) in &spin.looked {
            let now = self.changes_of(*resource);
            if now == *known {
                continue;
            }
            if *resource != of {
                return None;
            }
            changed = Some(now - known);
        }
        changed
    }

    /// The strands that go round.
    pub(super) fn spinning(&self) -> Vec<usize> {
        (0..self.strands.len()).filter(|strand| self.is_spinning(*strand)).collect()
    }
}
