//! Ways out of a function or a loop, past everything that has to be done on the way.

use super::Compiler;
use super::function::{Builder, Patch, Register};
use super::protect::Cleanup;
use crate::bytecode::{AskKind, Op};
use crate::syntax::ast::{Block, Stmt, StmtKind};

/// A way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Out of the function, with the value of the register.
    Return(Register),
    /// Out of the innermost loop.
    Break,
    /// To the innermost loop's next round.
    Continue,
}

impl<'a> Compiler<'a> {
    /// Leaves by `exit`: releases, waits, and runs what `finally` blocks hold, from the inside out.
    pub(super) fn exit(&mut self, builder: &mut Builder<'a>, exit: Exit) {
        let outermost = match exit {
            Exit::Return(_) => 0,
            Exit::Break | Exit::Continue => builder.loops.last().map_or(0, |l| l.cleanups),
        };
        let mut depth = builder.cleanups.len();
        let mut left = false;
        while depth > outermost {
            depth -= 1;
            // What is done on the way out is not protected by what is left behind.
            let here = builder.position();
            builder.cleanups[depth].pause(here);
            match &mut builder.cleanups[depth] {
                Cleanup::Handlers { .. } => {}
                Cleanup::Locks { registers, .. } => {
                    let registers = registers.clone();
                    for register in registers.into_iter().rev() {
                        builder.emit(Op::Unlock, register, 0, 0);
                    }
                }
                Cleanup::Scope { timed_out, or_else, .. } => {
                    let or_else = *or_else;
                    let mut jumps = std::mem::take(timed_out);
                    let mark = builder.mark();
                    let answer = builder.register();
                    builder.emit_ask(answer, answer, 0, AskKind::ScopeExit, or_else);
                    if or_else {
                        // When the time runs out while it waits, the `else` comes before the way out.
                        let on = builder.emit_jump(Op::JumpSet, answer, 0);
                        jumps.push(builder.emit_jump(Op::Jump, 0, 0));
                        builder.land(on);
                    }
                    builder.free(mark);
                    if let Cleanup::Scope { timed_out, .. } = &mut builder.cleanups[depth] {
                        *timed_out = jumps;
                    }
                }
                Cleanup::Finally { completion, exits, entries, .. } => {
                    // The `finally` goes on from here when it is done.
                    let completion = *completion;
                    let number = exits.iter().position(|e| e.same_way(exit)).unwrap_or_else(|| {
                        exits.push(exit.through(completion));
                        exits.len() - 1
                    });
                    let mut jumps = std::mem::take(entries);
                    if let Exit::Return(value) = exit {
                        builder.emit(Op::Move, completion + 1, value, 0);
                    }
                    builder.emit_int(Op::LoadInt, completion, 0, 2 + number as i32);
                    jumps.push(builder.emit_jump(Op::Jump, 0, 0));
                    if let Cleanup::Finally { entries, .. } = &mut builder.cleanups[depth] {
                        *entries = jumps;
                    }
                    left = true;
                }
            }
            if left {
                break;
            }
        }
        if !left {
            match exit {
                Exit::Return(register) => builder.emit_return(register),
                Exit::Break | Exit::Continue => {
                    let jump = builder.emit_jump(Op::Jump, 0, 0);
                    builder.leave_loop(exit, vec![jump]);
                }
            }
        }
        let here = builder.position();
        for cleanup in &mut builder.cleanups[depth..] {
            cleanup.resume(here);
        }
    }
}

impl Builder<'_> {
    /// How a block leaves the innermost loop, if it does nothing else and there is nothing to do on the way.
    pub(super) fn plain_exit(&self, block: &Block) -> Option<Exit> {
        let exit = match block.statements.as_slice() {
            [Stmt { kind: StmtKind::Break, .. }] => Exit::Break,
            [Stmt { kind: StmtKind::Continue, .. }] => Exit::Continue,
            _ => return None,
        };
        let outermost = self.loops.last()?.cleanups;
        (self.cleanups.len() == outermost).then_some(exit)
    }

    /// Notes jumps that leave the innermost loop's round.
    pub(super) fn leave_loop(&mut self, exit: Exit, jumps: Vec<Patch>) {
        if let Some(inner) = self.loops.last_mut() {
            let list = if exit == Exit::Break { &mut inner.breaks } else { &mut inner.continues };
            list.extend(jumps);
        }
    }
}

impl Exit {
    /// Whether both leave the same way, whatever the value.
    fn same_way(self, other: Exit) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// The way on from a `finally`, which keeps the value beside its completion.
    fn through(self, completion: Register) -> Exit {
        match self {
            Exit::Return(_) => Exit::Return(completion + 1),
            other => other,
        }
    }
}
