//! The moments of the model at which nothing moves: who is told then, what is seen, how it ends.

use crate::moment::{Moment, Place};
use crate::oracle::{Kind, Seen};
use crate::structure::{Actor, Arm, Structure, Wait};

impl Moment {
    /// When each began to wait is kept only as far as it can matter: so that more orders come to the same.
    pub fn put_in_order(&mut self, structure: &Structure) {
        let line = self.line(structure);
        for (at, who) in line.iter().enumerate() {
            self.since[*who] = at as u32 + 1;
        }
        for who in line {
            let lone = match self.waits_for(structure, who) {
                Some(Wait::Event(_) | Wait::Latch(_) | Wait::Flag(_) | Wait::Done(_)) => true,
                Some(Wait::Barrier(_)) => true,
                Some(Wait::Select(arms)) => !arms.iter().all(|arm| matches!(arm, Arm::Join(_))),
                _ => false,
            };
            if lone {
                self.since[who] = 0;
            }
        }
        self.notes.sort_unstable();
    }

    /// Whether the program has ended.
    pub fn is_over(&self, structure: &Structure) -> bool {
        let keeps = |(_, actor): &(usize, &Actor)| actor.kind.keeps_alive();
        let mut keeping = structure.actors.iter().enumerate().filter(keeps);
        keeping.all(|(at, _)| matches!(self.places[at], Place::Ended(_) | Place::Unborn))
    }

    /// The oldest that waits for something other than threads; if there is none, the oldest.
    pub fn victim(&self, structure: &Structure) -> Option<usize> {
        let mut waiting = self.line(structure);
        waiting.sort_by_key(|who| self.ages[*who]);
        let for_threads = |who: &usize| match self.waits_for(structure, *who) {
            Some(Wait::Join(_) | Wait::JoinAny(_) | Wait::Scope(_)) => true,
            Some(Wait::Select(arms)) => arms.iter().all(|arm| matches!(arm, Arm::Join(_))),
            _ => false,
        };
        let other = waiting.iter().find(|who| !for_threads(who));
        other.or(waiting.first()).copied()
    }

    pub fn seen(&self) -> Vec<Seen> {
        let seen = |place: &Place| match place {
            Place::Waits(step) | Place::Closes(step) => Seen::Blocked(*step),
            Place::Ended(_) => Seen::Ended,
            _ => Seen::Not,
        };
        self.places.iter().map(seen).collect()
    }

    pub fn statuses(&self) -> Vec<i32> {
        let lost = self.places.iter().zip(&self.received).filter(|(_, received)| !**received);
        let kinds: Vec<Kind> = lost
            .filter_map(|(place, _)| match place {
                Place::Ended(Some(error)) => Some(error.kind),
                _ => None,
            })
            .collect();
        match kinds.as_slice() {
            [] => vec![0],
            kinds if kinds.contains(&Kind::Deadlock) => vec![3],
            _ if self.mixed => vec![1, 3],
            _ => vec![1],
        }
    }
}
