//! Run after run, led by a strategy and watched for findings.

use super::finding::{self, Key};
use super::options::Options;
use super::race::Races;
use super::seen::{Run, Seen};
use super::stop::Stop;
use super::strategy::{Step, Strategy};
use crate::runtime::controlled::{Choice, Config, Discovered, End, Names, World};
use crate::vm::{Program, UnitId};
use std::sync::Arc;

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

/// How a strategy's turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Done,
    OutOfTime,
    OutOfRuns,
    Discovered,
}

/// Makes runs of a script, in a program that nobody else runs meanwhile.
pub(super) struct Explorer {
    pub world: World,
    unit: UnitId,
    pub options: Options,
    races: Races,
    pub seen: Seen,
    /// The number of the run that was made last.
    pub number: u64,
    pub schedule: Vec<Choice>,
    room: Vec<Choice>,
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
            seen: Seen::default(),
            number: 0,
            schedule: Vec::new(),
            room: Vec::new(),
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
            let before = self.world.actor_count();
            let names = self.world.names();
            let mut picked = strategy.known(&mut self.world);
            if picked.is_none() {
                self.world.options(&mut options);
                if !options.is_empty() {
                    picked = strategy.pick(&mut self.world, &options);
                    if picked.is_none() {
                        break Ran::GivenUp;
                    }
                }
            }
            let choice = if let Some(choice) = picked {
                self.world.step(choice);
                self.schedule.push(choice);
                choice
            } else {
                if self.world.end().is_some() {
                    let endless = self.world.end() == Some(End::Endless);
                    break if endless { Ran::Cut } else { Ran::Whole };
                }
                strategy.stuck(&mut self.world);
                match self.world.break_deadlock() {
                    Some(choice) => choice,
                    None => break Ran::Whole,
                }
            };
            self.seen.steps += 1;
            let step = Step {
                choice,
                touches: self.world.footprint(),
                alone: self.world.alone(),
                fragile: self.world.is_fragile(),
                told: self.world.is_told(),
                born: before..self.world.actor_count(),
                called_off: self.world.called_off(),
                names,
                world: &self.world,
            };
            self.races.step(&step, self.world.stepped_site());
            strategy.stepped(&step);
        };
        self.room = options;
        if matches!(ran, Ran::Whole | Ran::Cut) {
            if ran == Ran::Whole {
                strategy.finished(&mut self.world);
            }
            self.number += 1;
            self.seen.count(self.schedule.len(), ran == Ran::Cut);
        }
        ran
    }

    /// Notes what went wrong in the run that was made last.
    pub(super) fn note(&mut self, ran: Ran) {
        let run = Run { number: self.number, schedule: &self.schedule };
        if self.options.outcomes && ran == Ran::Whole {
            self.seen.note_output(&run, self.world.output());
        }
        self.seen.note(&run, &self.world, self.races.found());
    }

    /// What tells apart the findings of the run that was made last.
    pub(super) fn keys_of_run(&mut self) -> Vec<Key> {
        self.seen.keys_of(&self.world, self.races.found())
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
            told: self.world.is_told(),
            born: before..self.world.actor_count(),
            called_off: self.world.called_off(),
            names: Names::NONE,
            world: &self.world,
        };
        let known = self.races.found().len();
        self.races.step(&step, self.world.stepped_site());
        self.races.found()[known..].iter().any(|race| finding::race_key(&self.world, *race) == *key)
    }

    /// Forgets all that was seen: more is known of the script.
    pub(super) fn start_over(&mut self, known: Discovered) {
        self.world.learn(known);
        self.seen.forget();
        self.number = 0;
    }

    /// Lets a strategy lead, until it is done, or it is time to stop, or there were so many runs.
    pub(super) fn lead(
        &mut self,
        strategy: &mut dyn Strategy,
        stop: &Stop,
        most_runs: u64,
    ) -> Turn {
        let mut left = most_runs;
        let mut tries = 0_u32;
        while strategy.begin() {
            let ran = self.run(strategy);
            match ran {
                Ran::Discovered => return Turn::Discovered,
                Ran::GivenUp => {}
                Ran::Whole | Ran::Cut => {
                    let is_first = self.seen.findings.is_empty();
                    self.note(ran);
                    if is_first && !self.seen.findings.is_empty() {
                        stop.found();
                    }
                    left = left.saturating_sub(1);
                }
            }
            if left == 0 {
                return Turn::OutOfRuns;
            }
            // Looking at the clock takes as long as some steps.
            tries += 1;
            if (tries.is_multiple_of(16) || self.schedule.len() > 100) && stop.is_reached() {
                return Turn::OutOfTime;
            }
        }
        Turn::Done
    }
}
