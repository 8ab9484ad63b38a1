//! The machine: it runs bytecode until something must happen that others could see, and asks.
//!
//! It knows no threads, no clock and no output. Its calls are frames on the heap, so a machine is a value
//! that can be put aside, and deep recursion is an error, not a crash. See [`Machine::resume`].

mod ask;
mod builtin;
mod call;
mod foreign_members;
mod link;
mod machine;
mod members;
mod native;
mod operators;
mod program;
mod request;
mod run;
mod state;
mod step;
mod step_call;
mod touch;
mod trace;
mod unwind;

pub use builtin::{BuiltinFunction, BuiltinMethod, Builtins, Context, Escape, Outcome, TypeKey};
pub use machine::{Limits, Machine};
pub use native::{Callback, CallbackStep};
pub use program::{Program, UnitId};
pub use request::{
    Access, Answer, ArmOn, HostCall, Job, Limit, Make, ObjectMethod, Part, Pause, Request,
    SelectArm, SpawnRequest, Target, TimerRequest,
};
pub use run::{Controlled, Free, Mode};
pub use trace::Calls;
