//! Instructions that do what the next ones do as well, where all goes the common way.
//!
//! The next ones stay where they are: on any other way, and under a controlled scheduler, an instruction does its
//! own part only, and they do theirs.

use super::function::Builder;
use super::protect::Cleanup;
use crate::bytecode::{Instruction, Op};

impl Builder<'_> {
    /// `x += 1` of a shared variable: the first of the instructions from `start` on, if they read it, change it by a
    /// number, and write it back. The register that they use is not to be read afterwards.
    ///
    /// Only within a `lock`: elsewhere other threads come between the read and the write, and who looks for that
    /// would hardly ever see it happen.
    pub(super) fn fuse_change(&mut self, start: usize) {
        if !self.cleanups.iter().any(|cleanup| matches!(cleanup, Cleanup::Locks { .. })) {
            return;
        }
        let Some(&[read, change, write]) = self.code.get(start..) else { return };
        let fused = match (read.op(), write.op()) {
            (Op::GetGlobal, Op::SetGlobal) if read.c() == write.c() => Op::ChangeGlobal,
            (Op::GetCell, Op::SetCell) if read.b() == write.a() => Op::ChangeCell,
            _ => return,
        };
        let value = read.a();
        let written = if fused == Op::ChangeCell { write.b() } else { write.a() };
        let changes = matches!(change.op(), Op::AddInt | Op::SubInt);
        if changes && (change.a(), change.b(), written) == (value, value, value) {
            self.code[start] = Instruction::new(fused, read.a(), read.b(), read.c() as i32);
        }
    }

    /// The end of a `lock`: the instruction at `at`, which gives the lock back, goes where the jump after it goes.
    pub(super) fn fuse_unlock(&mut self, at: usize) {
        let Some([unlock, jump]) = self.code.get(at..at + 2) else { return };
        let distance = jump.c_signed() + 1;
        self.code[at] = Instruction::new(Op::Unlock, unlock.a(), unlock.b(), distance);
    }
}
