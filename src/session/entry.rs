//! What the text of an entry tells before it is run.

use super::on_large_stack;
use crate::source::Source;
use crate::syntax::layout::Layout;
use crate::syntax::parse;

/// Whether more lines would make an entry whole that is not: a bracket or a long string is open, an operand is
/// missing, or a `try` has neither `catch` nor `finally` yet.
#[must_use]
pub fn wants_more(text: &str) -> bool {
    if text.starts_with(':') {
        return false;
    }
    let reads = |text: &str| {
        let source = Source::new("", text);
        on_large_stack(&source, || parse(&source)).is_ok()
    };
    Layout::new(text).unfinished
        || text.contains("try") && !reads(text) && reads(&format!("{text}\nfinally {{ }}"))
}

/// How many brackets are open at the end of a text.
#[must_use]
pub fn depth(text: &str) -> usize {
    Layout::new(text).open_at_end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_more_lines_would_mend_wants_them() {
        for text in [
            "lock m {",
            "f(1,",
            "[1, 2",
            "let x =",
            "1 +",
            "\"\"\"a",
            "try { f() }",
            "if a {\n  b()\n} else {",
        ] {
            assert!(wants_more(text), "{text}");
        }
        for text in [
            "",
            "x",
            "f()",
            "lock m { }",
            "\"a",
            ")",
            "f(]",
            "let = 1",
            "try { f() } catch e { }",
            "try { f(] }",
            ":load {",
            "# {",
        ] {
            assert!(!wants_more(text), "{text}");
        }
    }
}
