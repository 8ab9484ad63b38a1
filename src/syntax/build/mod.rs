//! pest's pairs become the tree, a file a construct. What the grammar lets through for the sake of a
//! better message is refused here; the builder puts something harmless in its place and goes on.

mod expression;
mod number;
mod precedence;
mod statement;
mod string;
mod thread;

pub use number::duration_of;

use super::ast::{Block, Expr, ExprKind, Function, Ident, Script, Stmt};
use super::grammar::Rule;
use crate::diagnostics::{Code, Report};
use crate::source::{Source, Span};
use pest::iterators::{Pair, Pairs};
use std::sync::Arc;

/// How many nodes may lie on a way from the root of the tree to a leaf.
const MAX_HEIGHT: u32 = 5_000;

/// Builds the tree of a script that the grammar has accepted.
pub fn build(source: &Arc<Source>, pairs: Pairs<'_, Rule>) -> (Script, Vec<Report>) {
    let mut builder = Builder {
        source,
        reports: Vec::new(),
        names: 0,
        // Number 0 is the script itself.
        functions: 1,
        too_high: false,
    };
    let mut statements = Vec::new();
    for script in pairs {
        for pair in script.into_inner() {
            if !matches!(pair.as_rule(), Rule::EOI | Rule::end_of_line) {
                statements.push(builder.statement(pair));
            }
        }
    }
    let body = Block { statements, span: Span::new(0, source.text().len()) };
    (Script { body, names: builder.names, functions: builder.functions }, builder.reports)
}

/// Builds nodes, numbers names and functions, and collects what is wrong.
struct Builder<'s> {
    source: &'s Arc<Source>,
    reports: Vec<Report>,
    names: u32,
    functions: u32,
    too_high: bool,
}

impl Builder<'_> {
    fn error(&mut self, span: Span, message: impl Into<String>, label: &str, help: &str) {
        let mut report =
            Report::error(Code::Syntax, message).at(self.source, span, label.to_owned());
        if !help.is_empty() {
            report = report.help(help);
        }
        self.reports.push(report);
    }

    /// A node above `parts`. Where the tree grows too high, that is reported once, and `nil` stands in.
    fn node(&mut self, kind: ExprKind, span: Span, below: u32, has_block: bool) -> Expr {
        let height = below + 1;
        if height <= MAX_HEIGHT {
            return Expr { kind, span, height, has_block };
        }
        if !self.too_high {
            self.too_high = true;
            self.reports.push(
                Report::error(Code::TooLarge, "this expression is nested too deeply")
                    .at(self.source, span, format!("more than {MAX_HEIGHT} levels"))
                    .help("break it up with `let`, or build the value in a loop"),
            );
        }
        self.leaf(ExprKind::Nil, span)
    }

    fn leaf(&mut self, kind: ExprKind, span: Span) -> Expr {
        Expr { kind, span, height: 1, has_block: false }
    }

    fn ident(&mut self, pair: &Pair<'_, Rule>) -> Ident {
        let id = self.names;
        self.names += 1;
        Ident { name: pair.as_str().into(), span: span(pair), id }
    }

    fn next_function(&mut self) -> u32 {
        self.functions += 1;
        self.functions - 1
    }

    fn block(&mut self, pair: Pair<'_, Rule>) -> Block {
        let span = span(&pair);
        let mut statements = Vec::new();
        for pair in pair.into_inner() {
            if !is_punctuation(pair.as_rule()) {
                statements.push(self.statement(pair));
            }
        }
        Block { statements, span }
    }

    /// The block of a `spawn` or a `timer`: a function without a name and without parameters.
    fn block_function(&mut self, pair: Pair<'_, Rule>) -> Function {
        let id = self.next_function();
        let span = span(&pair);
        Function { id, name: None, parameters: Vec::new(), body: self.block(pair), span }
    }
}

/// Where it stands, without the blanks behind it that a rule takes in to look whether more follows: comments are blanks
/// here.
fn span(pair: &Pair<'_, Rule>) -> Span {
    let start = pair.as_span().start();
    Span::new(start, start + pair.as_str().trim_end().len())
}

/// Whether the rule is a mark that the tree does not keep.
fn is_punctuation(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::open_brace
            | Rule::close_brace
            | Rule::open_parenthesis
            | Rule::close_parenthesis
            | Rule::close_square
            | Rule::comma
            | Rule::colon
            | Rule::equals
            | Rule::end_of_line
    )
}

/// The parts of a pair that the tree is made of.
fn parts(pair: Pair<'_, Rule>) -> impl Iterator<Item = Pair<'_, Rule>> {
    pair.into_inner().filter(|part| !is_punctuation(part.as_rule()))
}

/// How high a block is: as high as the highest expression in it.
fn block_height(block: &Block) -> u32 {
    block.statements.iter().map(stmt_height).max().unwrap_or(0) + 1
}

fn stmt_height(stmt: &Stmt) -> u32 {
    use super::ast::StmtKind as S;
    let block = block_height;
    let expr = |e: &Expr| e.height;
    let optional = |e: &Option<Expr>| e.as_ref().map_or(0, |e| e.height);
    let function = |f: &Function| {
        let defaults = f.parameters.iter().map(|p| optional(&p.default)).max().unwrap_or(0);
        block_height(&f.body).max(defaults)
    };
    1 + match &stmt.kind {
        S::Import { .. } | S::Break | S::Continue => 0,
        S::Let { value, .. } | S::Raise(value) | S::Expr(value) => expr(value),
        S::Fn(f) => function(f),
        S::Struct(s) => {
            let fields = s.fields.iter().map(|f| optional(&f.default));
            fields.chain(s.methods.iter().map(function)).max().unwrap_or(0)
        }
        S::While { condition, body } => expr(condition).max(block(body)),
        S::Loop { body } => block(body),
        S::For { over, body, .. } => expr(over).max(block(body)),
        S::Return(value) => optional(value),
        S::Assert { condition, message } => expr(condition).max(optional(message)),
        S::Assign { place, value, .. } => expr(place).max(expr(value)),
        S::Swap { places, value } => places.iter().map(expr).max().unwrap_or(0).max(expr(value)),
    }
}
