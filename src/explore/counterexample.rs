//! The schedule that a person reads: a column a thread, a row a step, and no more of either than needed.

use super::explorer::{Explorer, Ran};
use super::finding::Key;
use super::preemptions::Preemptions;
use super::strategy::{Coverage, Strategy};
use crate::runtime::controlled::{Choice, Looked, Touch};
use crate::source::Place;
use std::time::{Duration, Instant};

/// A schedule as a table.
#[derive(Clone, Debug, Default)]
pub struct Counterexample {
    /// The names of the threads, in the order of their columns.
    pub threads: Vec<String>,
    pub rows: Vec<Row>,
    /// How many switches there are away from a thread that could have gone on.
    pub preemptions: usize,
    /// Whether no schedule with fewer leads to the same.
    pub is_minimal: bool,
    /// Whether it needs a sleep to take longer, or a limit to run out earlier, than work that takes no time.
    pub needs_delay: bool,
}

/// A step, or several of one thread on one line.
#[derive(Clone, Debug)]
pub struct Row {
    /// Whose it is: a column.
    pub thread: usize,
    /// The line of the script, from 1, and its text; none for what is not in the script.
    pub line: usize,
    pub text: String,
    /// What the steps did: `reads 100`, `takes guard`.
    pub notes: Vec<String>,
    /// Whether the thread before it could have gone on.
    pub preempts: bool,
}

/// How long the search for a simpler schedule may take, and how many runs.
const LONGEST_SEARCH: Duration = Duration::from_millis(700);
const MOST_RUNS: u64 = 50_000;
/// For how many findings it is made.
const MOST_FINDINGS: usize = 8;
/// The most preemptions that are looked for.
const MOST_PREEMPTIONS: usize = 6;

/// Looks for the simplest schedule of each finding, and makes tables of them.
pub(super) fn minimize(explorer: &mut Explorer, deadline: Instant) {
    let found = explorer.findings.len().min(MOST_FINDINGS);
    let mut simplest: Vec<Option<(Vec<Choice>, bool)>> = vec![None; found];
    let (runs, steps) = (explorer.runs, explorer.steps);
    let deadline = deadline.min(Instant::now() + LONGEST_SEARCH);
    let keys: Vec<Key> = explorer.findings[..found].iter().map(|f| f.key.clone()).collect();
    let mut tried = 0;
    let mut is_whole = true;
    'search: for most in 0..=MOST_PREEMPTIONS {
        let mut strategy = Preemptions::new(most);
        let mut level: Vec<Option<Vec<Choice>>> = vec![None; found];
        while strategy.begin() {
            let ran = explorer.run(&mut strategy);
            tried += 1;
            if ran == Ran::Whole {
                for key in explorer.keys_of_run() {
                    let Some(at) = keys.iter().position(|known| *known == key) else { continue };
                    let shorter = level[at]
                        .as_ref()
                        .is_none_or(|known| explorer.schedule.len() < known.len());
                    if simplest[at].is_none() && shorter {
                        level[at] = Some(explorer.schedule.clone());
                    }
                }
            }
            if tried >= MOST_RUNS || Instant::now() >= deadline {
                is_whole = false;
                break;
            }
        }
        for (at, schedule) in level.into_iter().enumerate() {
            if let (Some(schedule), None) = (schedule, &simplest[at]) {
                // All levels below were looked through.
                simplest[at] = Some((schedule, true));
            }
        }
        if !is_whole || simplest.iter().all(Option::is_some) || strategy.coverage() == Coverage::All
        {
            break 'search;
        }
    }
    explorer.runs = runs;
    explorer.steps = steps;
    for (at, simplest) in simplest.into_iter().enumerate() {
        let (schedule, is_minimal) =
            simplest.unwrap_or_else(|| (explorer.findings[at].schedule.clone(), false));
        let key = explorer.findings[at].key.clone();
        let mut table = of_schedule(explorer, &schedule, Some(&key));
        table.is_minimal = is_minimal || table.preemptions == 0;
        explorer.findings[at].schedule = schedule;
        explorer.findings[at].counterexample = Some(table);
    }
}

/// A step, as it was taken.
struct Taken {
    actor: usize,
    looked: Looked,
    value: Option<String>,
    place: Option<Place>,
    touches: Vec<Touch>,
    preempts: bool,
    forced: bool,
}

/// A schedule as a table: whole, or with the steps that matter for a finding.
pub(super) fn of_schedule(
    explorer: &mut Explorer,
    schedule: &[Choice],
    of: Option<&Key>,
) -> Counterexample {
    let taken = explorer.take_down(schedule, of);
    let matters = |at: usize| of.is_none() || matters(&taken, at);
    let mut table = Counterexample {
        preemptions: taken.iter().filter(|step| step.preempts).count(),
        needs_delay: taken.iter().any(|step| step.looked.is_time),
        ..Counterexample::default()
    };
    let mut columns: Vec<usize> = Vec::new();
    let mut preempts = false;
    let mut last: Option<(usize, usize)> = None;
    for (at, step) in taken.iter().enumerate() {
        preempts |= step.preempts;
        if !matters(at) {
            continue;
        }
        let thread = columns.iter().position(|actor| *actor == step.actor).unwrap_or_else(|| {
            columns.push(step.actor);
            columns.len() - 1
        });
        let (line, text) = match &step.place {
            Some(place) => {
                let (line, _) = place.source.position(place.span.start);
                (line, place.source.line_text(line).trim().to_owned())
            }
            None => (0, String::new()),
        };
        let note = step.note();
        match table.rows.last_mut() {
            Some(row) if last == Some((thread, line)) => row.notes.extend(note),
            _ => table.rows.push(Row {
                thread,
                line,
                text,
                notes: note.into_iter().collect(),
                preempts: std::mem::take(&mut preempts),
            }),
        }
        last = Some((thread, line));
    }
    let world = &explorer.world;
    table.threads = columns.iter().map(|actor| world.actor_name(*actor)).collect();
    table
}

/// Whether a step has to do with what other threads do, beyond the starting and ending of threads.
fn matters(taken: &[Taken], at: usize) -> bool {
    let step = &taken[at];
    if step.forced || at + 1 == taken.len() || step.looked.is_end_with_error {
        return true;
    }
    if step.looked.is_dull {
        return false;
    }
    step.touches.iter().any(|touch| {
        taken.iter().enumerate().any(|(other, that)| {
            other != at
                && that.actor != step.actor
                && !that.looked.is_dull
                && that
                    .touches
                    .iter()
                    .any(|t| t.resource == touch.resource && t.mode.conflicts(touch.mode))
        })
    })
}

impl Taken {
    fn note(&self) -> Option<String> {
        let mut note = self.looked.does.clone()?;
        if let Some(value) = &self.value {
            note.push(' ');
            note.push_str(value);
        }
        Some(note)
    }
}

impl Explorer {
    /// Runs a schedule again, and takes down each step.
    fn take_down(&mut self, schedule: &[Choice], of: Option<&Key>) -> Vec<Taken> {
        let mut taken: Vec<Taken> = Vec::new();
        let mut options = Vec::new();
        self.restart();
        let mut choices = schedule.iter();
        loop {
            self.world.options(&mut options);
            let before = self.world.actor_count();
            let waiting = self.world.waiting_actors();
            let (choice, looked, forced) = if options.is_empty() {
                if self.world.end().is_some() {
                    break;
                }
                match self.world.break_deadlock() {
                    Some(choice) => (choice, Looked::default(), true),
                    None => break,
                }
            } else {
                let Some(choice) = choices.next().copied() else { break };
                if !options.contains(&choice) {
                    break;
                }
                let looked = self.world.look_at(choice);
                self.world.step(choice);
                (choice, looked, false)
            };
            let last = taken.last().map(|step| step.actor);
            let actor = usize::from(choice.actor);
            let preempts = last.is_some_and(|last| {
                last != actor && options.iter().any(|choice| usize::from(choice.actor) == last)
            });
            let value = self.world.value_looked_at(&looked);
            let mut looked = looked;
            if forced {
                looked.does = Some("waits for ever".to_owned());
            }
            let is_race = of.is_some_and(|key| self.has_race(choice, before, key));
            let is_end =
                is_race || (forced || looked.is_hopeless) && of.is_some_and(Key::is_deadlock);
            let place = self.world.place_of_site(self.world.stepped_site());
            let touches = self.world.footprint().to_vec();
            taken.push(Taken { actor, looked, value, place, touches, preempts, forced });
            if is_end && !is_race {
                // The others wait where they are.
                for (other, place) in waiting {
                    if other != actor
                        && taken.iter().any(|step| step.actor == other && !step.looked.is_dull)
                    {
                        let looked = Looked::saying("waits");
                        let (value, touches) = (None, Vec::new());
                        let (preempts, forced) = (false, true);
                        let actor = other;
                        taken.push(Taken {
                            actor,
                            looked,
                            value,
                            place,
                            touches,
                            preempts,
                            forced,
                        });
                    }
                }
            }
            if is_end {
                break;
            }
        }
        taken
    }
}
