//! The first thread of a program that is entered at a prompt: it runs one machine after another, and the program
//! goes on between them.
//!
//! It runs on the thread of the system's that began it. It counts as able to go on whenever it runs nothing, since
//! what is entered next may let the others go on: so only threads that wait for one another are a deadlock then.

use super::driver::{self, Here};
use super::report;
use super::runtime::{Runtime, Status};
use super::strand::{Strand, StrandKind};
use crate::diagnostics::Report;
use crate::primitives::Ended;
use crate::values::{Published, Value, View};
use crate::vm::Machine;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The first thread of a program that is entered at a prompt.
pub struct Foreground {
    runtime: Arc<Runtime>,
    strand: Arc<Strand>,
    /// What it has in `Local`s.
    locals: FxHashMap<u64, Value>,
}

/// How a machine ended.
pub enum Finished {
    /// With a value.
    Value(Value),
    /// With an error.
    Failed(Published),
    /// The program has ended meanwhile.
    Over,
}

impl Foreground {
    /// Begins a program whose first thread is the present one.
    #[must_use]
    pub fn begin(runtime: Arc<Runtime>) -> Foreground {
        let strand = runtime.begin_main(StrandKind::Prompt);
        if let Some(signals) = runtime.listen(&strand) {
            signals.serve_beside();
        }
        Foreground { runtime, strand, locals: FxHashMap::default() }
    }

    /// The program's runtime.
    #[must_use]
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// Runs a machine to its end.
    pub fn run(&mut self, mut machine: Machine) -> Finished {
        self.strand.forget_interrupt();
        self.runtime.deadlock_told.store(false, Ordering::SeqCst);
        self.runtime.entry_begins();
        machine.set_locals(std::mem::take(&mut self.locals));
        let mut here = Here::new(&self.runtime, &self.strand, None, Box::new(machine));
        let ended = driver::drive(&mut here);
        self.locals = here.machine.take_locals();
        self.strand.forget_interrupt();
        self.runtime.input.leave_terminal();
        self.runtime.entry_ends();
        match ended {
            None => Finished::Over,
            Some(Ended::Value(value)) => Finished::Value(value.into_inner()),
            Some(Ended::Failed(error) | Ended::Cancelled(error)) => Finished::Failed(error),
        }
    }

    /// What there is to say about an error that ended a machine.
    #[must_use]
    pub fn report(&self, error: &Published) -> Option<Report> {
        let View::Error(error) = error.get().view() else { return None };
        error.tell();
        Some(report::uncaught(error))
    }

    /// Ends the program: all its threads stop where they are.
    #[must_use]
    pub fn leave(self) -> Status {
        self.runtime.exit(0);
        self.runtime.wait_for_end()
    }
}
