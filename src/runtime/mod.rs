//! Runtimes: what lets a machine's requests happen.

pub mod controlled;
pub mod threads;
