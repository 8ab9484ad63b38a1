//! The lines of standard input: each run reads the same. Must not read any itself.

use std::sync::{Mutex, PoisonError};

/// Lines that are there, and those that are fetched when one is asked for: until then nobody need have written it.
pub struct Input {
    lines: Mutex<Vec<String>>,
    next: fn() -> Option<String>,
}

impl Input {
    /// These lines.
    #[must_use]
    pub fn of(lines: Vec<String>) -> Input {
        Input { lines: lines.into(), next: || None }
    }

    /// Those that this gives one after the other, as far as any run asks.
    #[must_use]
    pub fn from_elsewhere(next: fn() -> Option<String>) -> Input {
        Input { lines: Mutex::default(), next }
    }

    /// A line, by its number from 0.
    pub(super) fn line(&self, at: usize) -> Option<String> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        while lines.len() <= at {
            lines.push((self.next)()?);
        }
        Some(lines[at].clone())
    }

    /// All lines that were asked for.
    #[must_use]
    pub fn known(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Default for Input {
    fn default() -> Input {
        Input::of(Vec::new())
    }
}
