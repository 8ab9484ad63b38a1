//! Every interleaving of a script, or as many as there is time for.
//!
//! An [`explore()`] runs the script again and again under control, each time by another schedule. A [`Strategy`] tells
//! which; all runs are watched for what can go wrong, whichever strategy leads them. What it says at the end is no
//! more than what was seen: see [`Verdict`].

mod clock;
mod counterexample;
mod course;
mod dfs;
mod dpor;
mod events;
mod explored;
mod explorer;
mod finding;
mod options;
mod pct;
mod pos;
mod preemptions;
mod race;
mod random;
mod replay;
mod samples;
mod schedule;
mod seen;
mod simplest;
mod stop;
mod strategy;
mod wakeup;

pub use counterexample::{Counterexample, Row};
pub use course::explore;
pub use explored::{Explored, Outcome, Verdict};
pub use finding::{Finding, FindingKind};
pub use options::{Options, Which};
pub use replay::{Replayed, replay};
pub use schedule::{Refused, Schedule, hash};
pub use strategy::{Coverage, Step, Strategy};
