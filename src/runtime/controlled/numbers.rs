//! What things are called by: numbers that are the same in all runs which begin alike.

use super::footprint::{Resource, STRIDE, Touch};
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
/// The mark of the places that are parts of a primitive.
const PRIMITIVE: u64 = 1 << 63;

/// How much has been given a name so far. What has got its name later in one run may have another in one that goes on
/// otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// Objects that are no primitives.
    objects: u32,
    /// Primitives, threads and timers, by their resources.
    resources: Resource,
}

impl Names {
    /// Nothing.
    pub const NONE: Names = Names { objects: 0, resources: 0 };

    /// Whether all these were given before `known`.
    #[must_use]
    pub fn are_in(self, known: Names) -> bool {
        self.objects <= known.objects && self.resources <= known.resources
    }
}

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
        let owners = &mut self.owners;
        *self.places.entry((of, part)).or_insert_with(|| {
            owners.push(of);
            owners.len() as Resource * STRIDE - 1
        })
    }

    /// What has a name by now.
    #[must_use]
    pub fn names(&self) -> Names {
        Names { objects: self.numbers.len() as u32, resources: self.resources }
    }

    /// All names up to the newest of what was touched.
    #[must_use]
    pub fn newest(&self, touches: &[Touch]) -> Names {
        let mut names = Names::NONE;
        for touch in touches {
            let resource = if !touch.is_of_place() {
                touch.resource
            } else {
                let owner = self.owners[(touch.resource / STRIDE) as usize];
                if owner & PRIMITIVE == 0 {
                    names.objects = names.objects.max(owner as u32 + 1);
                    continue;
                }
                self.things[(owner & !PRIMITIVE) as usize].resource
            };
            names.resources = names.resources.max(resource - resource % STRIDE + STRIDE);
        }
        names
    }

    /// The resource of a part of a primitive: an item of a queue, a round of a barrier.
    pub(super) fn place_in(&mut self, thing: usize, part: u64) -> Resource {
        self.place(PRIMITIVE | thing as u64, part)
    }
}
