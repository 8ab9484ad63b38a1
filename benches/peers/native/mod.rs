//! The peers of `programs/*.conc` in Rust, with parking_lot and crossbeam: what the machine itself can do. The command
//! starts itself anew for each, so that a peer has a process of its own; must know nothing of conc.

mod concurrent;
mod parallel;
mod run;
mod sequential;

pub use run::run;
