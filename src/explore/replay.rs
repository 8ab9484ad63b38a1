//! One schedule, once more.

use super::counterexample::{self, Counterexample, Shown};
use super::explorer::{Explorer, Ran};
use super::finding::Finding;
use super::options::Options;
use super::strategy::{Coverage, Step, Strategy};
use crate::runtime::controlled::{Choice, Config, World};
use crate::vm::{Program, UnitId};
use std::sync::Arc;

/// Follows a schedule; where it ends, the first that can go on does.
struct Follow<'a> {
    choices: &'a [Choice],
    at: usize,
    /// Whether a step was not possible.
    astray: Option<usize>,
}

impl<'a> Follow<'a> {
    fn new(choices: &'a [Choice]) -> Follow<'a> {
        Follow { choices, at: 0, astray: None }
    }
}

impl Strategy for Follow<'_> {
    fn begin(&mut self) -> bool {
        true
    }

    fn pick(&mut self, _: &mut World, options: &[Choice]) -> Option<Choice> {
        let wanted = self.choices.get(self.at).copied();
        self.at += 1;
        match wanted {
            Some(choice) if options.contains(&choice) => Some(choice),
            Some(_) => {
                self.astray.get_or_insert(self.at - 1);
                None
            }
            None => Some(options[0]),
        }
    }

    fn stepped(&mut self, _: &Step<'_>) {}

    fn coverage(&self) -> Coverage {
        Coverage::Sample
    }
}

/// What a schedule that was run again comes to.
pub struct Replayed {
    /// What went wrong.
    pub findings: Vec<Finding>,
    pub output: String,
    /// The run as a table.
    pub table: Counterexample,
}

/// Runs one schedule again.
///
/// # Errors
///
/// The number of the step that is not possible: the script is another.
pub fn replay(
    program: &Arc<Program>,
    unit: UnitId,
    config: &Config,
    choices: &[Choice],
) -> Result<Replayed, usize> {
    let mut explorer = Explorer::new(program, unit, config.clone(), Options::default());
    loop {
        let mut follow = Follow::new(choices);
        let ran = explorer.run(&mut follow);
        if ran == Ran::Discovered {
            explorer.start_over(explorer.world.discovered());
            continue;
        }
        if let Some(step) = follow.astray {
            return Err(step);
        }
        if ran == Ran::Whole && follow.at < choices.len() {
            return Err(follow.at);
        }
        explorer.note(ran);
        let output = explorer.world.output().to_owned();
        let schedule = explorer.schedule.clone();
        let table = counterexample::of_schedule(&mut explorer, &schedule, Shown::All);
        return Ok(Replayed {
            findings: std::mem::take(&mut explorer.seen.findings),
            output,
            table,
        });
    }
}
