//! Who is told in the model that he never can go on: LANGUAGE's section 9.

use crate::moment::{Moment, Place};
use crate::oracle::{Error, Kind};
use crate::structure::{ActorKind, Arm, Object, Structure, Taking, Wait};
use std::collections::HashSet;

impl Moment {
    /// Lets go on who can, and tells those who never can.
    pub fn come_to_rest_at_once(&mut self, structure: &Structure) {
        loop {
            let line = self.line(structure);
            let gone = line.iter().any(|who| {
                let Place::Waits(step) = self.places[*who] else { return false };
                let wait = &structure.actors[*who].steps[step].wait;
                let came = self.comes(structure, *who, wait);
                if let Some(came) = came {
                    self.settle_wait(&structure.actors[*who], *who, step, came);
                }
                came.is_some()
            });
            if gone {
                continue;
            }
            if let Some(who) = line.iter().copied().find(|who| self.is_kept(structure, *who)) {
                self.kept += 1;
                self.deny(structure, who);
                continue;
            }
            let closers: Vec<usize> =
                line.into_iter().filter(|who| self.closes_knot(structure, *who)).collect();
            match closers.as_slice() {
                [] => return,
                [closer] => {
                    self.circles += 1;
                    self.deny(structure, *closer);
                }
                _ => {
                    self.unclear = true;
                    return;
                }
            }
        }
    }

    /// Tells one who waits that it never can go on.
    pub fn deny(&mut self, structure: &Structure, who: usize) {
        let Place::Waits(step) = self.places[who] else { return };
        let actor = &structure.actors[who];
        match actor.steps[step].wait {
            Wait::Barrier(object) => self.spoilt[object] = true,
            Wait::Scope(child) => {
                self.since[who] = 0;
                self.places[who] = Place::Closes(step);
                if let Place::Waits(at) = self.places[child] {
                    if let Wait::Barrier(object) = structure.actors[child].steps[at].wait {
                        self.spoilt[object] = true;
                    }
                    let error = Error { kind: Kind::Cancelled, from: child };
                    self.settle_wait(&structure.actors[child], child, at, Err(error));
                }
                return;
            }
            _ => {}
        }
        let error = Error { kind: Kind::Deadlock, from: who };
        self.settle_wait(actor, who, step, Err(error));
    }

    /// Whether it waits in vain as long as none of these goes on.
    fn needs(&self, structure: &Structure, who: usize, stuck: &HashSet<usize>) -> bool {
        let ends = |of: &usize| self.has_ended(*of) || !self.never_ends(structure, *of, stuck);
        match self.waits_for(structure, who) {
            Some(Wait::Take(object, how)) => {
                self.holders_of(structure, who, *object, *how).iter().any(|by| stuck.contains(by))
            }
            Some(Wait::Join(of)) => !of.iter().all(ends),
            Some(Wait::JoinAny(of)) => !of.iter().any(ends),
            Some(Wait::Select(arms)) => {
                !arms.iter().any(|arm| !matches!(arm, Arm::Join(of) if !ends(of)))
            }
            Some(Wait::Scope(child)) => !ends(child),
            _ => false,
        }
    }

    /// Whether a thread never ends if none of these goes on. Any worker may run what is queued.
    fn never_ends(&self, structure: &Structure, of: usize, stuck: &HashSet<usize>) -> bool {
        if structure.actors[of].kind != ActorKind::Queued {
            return stuck.contains(&of);
        }
        let is_task = |at: &usize| structure.actors[*at].kind == ActorKind::Task;
        let tasks = (0..self.places.len()).filter(is_task);
        tasks.filter(|at| stuck.contains(at)).count() == structure.workers
    }

    /// Those of these who all wait in vain until another of them goes on.
    fn stuck(&self, structure: &Structure, of: impl Iterator<Item = usize>) -> HashSet<usize> {
        let mut stuck: HashSet<usize> = of.collect();
        while let Some(who) = stuck.iter().copied().find(|who| !self.needs(structure, *who, &stuck))
        {
            stuck.remove(&who);
        }
        stuck
    }

    pub fn holders_of(
        &self,
        structure: &Structure,
        who: usize,
        object: usize,
        how: Taking,
    ) -> Vec<usize> {
        let held = self.held.iter().filter(|held| held.0 == object);
        match structure.objects[object] {
            // Any thread may release what was taken by hand.
            Object::Lock => held.filter(|held| held.2).map(|held| held.1).collect(),
            Object::RwLock if !how.writes() => {
                let writer: Vec<usize> = held.filter(|held| held.3).map(|held| held.1).collect();
                if !writer.is_empty() {
                    return writer;
                }
                let before = |other: &usize| self.since[*other] < self.since[who];
                let writes = |other: &usize| matches!(self.waits_for(structure, *other), Some(Wait::Take(of, how)) if *of == object && how.writes());
                self.line(structure).into_iter().filter(before).filter(writes).collect()
            }
            _ => held.map(|held| held.1).collect(),
        }
    }

    /// Whether it waits for a lock that only one who has ended could release.
    pub fn is_kept(&self, structure: &Structure, who: usize) -> bool {
        let Some(Wait::Take(object, how)) = self.waits_for(structure, who) else { return false };
        structure.objects[*object] != Object::Lock
            && self.holders_of(structure, who, *object, *how).iter().any(|by| self.has_ended(*by))
    }

    /// Whether there are threads all of which wait for one another, and of which this one began to wait last.
    pub fn closes_knot(&self, structure: &Structure, who: usize) -> bool {
        let line = self.line(structure);
        let before = line.iter().copied().filter(|other| self.since[*other] < self.since[who]);
        // They are told, and go on.
        let told = self.stuck(structure, before.clone());
        let others = before.filter(|other| !told.contains(other));
        self.stuck(structure, others.chain([who])).contains(&who)
    }
}
