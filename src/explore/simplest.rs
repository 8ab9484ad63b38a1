//! The simplest schedule that leads to a finding, or to an output: with the fewest preemptions, and of those the fewest
//! steps.

use super::counterexample::{Shown, of_schedule};
use super::explorer::{Explorer, Ran};
use super::finding::Key;
use super::preemptions::Preemptions;
use super::strategy::{Coverage, Strategy};
use crate::runtime::controlled::Choice;
use std::time::{Duration, Instant};

/// How long the search for a simpler schedule may take, and how many runs.
const LONGEST_SEARCH: Duration = Duration::from_millis(700);
const MOST_RUNS: u64 = 50_000;
/// How many runs have to come to nothing simpler before those that were found with as few preemptions as can be are taken to
/// have few steps too. That is not proved then, nor told.
const RUNS_IN_VAIN: u64 = 1_000;
/// For how many findings it is made, and for how many outputs.
const MOST_FINDINGS: usize = 8;
const MOST_OUTPUTS: usize = 8;
/// The most preemptions that are looked for.
const MOST_PREEMPTIONS: usize = 6;

/// What a schedule is to lead to.
enum Goal {
    Finding(Key),
    Output(String),
}

/// A goal, and the simplest schedule that leads to it, once it was found.
struct Search {
    goal: Goal,
    simplest: Option<Vec<Choice>>,
}

impl Search {
    fn of(goal: Goal) -> Search {
        Search { goal, simplest: None }
    }

    /// Whether the run that was made last leads there.
    fn is_reached(&self, keys: &[Key], output: &str) -> bool {
        match &self.goal {
            Goal::Finding(key) => keys.contains(key),
            Goal::Output(goal) => goal == output,
        }
    }
}

/// Looks for the simplest schedule of each finding, and of each outcome that was asked for, and makes tables of them.
pub(super) fn minimize(explorer: &mut Explorer, deadline: Instant) {
    let findings = explorer.seen.findings.iter().take(MOST_FINDINGS);
    let mut all: Vec<Search> =
        findings.map(|finding| Search::of(Goal::Finding(finding.key.clone()))).collect();
    let findings = all.len();
    let outputs = explorer.seen.outcomes.iter().take(MOST_OUTPUTS);
    all.extend(outputs.map(|outcome| Search::of(Goal::Output(outcome.output.clone()))));
    if all.is_empty() {
        return;
    }
    let (runs, steps) = (explorer.seen.runs, explorer.seen.steps);
    search(explorer, &mut all, deadline.min(Instant::now() + LONGEST_SEARCH));
    explorer.seen.runs = runs;
    explorer.seen.steps = steps;
    let outcomes = all.split_off(findings);
    for (at, Search { simplest, .. }) in all.into_iter().enumerate() {
        let of = &explorer.seen.findings[at];
        let (key, is_minimal) = (of.key.clone(), simplest.is_some());
        let schedule = simplest.unwrap_or_else(|| of.schedule.clone());
        let mut table = of_schedule(explorer, &schedule, Shown::For(&key));
        table.is_minimal = is_minimal || table.preemptions == 0;
        explorer.seen.findings[at].schedule = schedule;
        explorer.seen.findings[at].counterexample = Some(table);
    }
    for (at, Search { simplest, .. }) in outcomes.into_iter().enumerate() {
        let is_minimal = simplest.is_some();
        let schedule = simplest.unwrap_or_else(|| explorer.seen.outcomes[at].schedule.clone());
        let mut table = of_schedule(explorer, &schedule, Shown::Meetings);
        table.is_minimal = is_minimal || table.preemptions == 0;
        explorer.seen.outcomes[at].schedule = schedule;
        explorer.seen.outcomes[at].example = Some(table);
    }
}

/// Runs with no preemption, with one, with two… until each goal is reached or the time is up.
fn search(explorer: &mut Explorer, all: &mut [Search], deadline: Instant) {
    let mut tried = 0;
    for most in 0..=MOST_PREEMPTIONS {
        let mut strategy = Preemptions::new(most);
        let mut level: Vec<Option<Vec<Choice>>> = vec![None; all.len()];
        let mut is_whole = true;
        let mut in_vain = 0;
        while strategy.begin() {
            let ran = explorer.run(&mut strategy);
            tried += 1;
            in_vain += 1;
            if ran == Ran::Whole {
                let keys = explorer.keys_of_run();
                for (search, known) in all.iter().zip(&mut level) {
                    let length = explorer.schedule.len();
                    if search.simplest.is_none()
                        && search.is_reached(&keys, explorer.world.output())
                        && known.as_ref().is_none_or(|known| length < known.len())
                    {
                        *known = Some(explorer.schedule.clone());
                        in_vain = 0;
                    }
                }
            }
            if tried >= MOST_RUNS || Instant::now() >= deadline {
                is_whole = false;
                break;
            }
            let is_known = |(search, known): (&Search, &Option<_>)| {
                search.simplest.is_some() || known.is_some()
            };
            if in_vain >= RUNS_IN_VAIN && all.iter().zip(&level).all(is_known) {
                break;
            }
        }
        for (search, known) in all.iter_mut().zip(level) {
            // All levels below were looked through.
            search.simplest = search.simplest.take().or(known);
        }
        let is_done = all.iter().all(|search| search.simplest.is_some());
        if !is_whole || is_done || strategy.coverage() == Coverage::All {
            break;
        }
    }
}
