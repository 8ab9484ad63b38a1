//! Assertions: what the parts of the condition came to is kept, and shown if it fails.
//!
//! A variable that lies in a register is looked at where it is. The value of any other part is moved to a register
//! of its own when it is there; where the part may be left out, because of an `and` or an `or`, that register is
//! unset at first.

use super::Compiler;
use super::function::{Builder, Register};
use super::places::Place;
use crate::bytecode::{Assertion, Constant, Construct, Op};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, StrPart, UnaryOp};
use std::collections::HashMap;

/// The registers that keep what parts of a condition come to, by where those lie in the tree.
pub(super) type Kept = HashMap<*const Expr, Register>;

/// The parts of a condition that are worth showing.
#[derive(Default)]
struct Parts<'a> {
    /// Each with whether it may be left out.
    all: Vec<(&'a Expr, bool)>,
}

impl<'a> Parts<'a> {
    /// The parts of a condition, or of an operand of one.
    fn of(&mut self, expr: &'a Expr, may_be_left_out: bool) {
        let expr = expr.bare();
        match &expr.kind {
            ExprKind::Logic { left, right, .. } => {
                self.of(left, may_be_left_out);
                self.of(right, true);
            }
            ExprKind::Unary { operator: UnaryOp::Not, operand } => {
                self.of(operand, may_be_left_out)
            }
            ExprKind::Binary { operator, left, right } => {
                if !operator.is_comparison() {
                    self.all.push((expr, may_be_left_out));
                }
                self.of(left, may_be_left_out);
                self.of(right, may_be_left_out);
            }
            ExprKind::Unary { operand, .. } if !is_plain(operand) => {
                self.all.push((expr, may_be_left_out));
                self.of(operand, may_be_left_out);
            }
            ExprKind::Call(call) => {
                self.all.push((expr, may_be_left_out));
                if let ExprKind::Field { of, .. } = &call.callee.bare().kind {
                    self.of(of, may_be_left_out);
                }
                for argument in &call.arguments {
                    self.of(&argument.value, may_be_left_out);
                }
            }
            ExprKind::Index { of, index } => {
                self.all.push((expr, may_be_left_out));
                self.of(of, may_be_left_out);
                self.of(index, may_be_left_out);
            }
            ExprKind::Field { of, .. } => {
                self.all.push((expr, may_be_left_out));
                // `self` and what else has the field is shown by it.
                if !matches!(of.bare().kind, ExprKind::Name(_) | ExprKind::Own(_)) {
                    self.of(of, may_be_left_out);
                }
            }
            _ if is_plain(expr) => {}
            // What lies in blocks and functions is not looked into.
            _ => self.all.push((expr, may_be_left_out)),
        }
    }
}

/// Whether the text tells the value.
fn is_plain(expr: &Expr) -> bool {
    match &expr.bare().kind {
        ExprKind::Nil
        | ExprKind::Bool(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Duration(_)
        | ExprKind::Lambda(_) => true,
        ExprKind::Str(parts) => matches!(parts.as_slice(), [] | [StrPart::Text(_)]),
        ExprKind::Unary { operand, .. } => is_plain(operand),
        ExprKind::List(items) => items.iter().all(is_plain),
        ExprKind::Map(entries) => entries.iter().all(|(_, value)| is_plain(value)),
        ExprKind::Range { start, end, .. } => is_plain(start) && is_plain(end),
        _ => false,
    }
}

impl<'a> Compiler<'a> {
    /// `assert c, message`
    pub(super) fn assertion(
        &mut self,
        builder: &mut Builder<'a>,
        condition: &'a Expr,
        message: Option<&'a Expr>,
        at: Span,
    ) {
        let mark = builder.mark();
        let mut parts = Parts::default();
        parts.of(condition, false);
        let mut operands = Vec::new();
        let mut kept = Kept::new();
        for (part, may_be_left_out) in parts.all {
            let register = match &part.kind {
                ExprKind::Name(name) | ExprKind::Own(name) => match self.place(builder, name) {
                    Place::Register(register) => Some(register),
                    _ => None,
                },
                _ => None,
            };
            let register = register.unwrap_or_else(|| {
                let register = builder.register();
                kept.insert(part, register);
                if may_be_left_out {
                    builder.emit(Op::LoadUnset, register, 0, 0);
                }
                register
            });
            operands.push((register, part.span));
        }
        // A condition may hold a function with an assertion of its own.
        let outer = std::mem::replace(&mut self.kept, kept);
        let passed = self.jump_on(builder, condition, true, Construct::Assert);
        self.kept = outer;
        let said = builder.register();
        match message {
            Some(message) => self.value(builder, message, said),
            None => builder.emit(Op::LoadUnset, said, 0, 0),
        }
        builder.at(at);
        let text = self.text_of(condition.span).into();
        let constant = builder.constant(Constant::Assertion(Assertion { text, operands }));
        builder.emit(Op::AssertFail, said, 0, constant);
        builder.land_all(passed);
        builder.free(mark);
    }

    /// Keeps the value of a part of a condition, which lies in `register`, if it is to be shown.
    pub(super) fn keep(&self, builder: &mut Builder<'a>, part: &Expr, register: Register) {
        if let Some(kept) = self.kept.get(&std::ptr::from_ref(part)) {
            builder.emit(Op::Move, *kept, register, 0);
        }
    }
}
