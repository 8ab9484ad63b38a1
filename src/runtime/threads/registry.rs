//! The threads of a run that are alive, and those that have ended and left locks.

use super::strand::Strand;
use crate::primitives::ThreadId;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The number of the first thread.
const MAIN: ThreadId = 1;

/// The threads of a run, by their numbers.
pub struct Registry {
    /// How many may be alive at once, the first one aside.
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    live: BTreeMap<ThreadId, Arc<Strand>>,
    /// Those that have ended with locks that they had taken by hand.
    left_locks: BTreeMap<ThreadId, Arc<Strand>>,
    /// How many threads were started, and how many were alive at once, at most.
    started: u64,
    most_alive: usize,
}

impl Registry {
    /// No threads yet, of which so many may be alive at once, the first one aside.
    pub fn new(most: usize) -> Registry {
        Registry { most, state: Mutex::default() }
    }

    /// Enters a thread that is about to start, unless there are too many.
    pub fn enter(&self, strand: &Arc<Strand>) -> bool {
        let mut state = self.state.lock();
        let others = state.live.len() - usize::from(state.live.contains_key(&MAIN));
        if strand.id != MAIN && others >= self.most {
            return false;
        }
        state.live.insert(strand.id, strand.clone());
        state.started += 1;
        state.most_alive = state.most_alive.max(state.live.len());
        true
    }

    /// A thread has ended.
    pub fn leave(&self, strand: &Arc<Strand>) {
        let mut state = self.state.lock();
        state.live.remove(&strand.id);
        if strand.taken_by_hand.load(Ordering::SeqCst) > 0 {
            state.left_locks.insert(strand.id, strand.clone());
        }
    }

    /// How many threads were started, and how many were alive at once, at most.
    pub fn counts(&self) -> (u64, usize) {
        let state = self.state.lock();
        (state.started, state.most_alive)
    }

    /// Whether there is such a thread.
    pub fn is_alive(&self, id: ThreadId) -> bool {
        self.state.lock().live.contains_key(&id)
    }

    /// A thread that is alive, or has left locks that it had taken by hand.
    pub fn get(&self, id: ThreadId) -> Option<Arc<Strand>> {
        let state = self.state.lock();
        state.live.get(&id).or_else(|| state.left_locks.get(&id)).cloned()
    }

    /// All threads that are alive, the first one first, then by number.
    pub fn all(&self) -> Vec<Arc<Strand>> {
        self.state.lock().live.values().cloned().collect()
    }

    /// What a thread is called.
    pub fn name(&self, id: ThreadId) -> String {
        match self.get(id) {
            Some(strand) => strand.name.to_string(),
            None => format!("thread #{id}"),
        }
    }
}
