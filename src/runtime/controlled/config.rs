//! What a run may use, and what is known of the script before it begins.

use super::input::Input;
use crate::vm::Limits;
use std::sync::Arc;

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// A sleeping thread may go on, and a limit may run out, whenever it is armed.
    Free,
    /// Time moves on only when nothing else can run.
    Strict,
}

/// What scripts were found to do, so that more of it has to be seen: a run that finds out more is to be thrown away,
/// with all before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// They look who waits.
    pub looks: bool,
    /// They clear events.
    pub clears: bool,
    /// They take several permits at once.
    pub many_permits: bool,
    /// They wait for the first of several threads to end.
    pub first_end: bool,
    /// They cancel threads.
    pub cancels: bool,
    /// They mark items of queues as done that the thread has not taken itself.
    pub marks: bool,
}

/// What a run may use.
#[derive(Clone)]
pub struct Config {
    pub limits: Limits,
    pub max_threads: usize,
    /// Where random numbers begin.
    pub seed: u64,
    pub time: Time,
    pub args: Vec<String>,
    pub input: Arc<Input>,
    /// Whether each text that is printed is a step whose order matters.
    pub prints: bool,
    pub discovered: Discovered,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            limits: Limits::default(),
            max_threads: 10_000,
            seed: 0,
            time: Time::Free,
            args: Vec::new(),
            input: Arc::default(),
            prints: false,
            discovered: Discovered::default(),
        }
    }
}
