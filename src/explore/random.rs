//! At each step, any of those that can go on.

use super::strategy::{Coverage, Step, Strategy};
use crate::runtime::controlled::{Choice, World};

/// Chance alone.
pub struct Random {
    random: fastrand::Rng,
}

impl Random {
    /// Schedules that begin with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Random {
        Random { random: fastrand::Rng::with_seed(seed) }
    }
}

impl Strategy for Random {
    fn begin(&mut self) -> bool {
        true
    }

    fn pick(&mut self, _: &mut World, options: &[Choice]) -> Option<Choice> {
        Some(options[self.random.usize(..options.len())])
    }

    fn stepped(&mut self, _: &Step<'_>) {}

    fn coverage(&self) -> Coverage {
        Coverage::Sample
    }
}
