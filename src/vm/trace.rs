//! Where a machine is: the calls that are open.

use super::machine::{Frame, Machine};
use crate::source::Place;
use crate::values::{Origin, TraceEntry};

/// How many calls a trace tells, at either end.
const TOLD: usize = 40;

/// The place of the instruction that the topmost of these frames of the script's runs.
pub(super) fn place_of(frames: &[Frame]) -> Option<Place> {
    let frame = frames.iter().rev().find(|frame| frame.code.is_some())?;
    Some(frame.code?.place_at(frame.running()))
}

impl Machine {
    /// The place of the instruction that the topmost frame of the script's runs.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        place_of(&self.frames)
    }

    /// The calls that are open, innermost first, and how many are left out in the middle.
    #[must_use]
    pub fn trace(&self) -> (Vec<TraceEntry>, usize) {
        let calls: Vec<_> = self
            .frames
            .iter()
            .rev()
            .filter_map(|frame| Some((frame.code?, frame.running())))
            .collect();
        let left_out = calls.len().saturating_sub(2 * TOLD);
        let told = calls.iter().enumerate().filter(|(i, _)| *i < TOLD || *i >= TOLD + left_out);
        let entries = told.map(|(_, (code, pc))| TraceEntry {
            function: code.full_name().into(),
            place: code.place_at(*pc),
        });
        (entries.collect(), left_out)
    }

    /// Where an error that is raised now arises.
    pub(super) fn origin(&self) -> Origin {
        let (trace, left_out) = self.trace();
        Origin { thread: self.thread_name.clone(), spawned: self.spawned.clone(), trace, left_out }
    }
}
