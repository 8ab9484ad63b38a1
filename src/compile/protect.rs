//! What is done however a stretch of code ends: `try`, and the cleanup of `lock` and `scope`.

use super::Compiler;
use super::function::{Builder, Patch, Register};
use super::jumps::Exit;
use crate::bytecode::{Constant, Handler as CodeHandler, HandlerKind, Op};
use crate::syntax::ast::{Block, Handler};

/// Stretches of code, with holes where a way out runs cleanup of its own.
#[derive(Default)]
pub struct Ranges {
    start: Option<usize>,
    done: Vec<(usize, usize)>,
}

impl Ranges {
    fn begin(start: usize) -> Ranges {
        Ranges { start: Some(start), done: Vec::new() }
    }

    fn pause(&mut self, here: usize) {
        if let Some(start) = self.start.take() {
            self.done.push((start, here));
        }
    }

    fn resume(&mut self, here: usize) {
        self.start.get_or_insert(here);
    }
}

/// Something to be done when the code is left.
pub enum Cleanup {
    /// Nothing, but errors go to handlers.
    Handlers { ranges: Ranges },
    /// These lockables are to be released, the last one first.
    Locks { ranges: Ranges, registers: Vec<Register> },
    /// The scope is to be waited for. The jumps go to where it is told that its time has run out.
    Scope { ranges: Ranges, timed_out: Vec<Patch>, or_else: bool },
    /// A `finally` is to be run. Register `completion` tells how to go on from it: 0 after it, 1 with the
    /// error in the register after, 2 and up by one of the exits.
    Finally { ranges: Ranges, completion: Register, exits: Vec<Exit>, entries: Vec<Patch> },
}

impl Cleanup {
    fn ranges(&mut self) -> &mut Ranges {
        match self {
            Cleanup::Handlers { ranges }
            | Cleanup::Locks { ranges, .. }
            | Cleanup::Scope { ranges, .. }
            | Cleanup::Finally { ranges, .. } => ranges,
        }
    }

    /// From here on the code is not protected.
    pub fn pause(&mut self, here: usize) {
        self.ranges().pause(here);
    }

    /// From here on the code is protected again.
    pub fn resume(&mut self, here: usize) {
        self.ranges().resume(here);
    }
}

impl<'a> Compiler<'a> {
    /// Protects the code from here on.
    pub(super) fn open_cleanup(
        &self,
        builder: &mut Builder<'a>,
        cleanup: impl FnOnce(Ranges) -> Cleanup,
    ) {
        let ranges = Ranges::begin(builder.position());
        builder.cleanups.push(cleanup(ranges));
    }

    /// Ends the protection that was opened last.
    pub(super) fn close_cleanup(
        &self,
        builder: &mut Builder<'a>,
    ) -> (Cleanup, Vec<(usize, usize)>) {
        let here = builder.position();
        let mut cleanup =
            builder.cleanups.pop().unwrap_or(Cleanup::Handlers { ranges: Ranges::default() });
        cleanup.pause(here);
        let ranges = std::mem::take(&mut cleanup.ranges().done);
        (cleanup, ranges)
    }

    /// Errors of the stretches go to `target`, in `register`.
    pub(super) fn handle_ranges(
        &self,
        builder: &mut Builder<'a>,
        ranges: &[(usize, usize)],
        register: Register,
        target: usize,
    ) {
        for (start, end) in ranges {
            builder.handle_range(*start, *end, register, target);
        }
    }

    /// An error that is raised from `start` to here keeps the one it displaces, if one led there: `completion` tells.
    pub(super) fn keep_displaced(
        &self,
        builder: &mut Builder<'a>,
        start: usize,
        completion: Register,
    ) {
        let end = builder.position();
        if start < end {
            let kind = HandlerKind::Displace { register: completion };
            builder.handlers.push(CodeHandler { start: start as u32, end: end as u32, kind });
        }
    }

    pub(super) fn attempt(
        &mut self,
        builder: &mut Builder<'a>,
        body: &'a Block,
        handlers: &'a [Handler],
        finale: Option<&'a Block>,
        to: Option<Register>,
    ) {
        let Some(finale) = finale else {
            self.body_and_handlers(builder, body, handlers, to);
            return;
        };
        let mark = builder.mark();
        let completion = builder.registers(2);
        builder.emit(Op::LoadNil, completion + 1, 0, 0);
        self.open_cleanup(builder, |ranges| Cleanup::Finally {
            ranges,
            completion,
            exits: Vec::new(),
            entries: Vec::new(),
        });
        self.body_and_handlers(builder, body, handlers, to);
        let (cleanup, ranges) = self.close_cleanup(builder);
        let Cleanup::Finally { exits, entries, .. } = cleanup else { return };
        builder.emit_int(Op::LoadInt, completion, 0, 0);
        let normal = builder.emit_jump(Op::Jump, 0, 0);
        let target = builder.position();
        self.handle_ranges(builder, &ranges, completion + 1, target);
        builder.emit_int(Op::LoadInt, completion, 0, 1);
        builder.land(normal);
        builder.land_all(entries);
        let start = builder.position();
        self.block(builder, finale);
        self.keep_displaced(builder, start, completion);
        let done = builder.emit_jump(Op::JumpEqInt, completion, 0);
        let no_error = builder.emit_jump(Op::JumpNeInt, completion, 1);
        builder.emit(Op::Rethrow, completion + 1, 0, 0);
        builder.land(no_error);
        for (i, exit) in exits.iter().enumerate() {
            let other = builder.emit_jump(Op::JumpNeInt, completion, 2 + i as Register);
            self.exit(builder, *exit);
            builder.land(other);
        }
        builder.land(done);
        builder.free(mark);
    }

    fn body_and_handlers(
        &mut self,
        builder: &mut Builder<'a>,
        body: &'a Block,
        handlers: &'a [Handler],
        to: Option<Register>,
    ) {
        if handlers.is_empty() {
            self.block_into(builder, body, to);
            return;
        }
        let mark = builder.mark();
        self.open_cleanup(builder, |ranges| Cleanup::Handlers { ranges });
        self.block_into(builder, body, to);
        let (_, ranges) = self.close_cleanup(builder);
        let mut done = vec![builder.emit_jump(Op::Jump, 0, 0)];
        let error = builder.register();
        let target = builder.position();
        self.handle_ranges(builder, &ranges, error, target);
        for handler in handlers {
            builder.at(handler.name.span);
            let kinds = handler.kinds.iter().map(|(kind, _)| kind.clone()).collect();
            let kinds = builder.constant(Constant::Names(kinds));
            builder.emit(Op::SkipIfKind, error, 0, kinds);
            let other = builder.emit_jump(Op::Jump, 0, 0);
            if let Some(id) = self.variable_of(&handler.name) {
                builder.variables.insert(id, error);
            }
            self.block_into(builder, &handler.body, to);
            done.push(builder.emit_jump(Op::Jump, 0, 0));
            builder.land(other);
        }
        builder.emit(Op::Rethrow, error, 0, 0);
        builder.land_all(done);
        builder.free(mark);
    }
}
