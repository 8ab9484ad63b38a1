//! What a strategy is: it leads one run after the other.

use crate::runtime::controlled::{Alone, Choice, Names, Touch, World};
use std::ops::Range;

/// A step that was taken.
pub struct Step<'a> {
    /// Whose it was.
    pub choice: Choice,
    /// What it touched.
    pub touches: &'a [Touch],
    /// Whether it is ordered with all others.
    pub alone: Alone,
    /// Whether what it touched may be called otherwise in another run.
    pub fragile: bool,
    /// Whether it was told that it waits in vain, because it closes a circle.
    pub told: bool,
    /// The actors that it brought into being.
    pub born: Range<usize>,
    /// The actors whose next step it took away: see [`World::called_off`].
    pub called_off: &'a [u16],
    /// What was called by a name before it.
    pub names: Names,
    /// Where it was taken.
    pub world: &'a World,
}

/// How much of all interleavings a strategy has seen, once it begins no more runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of them, up to the order of steps that do not depend on each other.
    All,
    /// Some.
    Sample,
    /// All those with no more than so many preemptions.
    Preemptions(usize),
}

/// A way to choose schedules.
pub trait Strategy {
    /// Begins another run; false if there is none left.
    fn begin(&mut self) -> bool;

    /// The next choice, if it was made in the run before already, and what leads to it has not changed: then nobody need look
    /// what the options are.
    fn known(&mut self, world: &mut World) -> Option<Choice> {
        let _ = world;
        None
    }

    /// Which of the options is next; there is at least one. `None`: the rest of this run would tell nothing new.
    fn pick(&mut self, world: &mut World, options: &[Choice]) -> Option<Choice>;

    /// A step was taken: the one that was picked, or one that nobody could pick, because nobody could go on.
    fn stepped(&mut self, step: &Step<'_>);

    /// Nobody can go on: one of those who wait is about to be told so.
    fn stuck(&mut self, world: &mut World) {
        let _ = world;
    }

    /// The run has come to its end.
    fn finished(&mut self, world: &mut World) {
        let _ = world;
    }

    /// What was seen when no run is left.
    fn coverage(&self) -> Coverage;
}
