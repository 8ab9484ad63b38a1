//! conc
pub mod builtins;
pub mod bytecode;
pub mod cli;
pub mod compile;
pub mod diagnostics;
pub mod primitives;
pub mod resolve;
pub mod runtime;
pub mod session;
pub mod source;
pub mod syntax;
pub mod values;
pub mod vm;
