//! conc, a small language for concurrency: scripts whose every `spawn` is a real thread, with a runtime that
//! tells every deadlock and loses no error.
//!
//! The rooms, from the ground up. A room may use those above it, never those below; `tests/architecture.rs`
//! holds them to that.
//!
//! | room | what is in it |
//! |---|---|
//! | [`source`] | a script's text, and places in it |
//! | [`memory`] | whether there is memory left |
//! | [`diagnostics`] | reports as plain data, and how they are shown: the only one that knows miette |
//! | [`syntax`] | text becomes a tree: the only one that knows pest, with `grammar/conc.pest` |
//! | [`resolve`] | names become places, and what is wrong with them is found before running |
//! | [`bytecode`] | the instructions, code made of them, and how it is printed |
//! | [`compile`] | the tree becomes bytecode; statements about threads become guarded actions |
//! | [`values`] | what variables hold: 16 bytes, owned by one thread until published |
//! | [`primitives`] | locks, queues and their kin as plain states, with a guard and an effect an action |
//! | [`vm`] | the machine: it runs until something must happen that others could see, and asks |
//! | [`builtins`] | functions and methods, a file a type |
//! | [`runtime`] | lets happen what machines ask for: on real threads, or one step at a time under control |
//! | [`explore`] | runs a script again and again under control, by every schedule or by some |
//! | [`session`] | from a file to its end: reads, compiles, runs |
//! | [`reference`](mod@reference) | the language reference, and what the codes of reports mean, as texts that are found and laid out |
//! | [`repl`] | the prompt on a terminal |
//! | [`cli`] | the command line |
//!
//! # The way of `lock m { x = x + 1 }`
//!
//! `cli` hands the file to `session`, which reads a `Source`. `syntax` makes a `lock` statement of it, with spans.
//! `resolve` finds out that `m` is a constant and `x` a variable that threads share. `compile` emits `Lock`, the
//! addition to `x`'s cell, `Unlock`, and a handler that unlocks on the way of an error. `vm` meets `Lock`: if the lock
//! is free it takes it by one compare-and-swap; if not, it asks the runtime to `Acquire`. `runtime::threads` looks
//! at the state of the lock (`primitives::Lock`): if the action is not ready, the thread stands in line and waits
//! in `block`, where limits, cancels, interrupts and deadlocks reach it. `Unlock` lets the next one go on. If the
//! addition fails, the handler unlocks, and the error goes on with the place of `x + 1`.

pub mod builtins;
pub mod bytecode;
pub mod cli;
pub mod compile;
pub mod diagnostics;
pub mod explore;
pub mod memory;
pub mod primitives;
pub mod reference;
pub mod repl;
pub mod resolve;
pub mod runtime;
pub mod session;
pub mod source;
pub mod syntax;
pub mod values;
pub mod vm;
