//! A machine's own state as a number, to tell whether it has come back to where it was.

use super::machine::Machine;
use crate::values::{Value, View};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

impl Machine {
    /// A number for all that the machine's own, its calls and registers: two that are equal go on alike, if what is
    /// shared is the same too. `None` if that cannot be told.
    #[must_use]
    pub fn own_state(&self) -> Option<u64> {
        if !self.natives.is_empty() || !self.locals.is_empty() {
            return None;
        }
        let mut state = State::default();
        for frame in &self.frames {
            let code = frame.code?;
            (frame.next.addr(), frame.base).hash(&mut state.hasher);
            let base = frame.base as usize;
            for value in self.stack.get(base..base + usize::from(code.registers))? {
                state.add(value, 0).ok()?;
            }
        }
        Some(state.hasher.finish())
    }
}

/// How deep values of a thread's own are looked into, and at how many: beyond that, it is not told what they are.
const DEEPEST: usize = 6;
const MOST_VALUES: usize = 500;

/// It cannot be told.
struct Untold;

#[derive(Default)]
struct State {
    hasher: FxHasher,
    values: usize,
    /// The containers of the thread's own that were met, in order: the same one is told by its number.
    met: Vec<i64>,
}

impl State {
    /// Of what is shared, only which it is; what is the thread's own is told by what is in it, wherever it lies.
    fn add(&mut self, value: &Value, depth: usize) -> Result<(), Untold> {
        self.values += 1;
        if depth > DEEPEST || self.values > MOST_VALUES {
            return Err(Untold);
        }
        value.tag().hash(&mut self.hasher);
        match value.view() {
            View::Str(text) => text.as_str().hash(&mut self.hasher),
            View::List(list) if !list.is_shared() => {
                if self.is_new(value) {
                    list.len().hash(&mut self.hasher);
                    list.open().iter().try_for_each(|item| self.add(&item, depth + 1))?;
                }
            }
            View::Instance(instance) if !instance.is_shared() => {
                if self.is_new(value) {
                    let fields = instance.head.structure.fields.list.len();
                    (0..fields).try_for_each(|slot| self.add(&instance.get(slot), depth + 1))?;
                }
            }
            View::Cell(cell) if !cell.is_shared() => {
                if self.is_new(value) {
                    self.add(&cell.get(), depth + 1)?;
                }
            }
            View::Iter(over) => {
                let left = over.left();
                left.len().hash(&mut self.hasher);
                left.iter().try_for_each(|item| self.add(item, depth + 1))?;
            }
            View::Map(map) if !map.is_shared() => {
                if self.is_new(value) {
                    map.len().hash(&mut self.hasher);
                    for (key, value) in map.to_vec() {
                        self.add(&key, depth + 1)?;
                        self.add(&value, depth + 1)?;
                    }
                }
            }
            View::Atomic(atomic) if !atomic.is_shared() => {
                if self.is_new(value) {
                    self.add(&atomic.get(), depth + 1)?;
                }
            }
            View::Error(_) => return Err(Untold),
            _ => value.number().hash(&mut self.hasher),
        }
        Ok(())
    }

    /// Whether a container is met for the first time. What tells it is noted in any case.
    fn is_new(&mut self, value: &Value) -> bool {
        let number = value.number() as i64;
        let at = self.met.iter().position(|known| *known == number);
        at.unwrap_or(self.met.len()).hash(&mut self.hasher);
        if at.is_none() {
            self.met.push(number);
        }
        at.is_none()
    }
}
