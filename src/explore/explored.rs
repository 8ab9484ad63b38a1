//! What an exploration tells.

use super::counterexample::Counterexample;
use super::finding::Finding;
use crate::runtime::controlled::{Choice, Discovered};
use std::time::Duration;

/// What an exploration has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every interleaving was looked at, and nothing is wrong in any.
    Verified,
    /// Something goes wrong.
    Found,
    /// Nothing was found, in all that was looked at; it says what was not.
    Bounded(String),
    /// Nothing was found in a sample.
    Sampled,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Verified => "verified",
            Verdict::Found => "found",
            Verdict::Bounded(_) => "bounded",
            Verdict::Sampled => "sampled",
        }
    }
}

/// An output that the program can have.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub output: String,
    /// In how many runs.
    pub runs: u64,
    /// In which run it was seen first, from 1.
    pub first: u64,
    /// A schedule that leads to it: the first that was seen, or the minimal one.
    pub schedule: Vec<Choice>,
    /// The schedule as a table, once it was looked for.
    pub example: Option<Counterexample>,
}

impl Outcome {
    /// The same output was seen in other runs.
    pub(super) fn merge(&mut self, other: Outcome) {
        self.runs += other.runs;
        if other.first < self.first {
            self.first = other.first;
            self.schedule = other.schedule;
        }
    }
}

/// All that an exploration tells.
pub struct Explored {
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    pub outcomes: Vec<Outcome>,
    /// How many runs were made to their end.
    pub runs: u64,
    /// How many were given up, because they were the beginning of one that was made already.
    pub redundant: u64,
    pub steps: u64,
    /// The most steps of a run.
    pub longest: usize,
    pub elapsed: Duration,
    /// Whether every interleaving was looked at.
    pub complete: bool,
    /// What was not looked at, if anything.
    pub missing: Option<String>,
    /// What the script was found to do: its schedules can only be followed by who knows.
    pub discovered: Discovered,
}
