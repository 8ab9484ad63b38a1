//! Reports: what conc has to say to a person, as plain data, and the ways to show it.

mod code;
mod excerpt;
mod json;
mod nearest;
mod render;
mod report;

pub use code::Code;
pub use json::{json_line, json_of};
pub use nearest::nearest;
pub use render::{Style, render};
pub use report::{Label, Report, Severity};
