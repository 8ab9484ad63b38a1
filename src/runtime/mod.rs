//! Runtimes: what lets a machine's requests happen.

pub mod controlled;
mod cure;
mod files;
mod knot;
pub mod threads;
mod told;

pub use files::plain;
pub use told::told;
