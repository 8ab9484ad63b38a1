//! Whether a loop goes over something that cannot change meanwhile.
//!
//! A `for` goes over a snapshot. Where its body only computes, and gives values to variables of its own thread, a list
//! that nobody else can reach stays as it is, and need not be copied: the machine looks at the list itself then, if it is
//! its thread's own. So the body may call nothing, which could do anything; and it may put nothing where others can
//! come to it, since through that they might come to the list.

use super::Compiler;
use crate::syntax::ast::{Block, Expr, ExprKind, Ident, Stmt, StmtKind};

impl Compiler<'_> {
    /// Whether all that this body does is to compute.
    pub(super) fn is_still(&self, body: &Block) -> bool {
        body.statements.iter().all(|statement| self.is_still_statement(statement))
    }

    fn is_still_statement(&self, statement: &Stmt) -> bool {
        match &statement.kind {
            StmtKind::Break | StmtKind::Continue => true,
            StmtKind::Assign { place, value, .. } => {
                matches!(&place.bare().kind, ExprKind::Name(name) if self.is_own(name))
                    && computes(value)
            }
            StmtKind::Expr(Expr { kind: ExprKind::If { branches, otherwise }, .. }) => {
                branches
                    .iter()
                    .all(|(condition, block)| computes(condition) && self.is_still(block))
                    && otherwise.as_ref().is_none_or(|block| self.is_still(block))
            }
            _ => false,
        }
    }

    /// Whether a variable can be reached by the function alone that has it.
    fn is_own(&self, name: &Ident) -> bool {
        self.variable_of(name).is_some_and(|id| {
            !self.resolution.variable(id).captured
                && !self.own_globals.contains_key(&id)
                && !self.is_cell(id)
        })
    }
}

/// Whether an expression only makes a value of others.
fn computes(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Nil
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Name(_) => true,
        ExprKind::Parenthesis(inner) => computes(inner),
        ExprKind::Unary { operand, .. } => computes(operand),
        ExprKind::Binary { left, right, .. } | ExprKind::Logic { left, right, .. } => {
            computes(left) && computes(right)
        }
        ExprKind::Index { of, index } => computes(of) && computes(index),
        ExprKind::Field { of, .. } => computes(of),
        _ => false,
    }
}
