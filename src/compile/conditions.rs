//! Conditions: jumps for `and`, `or`, `not` and comparisons, without a bool in between.

use super::Compiler;
use super::function::{Builder, Patch, Register};
use crate::bytecode::{Constant, Construct, Op};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

impl<'a> Compiler<'a> {
    /// Code that goes on at the patches if the condition is `wanted`.
    pub(super) fn jump_on(
        &mut self,
        builder: &mut Builder<'a>,
        condition: &'a Expr,
        wanted: bool,
        construct: Construct,
    ) -> Vec<Patch> {
        let mark = builder.mark();
        let patches = match &condition.kind {
            ExprKind::Parenthesis(inner) => self.jump_on(builder, inner, wanted, construct),
            ExprKind::Unary { operator: UnaryOp::Not, operand } => {
                self.jump_on(builder, operand, !wanted, Construct::Not)
            }
            ExprKind::Logic { and, left, right } => {
                let word = if *and { Construct::And } else { Construct::Or };
                if *and == wanted {
                    // Both must agree: the first one leaves early if it does not.
                    let early = self.jump_on(builder, left, !wanted, word);
                    let patches = self.jump_on(builder, right, wanted, word);
                    builder.land_all(early);
                    patches
                } else {
                    let mut patches = self.jump_on(builder, left, wanted, word);
                    patches.extend(self.jump_on(builder, right, wanted, word));
                    patches
                }
            }
            ExprKind::Binary { operator, left, right } if jump_op(*operator, wanted).is_some() => {
                self.compare_jump(builder, *operator, left, right, wanted, condition.span)
            }
            _ => {
                let register = self.operand(builder, condition);
                builder.at(condition.span);
                let op = if wanted { Op::JumpTrue } else { Op::JumpFalse };
                vec![builder.emit_jump(op, register, construct as Register)]
            }
        };
        builder.free(mark);
        patches
    }

    fn compare_jump(
        &mut self,
        builder: &mut Builder<'a>,
        operator: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
        wanted: bool,
        at: Span,
    ) -> Vec<Patch> {
        let Some(jumps) = jump_op(operator, wanted) else { return Vec::new() };
        let left = self.kept_operand(builder, left, right.has_block);
        if let Some(number) = small_int(right).and_then(|n| i16::try_from(n).ok()) {
            builder.at(at);
            return vec![builder.emit_jump(jumps.with_int, left, number as u16)];
        }
        let constant = number_constant(right).map(|constant| builder.constant(constant));
        if let Some(constant) = constant.and_then(|constant| u16::try_from(constant).ok()) {
            builder.at(at);
            return vec![builder.emit_jump(jumps.with_constant, left, constant)];
        }
        let right = self.operand(builder, right);
        builder.at(at);
        vec![builder.emit_jump(jumps.with_register, left, right)]
    }
}

/// The number that an operand can be written as, if it is a literal.
pub(super) fn small_int(expr: &Expr) -> Option<i64> {
    match &expr.bare().kind {
        ExprKind::Int(number) => Some(*number),
        ExprKind::Unary { operator: UnaryOp::Negate, operand } => match operand.kind {
            ExprKind::Int(number) => number.checked_neg(),
            _ => None,
        },
        _ => None,
    }
}

/// The number that an operand is, if it is a literal, as a constant.
pub(super) fn number_constant(expr: &Expr) -> Option<Constant> {
    match &expr.bare().kind {
        ExprKind::Float(number) => Some(Constant::Float(*number)),
        _ => small_int(expr).map(Constant::Int),
    }
}

/// The jumps for one comparison: with a register, a small number, or a constant on the right.
struct Jumps {
    with_register: Op,
    with_int: Op,
    with_constant: Op,
}

/// The jumps for a comparison that is to come out as `wanted`. The opposite of `<` is not `>=`, because of
/// `nan`.
fn jump_op(operator: BinaryOp, wanted: bool) -> Option<Jumps> {
    macro_rules! jumps {
        ($register:ident, $int:ident, $constant:ident) => {
            Jumps { with_register: Op::$register, with_int: Op::$int, with_constant: Op::$constant }
        };
    }
    Some(match (operator, wanted) {
        (BinaryOp::Eq, true) | (BinaryOp::Ne, false) => jumps!(JumpEq, JumpEqInt, JumpEqConst),
        (BinaryOp::Ne, true) | (BinaryOp::Eq, false) => jumps!(JumpNe, JumpNeInt, JumpNeConst),
        (BinaryOp::Lt, true) => jumps!(JumpLt, JumpLtInt, JumpLtConst),
        (BinaryOp::Lt, false) => jumps!(JumpNotLt, JumpNotLtInt, JumpNotLtConst),
        (BinaryOp::Le, true) => jumps!(JumpLe, JumpLeInt, JumpLeConst),
        (BinaryOp::Le, false) => jumps!(JumpNotLe, JumpNotLeInt, JumpNotLeConst),
        (BinaryOp::Gt, true) => jumps!(JumpGt, JumpGtInt, JumpGtConst),
        (BinaryOp::Gt, false) => jumps!(JumpNotGt, JumpNotGtInt, JumpNotGtConst),
        (BinaryOp::Ge, true) => jumps!(JumpGe, JumpGeInt, JumpGeConst),
        (BinaryOp::Ge, false) => jumps!(JumpNotGe, JumpNotGeInt, JumpNotGeConst),
        _ => return None,
    })
}
