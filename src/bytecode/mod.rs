//! What the compiler writes and the machine runs: plain data.

mod code;
mod disassemble;
mod op;
mod verify;

pub use code::{
    AskOperand, Assertion, CaptureSource, Constant, Function, FunctionRef, Handler, HandlerKind, Instruction,
    Member, StructCode, Unit,
};
pub use disassemble::disassemble;
pub use op::{AskKind, Operand, Op};
pub use verify::verify;
