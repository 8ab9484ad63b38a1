//! Calls of any value that can be called, with any arguments.

use super::builtin::check_room;
use super::builtin::{Context, Escape, Outcome};
use super::machine::{Flow, Frame, Machine, Pending};
use super::native::CallbackStep;
use super::request::{Pause, Request};
use crate::resolve::Parameters;
use crate::values::{
    BoundMethod, Closure, Code, ErrorKind, Fault, Instance, Method, Ref, StructType, Value, View,
    type_name,
};

/// What came of a call.
pub(super) enum Called {
    /// A frame was pushed: run it.
    Frame,
    /// It gave a value at once.
    Value(Value),
    /// The runtime has to answer.
    Ask(Request),
    /// The machine has stopped.
    Paused,
}

/// Arguments of a call.
pub(super) struct Arguments {
    pub values: Vec<Value>,
    /// For each the name it was given by, if it was; none at all if all were given by position.
    pub names: Vec<Option<String>>,
    /// Whether they are in the order of the parameters already, with those not given marked.
    pub bound: bool,
}

impl Arguments {
    pub fn by_position(values: Vec<Value>) -> Arguments {
        Arguments { values, names: Vec::new(), bound: false }
    }

    pub fn bound(values: Vec<Value>) -> Arguments {
        Arguments { values, names: Vec::new(), bound: true }
    }

    /// In the order of the parameters; those not given are unset. Of a variadic function, what was given by
    /// position follows.
    fn bind(mut self, callee: &str, parameters: &Parameters) -> Result<Vec<Value>, Fault> {
        let in_order = self.names.is_empty()
            && !parameters.variadic
            && self.values.len() == parameters.list.len();
        if self.bound || in_order {
            return Ok(self.values);
        }
        self.names.resize(self.values.len(), None);
        let names: Vec<Option<&str>> = self.names.iter().map(Option::as_deref).collect();
        let bound = parameters.bind(callee, &names).map_err(Fault::type_error)?;
        let mut values: Vec<Option<Value>> = self.values.into_iter().map(Some).collect();
        let mut row: Vec<Value> = bound
            .iter()
            .map(|at| at.and_then(|at| values[at].take()).unwrap_or(Value::UNSET))
            .collect();
        if parameters.variadic {
            row.extend(values.into_iter().flatten());
        }
        Ok(row)
    }
}

impl Machine {
    /// Calls a value with arguments that lie in no register: a frame for it begins above the topmost one.
    pub(super) fn call_from_outside(
        &mut self,
        callee: &Value,
        to: u16,
        arguments: Arguments,
    ) -> Result<Called, Fault> {
        let base = match self.frames.last() {
            Some(Frame { code: Some(code), base, .. }) => {
                *base as usize + usize::from(code.registers)
            }
            Some(frame) => frame.base as usize,
            None => 0,
        };
        self.call_value(callee, base, to, arguments)
    }

    /// Calls a value. The registers of a frame for it begin at `base`.
    pub(super) fn call_value(
        &mut self,
        callee: &Value,
        base: usize,
        to: u16,
        arguments: Arguments,
    ) -> Result<Called, Fault> {
        match callee.view() {
            View::Function(closure) => {
                let code = closure.code();
                let row = arguments.bind(&code.name, &code.parameters)?;
                self.push_closure(closure, base, to, None, row)
            }
            View::Bound(method) => self.call_bound(method, base, to, arguments),
            View::Struct(structure) => {
                let row = arguments.bind(&structure.name, &structure.fields)?;
                self.push_maker(structure, base, to, row)
            }
            View::Builtin(number) => self.call_builtin(number, base, to, arguments),
            _ => Err(Fault::type_error(format!("{} cannot be called", type_name(callee)))),
        }
    }

    pub(super) fn call_bound(
        &mut self,
        bound: &BoundMethod,
        base: usize,
        to: u16,
        arguments: Arguments,
    ) -> Result<Called, Fault> {
        match &bound.method {
            Method::Script(closure) => {
                let code = closure.code();
                let row = arguments.bind(&code.name, &code.parameters)?;
                self.push_closure(closure, base, to, Some(bound.receiver.clone()), row)
            }
            Method::Builtin(number) => {
                self.call_method_body(*number, &bound.receiver, base, to, arguments)
            }
        }
    }

    /// Pushes a frame for a closure; the caller holds the closure for as long as it runs.
    pub(super) fn push_closure(
        &mut self,
        closure: &Ref<Closure>,
        base: usize,
        to: u16,
        receiver: Option<Value>,
        row: Vec<Value>,
    ) -> Result<Called, Fault> {
        let code = closure.code();
        self.check_depth()?;
        self.reserve(base, usize::from(code.registers))?;
        for (i, value) in receiver.into_iter().chain(row).enumerate() {
            self.stack[base + i] = value;
        }
        self.clear_borrowed(code, base);
        self.borrow_captures(closure, code, base);
        self.push_frame(code, closure.as_raw(), base, to);
        Ok(Called::Frame)
    }

    /// Drops what the caller has left where the callee borrows, when it worked out the arguments.
    fn clear_borrowed(&mut self, code: &Code, base: usize) {
        let first = base + usize::from(code.arguments);
        self.stack[first..first + usize::from(code.borrowed)].fill(Value::NIL);
    }

    /// Puts what a closure captures into the registers that borrow it, which hold nothing on the heap.
    pub(super) fn borrow_captures(&mut self, closure: &Ref<Closure>, code: &Code, base: usize) {
        let first = base + usize::from(code.arguments);
        for (i, captured) in closure.row().iter().enumerate() {
            // SAFETY: the register is overwritten without giving the count back when the frame is left, before
            // the closure can be: whoever called it holds it.
            let borrowed = unsafe { captured.alias() };
            let old = std::mem::replace(&mut self.stack[first + i], borrowed);
            debug_assert!(!old.is_heap(), "registers above a frame hold nothing");
        }
    }

    /// Pushes a frame for the maker of a new instance.
    pub(super) fn push_maker(
        &mut self,
        structure: &Ref<StructType>,
        base: usize,
        to: u16,
        row: Vec<Value>,
    ) -> Result<Called, Fault> {
        let instance = Instance::new(structure);
        self.push_closure(&structure.maker, base, to, Some(instance.into()), row)
    }

    pub(super) fn call_builtin(
        &mut self,
        number: u32,
        base: usize,
        to: u16,
        arguments: Arguments,
    ) -> Result<Called, Fault> {
        let program = self.program.clone();
        let function = &program.builtins.functions[number as usize];
        let row = arguments.bind(function.name, &function.parameters)?;
        check_room(&row)?;
        let result = self.with_context(|context| (function.body)(context, &row));
        self.take_result(result, base, to)
    }

    pub(super) fn call_method_body(
        &mut self,
        number: u32,
        receiver: &Value,
        base: usize,
        to: u16,
        arguments: Arguments,
    ) -> Result<Called, Fault> {
        let program = self.program.clone();
        let method = &program.builtins.methods[number as usize];
        let none = Parameters::default();
        let row = arguments.bind(method.name, method.parameters.as_ref().unwrap_or(&none))?;
        check_room(std::slice::from_ref(receiver))?;
        check_room(&row)?;
        let result = self.with_context(|context| (method.body)(context, receiver, &row));
        self.take_result(result, base, to)
    }

    /// Runs the body of a built-in function.
    pub(super) fn with_context<R>(&mut self, body: impl FnOnce(&mut Context<'_>) -> R) -> R {
        let Machine { program, locals, frames, .. } = self;
        let place =
            || super::trace::place_of(frames).expect("a built-in function is called from a script");
        body(&mut Context { program, locals, place: &place })
    }

    /// What came of a built-in function. The registers above the topmost frame's begin at `base`.
    pub(super) fn take_result(
        &mut self,
        result: Result<Value, Escape>,
        base: usize,
        to: u16,
    ) -> Result<Called, Fault> {
        match result.map_err(|escape| *escape) {
            Ok(value) => Ok(Called::Value(value)),
            Err(Outcome::Ask(request)) => Ok(Called::Ask(request)),
            Err(Outcome::Fault(fault)) => Err(fault),
            Err(Outcome::Call(callback)) => {
                self.check_depth()?;
                self.natives.push(callback);
                let (closure, next) = (std::ptr::null_mut(), std::ptr::null());
                self.frames.push(Frame {
                    code: None,
                    closure,
                    next,
                    base: base as u32,
                    to,
                    owns: self.owns as u8,
                });
                Ok(match self.native_step(Value::NIL) {
                    Flow::Run => Called::Frame,
                    Flow::Pause => Called::Paused,
                })
            }
        }
    }

    /// Lets the topmost frame, a built-in function in the middle of its work, go on with the result of the call
    /// that it made.
    pub(super) fn native_step(&mut self, mut result: Value) -> Flow {
        loop {
            let Some(callback) = self.natives.last_mut() else {
                return self.pause(Pause::Done(result));
            };
            let next = match self.held.take() {
                Some((callee, arguments)) => Ok(CallbackStep::Call(callee, arguments)),
                None => callback.step(&mut self.locals, result),
            };
            let called = match next {
                Ok(CallbackStep::Call(callee, arguments)) => {
                    if let Some(flow) = self.asks_to_call(&callee) {
                        self.held = Some((callee, arguments));
                        return flow;
                    }
                    let called =
                        self.call_from_outside(&callee, 0, Arguments::by_position(arguments));
                    // The frame borrows the closure: what the built-in works with must hold it, which it does.
                    drop(callee);
                    called
                }
                Ok(CallbackStep::Done(value)) => {
                    let to = self.frames.last().map_or(0, |frame| frame.to);
                    self.pop_frame();
                    match self.frames.last() {
                        None => return self.pause(Pause::Done(value)),
                        Some(Frame { code: Some(_), .. }) => {
                            self.write(to, value);
                            return Flow::Run;
                        }
                        Some(_) => {
                            result = value;
                            continue;
                        }
                    }
                }
                Err(fault) => Err(fault),
            };
            match called {
                Ok(Called::Frame) => return Flow::Run,
                Ok(Called::Value(value)) => result = value,
                Ok(Called::Ask(request)) => {
                    if self.pending == Pending::Nothing {
                        self.pending = Pending::Native;
                    }
                    return self.ask(request);
                }
                Ok(Called::Paused) => return Flow::Pause,
                Err(fault) => return self.raise_fault(&fault),
            }
        }
    }
}

impl super::Program {
    /// What is called, and its arguments in order, checked: for a thread that is about to start.
    ///
    /// # Errors
    ///
    /// `TypeError` if it cannot be called, or the arguments do not fit.
    pub fn bind_job(
        &self,
        callee: &Value,
        values: Vec<Value>,
        names: Vec<Option<String>>,
    ) -> Result<super::Job, Fault> {
        let arguments = Arguments { values, names, bound: false };
        let row = match callee.view() {
            View::Function(closure) => {
                let code = closure.code();
                arguments.bind(&code.name, &code.parameters)?
            }
            View::Struct(structure) => arguments.bind(&structure.name, &structure.fields)?,
            View::Bound(bound) => match &bound.method {
                Method::Script(closure) => {
                    let code = closure.code();
                    arguments.bind(&code.name, &code.parameters)?
                }
                Method::Builtin(number) => {
                    let method = &self.builtins.methods[*number as usize];
                    let none = Parameters::default();
                    let parameters = method.parameters.as_ref().unwrap_or(&none);
                    arguments.bind(method.name, parameters)?
                }
            },
            View::Builtin(number) => {
                let function = &self.builtins.functions[number as usize];
                arguments.bind(function.name, &function.parameters)?
            }
            _ => {
                return Err(Fault::new(
                    ErrorKind::TypeError,
                    format!("{} cannot be called", type_name(callee)),
                ));
            }
        };
        Ok(super::Job {
            callee: crate::values::Published::new(callee.clone()),
            arguments: row.into_iter().map(crate::values::Published::new).collect(),
        })
    }
}
