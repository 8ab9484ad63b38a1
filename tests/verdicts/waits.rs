//! What comes of a wait in the model: LANGUAGE's sections 5 and 7.

use crate::moment::{Moment, Place};
use crate::oracle::{Error, Kind, Note};
use crate::structure::{Actor, ActorKind, Arm, Object, Side, Structure, Taking, Wait};
use std::collections::HashSet;

impl Moment {
    pub fn raise(&mut self, actor: &Actor, who: usize, step: usize, error: Error) {
        if actor.catches {
            self.notes.push(Note { actor: who, step, error });
            self.places[who] = Place::Helps(step, 0);
        } else {
            self.places[who] = Place::Leaves(0, Some(error));
        }
    }

    pub fn settle_wait(&mut self, actor: &Actor, who: usize, step: usize, came: Result<(), Error>) {
        self.since[who] = 0;
        match came {
            Ok(()) => self.places[who] = Place::Helps(step, 0),
            Err(error) => self.raise(actor, who, step, error),
        }
    }

    /// Who waits, in the order they came.
    pub fn line(&self, structure: &Structure) -> Vec<usize> {
        let waits = |who: &usize| matches!(self.places[*who], Place::Waits(_));
        let mut line: Vec<usize> = (0..structure.actors.len()).filter(waits).collect();
        line.sort_by_key(|who| self.since[*who]);
        line
    }

    pub fn waits_for<'a>(&self, structure: &'a Structure, who: usize) -> Option<&'a Wait> {
        match self.places[who] {
            Place::Waits(step) => Some(&structure.actors[who].steps[step].wait),
            _ => None,
        }
    }

    /// Whether one who waits for the like came before.
    pub fn is_behind(
        &self,
        structure: &Structure,
        who: usize,
        like: impl Fn(&Wait) -> bool,
    ) -> bool {
        let before = |other: &usize| self.since[*other] < self.since[who];
        let line = self.line(structure).into_iter().filter(before);
        line.filter_map(|other| self.waits_for(structure, other)).any(like)
    }

    /// What comes of a wait now: nothing yet, or its end, with what that changes.
    pub fn comes(
        &mut self,
        structure: &Structure,
        who: usize,
        wait: &Wait,
    ) -> Option<Result<(), Error>> {
        let error = |kind| Some(Err(Error { kind, from: who }));
        let ready = |is: bool| is.then_some(Ok(()));
        match wait {
            Wait::Passing(_) => Some(Ok(())),
            Wait::Take(object, how) => ready(self.is_free_for(structure, who, *object, *how)),
            Wait::Join(of) => self.joined(structure, who, of),
            Wait::JoinAny(of) => ready(of.iter().any(|of| self.has_ended(*of))),
            Wait::Scope(child) => ready(self.has_ended(*child)),
            Wait::Event(object) | Wait::Flag(object) => ready(self.amounts[*object] > 0),
            Wait::Latch(object) | Wait::Done(object) => ready(self.amounts[*object] == 0),
            Wait::Condition(_) => None,
            Wait::Select(arms) => ready(arms.iter().any(|arm| match arm {
                Arm::Event(object) => self.amounts[*object] > 0,
                Arm::Latch(object) => self.amounts[*object] == 0,
                Arm::Join(of) => self.has_ended(*of),
            })),
            Wait::Acquire(object, count) => {
                let like = |wait: &Wait| matches!(wait, Wait::Acquire(other, _) if other == object);
                let goes = self.amounts[*object] >= *count && !self.is_behind(structure, who, like);
                if goes {
                    self.amounts[*object] -= count;
                }
                ready(goes)
            }
            Wait::Recv(object) | Wait::Send(object)
                if structure.objects[*object] == Object::Meeting =>
            {
                if self.spoilt[*object] {
                    return error(Kind::Closed);
                }
                self.meets(structure, wait, *object)
            }
            Wait::Recv(object) => {
                if self.is_behind(structure, who, |other| other == wait) {
                    return None;
                }
                if self.amounts[*object] > 0 {
                    self.amounts[*object] -= 1;
                    return Some(Ok(()));
                }
                if self.spoilt[*object] { error(Kind::Closed) } else { None }
            }
            Wait::Send(object) => {
                if self.spoilt[*object] {
                    return error(Kind::Closed);
                }
                let goes =
                    self.amounts[*object] == 0 && !self.is_behind(structure, who, |w| w == wait);
                if goes {
                    self.amounts[*object] = 1;
                }
                ready(goes)
            }
            Wait::Barrier(object) => {
                if self.spoilt[*object] {
                    return error(Kind::BrokenBarrier);
                }
                let there: Vec<usize> = (0..self.places.len())
                    .filter(|other| self.waits_for(structure, *other) == Some(wait))
                    .collect();
                let Object::Barrier(parties) = structure.objects[*object] else { return None };
                if there.len() < parties {
                    return None;
                }
                for other in there.into_iter().filter(|other| *other != who) {
                    if let Place::Waits(step) = self.places[other] {
                        self.settle_wait(&structure.actors[other], other, step, Ok(()));
                    }
                }
                Some(Ok(()))
            }
        }
    }

    /// At a meeting, the first who waits on the other side.
    pub fn meets(
        &mut self,
        structure: &Structure,
        wait: &Wait,
        object: usize,
    ) -> Option<Result<(), Error>> {
        let other_side = match wait {
            Wait::Recv(_) => Wait::Send(object),
            _ => Wait::Recv(object),
        };
        let line = self.line(structure);
        let partner =
            line.into_iter().find(|who| self.waits_for(structure, *who) == Some(&other_side))?;
        if let Place::Waits(step) = self.places[partner] {
            self.settle_wait(&structure.actors[partner], partner, step, Ok(()));
        }
        Some(Ok(()))
    }

    pub fn has_ended(&self, who: usize) -> bool {
        matches!(self.places[who], Place::Ended(_))
    }

    pub fn joined(
        &mut self,
        structure: &Structure,
        who: usize,
        of: &[usize],
    ) -> Option<Result<(), Error>> {
        if !of.iter().all(|of| self.has_ended(*of)) {
            return None;
        }
        let mut first = None;
        let mut failed = HashSet::new();
        for of in of {
            if let Place::Ended(Some(error)) = self.places[*of] {
                self.received[*of] = true;
                failed.insert(*of);
                first = first.or(Some(error));
            }
        }
        self.mixed |= failed.len() > 1;
        // Whether a daemon comes to receive what the last other thread raised is chance.
        self.unclear |= !failed.is_empty() && structure.actors[who].kind == ActorKind::Daemon;
        Some(first.map_or(Ok(()), Err))
    }

    pub fn is_free_for(
        &self,
        structure: &Structure,
        who: usize,
        object: usize,
        how: Taking,
    ) -> bool {
        let reads = matches!(how, Taking::Block(Side::Read) | Taking::Hand(Side::Read));
        let writer = |wait: &Wait| matches!(wait, Wait::Take(other, how) if *other == object && how.writes());
        let others = self.held.iter().filter(|held| held.0 == object);
        match structure.objects[object] {
            Object::RLock => others.filter(|held| held.1 != who).count() == 0,
            Object::RwLock if reads => {
                !others.into_iter().any(|held| held.3) && !self.is_behind(structure, who, writer)
            }
            Object::RwLock => others.count() == 0 && !self.is_behind(structure, who, writer),
            _ => others.count() == 0,
        }
    }
}
