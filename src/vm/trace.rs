//! Where a machine is: the calls that are open.

use super::machine::{Frame, Machine};
use crate::source::Place;
use crate::values::{Code, Origin, TraceEntry};

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

/// Where a lock was taken, as one word that is not 0: the unit, the function and the instruction. Of a very
/// large script it may tell another place.
pub(super) fn site_of(code: &Code, at: usize) -> u64 {
    let (unit, function) = code.number;
    1 << 63
        | u64::from(unit & 0xf_ffff) << 43
        | u64::from(function & 0x3f_ffff) << 21
        | (at as u64 & 0x1f_ffff)
}

impl super::Program {
    /// The place in a script that a word of [`crate::values::Object::site`] tells.
    #[must_use]
    pub fn place_of_site(&self, site: u64) -> Option<Place> {
        if site == 0 {
            return None;
        }
        let (unit, function, at) =
            (site >> 43 & 0xf_ffff, site >> 21 & 0x3f_ffff, site & 0x1f_ffff);
        Some(self.callee(unit as u32, function as u32)?.code().place_at(at as usize))
    }
}

impl Machine {
    /// The place where the machine is, as one word: see [`super::Program::place_of_site`].
    #[must_use]
    pub fn site(&self) -> u64 {
        let frame = self.frames.iter().rev().find_map(|frame| Some((frame.code?, frame.running())));
        frame.map_or(0, |(code, at)| site_of(code, at))
    }
}
