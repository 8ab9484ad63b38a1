//! Probabilistic concurrency testing: threads run by priority, and at a few points of the run, chosen beforehand, the
//! running one falls below all others. With d - 1 such points, a bug that needs d orderings is met with a
//! probability that is known: Burckhardt et al., ASPLOS 2010.

use super::strategy::{Coverage, Step, Strategy};
use crate::runtime::controlled::{Choice, World};

/// How many orderings a bug may need.
const DEPTH: usize = 3;

/// Priorities, and points of change.
pub struct Pct {
    random: fastrand::Rng,
    /// By actor; the highest goes first.
    priorities: Vec<u64>,
    /// The steps after which the running one falls, in order.
    changes: Vec<usize>,
    steps: usize,
    /// How many steps the longest run had: where the points are chosen from.
    longest: usize,
}

impl Pct {
    /// Schedules that begin with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Pct {
        Pct {
            random: fastrand::Rng::with_seed(seed),
            priorities: Vec::new(),
            changes: Vec::new(),
            steps: 0,
            longest: 1,
        }
    }
}

impl Strategy for Pct {
    fn begin(&mut self) -> bool {
        self.longest = self.longest.max(self.steps);
        self.steps = 0;
        self.priorities.clear();
        self.changes = (1..DEPTH).map(|_| self.random.usize(0..self.longest)).collect();
        true
    }

    fn pick(&mut self, world: &mut World, options: &[Choice]) -> Option<Choice> {
        while self.priorities.len() < world.actor_count() {
            self.priorities.push(DEPTH as u64 + self.random.u64(0..u64::MAX / 2));
        }
        let first =
            options.iter().max_by_key(|choice| self.priorities[usize::from(choice.actor)])?;
        let arms: Vec<&Choice> =
            options.iter().filter(|choice| choice.actor == first.actor).collect();
        let picked = *arms[self.random.usize(..arms.len())];
        if let Some(at) = self.changes.iter().position(|change| *change == self.steps) {
            self.priorities[usize::from(picked.actor)] = at as u64;
        }
        self.steps += 1;
        Some(picked)
    }

    fn stepped(&mut self, _: &Step<'_>) {}

    fn coverage(&self) -> Coverage {
        Coverage::Sample
    }
}
