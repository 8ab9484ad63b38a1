//! Bytecode as text, for `conc dump`.

use super::code::{AskOperand, CaptureSource, Constant, Function, HandlerKind, Instruction, Unit};
use super::op::{Op, Operand};
use std::fmt::Write;

/// All functions of `unit`, with the script's lines beside the instructions. `builtin` names the built-in
/// function with a number.
#[must_use]
pub fn disassemble(unit: &Unit, builtin: &dyn Fn(u32) -> String) -> String {
    let mut out = String::new();
    for (index, function) in unit.functions.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        disassemble_function(&mut out, unit, function, builtin);
    }
    out
}

fn disassemble_function(
    out: &mut String,
    unit: &Unit,
    function: &Function,
    builtin: &dyn Fn(u32) -> String,
) {
    let owner = function.owner.as_ref().map(|owner| format!("{owner}.")).unwrap_or_default();
    let _ = writeln!(
        out,
        "fn {owner}{}({})  # line {}, {} registers",
        function.name,
        function.parameters.describe(),
        unit.source.line(function.span.start),
        function.registers
    );
    for (i, capture) in function.captures.iter().enumerate() {
        let register = usize::from(function.arguments) + i;
        let source = match capture {
            CaptureSource::Register(r) => format!("r{r} of the function around"),
            CaptureSource::OwnStruct => "the struct of its self".to_owned(),
        };
        let _ = writeln!(out, "      r{register} captures {source}");
    }
    let mut last_line = 0;
    for (pc, instruction) in function.code.iter().enumerate() {
        if instruction.op() == Op::Extra {
            continue;
        }
        let line = unit.source.line(function.span_at(pc).start);
        let margin = if line == last_line { String::new() } else { line.to_string() };
        last_line = line;
        let text = instruction_text(function, pc, *instruction, builtin);
        let _ = writeln!(out, "{margin:>5} {pc:>4}  {text}");
    }
    for handler in &function.handlers {
        let what = match handler.kind {
            HandlerKind::Catch { register, target } => {
                format!("errors go to r{register}, on at {target}")
            }
            HandlerKind::Displace { register } => {
                format!("errors take the one after r{register} along")
            }
        };
        let _ = writeln!(out, "      {}..{}: {what}", handler.start, handler.end);
    }
}

fn instruction_text(
    function: &Function,
    pc: usize,
    instruction: Instruction,
    builtin: &dyn Fn(u32) -> String,
) -> String {
    let op = instruction.op();
    let values = [usize::from(instruction.a()), usize::from(instruction.b()), instruction.c()];
    let mut text = format!("{:<14}", op.name());
    for (place, (operand, value)) in op.operands().into_iter().zip(values).enumerate() {
        let signed =
            if place == 2 { instruction.c_signed() } else { i32::from(instruction.b_signed()) };
        let shown = match operand {
            Operand::None => continue,
            Operand::Read | Operand::Write => format!("r{value}"),
            Operand::Base => format!("r{value}.."),
            Operand::Int => signed.to_string(),
            Operand::Count => value.to_string(),
            Operand::Constant => constant_text(&function.constants[value]),
            Operand::Callee => format!("{:?}", function.callees[value].index),
            Operand::Site => format!(".{}", function.sites[value].name),
            Operand::Jump => format!("-> {}", pc as i64 + 1 + i64::from(signed)),
            Operand::Builtin => builtin(value as u32),
            Operand::Ask => {
                let ask = AskOperand::decode(value);
                format!("{:?}/{}{}", ask.kind, ask.count, if ask.or_else { " or else" } else { "" })
            }
        };
        let _ = write!(text, " {shown}");
    }
    if let Some(extra) = function.code.get(pc + 1).filter(|next| next.op() == Op::Extra) {
        let _ = write!(text, " ({} arguments", extra.a());
        if op == Op::CallMethod {
            let _ = write!(text, ", .{}", function.sites[usize::from(extra.b())].name);
        }
        if let Some(names) = extra.c().checked_sub(1) {
            let _ = write!(text, ", {}", constant_text(&function.constants[names]));
        }
        text.push(')');
    }
    text
}

fn constant_text(constant: &Constant) -> String {
    match constant {
        Constant::Int(n) => n.to_string(),
        Constant::Float(x) => format!("{x:?}"),
        Constant::Duration(d) => format!("{d}ns"),
        Constant::Str(text) => format!("{text:?}"),
        Constant::Function(f) => format!("function {}", f.index),
        Constant::Struct(s) => format!("struct {}", s.index),
        Constant::Global(g) => format!("global {g}"),
        Constant::Spec(spec) => format!("spec `{spec}`"),
        Constant::Names(names) => format!("[{}]", names.join(" ")),
        Constant::Assertion(assertion) => format!("`{}`", assertion.text),
        Constant::Module(m) => format!("module {m}"),
    }
}
