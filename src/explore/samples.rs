//! Samples: schedules by chance, in chunks that any core takes when it has nothing else to do.
//!
//! What a chunk's schedules are depends on the seed and the number of the chunk alone. So it is no matter for what is
//! found in so many schedules on how many cores they are made.

use super::explorer::{Explorer, Turn};
use super::options::Which;
use super::pct::Pct;
use super::pos::Pos;
use super::random::Random;
use super::seen::Seen;
use super::stop::Stop;
use super::strategy::Strategy;
use crate::runtime::controlled::Discovered;
use crate::vm::{Program, UnitId};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// How many schedules a chunk has: a strategy that learns from one what to do in the next begins anew with each.
const CHUNK: u64 = 64;

/// The chunks that are left.
pub(super) struct Samples<'a> {
    /// The ways to choose schedules, which take turns.
    kinds: &'a [Which],
    seed: u64,
    most_runs: u64,
    stop: &'a Stop,
    next: AtomicU64,
    /// The first chunk that told more about the script than was known, and what.
    discovered: Mutex<Option<(u64, Discovered)>>,
}

impl<'a> Samples<'a> {
    pub fn new(kinds: &'a [Which], seed: u64, most_runs: u64, stop: &'a Stop) -> Samples<'a> {
        let (next, discovered) = (AtomicU64::new(0), Mutex::default());
        Samples { kinds, seed, most_runs, stop, next, discovered }
    }

    fn strategy(&self, chunk: u64) -> Box<dyn Strategy> {
        let seed = mixed(self.seed, chunk);
        match self.kinds[(chunk % self.kinds.len() as u64) as usize] {
            Which::Pos => Box::new(Pos::new(seed)),
            Which::Pct => Box::new(Pct::new(seed)),
            _ => Box::new(Random::new(seed)),
        }
    }

    /// Takes chunk after chunk, until there is none left or it is time to stop.
    pub fn take(&self, explorer: &mut Explorer) -> Turn {
        loop {
            let chunk = self.next.fetch_add(1, Ordering::Relaxed);
            let first = chunk.saturating_mul(CHUNK);
            if first >= self.most_runs {
                return Turn::OutOfRuns;
            }
            explorer.number = first;
            let runs = CHUNK.min(self.most_runs - first);
            match explorer.lead(&mut *self.strategy(chunk), self.stop, runs) {
                Turn::OutOfTime => return Turn::OutOfTime,
                Turn::Discovered => {
                    self.discover(chunk, explorer.world.discovered());
                    return Turn::Discovered;
                }
                Turn::Done | Turn::OutOfRuns => {}
            }
        }
    }

    /// No chunk need be begun any more; those before this one have been, and are made to their end.
    fn discover(&self, chunk: u64, what: Discovered) {
        self.next.store(u64::MAX / 2, Ordering::Relaxed);
        let mut known = self.discovered.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none_or(|(earlier, _)| chunk < earlier) {
            *known = Some((chunk, what));
        }
    }

    /// What they have told about the script that was not known.
    pub fn discovered(&self) -> Option<Discovered> {
        self.discovered.lock().unwrap_or_else(PoisonError::into_inner).map(|(_, what)| what)
    }
}

/// A seed for one of many, far from those of the others.
fn mixed(seed: u64, number: u64) -> u64 {
    fastrand::Rng::with_seed(seed ^ fastrand::Rng::with_seed(number).u64(..)).u64(..)
}

/// Programs of the same scripts, made when they are first needed, each for a thread that helps to explore.
pub(super) struct Helpers<'a> {
    again: &'a dyn Fn() -> Arc<Program>,
    unit: UnitId,
    programs: Vec<Arc<Program>>,
}

impl<'a> Helpers<'a> {
    pub fn new(again: &'a dyn Fn() -> Arc<Program>, unit: UnitId) -> Helpers<'a> {
        Helpers { again, unit, programs: Vec::new() }
    }

    /// Does `own` work here, while so many threads do `work`. Gives what comes of the first, and what each of the others
    /// has seen. With fewer threads, if the system does not give as many.
    pub fn beside<R>(
        &mut self,
        count: usize,
        explorer: &mut Explorer,
        work: &(dyn Fn(&mut Explorer) + Sync),
        own: impl FnOnce(&mut Explorer) -> R,
    ) -> (R, Vec<Seen>) {
        while self.programs.len() < count {
            self.programs.push((self.again)());
        }
        thread::scope(|scope| {
            let mut threads = Vec::new();
            for program in &self.programs[..count] {
                let (unit, options) = (self.unit, explorer.options.clone());
                let config = explorer.world.config().clone();
                let body = move || {
                    let mut explorer = Explorer::new(program, unit, config, options);
                    work(&mut explorer);
                    explorer.seen
                };
                let builder = thread::Builder::new().name("conc-explorer".to_owned());
                threads.extend(builder.spawn_scoped(scope, body));
            }
            let done = own(explorer);
            let seen = threads.into_iter().map(|thread| thread.join());
            (done, seen.map(|seen| seen.unwrap_or_else(|panic| resume_unwind(panic))).collect())
        })
    }
}
