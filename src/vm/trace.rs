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
#[inline(always)]
pub(super) fn site_of(code: &Code, at: usize) -> u64 {
    code.site | (at as u64 & 0x1f_ffff)
}

/// The site of a function's first instruction.
pub(super) fn first_site(unit: u32, function: u32) -> u64 {
    1 << 63 | u64::from(unit & 0xf_ffff) << 43 | u64::from(function & 0x3f_ffff) << 21
}

/// The innermost calls that are open in a machine, each as one word: what a thread that waits leaves behind for
/// reports.
#[derive(Clone, Copy, Default)]
pub struct Calls {
    /// Invariant: what is not used is 0, and comes last.
    sites: [u64; Calls::MOST],
    open: usize,
}

impl Calls {
    /// How many are told.
    const MOST: usize = 8;

    /// Where the innermost one is.
    #[must_use]
    pub fn innermost(&self) -> u64 {
        self.sites[0]
    }

    /// How many are open beyond those that are told.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.open.saturating_sub(Calls::MOST)
    }
}

impl super::Program {
    /// The functions and the places of calls, innermost first.
    #[must_use]
    pub fn trace_of(&self, calls: &Calls) -> Vec<TraceEntry> {
        let entry = |site: &u64| {
            let function = self.code_of_site(*site)?.full_name().into();
            Some(TraceEntry { function, place: self.place_of_site(*site)? })
        };
        calls.sites.iter().map_while(entry).collect()
    }

    fn code_of_site(&self, site: u64) -> Option<&'static Code> {
        let (unit, function) = (site >> 43 & 0xf_ffff, site >> 21 & 0x3f_ffff);
        (site != 0).then(|| self.callee(unit as u32, function as u32))?.map(|callee| callee.code())
    }

    /// The place in a script that a word of [`crate::values::Object::site`] tells.
    #[must_use]
    pub fn place_of_site(&self, site: u64) -> Option<Place> {
        Some(self.code_of_site(site)?.place_at((site & 0x1f_ffff) as usize))
    }
}

impl Machine {
    /// The place where the machine is, as one word: see [`super::Program::place_of_site`].
    #[must_use]
    pub fn site(&self) -> u64 {
        // An instruction that asks before it touches something is run again: it is the next one.
        let asks = self.granted && self.held.is_none();
        let at = |frame: &Frame| if asks { frame.pc() } else { frame.running() };
        let frame = self.frames.iter().rev().find_map(|frame| Some((frame.code?, at(frame))));
        frame.map_or(0, |(code, at)| site_of(code, at))
    }
    /// The innermost calls that are open.
    #[must_use]
    pub fn calls(&self) -> Calls {
        let mut calls = Calls { open: self.frames.len(), ..Calls::default() };
        let frames =
            self.frames.iter().rev().filter_map(|frame| Some((frame.code?, frame.running())));
        for (told, (code, at)) in calls.sites.iter_mut().zip(frames) {
            *told = site_of(code, at);
        }
        calls
    }
}
