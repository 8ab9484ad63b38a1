//! A function under construction: its registers, its instructions, and what they refer to.

use super::protect::Cleanup;
use crate::bytecode::{
    AskKind, AskOperand, CaptureSource, Constant, Function, FunctionRef, Handler, HandlerKind,
    Instruction, Member, Op,
};
use crate::resolve::{Parameters, VariableId};
use crate::source::Span;
use std::collections::HashMap;

/// A register.
pub type Register = u16;

/// An instruction whose jump goes to a place not yet known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patch(usize);

/// The largest register. Two above it are left for what comes in rows.
const MAX_REGISTER: usize = 65_000;

/// A loop that the code is in.
pub struct Loop {
    /// How many cleanups were open outside of it.
    pub cleanups: usize,
    /// The jumps out of it.
    pub breaks: Vec<Patch>,
    /// The jumps to its next round.
    pub continues: Vec<Patch>,
}

/// A function under construction.
pub struct Builder<'a> {
    script: std::marker::PhantomData<&'a ()>,
    pub id: u32,
    name: Box<str>,
    span: Span,
    /// How many registers callers fill.
    pub arguments: Register,
    /// How many registers after those are borrowed.
    pub borrowed: Register,
    /// The registers of variables.
    pub variables: HashMap<VariableId, Register>,
    /// The registers into which globals that never change may be borrowed.
    pub borrowed_globals: HashMap<VariableId, Register>,
    pub captures: Vec<CaptureSource>,
    next: usize,
    most: usize,
    pub code: Vec<Instruction>,
    constants: Vec<Constant>,
    constant_index: HashMap<ConstantKey, usize>,
    callees: Vec<FunctionRef>,
    sites: Vec<Member>,
    pub handlers: Vec<Handler>,
    spans: Vec<(u32, Span)>,
    here: Span,
    pub loops: Vec<Loop>,
    pub cleanups: Vec<Cleanup>,
    /// Where it first grew too large for the machine.
    pub too_large: Option<Span>,
}

/// A constant as the key of a table: floats by their bits.
#[derive(PartialEq, Eq, Hash)]
enum ConstantKey {
    Int(i64),
    Float(u64),
    Duration(i64),
    Str(Box<str>),
    Function(FunctionRef),
    Struct(FunctionRef),
    Global(u32),
}

impl ConstantKey {
    fn of(constant: &Constant) -> Option<ConstantKey> {
        Some(match constant {
            Constant::Int(n) => ConstantKey::Int(*n),
            Constant::Float(x) => ConstantKey::Float(x.to_bits()),
            Constant::Duration(d) => ConstantKey::Duration(*d),
            Constant::Str(text) => ConstantKey::Str(text.clone()),
            Constant::Function(f) => ConstantKey::Function(*f),
            Constant::Struct(s) => ConstantKey::Struct(*s),
            Constant::Global(g) => ConstantKey::Global(*g),
            _ => return None,
        })
    }
}

impl<'a> Builder<'a> {
    pub fn new(id: u32, name: &str, span: Span) -> Builder<'a> {
        Builder {
            script: std::marker::PhantomData,
            id,
            name: name.into(),
            span,
            arguments: 0,
            borrowed: 0,
            variables: HashMap::new(),
            borrowed_globals: HashMap::new(),
            captures: Vec::new(),
            next: 0,
            most: 0,
            code: Vec::new(),
            constants: Vec::new(),
            constant_index: HashMap::new(),
            callees: Vec::new(),
            sites: Vec::new(),
            handlers: Vec::new(),
            spans: Vec::new(),
            here: span,
            loops: Vec::new(),
            cleanups: Vec::new(),
            too_large: None,
        }
    }

    /// The function, done.
    pub fn finish(mut self, owner: Option<&str>, parameters: Parameters) -> Function {
        if self.too_large.is_some() {
            // It will not be run: an error is reported.
            self.code.truncate(0);
            self.handlers.clear();
        }
        self.emit(Op::ReturnNil, 0, 0, 0);
        Function {
            name: self.name,
            owner: owner.map(Into::into),
            parameters,
            arguments: self.arguments,
            borrowed: self.borrowed,
            registers: (self.most as u16).max(self.arguments + self.borrowed),
            captures: self.captures,
            code: self.code,
            constants: self.constants,
            callees: self.callees,
            sites: self.sites,
            handlers: self.handlers,
            spans: self.spans,
            span: self.span,
        }
    }

    // ---- Registers ---------------------------------------------------------------------------

    /// A fresh register on top.
    pub fn register(&mut self) -> Register {
        self.registers(1)
    }

    /// A row of fresh registers on top: the first of them.
    pub fn registers(&mut self, count: usize) -> Register {
        let first = self.next;
        if first + count > MAX_REGISTER {
            self.grew_too_large();
            return first.min(MAX_REGISTER) as Register;
        }
        self.next += count;
        self.most = self.most.max(self.next);
        first as Register
    }

    /// How many registers are in use: all above are free.
    pub fn mark(&self) -> usize {
        self.next
    }

    /// Frees the registers above a mark.
    pub fn free(&mut self, mark: usize) {
        self.next = mark;
    }

    /// Whether `register` is the topmost one in use, so that a row can begin with it.
    pub fn is_variable(&self, register: Register) -> bool {
        self.variables.values().any(|r| *r == register)
    }

    /// Whether `register` holds a reference that is not its own.
    fn is_borrowed(&self, register: Register) -> bool {
        (self.arguments..self.arguments + self.borrowed).contains(&register)
    }

    /// Leaves the function with a register's value, which goes to the caller: so it must be the register's own.
    pub fn emit_return(&mut self, register: Register) {
        let own = if self.is_borrowed(register) {
            let own = self.register();
            self.emit(Op::Move, own, register, 0);
            own
        } else {
            register
        };
        self.emit(Op::Return, own, 0, 0);
    }

    fn grew_too_large(&mut self) {
        self.too_large.get_or_insert(self.here);
    }

    // ---- Instructions ------------------------------------------------------------------------

    /// From here on, instructions come from this place in the script.
    pub fn at(&mut self, span: Span) {
        self.here = span;
    }

    pub fn here(&self) -> Span {
        self.here
    }

    /// The number of the next instruction.
    pub fn position(&self) -> usize {
        self.code.len()
    }

    pub fn emit(&mut self, op: Op, a: Register, b: Register, c: usize) {
        if c > Instruction::MAX_C * 2 {
            self.grew_too_large();
        }
        self.push(Instruction::new(op, a, b, c as i32));
    }

    /// An instruction whose third operand is a number with a sign.
    pub fn emit_int(&mut self, op: Op, a: Register, b: Register, c: i32) {
        self.push(Instruction::new(op, a, b, c));
    }

    fn push(&mut self, instruction: Instruction) {
        let pc = self.code.len() as u32;
        if self.spans.last().is_none_or(|(_, span)| *span != self.here) {
            self.spans.push((pc, self.here));
        }
        if self.code.len() >= Instruction::MAX_C {
            self.grew_too_large();
            return;
        }
        self.code.push(instruction);
    }

    /// The word after a call: how many arguments, the site, the constant of their names.
    pub fn emit_extra(&mut self, arguments: usize, site: usize, names: Option<usize>) {
        if arguments > usize::from(u16::MAX) || site > usize::from(u16::MAX) {
            self.grew_too_large();
        }
        self.emit(Op::Extra, arguments as u16, site as u16, names.map_or(0, |names| names + 1));
    }

    pub fn emit_ask(
        &mut self,
        to: Register,
        base: Register,
        count: usize,
        kind: AskKind,
        or_else: bool,
    ) {
        if count > AskOperand::MAX_COUNT {
            self.grew_too_large();
        }
        self.emit_int(Op::Ask, to, base, AskOperand { kind, count, or_else }.encode());
    }

    // ---- Jumps -------------------------------------------------------------------------------

    /// A jump whose target comes later.
    pub fn emit_jump(&mut self, op: Op, a: Register, b: Register) -> Patch {
        let at = Patch(self.code.len());
        self.emit_int(op, a, b, 0);
        at
    }

    /// A jump back to an instruction that is there.
    pub fn emit_jump_back(&mut self, op: Op, a: Register, b: Register, target: usize) {
        let distance = target as i64 - (self.code.len() as i64 + 1);
        self.emit_int(op, a, b, distance as i32);
    }

    /// Lets a jump go to the next instruction.
    pub fn land(&mut self, patch: Patch) {
        self.land_at(patch, self.code.len());
    }

    pub fn land_at(&mut self, patch: Patch, target: usize) {
        let Some(jump) = self.code.get_mut(patch.0) else { return };
        let distance = target as i64 - (patch.0 as i64 + 1);
        *jump = Instruction::new(jump.op(), jump.a(), jump.b(), distance as i32);
    }

    pub fn land_all(&mut self, patches: Vec<Patch>) {
        for patch in patches {
            self.land(patch);
        }
    }

    /// Errors of the instructions of a stretch go to `target`, in `register`.
    pub fn handle_range(&mut self, start: usize, end: usize, register: Register, target: usize) {
        if start < end {
            let kind = HandlerKind::Catch { register, target: target as u32 };
            self.handlers.push(Handler { start: start as u32, end: end as u32, kind });
        }
    }

    // ---- What instructions refer to ----------------------------------------------------------

    pub fn constant(&mut self, constant: Constant) -> usize {
        if let Some(key) = ConstantKey::of(&constant) {
            let next = self.constants.len();
            let index = *self.constant_index.entry(key).or_insert(next);
            if index == next {
                self.constants.push(constant);
            }
            return index;
        }
        self.constants.push(constant);
        self.constants.len() - 1
    }

    pub fn text(&mut self, text: &str) -> usize {
        self.constant(Constant::Str(text.into()))
    }

    pub fn callee(&mut self, function: FunctionRef) -> usize {
        if let Some(index) = self.callees.iter().position(|callee| *callee == function) {
            return index;
        }
        self.callees.push(function);
        self.callees.len() - 1
    }

    /// A site of its own for each use of a member: each has its own cache.
    pub fn site(&mut self, name: &str) -> usize {
        self.sites.push(Member { name: name.into() });
        self.sites.len() - 1
    }
}
