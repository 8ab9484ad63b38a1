//! The events of a run, each with a clock: which others come before it, because they are of the same thread, because
//! they brought it about, or because they depend on each other. From these, the races of a new event are found.

use super::strategy::Step;
use super::wakeup::Planned;
use crate::runtime::controlled::{Alone, Choice, Mode, Names, Touch};
use std::cmp::Reverse;
use std::rc::Rc;

/// An event of the present run.
pub struct Event {
    pub choice: Choice,
    pub alone: Alone,
    pub touches: Rc<[Touch]>,
    /// What was called by a name before it.
    before: Names,
    /// The newest of the names of what it touched.
    newest: Names,
    fragile: bool,
    /// Whether it was told that it closes a circle.
    told: bool,
    born: std::ops::Range<u16>,
    /// How many actors there were before it.
    actors_before: usize,
}

/// One touch of a resource, by an event.
#[derive(Clone, Copy)]
struct Touched {
    event: u32,
    touch: Touch,
}

/// What was done so far.
#[derive(Default)]
pub struct Events {
    events: Vec<Event>,
    /// The clocks of the events, one row each of [`Events::width`]: by actor, one more than its last event before.
    clocks: Vec<u32>,
    width: usize,
    /// By actor: the event that brought it into being.
    births: Vec<Option<u32>>,
    /// By actor: its last event.
    lasts: Vec<Option<u32>>,
    /// By resource: the events that touched it, in order.
    history: Vec<Vec<Touched>>,
    /// The events that are ordered with all others.
    alone: Vec<u32>,
    /// Of the step that was looked at last: the earlier events that it races with, the latest first.
    pub races: Vec<u32>,
    // Room that is used again.
    clock: Vec<u32>,
    own: Vec<u32>,
    candidates: Vec<u32>,
}

impl Events {
    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn last(&self) -> Option<&Event> {
        self.events.last()
    }

    /// Whether the event is that somebody was told that it closes a circle.
    pub fn is_told(&self, event: u32) -> bool {
        self.events[event as usize].told
    }

    fn clock_of(&self, event: u32) -> &[u32] {
        let at = event as usize * self.width;
        &self.clocks[at..at + self.width]
    }

    /// Whether an event comes before what has this clock.
    fn is_before(&self, event: u32, clock: &[u32]) -> bool {
        clock[usize::from(self.events[event as usize].choice.actor)] > event
    }

    /// Makes the rows of clocks wide enough for so many actors.
    pub fn widen(&mut self, actors: usize) {
        if actors <= self.width {
            return;
        }
        let width = actors.next_power_of_two().max(8);
        let mut clocks = vec![0; self.events.len() * width];
        for event in 0..self.events.len() {
            let row = &self.clocks[event * self.width..(event + 1) * self.width];
            clocks[event * width..event * width + self.width].copy_from_slice(row);
        }
        self.clocks = clocks;
        self.width = width;
        self.births.resize(width, None);
        self.lasts.resize(width, None);
    }

    /// Forgets the events from `depth` on.
    pub fn truncate(&mut self, depth: usize) {
        for event in &self.events[depth.min(self.events.len())..] {
            for birth in &mut self.births[event.actors_before..] {
                *birth = None;
            }
        }
        self.events.truncate(depth);
        self.clocks.truncate(depth * self.width);
        self.alone.retain(|event| (*event as usize) < depth);
        for touched in &mut self.history {
            while touched.last().is_some_and(|last| last.event as usize >= depth) {
                touched.pop();
            }
        }
        self.lasts.fill(None);
        for (at, event) in self.events.iter().enumerate() {
            self.lasts[usize::from(event.choice.actor)] = Some(at as u32);
        }
    }

    /// The clock of what an actor does next, as far as its own events and its birth tell: into `clock`.
    fn begin_clock(&mut self, actor: usize) {
        let mut clock = std::mem::take(&mut self.clock);
        clock.clear();
        clock.resize(self.width, 0);
        for before in [self.lasts[actor], self.births[actor]].into_iter().flatten() {
            join(&mut clock, self.clock_of(before));
        }
        self.clock = clock;
    }

    /// The earlier events that race with what an actor does, which touches this: into `races`, the latest first. And
    /// into `clock`, what comes before it. `any`: it could go on with any of what it needs.
    pub fn find_races(&mut self, actor: usize, touches: &[Touch], alone: Alone, any: bool) {
        self.begin_clock(actor);
        let mut own = std::mem::take(&mut self.own);
        own.clone_from(&self.clock);
        let mut clock = std::mem::take(&mut self.clock);
        let mut races = std::mem::take(&mut self.candidates);
        races.clear();
        if alone == Alone::No {
            for touch in touches {
                let Some(history) = self.history.get(touch.resource as usize) else { continue };
                for earlier in history.iter().rev() {
                    if !earlier.touch.mode.conflicts(touch.mode) {
                        continue;
                    }
                    if self.is_before(earlier.event, &own) {
                        if earlier.touch.mode == Mode::Write {
                            // All that touched it before comes before this.
                            break;
                        }
                        continue;
                    }
                    join(&mut clock, self.clock_of(earlier.event));
                    if !earlier.touch.is_needed_by(touch) {
                        races.push(earlier.event);
                    }
                }
            }
            if let Some(last) = self.alone.last().copied()
                && !self.is_before(last, &own)
            {
                join(&mut clock, self.clock_of(last));
                if self.events[last as usize].alone == Alone::Looks {
                    races.push(last);
                }
            }
        } else {
            for event in 0..self.events.len() as u32 {
                if !self.is_before(event, &own) {
                    join(&mut clock, self.clock_of(event));
                    if alone == Alone::Looks {
                        races.push(event);
                    }
                }
            }
        }
        // Of those found, one that comes before another is no race: the other stands between.
        races.sort_unstable_by_key(|event| Reverse(*event));
        races.dedup();
        let mut found = std::mem::take(&mut self.races);
        found.clear();
        for event in &races {
            if !self.is_before(*event, &own) && (any || self.could_come(*event, touches)) {
                join(&mut own, self.clock_of(*event));
                found.push(*event);
            }
        }
        self.own = own;
        self.clock = clock;
        self.candidates = races;
        self.races = found;
    }

    /// Whether the levels that a step needs, which touches this, would be there if the event `first` had not come, nor
    /// what comes after it.
    ///
    /// Which place of a queue it needs may depend on what came before, so that is looked at only if `first` touched it. And
    /// one of a circle that another was told of could have been told in its place.
    fn could_come(&self, first: u32, touches: &[Touch]) -> bool {
        let of = &self.events[first as usize];
        if of.told {
            return true;
        }
        let actor = usize::from(of.choice.actor);
        let concerns = |touch: &Touch| {
            !touch.is_of_place() || of.touches.iter().any(|other| other.resource == touch.resource)
        };
        let mut needing =
            touches.iter().filter(|touch| touch.needs != Touch::NOTHING && concerns(touch));
        needing.all(|touch| {
            let Some(history) = self.history.get(touch.resource as usize) else { return true };
            let since = history.iter().rev().take_while(|earlier| earlier.event >= first);
            let missing = since.filter(|earlier| self.clock_of(earlier.event)[actor] > first);
            let given = missing.map(|earlier| i64::from(earlier.touch.gives)).sum::<i64>();
            i64::from(touch.level) - given >= i64::from(touch.needs)
        })
    }

    /// What could come from before the event `first` on if that had not come: all that does not come after it, and then
    /// `last`.
    pub fn without(&self, first: u32, last: &Planned, newest: Names) -> Vec<Planned> {
        let of = &self.events[first as usize];
        let actor = usize::from(of.choice.actor);
        let known = of.before;
        let mut row = Vec::new();
        for event in first + 1..self.events.len() as u32 {
            if self.clock_of(event)[actor] <= first {
                row.push(self.events[event as usize].planned(known));
            }
        }
        let mut last = last.clone();
        last.loose |= !newest.are_in(known);
        row.push(last);
        row
    }

    /// Adds a step, whose races were looked for last.
    pub fn add(&mut self, step: &Step<'_>) {
        let actor = usize::from(step.choice.actor);
        let number = self.events.len() as u32;
        let mut clock = std::mem::take(&mut self.clock);
        clock[actor] = number + 1;
        self.clocks.extend_from_slice(&clock);
        self.clock = clock;
        self.events.push(Event {
            choice: step.choice,
            alone: step.alone,
            touches: step.touches.into(),
            before: step.names,
            newest: step.world.newest(step.touches),
            fragile: step.fragile,
            told: step.told,
            born: step.born.start as u16..step.born.end as u16,
            actors_before: step.born.start,
        });
        self.lasts[actor] = Some(number);
        for child in step.born.clone() {
            self.births[child] = Some(number);
        }
        if step.alone != Alone::No {
            self.alone.push(number);
        }
        for touch in step.touches {
            let at = touch.resource as usize;
            if self.history.len() <= at {
                self.history.resize_with(at + 1, Vec::new);
            }
            self.history[at].push(Touched { event: number, touch: *touch });
        }
    }
}

impl Event {
    /// The event as a step of another run, which has these names in common with this one.
    pub fn planned(&self, known: Names) -> Planned {
        Planned {
            choice: self.choice,
            touches: self.touches.clone(),
            born: self.born.clone(),
            loose: self.alone != Alone::No || self.fragile || !self.newest.are_in(known),
            coarse: false,
        }
    }

    /// The event as it would be at once.
    pub fn now(&self) -> Planned {
        Planned {
            choice: self.choice,
            touches: self.touches.clone(),
            born: self.born.clone(),
            loose: self.alone != Alone::No || self.fragile,
            coarse: false,
        }
    }
}

fn join(clock: &mut [u32], other: &[u32]) {
    for (mine, theirs) in clock.iter_mut().zip(other) {
        *mine = (*mine).max(*theirs);
    }
}
