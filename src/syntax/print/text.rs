//! The text as it grows: lines, blocks, and what stands between brackets.

use crate::syntax::ast::{Block, Script};

/// The text of a script, a statement a line.
#[must_use]
pub fn print(script: &Script) -> String {
    let mut printer = Printer::default();
    for statement in &script.body.statements {
        printer.statement(statement);
        printer.put("\n");
    }
    printer.out
}

/// Where the text grows.
#[derive(Default)]
pub(super) struct Printer {
    out: String,
    /// How many blocks are open.
    depth: usize,
    /// How many strings are open: within one, all stands on one line.
    strings: usize,
}

impl Printer {
    pub fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Things with something between them.
    pub fn row<T>(
        &mut self,
        things: impl IntoIterator<Item = T>,
        between: &str,
        mut print: impl FnMut(&mut Printer, T),
    ) {
        for (i, thing) in things.into_iter().enumerate() {
            if i > 0 {
                self.put(between);
            }
            print(self, thing);
        }
    }

    /// Things between braces: a line each, or all on one line within a string.
    pub fn braced<T>(&mut self, things: &[T], mut print: impl FnMut(&mut Printer, &T)) {
        if things.is_empty() {
            return self.put("{ }");
        }
        if self.strings > 0 {
            self.put("{ ");
            self.row(things, "; ", print);
            return self.put(" }");
        }
        self.put("{");
        self.depth += 1;
        for thing in things {
            self.new_line();
            print(self, thing);
        }
        self.depth -= 1;
        self.new_line();
        self.put("}");
    }

    pub fn block(&mut self, block: &Block) {
        self.braced(&block.statements, Printer::statement);
    }

    fn new_line(&mut self) {
        self.put("\n");
        for _ in 0..self.depth {
            self.put("  ");
        }
    }

    /// What stands between the braces of a string. A brace of its own is kept apart from those.
    pub fn interpolated(&mut self, print: impl FnOnce(&mut Printer)) {
        let outer = std::mem::take(&mut self.out);
        self.strings += 1;
        print(self);
        self.strings -= 1;
        let inner = std::mem::replace(&mut self.out, outer);
        let before = if inner.starts_with('{') { " " } else { "" };
        self.put(before);
        self.put(&inner);
    }
}
