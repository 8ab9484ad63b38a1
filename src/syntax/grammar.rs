//! The parser that pest makes from `grammar/conc.pest`.

/// The grammar's parser.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/conc.pest"]
pub struct Grammar;
