//! The prompt in a real terminal: a pseudo-terminal, and an emulator that says what a person would see.
//!
//! Nothing here waits for a fixed time: each test waits for a state of the screen, for as long as a busy machine may
//! need to get there.

#[path = "repl/editing.rs"]
mod editing;
#[path = "repl/entries.rs"]
mod entries;
#[path = "repl/leaving.rs"]
mod leaving;
#[path = "repl/terminal.rs"]
mod terminal;
#[path = "repl/threads.rs"]
mod threads;
