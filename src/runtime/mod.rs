//! Runtimes: what lets a machine's requests happen.

pub mod controlled;
mod cure;
pub mod threads;
