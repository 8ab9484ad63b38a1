//! Data races, in each run that is explored: two plain accesses of the same variable, field or item, one of them a
//! write, that no synchronisation orders. After FastTrack (Flanagan and Freund, PLDI 2009).
//!
//! The clocks here follow synchronisation alone. The order in which steps happened to be taken, which a strategy
//! looks at, would hide every race.

use super::clock::Clock;
use super::strategy::Step;
use crate::runtime::controlled::{Mode, Order};

/// Two accesses that nothing orders: where in the script each was, as words, and whether it wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Race {
    pub first: (u64, bool),
    pub second: (u64, bool),
    /// Who made them.
    pub actors: (u16, u16),
}

/// Watches a run.
#[derive(Default)]
pub struct Races {
    /// By actor: what comes before its next step.
    clocks: Vec<Clock>,
    /// By resource: what was released there.
    released: Vec<Clock>,
    /// By resource: who accessed it last.
    accesses: Vec<Accesses>,
    found: Vec<Race>,
}

#[derive(Default)]
struct Accesses {
    write: Option<Access>,
    reads: Vec<Access>,
}

#[derive(Clone, Copy)]
struct Access {
    actor: u16,
    at: u32,
    site: u64,
}

impl Access {
    fn is_before(&self, clock: &Clock) -> bool {
        self.at <= clock.get(usize::from(self.actor))
    }
}

impl Races {
    /// A new run begins.
    pub fn begin(&mut self) {
        self.clocks.iter_mut().for_each(Clock::clear);
        self.released.iter_mut().for_each(Clock::clear);
        for accesses in &mut self.accesses {
            accesses.write = None;
            accesses.reads.clear();
        }
        self.found.clear();
    }

    /// What was found in this run.
    pub fn found(&self) -> &[Race] {
        &self.found
    }

    fn make_room(&mut self, actors: usize, resources: usize) {
        if self.clocks.len() < actors {
            self.clocks.resize_with(actors, Clock::default);
        }
        if self.released.len() < resources {
            self.released.resize_with(resources, Clock::default);
            self.accesses.resize_with(resources, Accesses::default);
        }
    }

    /// A step was taken, here in the script.
    pub fn step(&mut self, step: &Step<'_>, site: u64) {
        let actor = usize::from(step.choice.actor);
        let mut most = 0;
        let (mut acquires, mut releases) = (false, false);
        for touch in step.touches {
            most = most.max(touch.resource as usize + 1);
            acquires |= matches!(touch.order, Order::Acquire | Order::Both);
            releases |= matches!(touch.order, Order::Release | Order::Both);
        }
        self.make_room(step.born.end.max(actor + 1), most);
        if acquires {
            for touch in step.touches {
                if matches!(touch.order, Order::Acquire | Order::Both) {
                    self.clocks[actor].join(&self.released[touch.resource as usize]);
                }
            }
        }
        let now = self.clocks[actor].tick(actor);
        for touch in step.touches {
            if touch.order == Order::Plain {
                let this = Access { actor: step.choice.actor, at: now, site };
                self.access(touch.resource as usize, this, touch.mode == Mode::Write);
            }
        }
        if releases {
            for touch in step.touches {
                if matches!(touch.order, Order::Release | Order::Both) {
                    self.released[touch.resource as usize].join(&self.clocks[actor]);
                }
            }
        }
        for child in step.born.clone() {
            if child != actor {
                let parent = std::mem::take(&mut self.clocks[actor]);
                self.clocks[child].copy(&parent);
                self.clocks[actor] = parent;
            }
        }
    }

    fn access(&mut self, resource: usize, this: Access, write: bool) {
        let clock = &self.clocks[usize::from(this.actor)];
        let of = &mut self.accesses[resource];
        let found = &mut self.found;
        let mut race = |other: &Access, wrote: bool| {
            if other.actor != this.actor && !other.is_before(clock) {
                found.push(Race {
                    first: (other.site, wrote),
                    second: (this.site, write),
                    actors: (other.actor, this.actor),
                });
            }
        };
        if let Some(other) = &of.write {
            race(other, true);
        }
        if write {
            of.reads.iter().for_each(|other| race(other, false));
            of.reads.clear();
            of.write = Some(this);
        } else {
            of.reads.retain(|other| other.actor != this.actor && !other.is_before(clock));
            of.reads.push(this);
        }
    }
}
