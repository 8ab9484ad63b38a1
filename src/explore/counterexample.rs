//! The schedule that a person reads: a column a thread, a row a step, and no more of either than needed.

use super::explorer::Explorer;
use super::finding::Key;
use crate::runtime::controlled::{Choice, Looked, Touch};
use crate::source::Place;
use crate::syntax::scan::{TokenKind, scan};

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
    /// Where in that text the step stands, in characters.
    pub column: usize,
    /// What the steps did: `reads 100`, `takes guard`.
    pub notes: Vec<String>,
    /// Whether the thread before it could have gone on.
    pub preempts: bool,
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

/// Which steps a table shows.
#[derive(Clone, Copy)]
pub(super) enum Shown<'a> {
    /// All.
    All,
    /// Those that have to do with what other threads do.
    Meetings,
    /// Those that lead to this finding.
    For(&'a Key),
}

/// A schedule as a table.
pub(super) fn of_schedule(
    explorer: &mut Explorer,
    schedule: &[Choice],
    shown: Shown<'_>,
) -> Counterexample {
    let taken = explorer.take_down(schedule, shown);
    let matters = |at: usize| match shown {
        Shown::All => true,
        Shown::Meetings => meets(&taken, at),
        Shown::For(key) => {
            let last = at + 1 == taken.len() && !key.is_of_places();
            let there = || taken[at].place.as_ref().is_some_and(|place| key.has_place(place));
            last || meets(&taken, at) || key.is_of_places() && there()
        }
    };
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
        let (line, text, column) = match &step.place {
            Some(place) => {
                let (line, column) = place.source.position(place.span.start);
                let whole = place.source.line_text(line);
                let blanks = whole.chars().take_while(|c| c.is_whitespace()).count();
                (line, without_comment(whole).to_owned(), (column - 1).saturating_sub(blanks))
            }
            None => (0, String::new(), 0),
        };
        let note = step.note();
        match table.rows.last_mut() {
            Some(row) if last == Some((thread, line)) => row.notes.extend(note),
            _ => table.rows.push(Row {
                thread,
                line,
                text,
                column,
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

/// A line's code.
fn without_comment(line: &str) -> &str {
    let comment = scan(line).into_iter().find(|token| token.kind == TokenKind::Comment);
    line[..comment.map_or(line.len(), |comment| comment.span.start as usize)].trim()
}

/// Whether a step has to do with what other threads do, beyond the starting and ending of threads.
fn meets(taken: &[Taken], at: usize) -> bool {
    let step = &taken[at];
    if step.forced || step.looked.is_end_with_error {
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
    /// What a thread is at that takes no step.
    fn standing(actor: usize, place: Option<Place>, does: String) -> Taken {
        let looked = Looked::saying(&does);
        let (value, touches) = (None, Vec::new());
        Taken { actor, looked, value, place, touches, preempts: false, forced: true }
    }

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
    fn take_down(&mut self, schedule: &[Choice], shown: Shown<'_>) -> Vec<Taken> {
        let key = match shown {
            Shown::For(key) => Some(key),
            Shown::All | Shown::Meetings => None,
        };
        let mut taken: Vec<Taken> = Vec::new();
        let mut options = Vec::new();
        self.restart();
        let mut choices = schedule.iter();
        loop {
            self.world.options(&mut options);
            let before = self.world.actor_count();
            let mut waiting = Vec::new();
            let (choice, mut looked, forced) = if options.is_empty() {
                if self.world.end().is_some() {
                    break;
                }
                waiting = self.waiting();
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
                if looked.is_hopeless {
                    waiting = self.waiting();
                }
                self.world.step(choice);
                (choice, looked, false)
            };
            let last = taken.last().map(|step| step.actor);
            let actor = usize::from(choice.actor);
            let preempts = last.is_some_and(|last| {
                last != actor && options.iter().any(|choice| usize::from(choice.actor) == last)
            });
            let value = self.world.value_looked_at(&looked);
            if forced {
                let own = waiting.iter().find(|step| step.actor == actor);
                let waits = own.and_then(|step| step.looked.does.as_deref()).unwrap_or("waits");
                looked.does = Some(format!("{waits}, for ever"));
            }
            let is_race = key.is_some_and(|key| self.has_race(choice, before, key));
            let is_stuck = (forced || looked.is_hopeless) && key.is_some_and(Key::is_deadlock);
            let place = self.world.place_of_site(self.world.stepped_site());
            let touches = self.world.footprint().to_vec();
            taken.push(Taken { actor, looked, value, place, touches, preempts, forced });
            if is_race {
                return taken;
            }
            if is_stuck {
                // The others wait where they are.
                let has_met = |taken: &[Taken], actor| {
                    taken.iter().any(|step| step.actor == actor && !step.looked.is_dull)
                };
                waiting.retain(|step| step.actor != actor && has_met(&taken, step.actor));
                taken.append(&mut waiting);
                return taken;
            }
        }
        if key.is_some_and(Key::is_of_places) {
            taken.extend(self.at_the_end());
        }
        taken
    }

    /// The threads that wait for others: what they wait for, as if they had it.
    fn waiting(&mut self) -> Vec<Taken> {
        let waiting = self.world.waiting_actors();
        let waits = |(actor, place, what)| Taken {
            touches: self.world.peek(actor),
            ..Taken::standing(actor, place, what)
        };
        waiting.into_iter().map(waits).collect()
    }

    /// Who goes round for ever when a run has ended, and who has left what locked.
    fn at_the_end(&self) -> Vec<Taken> {
        let round = self.world.going_round().into_iter();
        let again = "again and again";
        let mut end: Vec<Taken> =
            round.map(|(actor, place)| Taken::standing(actor, place, again.to_owned())).collect();
        end.extend(self.world.leaks().into_iter().map(|leak| {
            Taken::standing(
                leak.holder,
                leak.taken,
                format!("ends, and {} stays locked", leak.lock),
            )
        }));
        end
    }
}
