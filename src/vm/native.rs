//! Built-in functions that call functions of the script's, such as `xs.map(f)`.
//!
//! They do not call the machine: each is a small state that is asked for its next step, so that a machine
//! can be put aside in the middle of one, and a script cannot exhaust the stack through them.

use crate::values::{Fault, Value};
use rustc_hash::FxHashMap;

/// A built-in function in the middle of its work.
pub trait Callback {
    /// Goes on, at first with nil, then with the result of the call it asked for. `locals` are the values that
    /// this thread has in `Local`s.
    ///
    /// # Errors
    ///
    /// The error that the built-in function raises.
    fn step(
        &mut self,
        locals: &mut FxHashMap<u64, Value>,
        result: Value,
    ) -> Result<CallbackStep, Fault>;
}

/// What a built-in function does next.
pub enum CallbackStep {
    /// It calls this, with these arguments.
    Call(Value, Vec<Value>),
    /// It is done.
    Done(Value),
}
