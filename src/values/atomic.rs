//! `Atomic` and `Local`: a value that threads change in one step, and one that each has for itself.

use super::guard::{Guard, Slot, read_shared};
use super::heap::{Plain, Ref, publish};
use super::{Label, Value, equals};

/// A value that is changed in one step.
pub struct Atomic {
    /// What it is called.
    pub label: Label,
    guard: Guard,
    slot: Slot,
}

impl Atomic {
    /// An atomic that holds `value`.
    #[must_use]
    pub fn new(label: Label, value: Value) -> Atomic {
        Atomic { label, guard: Guard::new(), slot: Slot::new(value) }
    }
}

impl Ref<Atomic> {
    /// What it holds now.
    #[must_use]
    pub fn get(&self) -> Value {
        if self.is_shared() { read_shared(&self.guard, &self.slot) } else { self.slot.get() }
    }

    /// Whether it holds this now: then a `compare_swap` with it would change it.
    #[must_use]
    pub fn holds(&self, old: &Value) -> bool {
        is_the_same(&self.get(), old)
    }

    /// Puts `value` in; gives what was there.
    pub fn swap(&self, value: Value) -> Value {
        if !self.is_shared() {
            return self.slot.replace(value);
        }
        publish(&value);
        let _held = self.guard.lock();
        self.slot.replace(value)
    }

    /// Puts `change` of what it holds in; gives what was there.
    ///
    /// # Errors
    ///
    /// Those of `change`; then nothing is changed. `change` must not run anything of a script's.
    pub fn update<E>(&self, change: impl FnOnce(&Value) -> Result<Value, E>) -> Result<Value, E> {
        let held = self.is_shared().then(|| self.guard.lock());
        let new = self.slot.peek(change)?;
        if held.is_some() {
            publish(&new);
        }
        Ok(self.slot.replace(new))
    }

    /// Puts `new` in if it holds `old`; whether it did. Scalars and strings are compared as by `==`, all else by
    /// identity.
    pub fn compare_swap(&self, old: &Value, new: Value) -> bool {
        let shared = self.is_shared();
        if shared {
            publish(&new);
        }
        let held = shared.then(|| self.guard.lock());
        let same = self.slot.peek(|now| is_the_same(now, old));
        let before = same.then(|| self.slot.replace(new));
        drop(held);
        drop(before);
        same
    }
}

/// Whether what an atomic holds is what somebody takes it to hold.
fn is_the_same(now: &Value, old: &Value) -> bool {
    match (now.view(), old.view()) {
        (super::View::Str(_), super::View::Str(_)) => equals(now, old).unwrap_or(false),
        _ if now.is_heap() || old.is_heap() => now.is_same(old),
        _ => equals(now, old).unwrap_or(false),
    }
}

impl Plain for Atomic {
    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.push(self.slot.replace(Value::NIL));
    }

    fn visit_children(&self, visit: &mut dyn FnMut(&Value)) {
        self.slot.peek(|value| visit(value));
    }
}

/// A value that each thread has for itself. What a thread has put in lies with its machine; here is only
/// what it starts from.
pub struct Local {
    /// What it is called.
    pub label: Label,
    /// The value to start from, or the function that makes it.
    pub start: Value,
    /// Whether `start` is to be called.
    pub calls: bool,
}

impl Plain for Local {
    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.push(std::mem::take(&mut self.start));
    }

    fn visit_children(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.start);
    }
}
