//! Who holds what, and since which place of the script: for reports.
//!
//! Locks tell their owner by their word, and the place by their site, which whoever takes them stores; so taking
//! one that is free costs a store more, and nothing is noted beside it. Readers share a lock, so each notes for
//! itself that it is inside.

use super::runtime::Runtime;
use crate::primitives::{Lock, RLock, ThreadId, word};
use crate::values::{Object, ObjectKind};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// A side of a readers–writer lock that a thread holds, as the thread notes it.
#[derive(Clone, Copy)]
pub struct SideHeld {
    /// The id of the lock's label.
    pub lock: u64,
    /// Whether it is the side of the writers.
    pub write: bool,
    /// Where it was taken.
    pub site: u64,
}

/// A lock that a thread holds.
pub struct Holding {
    /// The id of the lock's label.
    pub lock: u64,
    /// What it is: `Lock guard`, `the read side of RwLock rw`.
    pub what: String,
    /// Where it was taken; 0 if that is not known.
    pub site: u64,
}

/// What each thread holds, by its number, at one moment.
pub struct Holdings(BTreeMap<ThreadId, Vec<Holding>>);

impl Holdings {
    /// What is held now.
    pub fn look(runtime: &Runtime) -> Holdings {
        let mut sides: Vec<(ThreadId, SideHeld)> = Vec::new();
        for strand in runtime.registry.all() {
            sides.extend(strand.sides().into_iter().map(|side| (strand.id, side)));
        }
        let mut all: BTreeMap<ThreadId, Vec<Holding>> = BTreeMap::new();
        runtime.census.visit(|object| {
            let lock = object.label.id;
            let mut add = |owner: ThreadId, what: String, site: u64| {
                all.entry(owner).or_default().push(Holding { lock, what, site });
            };
            if let Some(owner) = owner_of(object) {
                add(owner, object.to_string(), object.site.load(Ordering::Relaxed));
            } else if object.kind == ObjectKind::RwLock {
                for (owner, side) in sides.iter().filter(|(_, side)| side.lock == lock) {
                    let name = if side.write { "write" } else { "read" };
                    add(*owner, format!("the {name} side of {object}"), side.site);
                }
            }
        });
        for held in all.values_mut() {
            held.sort_by_key(|holding| holding.lock);
        }
        Holdings(all)
    }

    /// All that is held, and by whom; of who has ended, too.
    pub fn all(&self) -> impl Iterator<Item = (ThreadId, &Holding)> {
        self.0.iter().flat_map(|(owner, held)| held.iter().map(|holding| (*owner, holding)))
    }

    /// What a thread holds, the oldest lock first.
    pub fn of(&self, thread: ThreadId) -> &[Holding] {
        self.0.get(&thread).map_or(&[], Vec::as_slice)
    }
}

/// The thread that owns a lock, by its word alone.
fn owner_of(object: &Object) -> Option<ThreadId> {
    let word = object.word.load(Ordering::SeqCst) & word::STATE;
    match object.kind {
        ObjectKind::Lock => Lock::unpack(word).held.map(|(owner, _)| owner),
        ObjectKind::RLock => RLock::unpack(word).held.map(|(owner, _)| owner),
        _ => None,
    }
}
