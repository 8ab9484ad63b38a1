//! What a step touched: from this an exploration tells which steps depend on each other, and which are ordered by
//! synchronisation.

/// Something that steps touch: a variable, a lock, the end of a thread. Numbered anew in each run, in the order in
/// which the run comes to them, so that runs which begin alike call the same things by the same numbers.
pub type Resource = u32;

/// Resources are numbered in fours: three for what a run makes in order, and the fourth for places.
pub(super) const STRIDE: Resource = 4;

/// How a step touches a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It looks.
    Read,
    /// It changes it so that the order among such changes is no matter: a count.
    Add,
    /// It changes it.
    Write,
    /// Of a list or a map: it looks at one item.
    ItemRead,
    /// Of a list or a map: it changes one item.
    ItemWrite,
}

impl Mode {
    /// Whether the order of two such touches matters.
    #[must_use]
    pub fn conflicts(self, other: Mode) -> bool {
        use Mode::{Add, ItemRead, ItemWrite, Read, Write};
        match (self, other) {
            (Write, _) | (_, Write) => true,
            (Read, Read | ItemRead) | (ItemRead, Read) | (Add, Add) => false,
            (ItemRead | ItemWrite, ItemRead | ItemWrite) => false,
            _ => true,
        }
    }
}

/// Whether a touch orders what comes before it in its thread, or after it, with the touches of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It orders nothing.
    None,
    /// It is a plain read or write of a variable, a field, an item: two of these, one a write, that nothing orders are
    /// a data race.
    Plain,
    /// What others released comes before what follows.
    Acquire,
    /// What came before is released to others.
    Release,
    /// Both.
    Both,
}

/// A touch of a resource.
///
/// A step that has to wait needs a level, which other steps give to. Two steps of which the later one could not have
/// happened without what the earlier one gave cannot be exchanged: see [`Touch::is_needed_by`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// What is touched.
    pub resource: Resource,
    /// How.
    pub mode: Mode,
    /// What it orders.
    pub order: Order,
    /// How much it adds to the level; what it takes is negative.
    pub gives: i32,
    /// The level that it needs; [`Touch::NOTHING`] if it needs none.
    pub needs: i32,
    /// The level that it found.
    pub level: i32,
}

impl Touch {
    /// No level is needed.
    pub const NOTHING: i32 = i32::MIN;

    /// A touch that gives nothing and needs nothing.
    #[must_use]
    pub fn new(resource: Resource, mode: Mode, order: Order) -> Touch {
        Touch { resource, mode, order, gives: 0, needs: Touch::NOTHING, level: 0 }
    }

    /// It adds to the level.
    #[must_use]
    pub fn gives(mut self, gives: i64) -> Touch {
        self.gives = clamp(gives);
        self
    }

    /// It needs a level, and found one.
    #[must_use]
    pub fn needs(mut self, needs: i64, level: i64) -> Touch {
        self.needs = clamp(needs);
        self.level = clamp(level);
        self
    }

    /// Whether it is a place: a part of something, by its number.
    #[must_use]
    pub fn is_of_place(&self) -> bool {
        self.resource % STRIDE == STRIDE - 1
    }

    /// What it is a touch of as a whole: all resources of a primitive are one. A place is its own.
    #[must_use]
    pub fn thing(&self) -> Resource {
        if self.is_of_place() { self.resource } else { self.resource - self.resource % STRIDE }
    }

    /// Whether `later`, a touch of the same resource, could not have happened without this one.
    #[must_use]
    pub fn is_needed_by(&self, later: &Touch) -> bool {
        self.gives > 0
            && later.needs != Touch::NOTHING
            && later.level.saturating_sub(self.gives) < later.needs
    }
}

fn clamp(number: i64) -> i32 {
    number.clamp(i64::from(i32::MIN) + 1, i64::from(i32::MAX)) as i32
}

/// Whether two steps touch something so that their order matters.
#[must_use]
pub fn depend(a: &[Touch], b: &[Touch]) -> bool {
    a.iter().any(|a| b.iter().any(|b| a.resource == b.resource && a.mode.conflicts(b.mode)))
}
