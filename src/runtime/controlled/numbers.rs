//! What things are called by: numbers that are the same in all runs which begin alike.

use super::footprint::Resource;
use super::world::World;
use crate::primitives::ThreadId;
use crate::values::Value;

/// The resources that every run has.
pub struct Fixed {
    /// The numbers that new threads get.
    pub ids: Resource,
    /// Who is alive.
    pub alive: Resource,
    /// The order in which threads end.
    pub ends: Resource,
    pub input: Resource,
    pub files: Resource,
    pub output: Resource,
}

pub(super) const FIXED: Fixed =
    Fixed { ids: 0, alive: 4, ends: 8, input: 12, files: 16, output: 20 };
pub(super) const FIRST_RESOURCE: Resource = 24;
/// Resources are numbered in fours: three for what a run makes in order, and the fourth for places.
const STRIDE: Resource = 4;

impl World {
    pub(super) fn next_id(&mut self) -> ThreadId {
        self.next_id += 1;
        self.next_id - 1
    }

    /// Up to three resources in a row: the first of them.
    pub(super) fn new_resources(&mut self, count: u32) -> Resource {
        debug_assert!(count < STRIDE);
        self.resources += STRIDE;
        self.resources - STRIDE
    }

    /// A number for something shared that is no primitive. It is kept, so that its address stays its own.
    ///
    /// It is told as soon as a strand wishes to touch the thing, not when it does: so what the strands that wait at
    /// one moment are about to touch has the same number, whichever of them goes first.
    pub(super) fn number_of(&mut self, of: &Value) -> u64 {
        let address = of.number() as usize;
        if let Some(number) = self.numbers.get(&address) {
            return *number;
        }
        let number = self.numbers.len() as u64;
        self.numbers.insert(address, number);
        self.kept.push(of.clone());
        self.fragile = true;
        number
    }

    /// The resource of a part of something.
    pub(super) fn place(&mut self, of: u64, part: u64) -> Resource {
        let next = self.places.len() as Resource * STRIDE + STRIDE - 1;
        *self.places.entry((of, part)).or_insert(next)
    }

    /// The resource of a part of a primitive: an item of a queue, a round of a barrier.
    pub(super) fn place_in(&mut self, thing: usize, part: u64) -> Resource {
        self.place(1 << 63 | thing as u64, part)
    }
}
