//! The machine: registers, frames, and how it is started and resumed.

use super::call::{Arguments, Called};
use super::native::Callback;
use super::program::Program;
use super::request::{Answer, Job, Pause, Request};
use super::run::Mode;
use crate::bytecode::Instruction;
use crate::values::{Code, ErrorKind, ErrorValue, Fault, Spawned, Value, tag};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a machine may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many calls may be open at once; one more raises `StackOverflow`.
    pub depth: usize,
    /// How many jumps back and calls it runs before it pauses.
    pub fuel: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { depth: 10_000, fuel: 100_000 }
    }
}

/// A call that is open.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// What runs; `None` for a built-in function in the middle of its work, the last one of `natives`.
    pub code: Option<&'static Code>,
    /// The closure that runs, without its count: whoever called it holds it. Null for a constant.
    pub closure: *mut (),
    /// The next instruction; up to date while another frame is above.
    /// Invariant: it points into the code, if there is code.
    pub next: *const Instruction,
    /// Where its registers begin on the stack.
    pub base: u32,
    /// The register of the frame below that its result goes to.
    pub to: u16,
    /// What [`Machine::owns`] was for the frame below.
    pub owns: u8,
}

impl Frame {
    /// The number of the next instruction.
    pub fn pc(&self) -> usize {
        let start = self.code.map_or(self.next, |code| code.instructions.as_ptr());
        (self.next.addr() - start.addr()) / size_of::<Instruction>()
    }

    /// Goes on at the instruction with this number, which must be one of the code's.
    pub fn go_to(&mut self, pc: usize) {
        if let Some(code) = self.code {
            self.next = &raw const code.instructions[pc];
        }
    }

    /// The next instruction is the one that runs.
    fn begin_next(&mut self) {
        self.next = self.next.wrapping_add(1);
    }

    /// The number of the instruction that runs, the one before the next.
    pub fn running(&self) -> usize {
        self.pc().saturating_sub(1)
    }
}

/// What the answer to a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pending {
    /// None is awaited.
    Nothing,
    /// It goes to this register.
    Register(u16),
    /// It goes to this register; if there is none, the code goes on at that instruction.
    Next(u16, u32),
    /// It is the result of a call that the topmost built-in function made.
    Native,
    /// It is the machine's result.
    Result,
    /// None: the next instruction begins, after a jump back or a call. An error is raised there.
    Begin,
}

/// A machine that runs one thread's script.
///
/// The stack is a row of registers; each frame has a window of it, and a callee's begins where the caller has
/// put the arguments.
///
/// Invariant: the registers of the topmost frame, and all above, hold no borrowed reference that outlives its
/// frame, and those above hold nothing on the heap: a frame that is left drops what its registers own, and
/// overwrites what they have borrowed.
pub struct Machine {
    pub(super) program: Arc<Program>,
    pub(super) thread: u64,
    pub(super) thread_name: Arc<str>,
    pub(super) spawned: Option<Arc<Spawned>>,
    pub(super) stack: Vec<Value>,
    pub(super) frames: Vec<Frame>,
    pub(super) natives: Vec<Box<dyn Callback>>,
    pub(super) pending: Pending,
    /// Why it stopped, when it has.
    paused: Pause,
    pub(super) locals: FxHashMap<u64, Value>,
    pub(super) limits: Limits,
    /// The function it was started with, which its first frame borrows.
    root: Value,
    arguments: Vec<Value>,
    started: bool,
    /// The tags of what was written to the topmost frame's registers, all in one: without the heap's bit, they
    /// own nothing, and need not be looked at when the frame is left.
    pub(super) owns: u64,
    /// The code of the topmost frame, while it runs.
    pub(super) code: &'static Code,
    /// How many more jumps back and calls it may run before it pauses.
    pub(super) fuel: i64,
    /// Whether it asks before each access to something shared.
    pub(super) controlled: bool,
    /// Under control: the next access to something shared was allowed.
    pub(super) granted: bool,
    /// Under control: what a built-in function is about to call, once that is allowed.
    pub(super) held: Option<(Value, Vec<Value>)>,
    /// Whether the runtime wants to be asked at each point that could block.
    pub(super) attention: Arc<AtomicBool>,
}

/// How many registers a new machine has room for.
const FIRST_REGISTERS: usize = 16;

impl Machine {
    /// A machine that will call a function of the job's.
    #[must_use]
    pub fn new(program: Arc<Program>, limits: Limits, job: Job) -> Machine {
        let arguments =
            job.arguments.into_iter().map(crate::values::Published::into_inner).collect();
        Machine::start(program, limits, job.callee.into_inner(), arguments)
    }

    /// A machine that will run a script.
    #[must_use]
    pub fn script(program: Arc<Program>, limits: Limits, unit: super::UnitId) -> Machine {
        let callee = program.callee(unit.0, 0).expect("a unit has a main function");
        let root = crate::values::Closure::new(callee, Vec::new()).into();
        Machine::start(program, limits, root, Vec::new())
    }

    fn start(program: Arc<Program>, limits: Limits, root: Value, arguments: Vec<Value>) -> Machine {
        let program_code = program.idle();
        let (thread_name, attention) = program.nobody.clone();
        Machine {
            program,
            thread: 0,
            thread_name,
            spawned: None,
            stack: Vec::new(),
            frames: Vec::new(),
            natives: Vec::new(),
            pending: Pending::Nothing,
            paused: Pause::OutOfFuel,
            locals: FxHashMap::default(),
            limits,
            root,
            arguments,
            started: false,
            owns: 0,
            code: program_code,
            fuel: i64::from(limits.fuel),
            controlled: false,
            granted: false,
            held: None,
            attention,
        }
    }

    /// Tells it which thread it is, for its locks and its errors, and where to look whether the runtime wants to
    /// be asked even where it need not.
    pub fn set_thread(
        &mut self,
        number: u64,
        name: Arc<str>,
        spawned: Option<Arc<Spawned>>,
        attention: Arc<AtomicBool>,
    ) {
        self.attention = attention;
        self.thread = number;
        self.thread_name = name;
        self.spawned = spawned;
    }

    /// Runs until something must happen that others could see, or for a while.
    pub fn resume<M: Mode>(&mut self, answer: Answer) -> Pause {
        self.controlled = M::CONTROLLED;
        if self.take_answer(answer) == Flow::Run {
            self.run::<M>();
        }
        std::mem::replace(&mut self.paused, Pause::OutOfFuel)
    }

    /// Under control, whether a built-in function has to ask before it calls this.
    pub(super) fn asks_to_call(&mut self, callee: &Value) -> Option<Flow> {
        if self.controlled { self.ask_to_call(callee) } else { None }
    }

    /// Stops, for this reason.
    pub(super) fn pause(&mut self, pause: Pause) -> Flow {
        self.paused = pause;
        Flow::Pause
    }

    /// Stops, to ask this.
    pub(super) fn ask(&mut self, request: Request) -> Flow {
        self.pause(Pause::Ask(request))
    }

    fn take_answer(&mut self, answer: Answer) -> Flow {
        let pending = std::mem::replace(&mut self.pending, Pending::Nothing);
        match answer {
            Answer::Continue if !self.started => self.begin(),
            Answer::Continue if self.held.is_some() => self.native_step(Value::NIL),
            Answer::Continue => Flow::Run,
            Answer::Raise(error) if !self.started => {
                self.started = true;
                self.pause(Pause::Failed(error))
            }
            Answer::Raise(error) => {
                if let (Pending::Begin, Some(frame)) = (pending, self.frames.last_mut()) {
                    frame.begin_next();
                }
                self.raise(error)
            }
            Answer::Value(value) => self.give(pending, value),
            Answer::TimedOut => self.give(pending, Value::UNSET),
            Answer::Arm(arm, value) => {
                if let Pending::Register(register) = pending {
                    self.write(register + 1, value);
                }
                self.give(pending, Value::int(arm as i64))
            }
            Answer::Ended => {
                if let (Pending::Next(_, target), Some(frame)) = (pending, self.frames.last_mut()) {
                    frame.go_to(target as usize);
                }
                Flow::Run
            }
        }
    }

    fn begin(&mut self) -> Flow {
        let root = self.root.clone();
        if self.controlled
            && let Some(flow) = self.ask_to_call(&root)
        {
            return flow;
        }
        self.started = true;
        self.stack.resize_with(FIRST_REGISTERS, || Value::NIL);
        let arguments = std::mem::take(&mut self.arguments);
        match self.call_from_outside(&root, 0, Arguments::bound(arguments)) {
            Ok(Called::Frame) => Flow::Run,
            Ok(Called::Value(value)) => self.pause(Pause::Done(value)),
            Ok(Called::Paused) => Flow::Pause,
            Ok(Called::Ask(request)) => {
                self.pending = Pending::Result;
                self.ask(request)
            }
            Err(fault) => self.raise_fault(&fault),
        }
    }

    /// Gives the value that was awaited to whom it is for.
    pub(super) fn give(&mut self, pending: Pending, value: Value) -> Flow {
        match pending {
            Pending::Register(register) | Pending::Next(register, _) => {
                self.write(register, value);
                Flow::Run
            }
            Pending::Native => self.native_step(value),
            Pending::Result => self.pause(Pause::Done(value)),
            Pending::Nothing | Pending::Begin => Flow::Run,
        }
    }

    /// Pushes a frame for code whose arguments lie on the stack from `base` on.
    pub(super) fn push_frame(
        &mut self,
        code: &'static Code,
        closure: *mut (),
        base: usize,
        to: u16,
    ) {
        let next = code.instructions.as_ptr();
        self.frames.push(Frame {
            code: Some(code),
            closure,
            next,
            base: base as u32,
            to,
            owns: self.owns as u8,
        });
        self.owns = tag::HEAP;
    }

    /// Writes a register of the topmost frame.
    pub(super) fn write(&mut self, register: u16, value: Value) {
        self.owns |= value.tag();
        let base = self.frames.last().map_or(0, |frame| frame.base as usize);
        self.stack[base + usize::from(register)] = value;
    }

    /// Makes room for the registers of a frame that begins at `base`.
    pub(super) fn reserve(&mut self, base: usize, registers: usize) -> Result<(), Fault> {
        let needed = base + registers;
        if needed > self.stack.len() {
            let wanted = needed.max(self.stack.len() * 2);
            let more = wanted - self.stack.len();
            self.stack.try_reserve_exact(more).map_err(|_| Fault::no_memory("call"))?;
            self.stack.resize_with(wanted, || Value::NIL);
        }
        Ok(())
    }

    /// Refuses a call that is too deep.
    pub(super) fn check_depth(&self) -> Result<(), Fault> {
        if self.frames.len() < self.limits.depth {
            return Ok(());
        }
        let message = format!("more than {} calls are open", self.limits.depth);
        Err(Fault::new(ErrorKind::StackOverflow, message))
    }

    /// Raises an error of the language's own.
    #[cold]
    pub(super) fn raise_fault(&mut self, fault: &Fault) -> Flow {
        self.raise(ErrorValue::of_fault(fault).into())
    }

    /// The program it runs.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The values that this thread has in `Local`s, for the next machine of the same thread.
    #[must_use]
    pub fn take_locals(&mut self) -> FxHashMap<u64, Value> {
        std::mem::take(&mut self.locals)
    }

    /// Takes over what a machine of the same thread had in `Local`s.
    pub fn set_locals(&mut self, locals: FxHashMap<u64, Value>) {
        self.locals = locals;
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // A machine that is put away in the middle still has frames, with borrowed registers.
        while self.frames.last().is_some() {
            self.pop_frame();
        }
    }
}

/// How to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Flow {
    /// Run the topmost frame.
    Run,
    /// Stop here: why, the machine has noted.
    Pause,
}
