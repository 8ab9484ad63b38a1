//! Runtimes: what lets a machine's requests happen.

pub mod controlled;
mod cure;
mod files;
pub mod threads;

pub use files::plain;
