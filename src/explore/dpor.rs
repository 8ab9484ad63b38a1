//! Dynamic partial-order reduction with source sets and sleep sets: of all schedules that differ only in the order of
//! steps which do not depend on each other, one is run to its end. After Abdulla, Aronis, Jonsson and Sagonas, "Optimal
//! dynamic partial order reduction", POPL 2014.
//!
//! A run is a row of events, each with a clock: which events come before it because they are of the same thread, because
//! they brought it about, or because they depend on each other. When an event is added, the earlier ones are looked
//! for that it depends on and that nothing else orders before it: a race. For each, the other order is to be run too,
//! from the node before the earlier event: one of the threads that could begin such a run (its *initials*) is added to
//! what is to be tried there, unless one of them is already.
//!
//! Steps that have to wait need more care than the paper's. The release of a lock and the acquisition that it lets
//! happen cannot change places; what can is that acquisition and the earlier acquisition that the release undid.
//! So an event that a later one needs (see `Touch::is_needed_by`) orders it, but is no race of its own, and does not
//! hide those before it. No more does any other event at a time when the level that the later one needs was not there: to come
//! right before that one, the later event must have come before what took the level away. And what a thread waits for in vain when a run ends, or when under strict time nothing is left
//! but to let time pass, is looked at like an event.
//!
//! A step may also take another one away for good: it cancels a timer, it closes a scope whose limit runs. What was taken
//! away is no event of the run that could race with it, so it is tried in its place at once (see
//! `World::called_off`). If it could not have been the next, because an earlier timer of the same thread has to fire before
//! it, some other step has to lead to it, and all are tried.
//!
//! *Sleep sets.* At each node, what was tried there is asleep in what is tried after it, until a step that depends
//! on it wakes it. A run in which all that can go on is asleep is the beginning of one that was run already, and is
//! given up.

use super::strategy::{Coverage, Step, Strategy};
use crate::runtime::controlled::{Alone, Choice, Mode, Touch, World, depend};
use std::cmp::Reverse;
use std::rc::Rc;

/// What is asleep: a choice, with what it touched when it was tried.
#[derive(Clone)]
struct Sleeper {
    choice: Choice,
    touches: Rc<[Touch]>,
    /// Whether any step wakes it: it is ordered with all, or what it touched may be called otherwise by now.
    light: bool,
}

/// A state on the way of the present run.
struct Node {
    options: Vec<Choice>,
    /// The actors to try here.
    tries: Vec<u16>,
    /// What need not be tried: it was asleep when this state was reached, or was tried here since.
    asleep: Vec<Sleeper>,
    picked: Option<Choice>,
}

/// An event of the present run.
struct Event {
    actor: u16,
    alone: Alone,
    /// How many actors there were before it.
    actors_before: usize,
}

/// One touch of a resource, by an event.
#[derive(Clone, Copy)]
struct Touched {
    event: u32,
    touch: Touch,
}

/// Depth first through the classes of schedules.
#[derive(Default)]
pub struct Dpor {
    nodes: Vec<Node>,
    events: Vec<Event>,
    /// The clocks of the events, one row each of [`Dpor::width`]: by actor, one more than its last event before.
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
    /// How many events of the present run are known from the one before.
    known: usize,
    depth: usize,
    /// What sleeps at the next node.
    next_asleep: Vec<Sleeper>,
    begun: bool,
    given_up: bool,
    /// How many runs were given up, because they were the beginning of one that was run already.
    pub redundant: u64,
    // Room that is used again.
    clock: Vec<u32>,
    own: Vec<u32>,
    candidates: Vec<(u32, bool)>,
    races: Vec<u32>,
    rest: Vec<u32>,
}

impl Dpor {
    fn clock_of(&self, event: u32) -> &[u32] {
        let at = event as usize * self.width;
        &self.clocks[at..at + self.width]
    }

    /// Whether an event comes before what has this clock.
    fn is_before(&self, event: u32, clock: &[u32]) -> bool {
        clock[usize::from(self.events[event as usize].actor)] > event
    }

    /// Makes the rows of clocks wide enough for so many actors.
    fn widen(&mut self, actors: usize) {
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
    fn truncate(&mut self, depth: usize) {
        self.nodes.truncate(depth + 1);
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
            self.lasts[usize::from(event.actor)] = Some(at as u32);
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
    /// into `clock`, what comes before it.
    fn find_races(&mut self, actor: usize, touches: &[Touch], alone: Alone) {
        self.begin_clock(actor);
        let mut own = std::mem::take(&mut self.own);
        own.clone_from(&self.clock);
        let mut clock = std::mem::take(&mut self.clock);
        let mut races = std::mem::take(&mut self.candidates);
        races.clear();
        if alone == Alone::No {
            for touch in touches {
                let Some(history) = self.history.get(touch.resource as usize) else { continue };
                let mut level = touch.level;
                for earlier in history.iter().rev() {
                    level = level.saturating_sub(earlier.touch.gives);
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
                        // Before it, the actor might have had to wait.
                        let hides = touch.needs == Touch::NOTHING || level >= touch.needs;
                        races.push((earlier.event, hides));
                    }
                }
            }
            if let Some(last) = self.alone.last().copied()
                && !self.is_before(last, &own)
            {
                join(&mut clock, self.clock_of(last));
                if self.events[last as usize].alone == Alone::Looks {
                    races.push((last, true));
                }
            }
        } else {
            for event in 0..self.events.len() as u32 {
                if !self.is_before(event, &own) {
                    join(&mut clock, self.clock_of(event));
                    if alone == Alone::Looks {
                        races.push((event, true));
                    }
                }
            }
        }
        // Of those found, one that comes before another is no race: the other stands between.
        races.sort_unstable_by_key(|(event, hides)| (Reverse(*event), *hides));
        races.dedup_by_key(|(event, _)| *event);
        let mut found = std::mem::take(&mut self.races);
        found.clear();
        for (event, hides) in &races {
            if self.is_before(*event, &own) {
                continue;
            }
            if *hides {
                join(&mut own, self.clock_of(*event));
            }
            found.push(*event);
        }
        self.own = own;
        self.clock = clock;
        self.candidates = races;
        self.races = found;
    }

    /// Lets the other order of a race be tried: what `actor` does comes before the event `first`.
    fn reverse(&mut self, first: u32, actor: u16, clock: &[u32]) {
        // The events after it that do not need it, and then this one.
        let first_actor = usize::from(self.events[first as usize].actor);
        let mut rest = std::mem::take(&mut self.rest);
        rest.clear();
        let all = self.events.len() as u32;
        rest.extend((first + 1..all).filter(|event| self.clock_of(*event)[first_actor] <= first));
        let mut initials: Vec<u16> = Vec::new();
        let mut seen: Vec<u16> = Vec::new();
        let is_first = |this: &Dpor, before: &[u32], clock: &[u32]| {
            !before.iter().any(|event| this.is_before(*event, clock))
        };
        for (at, event) in rest.iter().enumerate() {
            let of = self.events[*event as usize].actor;
            if seen.contains(&of) {
                continue;
            }
            seen.push(of);
            if is_first(self, &rest[..at], self.clock_of(*event)) {
                initials.push(of);
            }
        }
        if !seen.contains(&actor) && is_first(self, &rest, clock) {
            initials.push(actor);
        }
        self.rest = rest;
        let node = &mut self.nodes[first as usize];
        if initials.iter().any(|initial| node.tries.contains(initial)) {
            return;
        }
        let can = |actor: &u16| node.options.iter().any(|choice| choice.actor == *actor);
        let added = if initials.contains(&actor) && can(&actor) {
            Some(actor)
        } else {
            initials.iter().copied().find(can)
        };
        match added {
            Some(added) => node.tries.push(added),
            // Whoever it is cannot begin here: to be safe, all are tried.
            None => {
                for choice in &node.options {
                    if !node.tries.contains(&choice.actor) {
                        node.tries.push(choice.actor);
                    }
                }
            }
        }
    }

    fn reverse_all(&mut self, actor: u16) {
        let races = std::mem::take(&mut self.races);
        let clock = std::mem::take(&mut self.clock);
        for race in &races {
            self.reverse(*race, actor, &clock);
        }
        self.races = races;
        self.clock = clock;
    }

    /// What a step has taken away may never be an event that races with it, so it is tried in its place at once; or, if
    /// something else had to come before it, all is.
    fn try_called_off(&mut self, depth: usize, called_off: &[u16]) {
        let node = &mut self.nodes[depth];
        for actor in called_off {
            let can = node.options.iter().any(|choice| choice.actor == *actor);
            for choice in &node.options {
                if (choice.actor == *actor || !can) && !node.tries.contains(&choice.actor) {
                    node.tries.push(choice.actor);
                }
            }
        }
    }

    fn add_event(&mut self, step: &Step<'_>) {
        let actor = usize::from(step.choice.actor);
        self.find_races(actor, step.touches, step.alone);
        if step.alone != Alone::Forced {
            self.reverse_all(step.choice.actor);
        }
        let number = self.events.len() as u32;
        let mut clock = std::mem::take(&mut self.clock);
        clock[actor] = number + 1;
        self.clocks.extend_from_slice(&clock);
        self.clock = clock;
        self.events.push(Event {
            actor: step.choice.actor,
            alone: step.alone,
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

fn join(clock: &mut [u32], other: &[u32]) {
    for (mine, theirs) in clock.iter_mut().zip(other) {
        *mine = (*mine).max(*theirs);
    }
}

impl Strategy for Dpor {
    fn begin(&mut self) -> bool {
        self.depth = 0;
        self.given_up = false;
        self.next_asleep.clear();
        if !std::mem::replace(&mut self.begun, true) {
            self.widen(8);
            return true;
        }
        while let Some(node) = self.nodes.last_mut() {
            let next = node.options.iter().copied().find(|choice| {
                node.tries.contains(&choice.actor)
                    && !node.asleep.iter().any(|sleeper| sleeper.choice == *choice)
            });
            if let (Some(next), true) = (next, node.picked.is_some()) {
                node.picked = Some(next);
                let depth = self.nodes.len() - 1;
                self.truncate(depth);
                self.known = depth;
                return true;
            }
            self.nodes.pop();
        }
        false
    }

    fn known(&self) -> Option<Choice> {
        self.nodes.get(self.depth)?.picked
    }

    fn pick(&mut self, world: &mut World, options: &[Choice]) -> Option<Choice> {
        let asleep = std::mem::take(&mut self.next_asleep);
        let is_asleep = |choice: &Choice| asleep.iter().any(|sleeper| sleeper.choice == *choice);
        let last = self.events.last().map(|event| event.actor);
        // The one that runs goes on, if it can: so the first run switches only where it must.
        let awake = || options.iter().filter(|choice| !is_asleep(choice)).copied();
        let picked = awake().find(|choice| Some(choice.actor) == last).or_else(|| awake().next());
        let Some(picked) = picked else {
            self.redundant += 1;
            self.given_up = true;
            return None;
        };
        let tries = if world.is_time_passing() {
            // All that waits does so in vain so far: it might not have, had it come earlier.
            self.stuck(world);
            let mut tries: Vec<u16> = options.iter().map(|choice| choice.actor).collect();
            tries.dedup();
            tries
        } else {
            vec![picked.actor]
        };
        self.nodes.push(Node { options: options.to_vec(), tries, asleep, picked: Some(picked) });
        Some(picked)
    }

    fn stepped(&mut self, step: &Step<'_>) {
        if self.depth == self.nodes.len() {
            // Nobody could pick it.
            let node =
                Node { options: Vec::new(), tries: Vec::new(), asleep: Vec::new(), picked: None };
            self.nodes.push(node);
        }
        let depth = self.depth;
        self.depth += 1;
        if depth < self.known {
            return;
        }
        self.widen(step.born.end.max(usize::from(step.choice.actor) + 1));
        self.add_event(step);
        self.try_called_off(depth, step.called_off);
        // What sleeps on: what does not depend on this step.
        let node = &mut self.nodes[depth];
        self.next_asleep.clear();
        for sleeper in &node.asleep {
            let wakes = sleeper.choice.actor == step.choice.actor
                || sleeper.light
                || step.alone != Alone::No
                || depend(&sleeper.touches, step.touches);
            if !wakes {
                self.next_asleep.push(sleeper.clone());
            }
        }
        if let Some(choice) = node.picked {
            let touches = step.touches.into();
            let light = step.alone != Alone::No || step.fragile;
            node.asleep.push(Sleeper { choice, touches, light });
        }
    }

    fn stuck(&mut self, world: &mut World) {
        for actor in 0..world.actor_count() {
            if world.is_unfinished(actor) {
                let touches = world.peek(actor);
                self.find_races(actor, &touches, Alone::No);
                self.reverse_all(actor as u16);
            }
        }
    }

    fn finished(&mut self, world: &mut World) {
        if self.given_up || self.events.is_empty() {
            return;
        }
        // The program's end came before what others would have done next, which could have come before it.
        let last = self.events.len() as u32 - 1;
        for actor in 0..world.actor_count() {
            if world.is_unfinished(actor) && world.is_able(actor) {
                self.begin_clock(actor);
                self.races.clear();
                self.races.push(last);
                self.reverse_all(actor as u16);
            }
        }
        self.stuck(world);
    }

    fn coverage(&self) -> Coverage {
        Coverage::All
    }
}
