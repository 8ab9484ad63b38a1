//! What can be seen of a run from outside: what the last step did, how the run ended, and what was left.

use super::config::{Config, Discovered};
use super::footprint::Touch;
use super::strand::{Strand, StrandKind};
use super::thing::State;
use super::timers::TimerBody;
use super::world::{Actor, Alone, End, Note, World};
use crate::primitives::Ended;
use crate::source::Place;
use crate::values::Published;

/// A lock that was never given back.
pub struct Leak {
    /// What reports call the lock.
    pub lock: String,
    /// Where it was taken.
    pub taken: Option<Place>,
    /// The actor that took it, and has ended.
    pub holder: usize,
}

impl World {
    /// What the last step touched.
    #[must_use]
    pub fn footprint(&self) -> &[Touch] {
        &self.footprint
    }

    /// The actors whose next step the last step has taken away for good: a timer that was cancelled before it fired, the
    /// limit of a scope that has closed, a worker whose task another took or that was withdrawn. They may never take
    /// another step that would tell that it depends on this one.
    #[must_use]
    pub fn called_off(&self) -> &[u16] {
        &self.called_off
    }

    /// Whether the last step is ordered with all others.
    #[must_use]
    pub fn alone(&self) -> Alone {
        self.alone
    }

    /// Whether the last step touched something that had no number before: in another run, it may have another.
    #[must_use]
    pub fn is_fragile(&self) -> bool {
        self.touched_new
    }

    /// Whether who took the last step was told that it waits in vain.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.told
    }

    /// Whether nothing can happen now but that time passes, so that it is no matter who is first.
    #[must_use]
    pub fn is_time_passing(&self) -> bool {
        self.time_passes
    }

    /// Where in the script the last step was, as a word.
    #[must_use]
    pub fn stepped_site(&self) -> u64 {
        self.stepped
    }

    /// The place that such a word tells.
    #[must_use]
    pub fn place_of_site(&self, site: u64) -> Option<Place> {
        self.program.place_of_site(site)
    }

    /// The locks whose holder has ended.
    #[must_use]
    pub fn leaks(&self) -> Vec<Leak> {
        let mut leaks = Vec::new();
        for thing in &self.things {
            let holders = match &thing.state {
                State::RwLock(lock) => lock.inside(),
                _ => thing.owner().into_iter().collect(),
            };
            for holder in holders {
                let Some(strand) = self.strand_of(holder) else { continue };
                if self.strands[strand].ended.is_none() {
                    continue;
                }
                leaks.push(Leak {
                    lock: thing.object.to_string(),
                    taken: self.taken_at(strand, &thing.object),
                    holder: self.strands[strand].actor,
                });
            }
        }
        leaks
    }

    /// How many there are that a schedule can choose, or could once.
    #[must_use]
    pub fn actor_count(&self) -> usize {
        self.actors.len()
    }

    /// How the run ended, if it has.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.ended
    }

    /// What was printed.
    #[must_use]
    pub fn output(&self) -> &str {
        &self.output
    }

    /// Whether more was found out than was known when the run began: it is to be thrown away.
    #[must_use]
    pub fn has_discovered(&self) -> bool {
        self.discovered != self.config.discovered
    }

    /// What runs may use, and what is known of the script.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What later runs are to know.
    pub fn learn(&mut self, discovered: Discovered) {
        self.config.discovered = discovered;
    }

    /// What was found out so far.
    #[must_use]
    pub fn discovered(&self) -> Discovered {
        self.discovered
    }

    /// What is worth telling of the run.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The actors that go round for ever, and where.
    #[must_use]
    pub fn going_round(&self) -> Vec<(usize, Option<Place>)> {
        let told = |strand: usize| (self.strands[strand].actor, self.place_of(strand));
        self.spinning().into_iter().map(told).collect()
    }

    /// The errors that nobody has received.
    #[must_use]
    pub fn uncaught(&self) -> Vec<Published> {
        // A scope receives the errors of its children, unless the program ends before.
        let is_over = matches!(self.ended, Some(End::Finished | End::Exit(_)));
        let is_told = |strand: &&Strand| {
            !strand.received
                && (is_over || strand.scope.is_none())
                && matches!(strand.kind, StrandKind::Main | StrandKind::Thread | StrandKind::Task)
        };
        let strands = self.strands.iter().filter(is_told).map(|strand| &strand.ended);
        let is_told = |timer: &&TimerBody| !timer.received && (is_over || timer.scope.is_none());
        let timers = self.timers.iter().filter(is_told).map(|timer| &timer.state.ended);
        let inits = self.things.iter().filter_map(|thing| thing.pool.unreceived());
        strands.chain(timers).flatten().filter_map(Ended::failure).chain(inits).cloned().collect()
    }

    /// What an actor is called.
    #[must_use]
    pub fn actor_name(&self, actor: usize) -> String {
        match self.actors[actor] {
            Actor::Strand(strand) => self.strands[strand].name.to_string(),
            Actor::Timer(timer) => self.timers[timer].name.to_string(),
            Actor::Scope(_) => "a scope's time".to_owned(),
        }
    }

    /// Where an actor is in the script.
    #[must_use]
    pub fn actor_place(&self, actor: usize) -> Option<Place> {
        match self.actors[actor] {
            Actor::Strand(strand) => self.place_of(strand),
            Actor::Timer(timer) => Some(self.timers[timer].spawned.place.clone()),
            Actor::Scope(scope) => self.program.place_of_site(self.scopes[scope].site),
        }
    }
}
