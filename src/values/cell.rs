//! Cells: variables that several functions, and so several threads, share.

use super::guard::{Guard, Slot, read_shared};
use super::heap::{Plain, Ref, publish};
use super::{Value, tag};

/// A variable that is shared.
pub struct Cell {
    guard: Guard,
    slot: Slot,
}

impl Cell {
    /// A cell that holds `value`.
    #[must_use]
    pub fn new(value: Value) -> Cell {
        Cell { guard: Guard::new(), slot: Slot::new(value) }
    }
}

impl Ref<Cell> {
    /// What it holds now.
    #[inline(always)]
    #[must_use]
    pub fn get(&self) -> Value {
        if self.is_shared() { read_shared(&self.guard, &self.slot) } else { self.slot.get() }
    }

    /// What it holds, without counting it.
    ///
    /// # Safety
    ///
    /// The result must be forgotten, not dropped, and the cell must not change any more if it holds something.
    #[inline(always)]
    pub(crate) unsafe fn alias(&self) -> Value {
        let words = || self.slot.words();
        let (tag, bits) = if self.may_change() { self.guard.read(words) } else { words() };
        // SAFETY: the words are those of one value; the caller forgets it.
        unsafe { Value::from_words(tag, bits) }
    }

    /// Puts `value` in.
    #[inline(always)]
    pub fn set(&self, value: Value) {
        if self.is_shared() {
            self.set_shared(value);
        } else {
            drop(self.slot.replace(value));
        }
    }

    /// If it holds an int, reads it, and then writes it with `by` added: two accesses, between which others may
    /// come. False if it holds something else, or the sum is too large.
    #[inline(always)]
    pub(crate) fn change_int(&self, by: i64) -> bool {
        let shared = self.is_shared();
        let words = || self.slot.words();
        let (now, bits) = if shared { self.guard.read(words) } else { words() };
        let Some(sum) = (bits as i64).checked_add(by).filter(|_| now == tag::INT) else {
            return false;
        };
        if shared {
            let held = self.guard.lock();
            let old = self.slot.replace(Value::int(sum));
            drop(held);
            drop(old);
        } else {
            drop(self.slot.replace(Value::int(sum)));
        }
        true
    }

    #[inline]
    fn set_shared(&self, value: Value) {
        publish(&value);
        let held = self.guard.lock();
        let old = self.slot.replace(value);
        drop(held);
        drop(old);
    }
}

impl Plain for Cell {
    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.push(self.slot.replace(Value::NIL));
    }

    fn visit_children(&self, visit: &mut dyn FnMut(&Value)) {
        self.slot.peek(|value| visit(value));
    }
}
