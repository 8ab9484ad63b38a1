//! `lock`, `scope`, `spawn`, `timer`, `sleep`.

use super::Compiler;
use super::calls::argument_names;
use super::function::{Builder, Register};
use super::protect::Cleanup;
use crate::bytecode::{AskKind, Op, SPAWN_DAEMON, TIMER_EVERY};
use crate::source::Span;
use crate::syntax::ast::{Block, Call, Expr, ExprKind, Limit, Spawn, Work};

impl<'a> Compiler<'a> {
    /// `lock a, b within d { … } else { … }`
    pub(super) fn lock(
        &mut self,
        builder: &mut Builder<'a>,
        targets: &'a [Expr],
        limit: &'a Limit,
        body: &'a Block,
        to: Option<Register>,
        at: Span,
    ) {
        let mark = builder.mark();
        let registers = self.lock_registers(builder, targets);
        let head = Span { start: at.start, end: body.span.start };
        let deadline = limit.within.as_ref().map(|within| self.deadline(builder, within, at));
        let or_else = limit.otherwise.is_some();
        let mut timed_out = Vec::new();
        let mut held: Vec<Register> = Vec::new();
        for (i, register) in registers.iter().enumerate() {
            builder.at(targets
                .get(i)
                .filter(|_| targets.len() == 1)
                .map_or(head, |target| target.span));
            match deadline {
                None => builder.emit(Op::Lock, *register, 0, 0),
                Some(deadline) => {
                    let mark = builder.mark();
                    let base = builder.registers(2);
                    // One that came twice is nothing at all: see `SortLocks`.
                    let again = (registers.len() > 1).then(|| {
                        let first = builder.emit_jump(Op::JumpSet, *register, 0);
                        let again = builder.emit_jump(Op::Jump, 0, 0);
                        builder.land(first);
                        again
                    });
                    builder.emit(Op::Move, base, *register, 0);
                    builder.emit(Op::Move, base + 1, deadline, 0);
                    builder.emit_ask(base, base, 2, AskKind::LockWithin, or_else);
                    if or_else {
                        let taken = builder.emit_jump(Op::JumpSet, base, 0);
                        for earlier in held.iter().rev() {
                            builder.emit(Op::Unlock, *earlier, 0, 0);
                        }
                        timed_out.push(builder.emit_jump(Op::Jump, 0, 0));
                        builder.land(taken);
                    }
                    builder.land_all(again.into_iter().collect());
                    builder.free(mark);
                }
            }
            held.push(*register);
            // While a further one is waited for, an error releases those that are held.
            let registers = vec![*register];
            self.open_cleanup(builder, |ranges| Cleanup::Locks { ranges, registers });
        }
        self.block_into(builder, body, to);
        builder.at(head);
        let mut jumps = Vec::new();
        // As in a `finally`: that an error led here, and which.
        let completion = builder.registers(2);
        let error = completion + 1;
        for register in registers.iter().rev() {
            let (_, ranges) = self.close_cleanup(builder);
            let unlock = builder.position();
            builder.emit(Op::Unlock, *register, 0, 0);
            let over = builder.emit_jump(Op::Jump, 0, 0);
            let target = builder.position();
            self.handle_ranges(builder, &ranges, error, target);
            builder.emit_int(Op::LoadInt, completion, 0, 1);
            let start = builder.position();
            builder.emit(Op::Unlock, *register, 0, 0);
            self.keep_displaced(builder, start, completion);
            builder.emit(Op::Rethrow, error, 0, 0);
            builder.land(over);
            builder.fuse_unlock(unlock);
        }
        if let Some(otherwise) = &limit.otherwise {
            jumps.push(builder.emit_jump(Op::Jump, 0, 0));
            builder.land_all(timed_out);
            self.block_into(builder, otherwise, to);
        }
        builder.land_all(jumps);
        builder.free(mark);
    }

    /// The lockables of a `lock`, in registers that nothing assigns while it holds them; several are put in
    /// the one order in which all such statements take them.
    fn lock_registers(&mut self, builder: &mut Builder<'a>, targets: &'a [Expr]) -> Vec<Register> {
        if let [target] = targets {
            let register = self.operand(builder, target);
            if !builder.is_variable(register) || self.never_changes(target) {
                return vec![register];
            }
            let kept = builder.register();
            builder.emit(Op::Move, kept, register, 0);
            return vec![kept];
        }
        let first = builder.registers(targets.len());
        for (i, target) in targets.iter().enumerate() {
            self.value(builder, target, first + i as Register);
        }
        builder.emit(Op::SortLocks, first, targets.len() as Register, 0);
        (first..first + targets.len() as Register).collect()
    }

    fn never_changes(&self, expr: &Expr) -> bool {
        match &expr.bare().kind {
            ExprKind::Name(name) => {
                self.variable_of(name).is_none_or(|id| !self.resolution.variable(id).is_var())
            }
            ExprKind::Own(_) => true,
            _ => false,
        }
    }

    /// The moment at which a time limit that begins now runs out, in a register.
    pub(super) fn deadline(
        &mut self,
        builder: &mut Builder<'a>,
        within: &'a Expr,
        at: Span,
    ) -> Register {
        let register = builder.register();
        self.value(builder, within, register);
        builder.at(within.span);
        builder.emit_ask(register, register, 1, AskKind::Deadline, false);
        builder.at(at);
        register
    }

    /// `scope within d { … } else { … }`
    pub(super) fn scope(
        &mut self,
        builder: &mut Builder<'a>,
        limit: &'a Limit,
        body: &'a Block,
        to: Option<Register>,
        at: Span,
    ) {
        let mark = builder.mark();
        let head = Span { start: at.start, end: body.span.start };
        let or_else = limit.otherwise.is_some();
        let answer = builder.register();
        self.limit_value(builder, limit, answer);
        builder.at(head);
        builder.emit_ask(answer, answer, 1, AskKind::ScopeEnter, false);
        self.open_cleanup(builder, |ranges| Cleanup::Scope {
            ranges,
            timed_out: Vec::new(),
            or_else,
        });
        self.block_into(builder, body, to);
        builder.at(head);
        let (cleanup, ranges) = self.close_cleanup(builder);
        let Cleanup::Scope { mut timed_out, .. } = cleanup else { return };
        builder.emit_ask(answer, answer, 0, AskKind::ScopeExit, or_else);
        let mut done = vec![builder.emit_jump(Op::JumpSet, answer, 0)];
        if or_else {
            timed_out.push(builder.emit_jump(Op::Jump, 0, 0));
        }
        let target = builder.position();
        self.handle_ranges(builder, &ranges, answer, target);
        builder.emit_ask(answer, answer, 1, AskKind::ScopeFail, or_else);
        builder.land_all(timed_out);
        if let Some(otherwise) = &limit.otherwise {
            self.block_into(builder, otherwise, to);
        }
        builder.land_all(std::mem::take(&mut done));
        builder.free(mark);
    }

    /// The time limit of an operation, or nil.
    pub(super) fn limit_value(
        &mut self,
        builder: &mut Builder<'a>,
        limit: &'a Limit,
        to: Register,
    ) {
        match &limit.within {
            Some(within) => self.value(builder, within, to),
            None => builder.emit(Op::LoadNil, to, 0, 0),
        }
    }

    pub(super) fn spawn(
        &mut self,
        builder: &mut Builder<'a>,
        spawn: &'a Spawn,
        to: Register,
        at: Span,
    ) {
        let arguments = work_arguments(&spawn.work);
        let base = builder.registers(5 + arguments);
        let flags = if spawn.daemon { SPAWN_DAEMON } else { 0 };
        builder.emit_int(Op::LoadInt, base, 0, flags);
        for (i, part) in [&spawn.name, &spawn.pool].into_iter().enumerate() {
            let register = base + 1 + i as Register;
            match part {
                Some(part) => self.value(builder, part, register),
                None => builder.emit(Op::LoadUnset, register, 0, 0),
            }
        }
        self.work(builder, &spawn.work, base + 3);
        builder.at(head_of(&spawn.work, at));
        builder.emit_ask(to, base, 5 + arguments, AskKind::Spawn, false);
    }

    pub(super) fn timer(
        &mut self,
        builder: &mut Builder<'a>,
        every: bool,
        delay: &'a Expr,
        work: &'a Work,
        to: Register,
        at: Span,
    ) {
        let arguments = work_arguments(work);
        let base = builder.registers(4 + arguments);
        builder.emit_int(Op::LoadInt, base, 0, if every { TIMER_EVERY } else { 0 });
        self.value(builder, delay, base + 1);
        self.work(builder, work, base + 2);
        builder.at(head_of(work, at));
        builder.emit_ask(to, base, 4 + arguments, AskKind::Timer, false);
    }

    /// What a thread runs: the callee, the names of its arguments or nil, and the arguments.
    fn work(&mut self, builder: &mut Builder<'a>, work: &'a Work, base: Register) {
        match work {
            Work::Block(function) => {
                self.closure(builder, function, base);
                builder.emit(Op::LoadNil, base + 1, 0, 0);
            }
            Work::Call(call, _) => {
                self.value(builder, &call.callee, base);
                match argument_names(builder, call) {
                    Some(names) => builder.emit(Op::LoadConst, base + 1, 0, names),
                    None => builder.emit(Op::LoadNil, base + 1, 0, 0),
                }
                self.plain_arguments(builder, call, base + 2);
            }
        }
    }

    pub(super) fn sleep(
        &mut self,
        builder: &mut Builder<'a>,
        delay: &'a Expr,
        to: Register,
        at: Span,
    ) {
        let base = builder.register();
        self.value(builder, delay, base);
        builder.at(at);
        builder.emit_ask(to, base, 1, AskKind::Sleep, false);
    }
}

/// The place of what starts a thread: of a block, only what stands before it.
fn head_of(work: &Work, at: Span) -> Span {
    match work {
        Work::Block(function) => {
            Span { start: at.start, end: function.body.span.start.max(at.start + 1) }
        }
        Work::Call(..) => at,
    }
}

fn work_arguments(work: &Work) -> usize {
    match work {
        Work::Block(_) => 0,
        Work::Call(Call { arguments, .. }, _) => arguments.len(),
    }
}
