//! One instruction, in full: every case of every instruction, in safe code.
//!
//! The run loop does the common cases of common instructions itself and leaves all else to [`Machine::step`].

use super::Escape;
use super::call::Called;
use super::machine::{Flow, Frame, Machine, Pending};
use super::operators;
use super::request::Request;
use super::run::Mode;
use crate::bytecode::{AskOperand, Constant, Construct, ITERATE_STILL, Instruction, Op};
use crate::source::Place;
use crate::syntax::ast::BinaryOp;
use crate::values::{
    Cell, Closure, ErrorKind, Fault, Instance, IterState, List, Map, Ref, Step, Value, View,
    binary, format_value, invert, negate,
};

impl Machine {
    /// Runs the instruction before the topmost frame's next one. It is handed over by reference, so that the run
    /// loop, where it does without this, loads the operands that it needs and no more.
    #[inline(never)]
    pub(super) fn step<M: Mode>(&mut self, i: &Instruction) -> Flow {
        if M::CONTROLLED
            && let Some(flow) = self.ask_to_touch(*i)
        {
            return flow;
        }
        let done = if i.op() == Op::Ask { self.ask_about(*i) } else { self.try_step(*i) };
        self.after(done)
    }

    /// `Ask`, apart from all others: what threads do to each other goes through here.
    fn ask_about(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let ask = AskOperand::decode(i.c());
        let place = || -> Place { self.place().expect("a script asks") };
        let request = self.form_request(ask, self.row(i.b(), ask.count), &place)?;
        self.pending = Pending::Register(i.a());
        Ok(self.ask(request))
    }

    /// How to go on after an instruction that may have failed.
    #[inline]
    pub(super) fn after(&mut self, done: Result<Flow, Fault>) -> Flow {
        match done {
            Ok(flow) => flow,
            Err(fault) => self.raise_fault(&fault),
        }
    }

    // ---- Registers and the like --------------------------------------------------------------

    pub(super) fn base(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.base as usize)
    }

    pub(super) fn reg(&self, register: impl Into<usize>) -> &Value {
        &self.stack[self.base() + register.into()]
    }

    /// A row of registers.
    pub(super) fn row(&self, first: impl Into<usize>, count: usize) -> &[Value] {
        let first = self.base() + first.into();
        &self.stack[first..first + count]
    }

    pub(super) fn set(&mut self, register: u16, value: impl Into<Value>) -> Flow {
        self.write(register, value.into());
        Flow::Run
    }

    pub(super) fn constant(&self, index: usize) -> &'static Value {
        self.code.constants[index].get()
    }

    fn jump(&mut self, i: Instruction) -> Flow {
        let distance = i.c_signed();
        if let Some(frame) = self.frames.last_mut() {
            frame.go_to(frame.pc().wrapping_add_signed(distance as isize));
        }
        if distance < 0 {
            self.fuel -= 1;
        }
        Flow::Run
    }

    fn jump_if(&mut self, i: Instruction, condition: bool) -> Flow {
        if condition { self.jump(i) } else { Flow::Run }
    }

    /// The word after the instruction.
    pub(super) fn extra(&mut self) -> Instruction {
        let Some(frame) = self.frames.last_mut() else { unreachable!("a frame runs") };
        let at = frame.pc();
        frame.go_to(at + 1);
        self.code.instructions[at]
    }

    /// What came of a call whose result goes to a register.
    pub(super) fn called(&mut self, called: Result<Called, Fault>, to: u16) -> Result<Flow, Fault> {
        Ok(match called? {
            Called::Frame => Flow::Run,
            Called::Value(value) => self.set(to, value),
            Called::Ask(request) => {
                if self.pending == Pending::Nothing {
                    self.pending = Pending::Register(to);
                }
                self.ask(request)
            }
            Called::Paused => Flow::Pause,
        })
    }

    /// What came of a built-in function whose result goes to a register.
    pub(super) fn result(&mut self, result: Result<Value, Escape>, to: u16) -> Result<Flow, Fault> {
        if let Ok(value) = result {
            return Ok(self.set(to, value));
        }
        let above = self.base() + usize::from(self.code.registers);
        let called = self.take_result(result, above, to);
        self.called(called, to)
    }

    // ---- The instructions --------------------------------------------------------------------

    #[allow(clippy::too_many_lines)]
    fn try_step(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let c = i.c();
        Ok(match i.op() {
            // ---- Values
            Op::Move => self.set(i.a(), self.reg(i.b()).clone()),
            Op::LoadInt => self.set(i.a(), Value::int(i64::from(i.c_signed()))),
            Op::LoadConst => self.set(i.a(), self.constant(c).clone()),
            Op::LoadNil => self.set(i.a(), Value::NIL),
            Op::LoadTrue => self.set(i.a(), Value::TRUE),
            Op::LoadFalse => self.set(i.a(), Value::FALSE),
            Op::LoadUnset => self.set(i.a(), Value::UNSET),
            Op::LoadBuiltin => self.set(i.a(), Value::builtin(c as u32)),
            // ---- Shared variables
            Op::GetGlobal | Op::ChangeGlobal => return self.global(i),
            Op::SetGlobal | Op::InitGlobal => return self.set_global(i),
            Op::NewCell => self.set(i.a(), Ref::new(Cell::new(self.reg(i.b()).clone()))),
            Op::GetCell | Op::ChangeCell => {
                let cell = cell(self.reg(i.b())).clone();
                self.set(i.a(), cell.get())
            }
            Op::SetCell => {
                let cell = cell(self.reg(i.a())).clone();
                cell.set(self.reg(i.b()).clone());
                Flow::Run
            }
            // ---- Arithmetic
            Op::Add => return self.combine(i, BinaryOp::Add),
            Op::Sub => return self.combine(i, BinaryOp::Sub),
            Op::Mul => return self.combine(i, BinaryOp::Mul),
            Op::Div => return self.combine(i, BinaryOp::Div),
            Op::FloorDiv => return self.combine(i, BinaryOp::FloorDiv),
            Op::Mod => return self.combine(i, BinaryOp::Mod),
            Op::Pow => return self.combine(i, BinaryOp::Pow),
            Op::BitOr => return self.combine(i, BinaryOp::BitOr),
            Op::BitXor => return self.combine(i, BinaryOp::BitXor),
            Op::BitAnd => return self.combine(i, BinaryOp::BitAnd),
            Op::Shl => return self.combine(i, BinaryOp::Shl),
            Op::Shr => return self.combine(i, BinaryOp::Shr),
            Op::AddInt => {
                return self.combine_with(i, BinaryOp::Add, &Value::int(i64::from(i.c_signed())));
            }
            Op::SubInt => {
                return self.combine_with(i, BinaryOp::Sub, &Value::int(i64::from(i.c_signed())));
            }
            Op::MulInt => {
                return self.combine_with(i, BinaryOp::Mul, &Value::int(i64::from(i.c_signed())));
            }
            Op::ModInt => {
                return self.combine_with(i, BinaryOp::Mod, &Value::int(i64::from(i.c_signed())));
            }
            Op::AddConst => return self.combine_with(i, BinaryOp::Add, self.constant(c)),
            Op::SubConst => return self.combine_with(i, BinaryOp::Sub, self.constant(c)),
            Op::MulConst => return self.combine_with(i, BinaryOp::Mul, self.constant(c)),
            Op::DivConst => return self.combine_with(i, BinaryOp::Div, self.constant(c)),
            Op::ModConst => return self.combine_with(i, BinaryOp::Mod, self.constant(c)),
            Op::Neg => self.set(i.a(), negate(self.reg(i.b()))?),
            Op::Invert => self.set(i.a(), invert(self.reg(i.b()))?),
            Op::Not => {
                let value = self.bool(i.b(), Construct::Not as u16)?;
                self.set(i.a(), Value::bool(!value))
            }
            // ---- Comparison
            Op::Eq => return self.combine(i, BinaryOp::Eq),
            Op::Ne => return self.combine(i, BinaryOp::Ne),
            Op::Lt => return self.combine(i, BinaryOp::Lt),
            Op::Le => return self.combine(i, BinaryOp::Le),
            Op::Gt => return self.combine(i, BinaryOp::Gt),
            Op::Ge => return self.combine(i, BinaryOp::Ge),
            Op::In => return self.combine(i, BinaryOp::In),
            Op::NotIn => return self.combine(i, BinaryOp::NotIn),
            // ---- Jumps
            Op::Jump => self.jump(i),
            Op::JumpTrue | Op::JumpFalse => {
                let value = self.bool(i.a(), i.b())?;
                self.jump_if(i, value == (i.op() == Op::JumpTrue))
            }
            Op::CheckBool => {
                self.bool(i.a(), i.b())?;
                Flow::Run
            }
            Op::JumpSet => self.jump_if(i, !self.reg(i.a()).is_unset()),
            Op::JumpDone => self.jump_if(i, !operators::asks_for_more(self.reg(i.a()))),
            Op::JumpEq => return self.compare(i, BinaryOp::Eq, true),
            Op::JumpNe => return self.compare(i, BinaryOp::Eq, false),
            Op::JumpLt => return self.compare(i, BinaryOp::Lt, true),
            Op::JumpNotLt => return self.compare(i, BinaryOp::Lt, false),
            Op::JumpLe => return self.compare(i, BinaryOp::Le, true),
            Op::JumpNotLe => return self.compare(i, BinaryOp::Le, false),
            Op::JumpGt => return self.compare(i, BinaryOp::Gt, true),
            Op::JumpNotGt => return self.compare(i, BinaryOp::Gt, false),
            Op::JumpGe => return self.compare(i, BinaryOp::Ge, true),
            Op::JumpNotGe => return self.compare(i, BinaryOp::Ge, false),
            Op::JumpEqInt => return self.compare_int(i, BinaryOp::Eq, true),
            Op::JumpNeInt => return self.compare_int(i, BinaryOp::Eq, false),
            Op::JumpLtInt => return self.compare_int(i, BinaryOp::Lt, true),
            Op::JumpNotLtInt => return self.compare_int(i, BinaryOp::Lt, false),
            Op::JumpLeInt => return self.compare_int(i, BinaryOp::Le, true),
            Op::JumpNotLeInt => return self.compare_int(i, BinaryOp::Le, false),
            Op::JumpGtInt => return self.compare_int(i, BinaryOp::Gt, true),
            Op::JumpNotGtInt => return self.compare_int(i, BinaryOp::Gt, false),
            Op::JumpGeInt => return self.compare_int(i, BinaryOp::Ge, true),
            Op::JumpNotGeInt => return self.compare_int(i, BinaryOp::Ge, false),
            Op::JumpEqConst => return self.compare_const(i, BinaryOp::Eq, true),
            Op::JumpNeConst => return self.compare_const(i, BinaryOp::Eq, false),
            Op::JumpLtConst => return self.compare_const(i, BinaryOp::Lt, true),
            Op::JumpNotLtConst => return self.compare_const(i, BinaryOp::Lt, false),
            Op::JumpLeConst => return self.compare_const(i, BinaryOp::Le, true),
            Op::JumpNotLeConst => return self.compare_const(i, BinaryOp::Le, false),
            Op::JumpGtConst => return self.compare_const(i, BinaryOp::Gt, true),
            Op::JumpNotGtConst => return self.compare_const(i, BinaryOp::Gt, false),
            Op::JumpGeConst => return self.compare_const(i, BinaryOp::Ge, true),
            Op::JumpNotGeConst => return self.compare_const(i, BinaryOp::Ge, false),
            // ---- Loops
            Op::ForPrepare => {
                let (start, end) = (self.reg(i.a()), self.reg(i.a() + 1));
                let (View::Int(start), View::Int(end)) = (start.view(), end.view()) else {
                    return Err(operators::range_ends(start, end));
                };
                let inclusive = i.b() == 1;
                if start > end || (start == end && !inclusive) {
                    return Ok(self.jump(i));
                }
                self.set(i.a() + 1, Value::int(if inclusive { end } else { end - 1 }))
            }
            Op::ForNext => match (self.reg(i.a()).view(), self.reg(i.b()).view()) {
                (View::Int(counter), View::Int(last)) if counter < last => {
                    self.write(i.a(), Value::int(counter + 1));
                    self.jump(i)
                }
                _ => Flow::Run,
            },
            Op::Iterate => {
                let over = self.reg(i.b());
                let (two, still) = (c & !ITERATE_STILL == 2, c & ITERATE_STILL != 0);
                let state = IterState::new(over, two, still)
                    .ok_or_else(|| operators::not_iterable(over, two))?;
                self.set(i.a(), Ref::new(state))
            }
            Op::IterateNext => self.iterate_next(i),
            // ---- Calls
            Op::Call => return self.step_call(i),
            Op::CallBuiltin => {
                let extra = self.extra();
                return self.call_builtin_row(i, extra);
            }
            Op::CallMethod => return self.step_call_method(i),
            Op::Closure => {
                let View::Function(function) = self.constant(c).view() else {
                    unreachable!("a closure is a function's")
                };
                let captured = self.capture(function.code());
                self.set(i.a(), Closure::new(function.head.callee, captured))
            }
            Op::Import => return self.import(i),
            // ---- Objects
            Op::NewList => self.set(i.a(), new_list(self.row(i.b(), c))?),
            Op::Append => {
                let View::List(list) = self.reg(i.a()).view() else {
                    unreachable!("a new list is one")
                };
                let done = list.open().extend(self.row(i.b(), c).iter().cloned());
                done.map_err(|_| Fault::no_memory("list"))?;
                Flow::Run
            }
            Op::NewMap => {
                let map = Map::new();
                operators::fill_map(&map, self.row(i.b(), 2 * c))?;
                self.set(i.a(), map)
            }
            Op::Insert => {
                let View::Map(map) = self.reg(i.a()).view() else {
                    unreachable!("a new map is one")
                };
                operators::fill_map(map, self.row(i.b(), 2 * c))?;
                Flow::Run
            }
            Op::NewRange => self.set(i.a(), operators::range(self.reg(i.b()), self.reg(c), false)?),
            Op::NewRangeIncl => {
                self.set(i.a(), operators::range(self.reg(i.b()), self.reg(c), true)?)
            }
            Op::NewStruct => {
                let View::Struct(template) = self.constant(c).view() else {
                    unreachable!("a struct is its type")
                };
                self.set(i.a(), self.new_struct(template))
            }
            Op::BuildStr => return self.build_str(i),
            Op::Format => {
                let Constant::Spec(spec) = &self.code.plain[c] else {
                    unreachable!("a format has a spec")
                };
                self.set(i.a(), Value::str(&format_value(self.reg(i.b()), spec)?))
            }
            Op::Index => return self.index(i),
            Op::SetIndex => return self.set_index(i),
            Op::Slice => {
                let row = self.row(i.b(), 3);
                self.set(i.a(), operators::slice(&row[0], &row[1], &row[2], c == 1)?)
            }
            Op::GetField => return self.step_get_field(i),
            Op::SetField => return self.step_set_field(i),
            Op::GetOwn => {
                let instance = instance(self.reg(i.b())).clone();
                self.set(i.a(), instance.get(c))
            }
            Op::SetOwn | Op::InitOwn => {
                let instance = instance(self.reg(i.a())).clone();
                let value = self.reg(i.b()).clone();
                operators::bind_name(&value, &instance.head.structure.fields.list[c].name);
                instance.set(c, value);
                Flow::Run
            }
            Op::OwnStruct => self.set(i.a(), instance(self.reg(i.b())).head.structure.clone()),
            Op::Unpack => {
                let values = operators::unpack(self.reg(i.b()), c)?;
                for (at, value) in values.into_iter().enumerate() {
                    self.write(i.a() + at as u16, value);
                }
                Flow::Run
            }
            Op::BindName => {
                if let View::Str(name) = self.constant(c).view() {
                    operators::bind_name(self.reg(i.a()), name.as_str());
                }
                Flow::Run
            }
            // ---- Errors
            Op::Raise => {
                let error = operators::raised(self.reg(i.a()))?;
                self.raise(error)
            }
            Op::Rethrow => {
                let error = self.reg(i.a()).clone();
                self.raise(error)
            }
            Op::SkipIfKind => {
                let Constant::Names(kinds) = &self.code.plain[c] else {
                    unreachable!("kinds are names")
                };
                if operators::is_of_kind(self.reg(i.a()), kinds) {
                    self.extra();
                }
                Flow::Run
            }
            Op::AssertFail => {
                let Constant::Assertion(assertion) = &self.code.plain[c] else {
                    unreachable!("an assertion has a text")
                };
                let error = operators::assertion_failed(
                    &self.code.source,
                    assertion,
                    self.reg(i.a()),
                    |register| self.reg(register),
                );
                self.raise(error)
            }
            Op::Misplaced => {
                let View::Str(text) = self.constant(c).view() else {
                    unreachable!("a message is a text")
                };
                return Err(Fault::new(ErrorKind::TypeError, text.as_str()));
            }
            // ---- Threads
            Op::Lock | Op::Unlock => {
                let value = self.reg(i.a());
                if value.is_unset() {
                    // One that came twice: see `SortLocks`.
                    return Ok(Flow::Run);
                }
                let request = Machine::lock_request(value, i.op() == Op::Lock)?;
                self.pending = Pending::Nothing;
                self.ask(request)
            }
            Op::SortLocks => {
                let sorted = operators::sort_locks(self.row(i.a(), usize::from(i.b())))?;
                for (at, value) in sorted.into_iter().enumerate() {
                    self.write(i.a() + at as u16, value);
                }
                Flow::Run
            }
            Op::Ask => unreachable!("it is done apart"),
            Op::BorrowGlobal
            | Op::OwnFunction
            | Op::CallFunction
            | Op::CallStruct
            | Op::Return
            | Op::ReturnNil => {
                unreachable!("the run loop does these whole")
            }
            Op::Extra => unreachable!("an extra word is read by the instruction before it"),
        })
    }

    fn bool(&self, register: u16, construct: u16) -> Result<bool, Fault> {
        match self.reg(register).view() {
            View::Bool(value) => Ok(value),
            _ => Err(operators::no_bool(self.reg(register), construct)),
        }
    }

    fn combine(&mut self, i: Instruction, operator: BinaryOp) -> Result<Flow, Fault> {
        let value = binary(operator, self.reg(i.b()), self.reg(i.c()))?;
        Ok(self.set(i.a(), value))
    }

    fn combine_with(
        &mut self,
        i: Instruction,
        operator: BinaryOp,
        right: &Value,
    ) -> Result<Flow, Fault> {
        let value = binary(operator, self.reg(i.b()), right)?;
        Ok(self.set(i.a(), value))
    }

    fn compare(&mut self, i: Instruction, operator: BinaryOp, wanted: bool) -> Result<Flow, Fault> {
        let holds = operators::compare(operator, self.reg(i.a()), self.reg(i.b()))?;
        Ok(self.jump_if(i, holds == wanted))
    }

    fn compare_int(
        &mut self,
        i: Instruction,
        operator: BinaryOp,
        wanted: bool,
    ) -> Result<Flow, Fault> {
        let right = Value::int(i64::from(i.b_signed()));
        let holds = operators::compare(operator, self.reg(i.a()), &right)?;
        Ok(self.jump_if(i, holds == wanted))
    }

    fn compare_const(
        &mut self,
        i: Instruction,
        operator: BinaryOp,
        wanted: bool,
    ) -> Result<Flow, Fault> {
        let holds =
            operators::compare(operator, self.reg(i.a()), self.constant(usize::from(i.b())))?;
        Ok(self.jump_if(i, holds == wanted))
    }

    fn global(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let value = cell(self.constant(i.c())).get();
        if value.is_unset() {
            return Err(self.not_set());
        }
        Ok(self.set(i.a(), value))
    }

    fn set_global(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let value = self.reg(i.a()).clone();
        // Under control a program is run again and again, and what its globals hold goes each time.
        if i.op() == Op::InitGlobal && !self.controlled {
            value.keep();
        }
        cell(self.constant(i.c())).set(value);
        Ok(Flow::Run)
    }

    /// The error for a global that is read before it was set.
    #[cold]
    pub(super) fn not_set(&self) -> Fault {
        let name =
            self.place().map(|place| place.source.slice(place.span).to_owned()).unwrap_or_default();
        Fault::new(ErrorKind::NameError, format!("`{name}` is not set yet"))
    }

    /// Reads an item, asking nobody.
    #[inline(never)]
    pub(super) fn index(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let value = operators::index(self.reg(i.b()), self.reg(i.c()))?;
        Ok(self.set(i.a(), value))
    }

    /// Writes an item, asking nobody.
    #[inline(never)]
    pub(super) fn set_index(&mut self, i: Instruction) -> Result<Flow, Fault> {
        operators::set_index(self.reg(i.a()), self.reg(i.b()), self.reg(i.c()).clone())?;
        Ok(Flow::Run)
    }

    /// Builds a string.
    #[inline(never)]
    pub(super) fn build_str(&mut self, i: Instruction) -> Result<Flow, Fault> {
        let built = operators::build_str(self.row(i.b(), i.c()))?;
        Ok(self.set(i.a(), built))
    }

    fn iterate_next(&mut self, i: Instruction) -> Flow {
        let View::Iter(state) = self.reg(i.a()).view() else {
            unreachable!("a `for` goes over an iterator")
        };
        match state.step() {
            Step::One(value) => self.set(i.a() + 1, value),
            Step::Two(key, value) => {
                self.write(i.a() + 1, key);
                self.set(i.a() + 2, value)
            }
            Step::End => self.jump(i),
            Step::Receive(queue) => {
                let View::Object(queue) = queue.view() else {
                    unreachable!("a queue is an object")
                };
                let here = self.frames.last().map_or(0, Frame::pc) as u32;
                self.pending = Pending::Next(i.a() + 1, here.wrapping_add_signed(i.c_signed()));
                let queue = queue.clone();
                self.ask(Request::Next { queue })
            }
        }
    }
}

fn cell(value: &Value) -> &Ref<Cell> {
    match value.view() {
        View::Cell(cell) => cell,
        _ => unreachable!("a shared variable is a cell"),
    }
}

pub(super) fn instance(value: &Value) -> &Ref<Instance> {
    match value.view() {
        View::Instance(instance) => instance,
        _ => unreachable!("`self` is an instance"),
    }
}

fn new_list(values: &[Value]) -> Result<Value, Fault> {
    List::from_values(values.iter().cloned())
        .map(Value::from)
        .ok_or_else(|| Fault::no_memory("list"))
}
