//! Real threads: each thread of a script runs on one of the system's.
//!
//! A request that may have to wait is a guarded action on an object (see `primitives`). The states lie behind
//! locks of this folder's, with a line of waiters beside each ([`shell`], [`word`]); whoever changes a state
//! lets happen what has become possible, and wakes those for whom it was. All waiting is one function,
//! [`block`], and so time limits, cancelling, interrupts and deadlocks are handled in one place.

mod block;
mod conditions;
mod crew;
mod deadlock;
mod driver;
mod ending;
mod foreground;
mod handle;
mod holding;
mod host;
mod input;
mod joining;
mod locks;
mod make;
mod objects;
mod output;
mod pool;
mod registry;
mod report;
mod runtime;
mod scope;
mod select;
mod shell;
mod signals;
mod spawn;
mod stats;
mod strand;
mod timers;
mod view;
mod waiter;
mod waits;
mod word;

pub use foreground::{Finished, Foreground};
pub use output::{Output, Sink, Standard, Stream};
pub use runtime::{Config, Leave, Render, Runtime, Status};
pub use stats::Stats;
pub use view::{HeldView, HolderView, ObjectView, ThreadView, WaitView};
