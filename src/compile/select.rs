//! `select`: what all arms wait for goes into one request, whose answer tells the arm and its value.

use super::Compiler;
use super::function::{Builder, Register};
use crate::bytecode::{AskKind, Op, SelectKind};
use crate::source::Span;
use crate::syntax::ast::{Arm, ArmKind};

impl<'a> Compiler<'a> {
    pub(super) fn select(
        &mut self,
        builder: &mut Builder<'a>,
        arms: &'a [Arm],
        to: Option<Register>,
        at: Span,
    ) {
        let mark = builder.mark();
        let head = Span { start: at.start, end: at.start + 6 };
        let answer = builder.registers(2);
        let inner = builder.mark();
        let base = builder.registers(3 * arms.len());
        for (i, arm) in arms.iter().enumerate() {
            self.arm_head(builder, arm, base + 3 * i as Register);
        }
        builder.at(head);
        builder.emit_ask(answer, base, 3 * arms.len(), AskKind::Select, false);
        builder.free(inner);
        let mut done = Vec::new();
        for (i, arm) in arms.iter().enumerate() {
            let other = (i + 1 < arms.len())
                .then(|| builder.emit_jump(Op::JumpNeInt, answer, i as Register));
            if let ArmKind::Recv { name: Some(name), .. } | ArmKind::Join { name: Some(name), .. } =
                &arm.on
                && let Some(id) = self.variable_of(name)
            {
                builder.variables.insert(id, answer + 1);
            }
            self.block_into(builder, &arm.body, to);
            if let Some(other) = other {
                done.push(builder.emit_jump(Op::Jump, 0, 0));
                builder.land(other);
            }
        }
        builder.land_all(done);
        builder.free(mark);
    }

    fn arm_head(&mut self, builder: &mut Builder<'a>, arm: &'a Arm, base: Register) {
        let (kind, object, value) = match &arm.on {
            ArmKind::Recv { queue, .. } => (SelectKind::Recv, Some(queue), None),
            ArmKind::Send { queue, value } => (SelectKind::Send, Some(queue), Some(value)),
            ArmKind::Wait { on } => (SelectKind::Wait, Some(on), None),
            ArmKind::Join { thread, .. } => (SelectKind::Join, Some(thread), None),
            ArmKind::After { delay } => (SelectKind::After, Some(delay), None),
            ArmKind::Else => (SelectKind::Else, None, None),
        };
        builder.emit_int(Op::LoadInt, base, 0, kind as i32);
        for (i, part) in [object, value].into_iter().enumerate() {
            let register = base + 1 + i as Register;
            match part {
                Some(part) => self.value(builder, part, register),
                None => builder.emit(Op::LoadNil, register, 0, 0),
            }
        }
    }
}
