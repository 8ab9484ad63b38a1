//! What is no error, but is hardly ever meant.

use crate::diagnostics::{Code, Report, Severity};
use crate::source::Source;
use crate::syntax::ast::{Block, Expr, ExprKind, Operation, OperationKind, StmtKind};
use std::sync::Arc;

fn warning(message: String) -> Report {
    Report { severity: Severity::Warning, ..Report::error(Code::Suspicious, message) }
}

/// Waits for a condition that stand under an `if` and in no loop, in the block of a `lock`: what the `if` has looked
/// at may have changed when the lock is taken again.
pub fn waits_under_if(source: &Arc<Source>, body: &Block, found: &mut Vec<Report>) {
    for statement in &body.statements {
        let StmtKind::Expr(expr) = &statement.kind else { continue };
        let ExprKind::If { branches, otherwise } = &expr.bare().kind else { continue };
        for block in branches.iter().map(|(_, block)| block).chain(otherwise) {
            for statement in &block.statements {
                if let StmtKind::Expr(expr) = &statement.kind
                    && let ExprKind::Operation(operation) = &expr.bare().kind
                    && is_bare_wait(source, operation)
                {
                    let condition = source.slice(operation.operands[0].span);
                    let report = warning("`wait` under an `if` looks only once".to_owned())
                        .at(source, expr.span, "another thread may come between its wake and this one")
                        .help(format!(
                            "`while` in place of `if` looks again; so does `wait {condition} until …`, which needs neither"
                        ));
                    found.push(report);
                }
            }
            waits_under_if(source, block, found);
        }
    }
}

/// Whether it waits for a condition, as far as the text tells, whatever that stands for.
fn is_bare_wait(source: &Source, operation: &Operation) -> bool {
    if operation.operator != OperationKind::Wait || operation.until.is_some() {
        return false;
    }
    let [condition] = operation.operands.as_slice() else { return false };
    let name = match &condition.bare().kind {
        ExprKind::Name(name) => &*name.name,
        ExprKind::Field { name, .. } => name,
        _ => return false,
    };
    source.text().contains(&format!("{name} = Condition("))
}

/// A keyword operation that takes in less than was meant: `join a + b` is `(join a) + b`, whose value nobody uses.
pub fn operand_of_thrown_away(source: &Arc<Source>, expr: &Expr) -> Option<Report> {
    let mut leftmost = expr;
    while let ExprKind::Binary { left, .. } = &leftmost.kind {
        leftmost = left;
    }
    let ExprKind::Operation(operation) = &leftmost.kind else { return None };
    if std::ptr::eq(leftmost, expr) {
        return None;
    }
    let word = operation.operator.word();
    let rest = source.slice(expr.span).trim_start().strip_prefix(word)?.trim_start();
    Some(
        warning("the value of this is not used".to_owned())
            .at(source, leftmost.span, format!("`{word}` takes in only this"))
            .help(format!("if all of it was meant: `{word} ({rest})`")),
    )
}
