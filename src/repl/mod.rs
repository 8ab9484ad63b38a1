//! The prompt on a terminal: entries are read, run and shown, while the threads that they started go on.
//!
//! rustyline edits ([`editor`]); a [`screen`] owns the terminal, and holds what threads write until it can be shown
//! above the line that is edited. The program itself is a `session::Prompt`.

mod colours;
mod commands;
mod complete;
mod editor;
mod files;
mod helper;
mod keys;
mod look;
mod screen;
mod shell;
mod terminal;

pub use shell::{Options, run};
