//! A machine's own state as a number, to tell whether it has come back to where it was.

use super::machine::Machine;
use crate::values::{Value, View};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

impl Machine {
    /// A number for all that the machine's own, its calls and registers: two that are equal go on alike, if what is
    /// shared is the same too. `None` if it holds something of its own that changes, so that a number would not tell.
    #[must_use]
    pub fn own_state(&self) -> Option<u64> {
        if !self.natives.is_empty() || !self.locals.is_empty() {
            return None;
        }
        let mut hasher = FxHasher::default();
        for frame in &self.frames {
            let code = frame.code?;
            (frame.next.addr(), frame.base).hash(&mut hasher);
            let base = frame.base as usize;
            for value in self.stack.get(base..base + usize::from(code.registers))? {
                if changes_by_itself(value) {
                    return None;
                }
                (value.tag(), value.number()).hash(&mut hasher);
            }
        }
        Some(hasher.finish())
    }
}

/// Whether it is something that its thread changes without anybody seeing it.
fn changes_by_itself(value: &Value) -> bool {
    match value.view() {
        View::List(list) => !list.is_shared(),
        View::Map(map) => !map.is_shared(),
        View::Instance(instance) => !instance.is_shared(),
        View::Cell(cell) => !cell.is_shared(),
        View::Atomic(atomic) => !atomic.is_shared(),
        View::Iter(_) | View::Error(_) => true,
        _ => false,
    }
}
