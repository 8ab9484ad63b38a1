//! A tree as text again: what is printed becomes the same tree, its places aside. Comments are not in the tree.

mod expression;
mod statement;
mod text;

pub use text::print;
