//! Run after run, led by strategies and watched for findings, until all is seen or the budget is used up.

use super::dfs::Dfs;
use super::dpor::Dpor;
use super::explored::{Explored, Outcome, Verdict};
use super::finding::{self, Finding, Key, Source};
use super::options::{Options, Which};
use super::pct::Pct;
use super::pos::Pos;
use super::preemptions::Preemptions;
use super::race::Races;
use super::random::Random;
use super::simplest;
use super::strategy::{Coverage, Step, Strategy};
use crate::runtime::controlled::{Choice, Config, End, World};
use crate::vm::{Program, UnitId};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran {
    /// The program ended.
    Whole,
    /// It took too many steps.
    Cut,
    /// The strategy gave it up.
    GivenUp,
    /// It found out more about the script than was known.
    Discovered,
}

/// What all runs of an exploration share.
pub(super) struct Explorer {
    pub world: World,
    unit: UnitId,
    options: Options,
    races: Races,
    /// The sites of races that are known, and which finding each is.
    known_races: FxHashMap<(u64, u64), usize>,
    pub findings: Vec<Finding>,
    pub outcomes: Vec<Outcome>,
    /// By output.
    known_outcomes: FxHashMap<String, usize>,
    pub schedule: Vec<Choice>,
    pub runs: u64,
    pub steps: u64,
    longest: usize,
    cut: u64,
    room: Vec<Choice>,
    found: Vec<(Key, Source)>,
}

impl Explorer {
    pub(super) fn new(
        program: &Arc<Program>,
        unit: UnitId,
        config: Config,
        options: Options,
    ) -> Explorer {
        Explorer {
            world: World::new(program.clone(), unit, config),
            unit,
            options,
            races: Races::default(),
            known_races: FxHashMap::default(),
            findings: Vec::new(),
            outcomes: Vec::new(),
            known_outcomes: FxHashMap::default(),
            schedule: Vec::new(),
            runs: 0,
            steps: 0,
            longest: 0,
            cut: 0,
            room: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Makes one run.
    pub(super) fn run(&mut self, strategy: &mut dyn Strategy) -> Ran {
        self.world.restart(self.unit);
        self.races.begin();
        self.schedule.clear();
        let mut options = std::mem::take(&mut self.room);
        let ran = loop {
            if self.world.has_discovered() {
                break Ran::Discovered;
            }
            if self.schedule.len() >= self.options.most_steps {
                break Ran::Cut;
            }
            self.world.options(&mut options);
            let before = self.world.actor_count();
            let choice = if options.is_empty() {
                if self.world.end().is_some() {
                    let endless = self.world.end() == Some(End::Endless);
                    break if endless { Ran::Cut } else { Ran::Whole };
                }
                strategy.stuck(&mut self.world);
                match self.world.break_deadlock() {
                    Some(choice) => choice,
                    None => break Ran::Whole,
                }
            } else {
                let Some(choice) = strategy.pick(&mut self.world, &options) else {
                    break Ran::GivenUp;
                };
                self.world.step(choice);
                self.schedule.push(choice);
                choice
            };
            self.steps += 1;
            let step = Step {
                choice,
                touches: self.world.footprint(),
                alone: self.world.alone(),
                fragile: self.world.is_fragile(),
                born: before..self.world.actor_count(),
                called_off: self.world.called_off(),
            };
            self.races.step(&step, self.world.stepped_site());
            strategy.stepped(&step);
        };
        self.room = options;
        if matches!(ran, Ran::Whole | Ran::Cut) {
            if ran == Ran::Whole {
                strategy.finished(&mut self.world);
            }
            self.runs += 1;
            self.cut += u64::from(ran == Ran::Cut);
            self.longest = self.longest.max(self.schedule.len());
        }
        ran
    }

    /// Notes what went wrong in the run that was made last.
    pub(super) fn note(&mut self, ran: Ran) {
        if self.options.outcomes && ran == Ran::Whole {
            let output = self.world.output();
            match self.known_outcomes.get(output) {
                Some(known) => self.outcomes[*known].runs += 1,
                None => {
                    let output = output.to_owned();
                    self.known_outcomes.insert(output.clone(), self.outcomes.len());
                    let (runs, schedule, example) = (1, self.schedule.clone(), None);
                    self.outcomes.push(Outcome { output, runs, schedule, example });
                }
            }
        }
        let mut new_races = Vec::new();
        let mut counted: Vec<usize> = Vec::new();
        for race in self.races.found() {
            let sites = (race.first.0.min(race.second.0), race.first.0.max(race.second.0));
            match self.known_races.get(&sites) {
                Some(known) if counted.contains(known) => {}
                Some(known) => {
                    counted.push(*known);
                    self.findings[*known].runs += 1;
                    let of = &mut self.findings[*known].schedule;
                    if self.schedule.len() < of.len() {
                        of.clone_from(&self.schedule);
                    }
                }
                None => new_races.push((sites, *race)),
            }
        }
        let mut found = std::mem::take(&mut self.found);
        let races: Vec<_> = new_races.iter().map(|(_, race)| *race).collect();
        finding::of_run(&self.world, &races, &mut found);
        for (key, source) in found.drain(..) {
            let at = match self.findings.iter().position(|finding| finding.key == key) {
                Some(at) => {
                    self.findings[at].runs += u64::from(!counted.contains(&at));
                    at
                }
                None => {
                    let finding =
                        Finding::new(key, &source, &self.world, &self.schedule, self.runs);
                    self.findings.push(finding);
                    self.findings.len() - 1
                }
            };
            counted.push(at);
            if let Source::Race(race) = source {
                let sites = (race.first.0.min(race.second.0), race.first.0.max(race.second.0));
                self.known_races.insert(sites, at);
            }
        }
        self.found = found;
    }

    /// What tells apart the findings of the run that was made last.
    pub(super) fn keys_of_run(&mut self) -> Vec<Key> {
        let mut found = std::mem::take(&mut self.found);
        finding::of_run(&self.world, self.races.found(), &mut found);
        let keys = found.drain(..).map(|(key, _)| key).collect();
        self.found = found;
        keys
    }

    /// The world at the beginning of a run.
    pub(super) fn restart(&mut self) {
        self.world.restart(self.unit);
        self.races.begin();
    }

    /// Looks for races in a step that was just taken; whether it has this one.
    pub(super) fn has_race(&mut self, choice: Choice, before: usize, key: &Key) -> bool {
        let step = Step {
            choice,
            touches: self.world.footprint(),
            alone: self.world.alone(),
            fragile: self.world.is_fragile(),
            born: before..self.world.actor_count(),
            called_off: self.world.called_off(),
        };
        let known = self.races.found().len();
        self.races.step(&step, self.world.stepped_site());
        self.races.found()[known..].iter().any(|race| finding::race_key(&self.world, *race) == *key)
    }

    /// Forgets all that was seen: more is known of the script.
    pub(super) fn start_over(&mut self) {
        self.world.learn();
        self.known_races.clear();
        self.findings.clear();
        self.outcomes.clear();
        self.known_outcomes.clear();
        self.runs = 0;
        self.longest = 0;
        self.cut = 0;
    }
}

/// How a strategy's turn ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Done,
    OutOfTime,
    OutOfRuns,
    Discovered,
}

impl Explorer {
    fn lead(&mut self, strategy: &mut dyn Strategy, until: Instant, most_runs: u64) -> Turn {
        let first = self.runs;
        let mut tries = 0_u32;
        loop {
            tries += 1;
            if !strategy.begin() {
                return Turn::Done;
            }
            let ran = self.run(strategy);
            match ran {
                Ran::Discovered => return Turn::Discovered,
                Ran::GivenUp => {}
                Ran::Whole | Ran::Cut => self.note(ran),
            }
            if self.runs - first >= most_runs {
                return Turn::OutOfRuns;
            }
            // Looking at the clock takes as long as some steps.
            if tries.is_multiple_of(16) || self.schedule.len() > 100 {
                let now = Instant::now();
                if now >= until {
                    return Turn::OutOfTime;
                }
            }
        }
    }
}

/// The first look at a script before samples are taken: most small ones are done by then.
const FIRST_LOOK: Duration = Duration::from_millis(300);

/// Explores a script.
#[must_use]
pub fn explore(
    program: &Arc<Program>,
    unit: UnitId,
    config: &Config,
    options: &Options,
) -> Explored {
    let started = Instant::now();
    let mut explorer = Explorer::new(program, unit, config.clone(), options.clone());
    let deadline = started + options.budget;
    let most_runs = options.most_runs.unwrap_or(u64::MAX);
    let (turn, coverage, redundant) = loop {
        let mut dpor = Dpor::default();
        let mut other: Box<dyn Strategy> = match (options.which, options.preemptions) {
            (Which::All | Which::Dpor | Which::Dfs, Some(most)) => Box::new(Preemptions::new(most)),
            (Which::All | Which::Dpor, None) => {
                let turn = explorer.dpor(&mut dpor, deadline, most_runs);
                if turn == Turn::Discovered {
                    explorer.start_over();
                    continue;
                }
                break (turn, dpor.coverage(), dpor.redundant);
            }
            (Which::Dfs, None) => Box::new(Dfs::default()),
            (Which::Pos, _) => Box::new(Pos::new(options.seed)),
            (Which::Pct, _) => Box::new(Pct::new(options.seed)),
            (Which::Random, _) => Box::new(Random::new(options.seed)),
        };
        let turn = explorer.until_found(&mut *other, deadline, most_runs);
        if turn == Turn::Discovered {
            explorer.start_over();
            continue;
        }
        break (turn, other.coverage(), 0);
    };
    let missing = explorer.missing(turn, coverage);
    explorer.outcomes.sort_by(|a, b| b.runs.cmp(&a.runs).then_with(|| a.output.cmp(&b.output)));
    if options.minimize {
        simplest::minimize(&mut explorer, started + options.budget.max(Duration::from_secs(2)));
    }
    let complete = missing.is_none() && coverage == Coverage::All;
    let verdict = if !explorer.findings.is_empty() {
        Verdict::Found
    } else if complete {
        Verdict::Verified
    } else if coverage == Coverage::Sample {
        Verdict::Sampled
    } else {
        Verdict::Bounded(missing.clone().unwrap_or_default())
    };
    let mut findings = std::mem::take(&mut explorer.findings);
    findings.sort_by_key(|finding| finding.kind);
    Explored {
        verdict,
        findings,
        outcomes: std::mem::take(&mut explorer.outcomes),
        runs: explorer.runs,
        redundant,
        steps: explorer.steps,
        longest: explorer.longest,
        elapsed: started.elapsed(),
        complete,
        missing,
        discovered: explorer.world.discovered(),
    }
}

impl Explorer {
    /// A strategy until it is done; or for a while longer, once something was found.
    fn until_found(
        &mut self,
        strategy: &mut dyn Strategy,
        deadline: Instant,
        most_runs: u64,
    ) -> Turn {
        let slice = Duration::from_millis(50);
        let first = self.runs;
        let mut stop = deadline;
        loop {
            let until = stop.min(Instant::now() + slice);
            let left = most_runs.saturating_sub(self.runs - first);
            let turn = self.lead(strategy, until, left);
            if turn != Turn::OutOfTime {
                return turn;
            }
            let now = Instant::now();
            if !self.findings.is_empty() {
                stop = stop.min(now + self.options.after_finding);
            }
            if now >= stop {
                return Turn::OutOfTime;
            }
        }
    }

    /// All classes of schedules; of `all`, after a first look, samples come between.
    fn dpor(&mut self, dpor: &mut Dpor, deadline: Instant, most_runs: u64) -> Turn {
        if self.options.which == Which::All {
            let first = self.lead(dpor, deadline.min(Instant::now() + FIRST_LOOK), most_runs);
            // A run that was cut may hide those that differ only in what would have come after.
            let is_whole = first == Turn::Done && self.cut == 0;
            if is_whole || matches!(first, Turn::Discovered | Turn::OutOfRuns) {
                return first;
            }
            let seed = self.options.seed;
            let samplers: [Box<dyn Strategy>; 3] =
                [Box::new(Pos::new(seed)), Box::new(Pct::new(seed)), Box::new(Random::new(seed))];
            let share = self.options.budget / 30;
            for mut sampler in samplers {
                if !self.findings.is_empty() {
                    break;
                }
                let turn = self.until_found(&mut *sampler, Instant::now() + share, most_runs);
                if turn == Turn::Discovered {
                    return turn;
                }
            }
            if first == Turn::Done {
                return first;
            }
        }
        self.until_found(dpor, deadline, most_runs)
    }

    /// What was not looked at.
    fn missing(&self, turn: Turn, coverage: Coverage) -> Option<String> {
        let mut missing = Vec::new();
        match turn {
            Turn::OutOfTime if coverage != Coverage::Sample => {
                missing
                    .push("not all schedules were looked at in the time that there was".to_owned());
            }
            Turn::OutOfRuns if coverage != Coverage::Sample => {
                missing.push(format!("no more than {} schedules were to be run", self.runs));
            }
            _ => {}
        }
        if let Coverage::Preemptions(most) = coverage {
            missing.push(format!("schedules with more than {most} preemptions were left out"));
        }
        if self.cut > 0 {
            let (runs, most) = (self.runs, self.options.most_steps);
            let cut = match self.cut {
                all if all == runs => "no run".to_owned(),
                1 => format!("one of the {runs} runs"),
                some => format!("{some} of the {runs} runs"),
            };
            let verb = if self.cut == runs { "ended" } else { "did not end" };
            missing.push(format!("{cut} {verb} within {most} steps, or computed too long in one"));
        }
        (!missing.is_empty()).then(|| missing.join("; "))
    }
}
