//! Every interleaving of a script, or as many as there is time for.
//!
//! An [`explore()`] runs the script again and again under control, each time by another schedule. A [`Strategy`] tells
//! which; all runs are watched for what can go wrong, whichever strategy leads them. What it says at the end is no
//! more than what was seen: see [`Verdict`].

mod clock;
mod counterexample;
mod dfs;
mod dpor;
mod explorer;
mod finding;
mod pct;
mod pos;
mod preemptions;
mod race;
mod random;
mod schedule;
mod strategy;

pub use counterexample::{Counterexample, Row};
pub use explorer::{Explored, Options, Outcome, Replayed, Verdict, Which, explore, replay};
pub use finding::{Finding, FindingKind};
pub use schedule::{Refused, Schedule, hash};
pub use strategy::{Coverage, Step, Strategy};
