//! Dynamic partial-order reduction with wakeup trees and sleep sets: of all schedules that differ only in the order of
//! steps which do not depend on each other, one is run. After Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic
//! partial order reduction", POPL 2014, and "Source sets: a foundation for optimal dynamic partial order reduction",
//! JACM 2017.
//!
//! A run is a row of [events](super::events). When one is added, the earlier ones are looked for that it depends on and
//! that nothing else orders before it: a race. For each, the other order is to be run too, from the node before the
//! earlier event: what has come since and does not come after that event, and then the later one. This row is entered
//! in the [wakeup tree](super::wakeup) of that node, unless something that was tried there could begin it. Each race is
//! worked out once, when its later event is new. What would come after that event need not stand in the row: whatever
//! can come is tried after it.
//!
//! *Steps that have to wait* need more care than the paper's. The release of a lock and the acquisition that it lets
//! happen cannot change places; what can is that acquisition and the earlier acquisition that the release undid. So
//! an event that a later one needs (see `Touch::is_needed_by`) orders it, but is no race of its own, and does not hide those
//! before it. No more does one without which the later event could not have come either: the level that it needs
//! would not be there (see `Events::find_races`). And what a thread waits for in vain when a run ends, or when under strict
//! time nothing is left but to let time pass, is looked at like an event.
//!
//! *A step may also take another one away for good*: it cancels a timer, it closes a scope whose limit runs. What was taken
//! away is no event of the run that could race with it, so it is tried in its place at once (see
//! `World::called_off`). If it could not have been the next, because an earlier timer of the same thread has to fire before
//! it, some other step has to lead to it, and all are tried.
//!
//! *Sleep sets.* At each node, what was tried there is asleep in what is tried after it, until a step that depends
//! on it wakes it. A run in which all that can go on is asleep is the beginning of one that was run already, and is
//! given up. A wakeup tree leads past what sleeps, so that none is, except where it is not known what a step would do in
//! another order, and it has to be taken to depend on more than it does: where time runs, where somebody looks who
//! waits, where things are made after the node. A row that cannot be followed to its end costs nothing but runs: all
//! that can go on there is tried.

use super::events::Events;
use super::strategy::{Coverage, Step, Strategy};
use super::wakeup::{Branch, Planned, insert, may_begin};
use crate::runtime::controlled::{Alone, Choice, Names, Touch, World, depend};
use std::rc::Rc;

/// A state on the way of the present run.
#[derive(Default)]
struct Node {
    options: Vec<Choice>,
    /// What need not be tried: it was asleep when this state was reached, or was tried here since.
    asleep: Vec<Planned>,
    /// What is to be tried here after the present branch.
    tree: Vec<Branch>,
    picked: Option<Choice>,
    /// What is being tried, as it was.
    present: Option<Planned>,
}

impl Node {
    fn is_asleep(&self, choice: Choice) -> bool {
        self.asleep.iter().any(|sleeper| sleeper.choice == choice)
    }

    /// Lets a choice be tried, if it is none of those.
    fn try_too(&mut self, choice: Choice) {
        let is_there = Some(choice) == self.picked
            || self.is_asleep(choice)
            || self.tree.iter().any(|branch| branch.step.choice == choice);
        if !is_there {
            self.tree.push(Branch::leaf(Planned::unknown(choice)));
        }
    }

    fn try_all(&mut self) {
        for at in 0..self.options.len() {
            self.try_too(self.options[at]);
        }
    }

    /// Takes the next branch: what comes after its first step, which is `picked` then. `None` if nothing is left to try.
    fn take_next(&mut self) -> Option<Vec<Branch>> {
        self.picked = None;
        while !self.tree.is_empty() {
            let mut next = self.tree.remove(0);
            let (choice, then) = (next.step.choice, std::mem::take(&mut next.then));
            let is_same = |option: &&Choice| option.actor == choice.actor;
            if !self.options.iter().any(|option| is_same(&option)) {
                // Whoever it is cannot go on here: to be safe, all are tried.
                self.try_all();
                continue;
            }
            let picked = if self.options.contains(&choice) {
                Some(choice)
            } else {
                // What it can do is another arm.
                let mut arms = self.options.iter().filter(is_same);
                arms.find(|option| !self.is_asleep(**option)).copied()
            };
            let Some(picked) = picked.filter(|picked| !self.is_asleep(*picked)) else { continue };
            self.tree.retain(|branch| branch.step.choice != picked || !branch.step.loose);
            self.pick(picked);
            return Some(then);
        }
        None
    }

    /// Tries a choice; and after it the others of the same actor: which arm of a `select` is taken is no race.
    fn pick(&mut self, picked: Choice) {
        self.picked = Some(picked);
        for at in 0..self.options.len() {
            let option = self.options[at];
            if option.actor == picked.actor && option != picked {
                self.try_too(option);
            }
        }
    }
}

/// Depth first through the classes of schedules.
#[derive(Default)]
pub struct Dpor {
    nodes: Vec<Node>,
    /// Nodes that are done with: their room is used again.
    spare: Vec<Node>,
    events: Events,
    /// How many events of the present run are known from the one before.
    known: usize,
    depth: usize,
    /// What is to come at the next node.
    plan: Vec<Branch>,
    /// What sleeps at the next node.
    next_asleep: Vec<Planned>,
    /// What the next step might touch, if that may be more than it does.
    might_touch: Option<Vec<Touch>>,
    /// Whether the next step needs but one of what it needs.
    goes_on_with_any: bool,
    begun: bool,
    given_up: bool,
    /// How many runs were given up, because they were the beginning of one that was run already.
    pub redundant: u64,
}

impl Dpor {
    /// Lets the other order of the races that were found be tried: `last` comes before each of those events.
    /// If it is told that it closes a circle, `untold` is what it touches if it is not.
    fn reverse_all(&mut self, last: &Planned, untold: Option<Rc<[Touch]>>, newest: Names) {
        for at in 0..self.events.races.len() {
            let first = self.events.races[at];
            let mut row = self.events.without(first, last, newest);
            if let (Some(untold), Some(last)) = (&untold, row.last_mut())
                && !self.events.is_told(first)
            {
                last.touches = untold.clone();
            }
            let node = &mut self.nodes[first as usize];
            if !node.asleep.iter().any(|sleeper| may_begin(sleeper, &row)) {
                insert(&mut node.tree, row);
            }
        }
    }

    /// What a step has taken away may never be an event that races with it, so it is tried in its place at once; or, if
    /// something else had to come before it, all is.
    fn try_called_off(&mut self, depth: usize, called_off: &[u16]) {
        let node = &mut self.nodes[depth];
        for actor in called_off {
            let can: Vec<Choice> =
                node.options.iter().filter(|choice| choice.actor == *actor).copied().collect();
            if can.is_empty() {
                node.try_all();
            }
            can.into_iter().for_each(|choice| node.try_too(choice));
        }
    }

    fn add_event(&mut self, step: &Step<'_>) {
        let actor = usize::from(step.choice.actor);
        let any = self.goes_on_with_any;
        self.events.find_races(actor, step.touches, step.alone, any);
        if step.alone != Alone::Forced && !self.events.races.is_empty() {
            let might = self.might_touch.take();
            let coarse = might.is_some();
            let mut touches = might.unwrap_or_default();
            // Who closes no circle touches nothing of it.
            let alone = step.told.then(|| touches.as_slice().into());
            touches.extend_from_slice(step.touches);
            let newest = step.world.newest(&touches);
            let last = Planned {
                choice: step.choice,
                touches: touches.into(),
                born: step.born.start as u16..step.born.end as u16,
                loose: step.alone != Alone::No || step.fragile,
                coarse,
            };
            self.reverse_all(&last, alone, newest);
        }
        self.events.add(step);
    }

    fn new_node(&mut self) -> Node {
        let mut node = self.spare.pop().unwrap_or_default();
        node.options.clear();
        node.asleep.clear();
        node.tree.clear();
        node.picked = None;
        node.present = None;
        node
    }

    fn note_might_touch(&mut self, world: &mut World, choice: Choice) {
        let actor = usize::from(choice.actor);
        self.goes_on_with_any = world.goes_on_with_any(actor);
        self.might_touch = (!world.is_firm(actor)).then(|| world.peek(actor));
    }
}

impl Strategy for Dpor {
    fn begin(&mut self) -> bool {
        self.depth = 0;
        self.given_up = false;
        self.next_asleep.clear();
        self.plan.clear();
        if !std::mem::replace(&mut self.begun, true) {
            self.events.widen(8);
            return true;
        }
        while let Some(node) = self.nodes.last_mut() {
            node.asleep.extend(node.present.take());
            if let Some(plan) = node.take_next() {
                self.plan = plan;
                let depth = self.nodes.len() - 1;
                self.events.truncate(depth);
                self.known = depth;
                return true;
            }
            self.spare.extend(self.nodes.pop());
        }
        false
    }

    fn known(&mut self, world: &mut World) -> Option<Choice> {
        let picked = self.nodes.get(self.depth)?.picked?;
        if self.depth >= self.known {
            self.note_might_touch(world, picked);
        }
        Some(picked)
    }

    fn pick(&mut self, world: &mut World, options: &[Choice]) -> Option<Choice> {
        let mut node = self.new_node();
        node.options.extend_from_slice(options);
        node.asleep.append(&mut self.next_asleep);
        node.tree.append(&mut self.plan);
        if world.is_time_passing() {
            // All that waits does so in vain so far: it might not have, had it come earlier.
            self.stuck(world);
            node.try_all();
        }
        let is_planned = !node.tree.is_empty();
        if let Some(plan) = node.take_next() {
            self.plan = plan;
        } else if !is_planned {
            // The one that runs goes on, if it can: so the first run switches only where it must.
            let last = self.events.last().map(|event| event.choice.actor);
            let mut awake = options.iter().filter(|choice| !node.is_asleep(**choice));
            let picked = awake.clone().find(|choice| Some(choice.actor) == last);
            if let Some(picked) = picked.or_else(|| awake.next()).copied() {
                node.pick(picked);
            }
        }
        let Some(picked) = node.picked else {
            self.spare.push(node);
            self.redundant += 1;
            self.given_up = true;
            return None;
        };
        self.nodes.push(node);
        self.note_might_touch(world, picked);
        Some(picked)
    }

    fn stepped(&mut self, step: &Step<'_>) {
        if self.depth == self.nodes.len() {
            // Nobody could pick it.
            let node = self.new_node();
            self.nodes.push(node);
        }
        let depth = self.depth;
        self.depth += 1;
        if depth < self.known {
            return;
        }
        self.events.widen(step.born.end.max(usize::from(step.choice.actor) + 1));
        self.add_event(step);
        self.try_called_off(depth, step.called_off);
        // What sleeps on: what does not depend on this step.
        let node = &mut self.nodes[depth];
        self.next_asleep.clear();
        for sleeper in &node.asleep {
            let wakes = sleeper.choice.actor == step.choice.actor
                || sleeper.loose
                || step.alone != Alone::No
                || depend(&sleeper.touches, step.touches);
            if !wakes {
                self.next_asleep.push(sleeper.clone());
            }
        }
        if node.picked.is_some() {
            node.present = self.events.last().map(super::events::Event::now);
        }
    }

    fn stuck(&mut self, world: &mut World) {
        if self.depth < self.known {
            // It was worked out when this was new.
            return;
        }
        for actor in 0..world.actor_count() {
            if world.is_unfinished(actor) {
                let touches = world.peek(actor);
                let any = world.goes_on_with_any(actor);
                self.events.find_races(actor, &touches, Alone::No, any);
                if !self.events.races.is_empty() {
                    let newest = world.newest(&touches);
                    self.reverse_all(&waiting(actor, touches.into()), None, newest);
                }
            }
        }
    }

    fn finished(&mut self, world: &mut World) {
        if self.given_up || self.events.len() == 0 {
            return;
        }
        // The program's end came before what others would have done next, which could have come before it.
        let last = self.events.len() as u32 - 1;
        let others = if self.events.last().is_some_and(|last| last.alone == Alone::No) {
            // What is left to others does nothing that anybody could see.
            0
        } else {
            world.actor_count()
        };
        for actor in 0..others {
            if world.is_unfinished(actor) && world.is_able(actor) {
                self.events.races.clear();
                self.events.races.push(last);
                let choice = Choice { actor: actor as u16, arm: 0 };
                self.reverse_all(&Planned::unknown(choice), None, Names::NONE);
            }
        }
        self.stuck(world);
    }

    fn coverage(&self) -> Coverage {
        Coverage::All
    }
}

/// What an actor waits for.
fn waiting(actor: usize, touches: Rc<[Touch]>) -> Planned {
    let choice = Choice { actor: actor as u16, arm: 0 };
    Planned { choice, touches, born: 0..0, loose: false, coarse: true }
}
