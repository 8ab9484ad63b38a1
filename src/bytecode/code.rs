//! Functions as the compiler writes them: instructions and what they refer to. Plain data, which any
//! thread may read.

use super::ask::AskKind;
use super::op::Op;
use crate::resolve::Parameters;
use crate::source::{Source, Span};
use crate::syntax::format_spec::FormatSpec;
use std::sync::Arc;

/// An instruction, in 8 bytes. Of one that is referred to, `a` and `b` are read by a load each, and so is `c`, with
/// the opcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(8))]
pub struct Instruction {
    /// The number of an [`Op`] in the low byte, which is an invariant; `c` in the rest.
    op_and_c: u32,
    a: u16,
    b: u16,
}

impl Instruction {
    /// The largest `c` that is not negative.
    pub const MAX_C: usize = (1 << 23) - 1;

    /// An instruction. `c` is cut to 24 bits.
    #[must_use]
    pub fn new(op: Op, a: u16, b: u16, c: i32) -> Instruction {
        Instruction { op_and_c: op as u32 | (c as u32) << 8, a, b }
    }

    /// The opcode.
    #[must_use]
    #[inline(always)]
    pub fn op(&self) -> Op {
        // SAFETY: see the invariant; `new` is the only way to make an instruction.
        unsafe { std::mem::transmute::<u8, Op>(self.op_and_c as u8) }
    }

    /// The first operand.
    #[must_use]
    #[inline(always)]
    pub fn a(&self) -> u16 {
        self.a
    }

    /// The second operand.
    #[must_use]
    #[inline(always)]
    pub fn b(&self) -> u16 {
        self.b
    }

    /// The second operand as a number with a sign.
    #[must_use]
    #[inline(always)]
    pub fn b_signed(&self) -> i16 {
        self.b as i16
    }

    /// The third operand, not negative.
    #[must_use]
    #[inline(always)]
    pub fn c(&self) -> usize {
        (self.op_and_c >> 8) as usize
    }

    /// The third operand as a number with a sign.
    #[must_use]
    #[inline(always)]
    pub fn c_signed(&self) -> i32 {
        self.op_and_c as i32 >> 8
    }
}

/// What an `Ask` asks for: its kind, over how many registers, and whether a time limit that runs out is
/// an answer (nothing at all) rather than an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskOperand {
    /// The request.
    pub kind: AskKind,
    /// How many registers it is about.
    pub count: usize,
    /// Whether an `else` follows.
    pub or_else: bool,
}

impl AskOperand {
    /// The most registers that one request can be about.
    pub const MAX_COUNT: usize = (1 << 17) - 1;

    /// As the operand `c`.
    #[must_use]
    pub fn encode(self) -> i32 {
        (self.kind as i32) | i32::from(self.or_else) << 5 | (self.count as i32) << 6
    }

    /// From the operand `c`.
    #[must_use]
    pub fn decode(c: usize) -> AskOperand {
        AskOperand { kind: AskKind::ALL[c & 31], or_else: c >> 5 & 1 == 1, count: c >> 6 }
    }
}

/// A function of a program: its unit, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionRef {
    /// The unit: one compiled script.
    pub unit: u32,
    /// The function.
    pub index: u32,
}

/// A value, or something to refer to, that is known when compiling.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A whole number.
    Int(i64),
    /// A float.
    Float(f64),
    /// A duration in nanoseconds.
    Duration(i64),
    /// A string.
    Str(Box<str>),
    /// A function that captures nothing.
    Function(FunctionRef),
    /// A struct whose methods capture nothing: its unit, and its number there.
    Struct(FunctionRef),
    /// A global, by its number in the program.
    Global(u32),
    /// A format spec.
    Spec(FormatSpec),
    /// Names: of arguments, or kinds of errors.
    Names(Vec<Box<str>>),
    /// What a failed assertion shows.
    Assertion(Assertion),
    /// Another unit, to be run once.
    Module(u32),
}

/// What a failed assertion shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Assertion {
    /// The condition's text.
    pub text: Box<str>,
    /// The registers with what parts of it came to, and where those stand. One that is unset was left out.
    pub operands: Vec<(u16, Span)>,
}

/// Where a closure finds what it captures, in the function that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureSource {
    /// A register: a value, or a cell.
    Register(u16),
    /// The struct that the instance in register 0 is of.
    OwnStruct,
}

/// What to do with an error that comes from a stretch of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The first instruction of the stretch.
    pub start: u32,
    /// One past its last.
    pub end: u32,
    /// What to do.
    pub kind: HandlerKind,
}

/// What to do with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerKind {
    /// Put it in the register and go on at the target.
    Catch { register: u16, target: u32 },
    /// Keep the error that the register after this one holds, if this one is 1, in its `.others`: it is
    /// in a `finally` that the error in the registers had led to.
    Displace { register: u16 },
}

/// A field or method that an instruction names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: Box<str>,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// What traces call it.
    pub name: Box<str>,
    /// The struct it is a method of.
    pub owner: Option<Box<str>>,
    /// As callers see them; of a method without `self`.
    pub parameters: Parameters,
    /// How many registers callers fill: the parameters, and `self` of a method.
    pub arguments: u16,
    /// How many registers after those hold what it captures, or borrows from globals. They are not
    /// counted as references.
    pub borrowed: u16,
    /// How many registers it has in all.
    pub registers: u16,
    /// Where it finds what it captures, in the order of the registers they go to.
    pub captures: Vec<CaptureSource>,
    /// What it does.
    pub code: Vec<Instruction>,
    /// What that refers to.
    pub constants: Vec<Constant>,
    /// The functions it calls by number.
    pub callees: Vec<FunctionRef>,
    /// The members it names.
    pub sites: Vec<Member>,
    /// What to do with errors; inner stretches come before outer ones.
    pub handlers: Vec<Handler>,
    /// Where in the script the instructions come from: each span holds from its instruction on.
    pub spans: Vec<(u32, Span)>,
    /// The whole function in the script.
    pub span: Span,
}

impl Function {
    /// Where in the script the instruction at `pc` comes from.
    #[must_use]
    pub fn span_at(&self, pc: usize) -> Span {
        let after = self.spans.partition_point(|(start, _)| *start as usize <= pc);
        after.checked_sub(1).map_or(self.span, |i| self.spans[i].1)
    }
}

/// The members of a struct.
#[derive(Clone, Debug)]
pub struct StructCode {
    /// Its name.
    pub name: Box<str>,
    /// The fields, in order, and whether each must be given.
    pub fields: Parameters,
    /// The function that fills in an instance: `self`, then the fields as they were given.
    pub maker: u32,
    /// The methods' functions.
    pub methods: Vec<(Box<str>, u32)>,
}

/// A compiled script.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its text.
    pub source: Arc<Source>,
    /// Its number in the program.
    pub number: u32,
    /// Its functions; the first is the script itself.
    pub functions: Vec<Function>,
    /// Its structs.
    pub structs: Vec<StructCode>,
    /// The globals it declares, by name and number in the program.
    pub globals: Vec<(Box<str>, u32)>,
}
