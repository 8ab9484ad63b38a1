//! Checks that code stays within its own bounds.
//!
//! The machine reads registers, constants and instructions without looking whether they are there. It
//! may, because it runs only functions that have passed this check when they were linked. A failure is
//! a mistake of the compiler, never of a script.

use super::ask::AskKind;
use super::code::{AskOperand, CaptureSource, Constant, Function, HandlerKind, Unit};
use super::op::{Op, Operand};

/// Checks all functions of `unit`.
///
/// # Errors
///
/// What is out of bounds, where.
pub fn verify(unit: &Unit) -> Result<(), String> {
    for (index, function) in unit.functions.iter().enumerate() {
        verify_function(function)
            .map_err(|wrong| format!("function {index} `{}`: {wrong}", function.name))?;
    }
    for structure in &unit.structs {
        let methods = structure.methods.iter().map(|(_, index)| *index);
        for index in methods.chain([structure.maker]) {
            let function = unit.functions.get(index as usize).ok_or("a method is missing")?;
            if function.arguments == 0 {
                return Err(format!("method `{}` has no `self`", function.name));
            }
        }
    }
    Ok(())
}

fn verify_function(function: &Function) -> Result<(), String> {
    let registers = usize::from(function.registers);
    if usize::from(function.arguments) + usize::from(function.borrowed) > registers {
        return Err("more arguments than registers".to_owned());
    }
    if function.captures.len() > usize::from(function.borrowed) {
        return Err("more captures than registers for them".to_owned());
    }
    let code = &function.code;
    let ends = code.last().is_some_and(|last| {
        matches!(last.op(), Op::Return | Op::ReturnNil | Op::Jump | Op::Rethrow | Op::Raise)
    });
    if !ends {
        return Err("the code runs off its end".to_owned());
    }
    for (pc, instruction) in code.iter().enumerate() {
        let op = instruction.op();
        if op == Op::Extra {
            continue;
        }
        let fail = |what: &str| Err(format!("{what} at {pc} ({})", op.name()));
        let operands = op.operands();
        let values = [usize::from(instruction.a()), usize::from(instruction.b()), instruction.c()];
        for (operand, value) in operands.into_iter().zip(values) {
            let fits = match operand {
                Operand::Read | Operand::Write | Operand::Base => value < registers,
                Operand::Constant => value < function.constants.len(),
                Operand::Callee => value < function.callees.len(),
                Operand::Site => value < function.sites.len(),
                Operand::Jump => {
                    let target = pc as i64 + 1 + i64::from(instruction.c_signed());
                    usize::try_from(target)
                        .is_ok_and(|t| t < code.len() && code[t].op() != Op::Extra)
                }
                Operand::Ask => value & 31 < AskKind::ALL.len(),
                Operand::None | Operand::Int | Operand::Count | Operand::Builtin => true,
            };
            if !fits {
                return fail("an operand out of bounds");
            }
        }
        if operands[0] == Operand::Write
            && writes_borrowed(function, instruction.a())
            && !matches!(op, Op::BorrowGlobal | Op::OwnFunction)
        {
            return fail("a borrowed register is written");
        }
        if op == Op::Return && writes_borrowed(function, instruction.a()) {
            return fail("a borrowed register is returned");
        }
        let next = |distance: usize| code.get(pc + distance).map(|next| next.op());
        let followed = match op {
            Op::ChangeGlobal => next(2) == Some(Op::SetGlobal),
            Op::ChangeCell => next(2) == Some(Op::SetCell),
            _ => true,
        };
        let changes = matches!(op, Op::ChangeGlobal | Op::ChangeCell);
        if !followed || changes && !matches!(next(1), Some(Op::AddInt | Op::SubInt)) {
            return fail("not followed by a change");
        }
        let (base, count) = row(function, pc);
        if base + count > registers {
            return fail("a row of registers out of bounds");
        }
        let has_extra = code.get(pc + 1).is_some_and(|next| next.op() == Op::Extra);
        if has_extra != matches!(op, Op::Call | Op::CallBuiltin | Op::CallMethod) {
            return fail("an extra word too many or too few");
        }
    }
    for handler in &function.handlers {
        let (start, end) = (handler.start as usize, handler.end as usize);
        let (register, target) = match handler.kind {
            HandlerKind::Catch { register, target } => (register, target as usize),
            HandlerKind::Displace { register } => (register + 1, 0),
        };
        if start > end
            || end > code.len()
            || target >= code.len()
            || usize::from(register) >= registers
        {
            return Err("a handler out of bounds".to_owned());
        }
    }
    for constant in &function.constants {
        if let Constant::Assertion(assertion) = constant
            && assertion.operands.iter().any(|(register, _)| usize::from(*register) >= registers)
        {
            return Err("an assertion about no register".to_owned());
        }
    }
    for capture in &function.captures {
        if let CaptureSource::Register(u16::MAX) = capture {
            return Err("a capture of no register".to_owned());
        }
    }
    Ok(())
}

fn writes_borrowed(function: &Function, register: u16) -> bool {
    (function.arguments..function.arguments + function.borrowed).contains(&register)
}

/// The row of registers that the instruction at `pc` is about: where it begins, and how long it is.
fn row(function: &Function, pc: usize) -> (usize, usize) {
    let instruction = function.code[pc];
    let (a, b, c) = (usize::from(instruction.a()), usize::from(instruction.b()), instruction.c());
    let arguments = || function.code.get(pc + 1).map_or(0, |extra| usize::from(extra.a()));
    match instruction.op() {
        Op::NewList | Op::BuildStr | Op::Append => (b, c),
        Op::NewMap | Op::Insert => (b, 2 * c),
        Op::Slice => (b, 3),
        Op::Call => (c, arguments()),
        Op::CallBuiltin => (b, arguments()),
        Op::CallMethod => (c, 1 + arguments()),
        Op::Unpack => (a, c),
        Op::SortLocks => (a, b),
        Op::ForPrepare => (a, 2),
        Op::Iterate | Op::IterateNext => (a, 3),
        Op::Ask => {
            let ask = AskOperand::decode(c);
            // A `select` writes the value beside the index.
            let written = if ask.kind == AskKind::Select { a + 2 } else { a + 1 };
            if written > usize::from(function.registers) { (written, 0) } else { (b, ask.count) }
        }
        _ => (0, 0),
    }
}
