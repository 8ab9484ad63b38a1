//! What all runs so far have shown. What several explorers have seen, each in runs of its own, can be put together: it
//! is then what one would have seen in all of them.

use super::explored::Outcome;
use super::finding::{self, Finding, Key, Source};
use super::race::Race;
use crate::runtime::controlled::{Choice, World};
use rustc_hash::FxHashMap;

/// Findings, outputs, and counts.
#[derive(Default)]
pub(super) struct Seen {
    /// By the run that each was seen in first.
    pub findings: Vec<Finding>,
    pub outcomes: Vec<Outcome>,
    /// By output, the place in `outcomes`.
    known_outcomes: FxHashMap<String, usize>,
    /// By the sites of a race, the place in `findings`.
    known_races: FxHashMap<(u64, u64), usize>,
    pub runs: u64,
    pub steps: u64,
    pub longest: usize,
    /// How many runs took too many steps.
    pub cut: u64,
    found: Vec<(Key, Source)>,
}

/// A run that is over.
pub(super) struct Run<'a> {
    /// Its number, from 1.
    pub number: u64,
    pub schedule: &'a [Choice],
}

impl Seen {
    /// Nothing but how many steps were taken.
    pub fn forget(&mut self) {
        *self = Seen { steps: self.steps, ..Seen::default() };
    }

    /// Counts a run.
    pub fn count(&mut self, steps: usize, cut: bool) {
        self.runs += 1;
        self.cut += u64::from(cut);
        self.longest = self.longest.max(steps);
    }

    /// Notes what a run printed.
    pub fn note_output(&mut self, run: &Run<'_>, output: &str) {
        if let Some(known) = self.known_outcomes.get(output) {
            self.outcomes[*known].runs += 1;
            return;
        }
        self.known_outcomes.insert(output.to_owned(), self.outcomes.len());
        self.outcomes.push(Outcome {
            output: output.to_owned(),
            runs: 1,
            first: run.number,
            schedule: run.schedule.to_vec(),
            example: None,
        });
    }

    /// Notes what went wrong in a run.
    pub fn note(&mut self, run: &Run<'_>, world: &World, races: &[Race]) {
        let mut counted: Vec<usize> = Vec::new();
        let mut new_races: Vec<Race> = Vec::new();
        for race in races {
            match self.known_races.get(&sites(race)) {
                Some(known) if counted.contains(known) => {}
                Some(known) => {
                    counted.push(*known);
                    self.findings[*known].seen_again(run);
                }
                None => new_races.push(*race),
            }
        }
        let mut found = std::mem::take(&mut self.found);
        finding::of_run(world, &new_races, &mut found);
        for (key, source) in found.drain(..) {
            let at = match self.findings.iter().position(|finding| finding.key == key) {
                Some(at) => {
                    if !counted.contains(&at) {
                        self.findings[at].seen_again(run);
                    }
                    at
                }
                None => {
                    self.findings.push(Finding::new(key, &source, world, run));
                    self.findings.len() - 1
                }
            };
            counted.push(at);
            if let Source::Race(race) = source {
                self.known_races.insert(sites(&race), at);
            }
        }
        self.found = found;
    }

    /// What tells apart the findings of a run.
    pub fn keys_of(&mut self, world: &World, races: &[Race]) -> Vec<Key> {
        finding::of_run(world, races, &mut self.found);
        self.found.drain(..).map(|(key, _)| key).collect()
    }

    /// Puts together what was seen here with what was seen in other runs.
    pub fn add(&mut self, other: Seen) {
        for finding in other.findings {
            match self.findings.iter_mut().find(|known| known.key == finding.key) {
                Some(known) => known.merge(finding),
                None => self.findings.push(finding),
            }
        }
        // What is found in one run keeps its order.
        self.findings.sort_by_key(|finding| finding.first);
        for outcome in other.outcomes {
            match self.known_outcomes.get(&outcome.output) {
                Some(known) => self.outcomes[*known].merge(outcome),
                None => {
                    self.known_outcomes.insert(outcome.output.clone(), self.outcomes.len());
                    self.outcomes.push(outcome);
                }
            }
        }
        // The places have changed.
        self.known_races.clear();
        self.runs += other.runs;
        self.steps += other.steps;
        self.longest = self.longest.max(other.longest);
        self.cut += other.cut;
    }

    /// The runs come after so many others.
    pub fn come_after(&mut self, runs: u64) {
        for finding in &mut self.findings {
            finding.first += runs;
            finding.shortest += runs;
        }
        self.outcomes.iter_mut().for_each(|outcome| outcome.first += runs);
    }
}

fn sites(race: &Race) -> (u64, u64) {
    (race.first.0.min(race.second.0), race.first.0.max(race.second.0))
}
