//! The language reference: a topic a file, and what each code of a report means. Its texts are Markdown; this
//! room finds them, searches them and lays them out for a terminal. It runs nothing and prints nothing.

mod codes;
mod find;
mod highlight;
mod listing;
mod pieces;
mod render;
mod search;
mod table;
mod topics;

pub use codes::{code_named, explanation};
pub use find::{find, names, near};
pub use highlight::{colour, highlight};
pub use listing::{codes, contents, found};
pub use render::render;
pub use search::{Hit, search};
pub use topics::{TOPICS, Topic};
