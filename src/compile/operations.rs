//! The operations on primitives: `join`, `acquire`, `wait`, `barrier`, `send` and their kin.

use super::Compiler;
use super::function::{Builder, Register};
use crate::bytecode::{AskKind, Construct, Op};
use crate::source::Span;
use crate::syntax::ast::{Block, Expr, Limit, Operation, OperationKind};

impl<'a> Compiler<'a> {
    pub(super) fn operation(
        &mut self,
        builder: &mut Builder<'a>,
        operation: &'a Operation,
        to: Register,
        at: Span,
    ) {
        let limit = &operation.limit;
        match (operation.operator, operation.operands.as_slice()) {
            (OperationKind::Join, [one]) => {
                self.simple(builder, &[Some(one)], limit, AskKind::Join, to, at)
            }
            (OperationKind::Join, many) => self.join_all(builder, many, limit, to, at),
            (OperationKind::JoinAny, [list]) => {
                self.simple(builder, &[Some(list)], limit, AskKind::JoinAny, to, at)
            }
            (OperationKind::Acquire, [one, rest @ ..]) => {
                self.simple(builder, &[Some(one), rest.first()], limit, AskKind::Acquire, to, at);
            }
            (OperationKind::Release, [one, rest @ ..]) => {
                self.simple(builder, &[Some(one), rest.first()], limit, AskKind::Release, to, at);
            }
            (OperationKind::Notify, [one, rest @ ..]) => {
                self.simple(builder, &[Some(one), rest.first()], limit, AskKind::Notify, to, at);
            }
            (OperationKind::NotifyAll, [one]) => {
                self.simple(builder, &[Some(one)], limit, AskKind::NotifyAll, to, at);
            }
            (OperationKind::Send, [queue, value]) => {
                self.simple(builder, &[Some(queue), Some(value)], limit, AskKind::Send, to, at);
            }
            (OperationKind::Recv, [queue]) => {
                self.simple(builder, &[Some(queue)], limit, AskKind::Recv, to, at)
            }
            (OperationKind::Barrier, [barrier]) => self.barrier(builder, barrier, limit, to, at),
            (OperationKind::Wait, [on]) => match &operation.until {
                Some(until) => self.wait_until(builder, on, until, limit, to, at),
                None => self.wait(builder, on, limit, to, at),
            },
            // The builder of the tree has refused all else.
            _ => builder.emit(Op::LoadNil, to, 0, 0),
        }
    }

    /// One request: the operands (nothing at all for one left out), then the time limit.
    fn simple(
        &mut self,
        builder: &mut Builder<'a>,
        operands: &[Option<&'a Expr>],
        limit: &'a Limit,
        kind: AskKind,
        to: Register,
        at: Span,
    ) {
        let base = builder.registers(operands.len() + 1);
        for (i, operand) in operands.iter().enumerate() {
            let register = base + i as Register;
            match operand {
                Some(operand) => self.value(builder, operand, register),
                None => builder.emit(Op::LoadUnset, register, 0, 0),
            }
        }
        self.limit_value(builder, limit, base + operands.len() as Register);
        builder.at(at);
        self.ask_or_else(builder, base, operands.len() + 1, kind, limit, to);
    }

    /// The request, and the `else` for when its time runs out.
    fn ask_or_else(
        &mut self,
        builder: &mut Builder<'a>,
        base: Register,
        count: usize,
        kind: AskKind,
        limit: &'a Limit,
        to: Register,
    ) {
        builder.emit_ask(to, base, count, kind, limit.otherwise.is_some());
        self.or_else(builder, limit.otherwise.as_ref(), to);
    }

    /// If the answer in `to` is nothing at all, the block's value takes its place.
    fn or_else(&mut self, builder: &mut Builder<'a>, otherwise: Option<&'a Block>, to: Register) {
        if let Some(otherwise) = otherwise {
            let answered = builder.emit_jump(Op::JumpSet, to, 0);
            self.block_value(builder, otherwise, to);
            builder.land(answered);
        }
    }

    fn join_all(
        &mut self,
        builder: &mut Builder<'a>,
        handles: &'a [Expr],
        limit: &'a Limit,
        to: Register,
        at: Span,
    ) {
        let base = builder.registers(2);
        let mark = builder.mark();
        let first = builder.registers(handles.len());
        for (i, handle) in handles.iter().enumerate() {
            self.value(builder, handle, first + i as Register);
        }
        builder.at(at);
        builder.emit(Op::NewList, base, first, handles.len());
        builder.free(mark);
        self.limit_value(builder, limit, base + 1);
        builder.at(at);
        self.ask_or_else(builder, base, 2, AskKind::JoinAll, limit, to);
    }

    /// `barrier b`: arrive; the last to arrive runs the action, then lets the others go.
    fn barrier(
        &mut self,
        builder: &mut Builder<'a>,
        barrier: &'a Expr,
        limit: &'a Limit,
        to: Register,
        at: Span,
    ) {
        let base = builder.registers(2);
        self.value(builder, barrier, base);
        self.limit_value(builder, limit, base + 1);
        builder.at(at);
        let answer = builder.register();
        builder.emit_ask(answer, base, 2, AskKind::Arrive, limit.otherwise.is_some());
        let done = builder.emit_jump(Op::JumpDone, answer, 0);
        let start = builder.position();
        let nothing = builder.register();
        builder.emit(Op::Call, nothing, answer, usize::from(nothing));
        builder.emit_extra(0, 0, None);
        let end = builder.position();
        builder.emit_ask(answer, base, 1, AskKind::Depart, false);
        let over = builder.emit_jump(Op::Jump, 0, 0);
        let target = builder.position();
        builder.handle_range(start, end, nothing, target);
        builder.emit_ask(answer, base, 1, AskKind::Break, false);
        builder.emit(Op::Rethrow, nothing, 0, 0);
        builder.land(over);
        builder.land(done);
        self.or_else(builder, limit.otherwise.as_ref(), answer);
        builder.emit(Op::Move, to, answer, 0);
    }

    /// `wait x`: for an event or a latch that is one request; for a condition, it enrols, and goes on.
    fn wait(
        &mut self,
        builder: &mut Builder<'a>,
        on: &'a Expr,
        limit: &'a Limit,
        to: Register,
        at: Span,
    ) {
        let base = builder.registers(2);
        self.value(builder, on, base);
        self.limit_value(builder, limit, base + 1);
        builder.at(at);
        let answer = builder.register();
        builder.emit_ask(answer, base, 2, AskKind::Wait, limit.otherwise.is_some());
        let done = builder.emit_jump(Op::JumpDone, answer, 0);
        self.await_and_retake(builder, answer, limit.otherwise.is_some());
        builder.land(done);
        self.or_else(builder, limit.otherwise.as_ref(), answer);
        builder.emit(Op::Move, to, answer, 0);
    }

    /// Waits with the ticket in a register, and takes the condition's lock again however that ends; the answer
    /// takes the ticket's place.
    fn await_and_retake(&mut self, builder: &mut Builder<'a>, ticket: Register, or_else: bool) {
        let answer = builder.register();
        let start = builder.position();
        builder.emit_ask(answer, ticket, 1, AskKind::Await, or_else);
        let end = builder.position();
        let retaken = builder.register();
        builder.emit_ask(retaken, ticket, 1, AskKind::Retake, false);
        let over = builder.emit_jump(Op::Jump, 0, 0);
        let target = builder.position();
        builder.handle_range(start, end, answer, target);
        builder.emit_ask(retaken, ticket, 1, AskKind::Retake, false);
        builder.emit(Op::Rethrow, answer, 0, 0);
        builder.land(over);
        builder.emit(Op::Move, ticket, answer, 0);
    }

    /// `wait c until e`: evaluates `e` holding the lock, and waits as long as it is false.
    fn wait_until(
        &mut self,
        builder: &mut Builder<'a>,
        on: &'a Expr,
        until: &'a Expr,
        limit: &'a Limit,
        to: Register,
        at: Span,
    ) {
        let or_else = limit.otherwise.is_some();
        let base = builder.registers(2);
        self.value(builder, on, base);
        self.limit_value(builder, limit, base + 1);
        builder.at(at);
        // The limit is for the whole operation, so from here on it is a moment.
        builder.emit_ask(base + 1, base, 2, AskKind::WaitCheck, false);
        let answer = builder.register();
        let top = builder.position();
        let holds = self.jump_on(builder, until, true, Construct::Until);
        builder.at(at);
        builder.emit_ask(answer, base, 2, AskKind::Enrol, false);
        self.await_and_retake(builder, answer, or_else);
        builder.emit_jump_back(Op::JumpSet, answer, 0, top);
        let timed_out = builder.emit_jump(Op::Jump, 0, 0);
        builder.land_all(holds);
        builder.emit(Op::LoadTrue, answer, 0, 0);
        builder.land(timed_out);
        self.or_else(builder, limit.otherwise.as_ref(), answer);
        builder.emit(Op::Move, to, answer, 0);
    }
}
