//! What is tried, in what order and for how long, until all is seen or the budget is used up.
//!
//! Samples are made on as many cores as there are. The search through all classes of schedules goes on one: what is to
//! be tried at a node of it is only known when all below the branches before it has been run. Of `all`, the other cores
//! make samples meanwhile; if the search comes to its end, it has seen all that they can have seen, and they are
//! forgotten: so what is told does not depend on how far they came.

use super::dfs::Dfs;
use super::dpor::Dpor;
use super::explored::{Explored, Verdict};
use super::explorer::{Explorer, Turn};
use super::options::{Options, Which};
use super::preemptions::Preemptions;
use super::samples::{Helpers, Samples};
use super::seen::Seen;
use super::simplest;
use super::stop::Stop;
use super::strategy::{Coverage, Strategy};
use crate::runtime::controlled::{Config, Discovered};
use crate::vm::{Program, UnitId};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The first look at a script before samples are taken: most small ones are done by then.
const FIRST_LOOK: Duration = Duration::from_millis(300);
/// The samples of `all`.
const SAMPLES: [Which; 3] = [Which::Pos, Which::Pct, Which::Random];
/// The part of the budget that is for them where they cannot be made beside the search.
const SHARE: u32 = 10;

/// Explores a script. `again` makes one more program of the same scripts, for another core.
#[must_use]
pub fn explore(
    program: &Arc<Program>,
    again: &dyn Fn() -> Arc<Program>,
    unit: UnitId,
    config: &Config,
    options: &Options,
) -> Explored {
    let started = Instant::now();
    let explorer = Explorer::new(program, unit, config.clone(), options.clone());
    let helpers = Helpers::new(again, unit);
    let mut course = Course { explorer, helpers, started, discovered: None };
    let (turn, coverage, redundant) = loop {
        let (turn, coverage, redundant) = course.turn();
        if turn != Turn::Discovered {
            break (turn, coverage, redundant);
        }
        let told = course.explorer.world.discovered();
        course.explorer.start_over(course.discovered.take().unwrap_or(told));
    };
    let mut explorer = course.explorer;
    let missing = missing(&explorer.seen, options, turn, coverage);
    let outcomes = &mut explorer.seen.outcomes;
    outcomes.sort_by(|a, b| b.runs.cmp(&a.runs).then_with(|| a.output.cmp(&b.output)));
    if options.minimize {
        simplest::minimize(&mut explorer, started + options.budget.max(Duration::from_secs(2)));
    }
    let complete = missing.is_none() && coverage == Coverage::All;
    let discovered = explorer.world.config().discovered;
    let mut seen = explorer.seen;
    let verdict = if !seen.findings.is_empty() {
        Verdict::Found
    } else if complete {
        Verdict::Verified
    } else if coverage == Coverage::Sample {
        Verdict::Sampled
    } else {
        Verdict::Bounded(missing.clone().unwrap_or_default())
    };
    seen.findings.sort_by_key(|finding| finding.kind);
    Explored {
        verdict,
        findings: seen.findings,
        outcomes: seen.outcomes,
        runs: seen.runs,
        redundant,
        steps: seen.steps,
        longest: seen.longest,
        elapsed: started.elapsed(),
        complete,
        missing,
        discovered,
    }
}

/// An exploration on its way.
struct Course<'a> {
    explorer: Explorer,
    helpers: Helpers<'a>,
    started: Instant,
    /// What samples have told about the script that was not known.
    discovered: Option<Discovered>,
}

impl Course<'_> {
    /// Once through: how it ended, what was covered, and how many runs were given up.
    fn turn(&mut self) -> (Turn, Coverage, u64) {
        let Options { which, preemptions, .. } = self.explorer.options;
        match (which, preemptions) {
            (Which::All | Which::Dpor | Which::Dfs, Some(most)) => {
                self.alone(&mut Preemptions::new(most))
            }
            (Which::Dfs, None) => self.alone(&mut Dfs::default()),
            (Which::All, None) => {
                let mut dpor = Dpor::default();
                let turn = self.all(&mut dpor);
                (turn, dpor.coverage(), dpor.redundant)
            }
            (Which::Dpor, None) => {
                let mut dpor = Dpor::default();
                let (turn, coverage, _) = self.alone(&mut dpor);
                (turn, coverage, dpor.redundant)
            }
            (Which::Pos | Which::Pct | Which::Random, _) => {
                let turn = self.sample(&[which], self.left());
                (turn, Coverage::Sample, 0)
            }
        }
    }

    /// What is left of the budget.
    fn left(&self) -> Duration {
        self.explorer.options.budget.saturating_sub(self.started.elapsed())
    }

    fn stop_after(&self, time: Duration) -> Stop {
        let Options { after_finding, interrupted, .. } = &self.explorer.options;
        let stop = Stop::after(time, *after_finding, interrupted);
        if !self.explorer.seen.findings.is_empty() {
            stop.found();
        }
        stop
    }

    /// How many more runs there may be.
    fn runs_left(&self) -> u64 {
        let most = self.explorer.options.most_runs.unwrap_or(u64::MAX);
        most.saturating_sub(self.explorer.seen.runs)
    }

    /// One strategy, on one core.
    fn alone(&mut self, strategy: &mut dyn Strategy) -> (Turn, Coverage, u64) {
        let stop = self.stop_after(self.left());
        let turn = self.explorer.lead(strategy, &stop, self.runs_left());
        (turn, strategy.coverage(), 0)
    }

    /// Does something with an explorer that has seen nothing yet; what it has seen then.
    fn apart(&mut self, work: impl FnOnce(&mut Self)) -> Seen {
        let before = std::mem::take(&mut self.explorer.seen);
        let number = self.explorer.number;
        work(self);
        self.explorer.number = number;
        std::mem::replace(&mut self.explorer.seen, before)
    }

    /// Samples, on all cores.
    fn sample(&mut self, kinds: &[Which], time: Duration) -> Turn {
        let stop = self.stop_after(time);
        let Options { seed, cores, .. } = self.explorer.options;
        let samples = Samples::new(kinds, seed, self.runs_left(), &stop);
        let mut turn = Turn::Done;
        let mut others = Vec::new();
        let own = self.apart(|this| {
            (turn, others) = this.helpers.beside(
                cores.saturating_sub(1),
                &mut this.explorer,
                &|explorer| _ = samples.take(explorer),
                |explorer| samples.take(explorer),
            );
        });
        others.push(own);
        self.add(others);
        self.discovered = samples.discovered();
        if self.discovered.is_some() { Turn::Discovered } else { turn }
    }

    /// What samples have shown, as runs that come after all before.
    fn add(&mut self, sampled: Vec<Seen>) {
        let before = self.explorer.seen.runs;
        for mut seen in sampled {
            seen.come_after(before);
            self.explorer.seen.add(seen);
        }
    }

    /// All classes of schedules; after a first look, samples too.
    fn all(&mut self, dpor: &mut Dpor) -> Turn {
        let interrupted = Arc::clone(&self.explorer.options.interrupted);
        let look = Stop::after(self.left().min(FIRST_LOOK), Duration::MAX, &interrupted);
        let first = self.explorer.lead(dpor, &look, self.runs_left());
        // A run that was cut may hide those that differ only in what would have come after.
        let is_whole = first == Turn::Done && self.explorer.seen.cut == 0;
        if is_whole || matches!(first, Turn::Discovered | Turn::OutOfRuns) {
            return first;
        }
        let share = self.explorer.options.budget / SHARE;
        if first == Turn::Done {
            return match self.sample(&SAMPLES, share) {
                Turn::Discovered => Turn::Discovered,
                _ => first,
            };
        }
        if !self.explorer.seen.findings.is_empty() {
            return self.alone(dpor).0;
        }
        self.search_and_sample(dpor, share)
    }

    /// The search goes on, with samples beside it; if there is one core only, they come before it, for so long.
    fn search_and_sample(&mut self, dpor: &mut Dpor, share: Duration) -> Turn {
        let Options { seed, cores, after_finding, .. } = self.explorer.options;
        let stop = self.stop_after(self.left());
        let interrupted = Arc::clone(&self.explorer.options.interrupted);
        let before = (cores < 2).then(|| Stop::after(share, after_finding, &interrupted));
        let most_runs = self.runs_left();
        let samples = Samples::new(&SAMPLES, seed, most_runs, before.as_ref().unwrap_or(&stop));
        let mut sampled = Vec::new();
        if before.is_some() {
            sampled.push(self.apart(|this| _ = samples.take(&mut this.explorer)));
            if !sampled[0].findings.is_empty() {
                stop.found();
            }
        }
        self.discovered = samples.discovered();
        if self.discovered.is_some() {
            return Turn::Discovered;
        }
        let (turn, others) = self.helpers.beside(
            cores.saturating_sub(1),
            &mut self.explorer,
            &|explorer| {
                if samples.take(explorer) == Turn::Discovered {
                    stop.now();
                }
            },
            |explorer| {
                let turn = explorer.lead(dpor, &stop, most_runs);
                stop.now();
                turn
            },
        );
        let is_whole = turn == Turn::Done && self.explorer.seen.cut == 0;
        if is_whole || turn == Turn::Discovered {
            return turn;
        }
        sampled.extend(others);
        self.discovered = samples.discovered();
        if self.discovered.is_some() {
            return Turn::Discovered;
        }
        self.add(sampled);
        turn
    }
}

/// What was not looked at.
fn missing(seen: &Seen, options: &Options, turn: Turn, coverage: Coverage) -> Option<String> {
    let mut missing = Vec::new();
    match turn {
        Turn::OutOfTime if options.interrupted.load(Ordering::Relaxed) => {
            missing.push("it was interrupted".to_owned());
        }
        Turn::OutOfTime if coverage != Coverage::Sample => {
            missing.push("not all schedules were looked at in the time that there was".to_owned());
        }
        Turn::OutOfRuns if coverage != Coverage::Sample => {
            let schedules = if seen.runs == 1 { "schedule was" } else { "schedules were" };
            missing.push(format!("no more than {} {schedules} to be run", seen.runs));
        }
        _ => {}
    }
    if let Coverage::Preemptions(most) = coverage {
        missing.push(format!("schedules with more than {most} preemptions were left out"));
    }
    if seen.cut > 0 {
        let runs = seen.runs;
        let cut = match seen.cut {
            all if all == runs => "no run".to_owned(),
            1 => format!("one of the {runs} runs"),
            some => format!("{some} of the {runs} runs"),
        };
        let verb = if seen.cut == runs { "ended" } else { "did not end" };
        let within = format!("within {} steps, or computed too long in one", options.most_steps);
        missing.push(format!("{cut} {verb} {within}"));
    }
    (!missing.is_empty()).then(|| missing.join("; "))
}
