//! How to explore.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Which strategy leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Samples for a tenth of the budget, and all classes of schedules for the rest.
    All,
    Dpor,
    Dfs,
    Pos,
    Pct,
    Random,
}

impl Which {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Which::All => "all",
            Which::Dpor => "dpor",
            Which::Dfs => "dfs",
            Which::Pos => "pos",
            Which::Pct => "pct",
            Which::Random => "random",
        }
    }
}

/// How to explore.
#[derive(Clone, Debug)]
pub struct Options {
    pub which: Which,
    pub budget: Duration,
    /// How long to go on once something was found.
    pub after_finding: Duration,
    pub most_runs: Option<u64>,
    pub seed: u64,
    /// Only schedules with up to so many preemptions.
    pub preemptions: Option<usize>,
    /// A run that takes more steps is cut.
    pub most_steps: usize,
    /// Whether all outputs are collected.
    pub outcomes: bool,
    /// Whether to look for the simplest schedule of each finding.
    pub minimize: bool,
    /// How many cores may be used. What is told of so many schedules does not depend on it.
    pub cores: usize,
    /// Set by who wants no more to be looked for: what was seen so far is told.
    pub interrupted: Arc<AtomicBool>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            which: Which::All,
            budget: Duration::from_secs(30),
            after_finding: Duration::from_millis(500),
            most_runs: None,
            seed: 0,
            preemptions: None,
            most_steps: 20_000,
            outcomes: false,
            minimize: true,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            interrupted: Arc::default(),
        }
    }
}
