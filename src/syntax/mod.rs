//! A script's text becomes a tree. The only folder that knows pest.

pub mod ast;
mod build;
mod expected;
mod flaws;
mod foreign;
pub mod format_spec;
mod grammar;
pub mod layout;
mod parse;
mod print;

pub mod scan;

pub use build::duration_of;
pub use parse::{STACK_BYTES, parse};
pub use print::print;
