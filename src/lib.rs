//! conc
pub mod source;
pub mod diagnostics;
pub mod syntax;
pub mod resolve;
pub mod bytecode;
pub mod compile;
pub mod values;
pub mod primitives;
pub mod vm;
pub mod builtins;
