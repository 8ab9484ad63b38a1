//! The lines of standard input: each run reads the same. Must not read any itself.

use std::sync::OnceLock;

/// Lines that are there, or are fetched when the first is asked for: until then nobody need have written them.
pub struct Input {
    lines: OnceLock<Vec<String>>,
    fetch: fn() -> Vec<String>,
}

impl Input {
    /// These lines.
    #[must_use]
    pub fn of(lines: Vec<String>) -> Input {
        Input { lines: lines.into(), fetch: Vec::new }
    }

    /// Those that this gives, if any run asks.
    #[must_use]
    pub fn from_elsewhere(fetch: fn() -> Vec<String>) -> Input {
        Input { lines: OnceLock::new(), fetch }
    }

    /// A line, by its number from 0.
    pub(super) fn line(&self, at: usize) -> Option<&str> {
        self.lines.get_or_init(self.fetch).get(at).map(String::as_str)
    }

    /// All lines, if any was asked for.
    #[must_use]
    pub fn known(&self) -> &[String] {
        self.lines.get().map_or(&[], Vec::as_slice)
    }
}

impl Default for Input {
    fn default() -> Input {
        Input::of(Vec::new())
    }
}
