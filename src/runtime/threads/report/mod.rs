//! What the runtime has to say to a person.

mod cure;
mod deadlock;
mod dump;
mod error;
mod words;

pub use deadlock::{all_blocked, ended_holder, held_already, knot, self_join};
pub use dump::all_threads;
pub use error::{concerns, misused, output_failed, uncaught, uncaught_again};
pub use words::waiting_for;
