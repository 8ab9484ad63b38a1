//! What must come of a structure: a model of it that is run through in every order of events. Only structures of
//! which all orders come to the same have a verdict. It knows LANGUAGE's sections 5, 7 and 9, and nothing of how
//! the runtime is made.

use crate::moment::{Moment, Place};
use crate::structure::{ActorKind, Structure};
use std::collections::HashSet;

/// What a script must do.
#[derive(Debug)]
pub struct Verdict {
    /// Where the threads are when nothing moves any more after each one's begin.
    pub phases: Vec<Vec<Seen>>,
    /// What is told, part by part: within a part, in any order.
    pub told: Vec<Vec<Note>>,
    /// The exit status; several if that depends on which error came with which.
    pub statuses: Vec<i32>,
    /// How many circles were closed, holders found ended, and programs found blocked as a whole.
    pub circles: usize,
    pub kept: usize,
    pub blocked: usize,
}

impl Verdict {
    /// Whether anybody is told of a deadlock that many have part in; or of one that is his own.
    pub fn deadlocks(&self) -> bool {
        let mut notes = self.told.iter().flatten();
        let own = notes.any(|note| note.error.kind == Kind::Deadlock);
        own || self.circles + self.kept + self.blocked > 0
    }
}

/// Where a thread is seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Not begun.
    Not,
    /// Blocked in this step.
    Blocked(usize),
    Ended,
}

/// An error that a thread caught in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Note {
    pub actor: usize,
    pub step: usize,
    pub error: Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Error {
    pub kind: Kind,
    /// In whom it arose.
    pub from: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Deadlock,
    Closed,
    BrokenBarrier,
    Cancelled,
}

/// The longest search for all orders.
const LONGEST: usize = 4000;

/// The verdict of a structure, if it has one.
pub fn judge(structure: &Structure) -> Option<Verdict> {
    let mut now = Moment::begin(structure);
    let mut verdict = Verdict {
        phases: Vec::new(),
        told: Vec::new(),
        statuses: Vec::new(),
        circles: 0,
        kept: 0,
        blocked: 0,
    };
    for actor in &structure.order {
        now.places[*actor] = Place::Begins(0);
        now = rest(structure, now)?;
        verdict.phases.push(now.seen());
        verdict.told.push(std::mem::take(&mut now.notes));
    }
    for (at, actor) in structure.actors.iter().enumerate() {
        if matches!(actor.kind, ActorKind::Main | ActorKind::Timer { .. }) {
            now.places[at] = Place::Begins(0);
        }
    }
    loop {
        now = rest(structure, now)?;
        verdict.told.push(std::mem::take(&mut now.notes));
        if now.is_over(structure) {
            break;
        }
        let victim = now.victim(structure)?;
        verdict.blocked += 1;
        now.deny(structure, victim);
        now.come_to_rest_at_once(structure);
    }
    (verdict.circles, verdict.kept) = (now.circles, now.kept);
    verdict.statuses = now.statuses();
    Some(verdict)
}

/// The one moment at which nothing moves any more, whatever the order until then.
fn rest(structure: &Structure, from: Moment) -> Option<Moment> {
    let mut seen = HashSet::from([from.clone()]);
    let mut open = vec![from];
    let mut end: Option<Moment> = None;
    while let Some(moment) = open.pop() {
        if moment.unclear || seen.len() > LONGEST {
            return None;
        }
        let moves: Vec<usize> =
            (0..moment.places.len()).filter(|actor| moment.can_move(structure, *actor)).collect();
        if moves.is_empty() {
            match &end {
                Some(end) if *end != moment => return None,
                _ => end = Some(moment.clone()),
            }
        }
        for actor in moves {
            let mut next = moment.clone();
            next.go(structure, actor);
            next.come_to_rest_at_once(structure);
            next.put_in_order(structure);
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    end
}
