//! What the compiler writes and the machine runs: plain data.

mod ask;
mod code;
mod disassemble;
mod op;
mod verify;

pub use ask::{AskKind, Construct, SPAWN_DAEMON, SelectKind, TIMER_EVERY};
pub use code::{
    AskOperand, Assertion, CaptureSource, Constant, Function, FunctionRef, Handler, HandlerKind,
    Instruction, Member, StructCode, Unit,
};
pub use disassemble::disassemble;
pub use op::{ITERATE_STILL, Op, Operand};
pub use verify::verify;
