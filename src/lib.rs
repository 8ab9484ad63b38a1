//! conc
pub mod source;
pub mod diagnostics;
pub mod syntax;
