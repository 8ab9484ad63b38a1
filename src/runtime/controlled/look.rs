//! What a step does, in a few words, for those who read a schedule.

use super::ready::{Ability, lock_of};
use super::report::waiting_for;
use super::strand::Wish;
use super::world::{Actor, Choice, World};
use crate::primitives::Action;
use crate::source::Place;
use crate::values::{Value, View, shown};
use crate::vm::{Access, Part, Request, Target};

/// What a step is about to do.
#[derive(Clone, Default)]
pub struct Looked {
    /// In words; nothing, if the line of the script tells it.
    pub does: Option<String>,
    /// The variable or item that it reads or writes, whose value is worth telling.
    access: Option<Access>,
    /// What it reads.
    value: Option<String>,
    /// Whether it is no matter for other threads, but for starting and ending.
    pub is_dull: bool,
    /// Whether a thread ends with an error.
    pub is_end_with_error: bool,
    /// Whether it waits for what can never come.
    pub is_hopeless: bool,
    /// Whether time runs out: a sleep, a limit, a timer.
    pub is_time: bool,
}

impl Looked {
    /// Something that is told in these words.
    #[must_use]
    pub fn saying(words: &str) -> Looked {
        Looked { does: Some(words.to_owned()), ..Looked::default() }
    }
}

impl World {
    /// What a choice is about to do.
    #[must_use]
    pub fn look_at(&self, choice: Choice) -> Looked {
        let does = Looked::saying;
        let strand = match self.actors[usize::from(choice.actor)] {
            Actor::Strand(strand) => strand,
            Actor::Timer(_) => return Looked { is_time: true, ..does("fires") },
            Actor::Scope(_) => return Looked { is_time: true, ..does("its time runs out") },
        };
        let of = &self.strands[strand];
        match self.ability(strand) {
            Ability::Time => {
                let sleeps = matches!(of.wish, Wish::Ask(Request::Sleep(_)));
                let words = if sleeps { "wakes" } else { "its time runs out" };
                return Looked { is_time: true, ..does(words) };
            }
            _ if of.met.is_none() && !self.is_ready(strand) => {
                if of.signals.wants_error() && of.wish.is_blocking() {
                    return does("is cancelled");
                }
                let waits = format!("waits for {}", waiting_for(self, strand));
                if of.until.is_none() && self.is_hopeless(strand) {
                    return Looked { is_hopeless: true, ..does(&format!("{waits}, for ever")) };
                }
                return does(&waits);
            }
            _ => {}
        }
        match &of.wish {
            Wish::Ask(Request::Access(access)) => {
                let worth = matches!(access.part, Part::Slot(_) | Part::Item(_));
                let mut looked = does(if access.write { "writes" } else { "reads" });
                if worth {
                    looked.value = (!access.write).then(|| value_at(access)).flatten();
                    looked.access = Some(access.clone());
                } else {
                    looked.does = None;
                }
                looked
            }
            Wish::Ask(Request::Acquire { target, .. }) => does(&format!("takes {}", name(target))),
            Wish::Ask(Request::Release { target, .. }) => {
                does(&format!("gives {} back", name(target)))
            }
            Wish::Ask(Request::Enrol { condition, .. }) => {
                does(&format!("waits, and gives {} back", lock_of(condition).label))
            }
            Wish::Ask(Request::Retake { .. }) => does("takes the lock again"),
            Wish::Ask(Request::Await { .. }) => does("is notified"),
            Wish::Ask(Request::Perform { action: Action::Wait { .. }, .. }) => does("goes on"),
            Wish::Ask(Request::Spawn(_) | Request::Timer(_)) => {
                Looked { is_dull: true, ..Looked::default() }
            }
            Wish::Ask(Request::Join { .. } | Request::JoinAll { .. }) => {
                Looked { is_dull: true, ..does("goes on") }
            }
            Wish::End(ended) if ended.failure().is_some() => {
                Looked { is_end_with_error: true, ..does("ends with an error") }
            }
            Wish::End(_) => Looked { is_dull: true, ..Looked::default() },
            _ => Looked::default(),
        }
    }

    /// The threads that wait for others, where, and for what.
    #[must_use]
    pub fn waiting_actors(&self) -> Vec<(usize, Option<Place>, String)> {
        let waits = |strand: &usize| {
            let of = &self.strands[*strand];
            of.actor < self.actors.len()
                && !matches!(of.wish, Wish::Nothing | Wish::NextTask(_) | Wish::End(_))
                && !self.is_ready(*strand)
        };
        let all = (0..self.strands.len()).filter(waits);
        let told = |strand: usize| {
            let what = format!("waits for {}", waiting_for(self, strand));
            (self.strands[strand].actor, self.place_of(strand), what)
        };
        all.map(told).collect()
    }

    /// The value that a step has read or written.
    #[must_use]
    pub fn value_looked_at(&self, looked: &Looked) -> Option<String> {
        looked.value.clone().or_else(|| looked.access.as_ref().and_then(value_at))
    }
}

fn name(target: &Target) -> String {
    lock_of(target.object()).label.to_string()
}

fn value_at(access: &Access) -> Option<String> {
    let value: Value = match (access.of.view(), &access.part) {
        (View::Cell(cell), _) => cell.get(),
        (View::Instance(instance), Part::Slot(slot)) => instance.get(*slot as usize),
        (View::List(list), Part::Item(index)) => match index.view() {
            View::Int(at) => list.get(at)?,
            _ => return None,
        },
        (View::Map(map), Part::Item(key)) => map.get(key).ok().flatten()?,
        _ => return None,
    };
    if value.is_unset() {
        return None;
    }
    let text = shown(&value);
    Some(if text.chars().count() > 24 {
        text.chars().take(23).chain(['…']).collect()
    } else {
        text
    })
}
