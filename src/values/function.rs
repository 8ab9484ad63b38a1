//! Functions: code that is ready to run, closures over it, and methods bound to what they are of.

use super::heap::{Plain, Published, Ref, Tail, TailParts};
use super::{Symbol, Value};
use crate::bytecode::{CaptureSource, Constant, Handler, Instruction};
use crate::resolve::Parameters;
use crate::source::{Place, Source, Span};
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

/// A function's code, linked: what it refers to is there. Code lives as long as the process.
pub struct Code {
    /// Where its instructions are, as one word, but for the number of the instruction.
    pub site: u64,
    /// What traces call it.
    pub name: Box<str>,
    /// The struct it is a method of.
    pub owner: Option<Box<str>>,
    /// As callers see them; of a method without `self`.
    pub parameters: Parameters,
    /// How many registers callers fill.
    pub arguments: u16,
    /// How many registers after those are borrowed.
    pub borrowed: u16,
    /// How many registers it has in all.
    pub registers: u16,
    /// Where closures find what they capture.
    pub captures: Box<[CaptureSource]>,
    /// What it does.
    pub instructions: Box<[Instruction]>,
    /// The constants that are values, and nil for those that are not.
    pub constants: Box<[Published]>,
    /// The same constants as the compiler wrote them.
    pub plain: Box<[Constant]>,
    /// The functions it calls by number.
    pub callees: Box<[Callee]>,
    /// The members it names.
    pub sites: Box<[Site]>,
    /// What to do with errors.
    pub handlers: Box<[Handler]>,
    /// Where the instructions come from: each span holds from its instruction on.
    pub spans: Box<[(u32, Span)]>,
    /// The whole function in the script.
    pub span: Span,
    /// The script.
    pub source: Arc<Source>,
}

impl Code {
    /// Where in the script the instruction at `pc` comes from.
    #[must_use]
    pub fn place_at(&self, pc: usize) -> Place {
        let after = self.spans.partition_point(|(start, _)| *start as usize <= pc);
        let span = after.checked_sub(1).map_or(self.span, |i| self.spans[i].1);
        Place::new(&self.source, span)
    }

    /// What traces call it: `fib`, `Account.deposit`.
    #[must_use]
    pub fn full_name(&self) -> String {
        match &self.owner {
            Some(owner) => format!("{owner}.{}", self.name),
            None => self.name.to_string(),
        }
    }
}

/// The code of a function that is called by number. It may call itself, so that its code exists before it is
/// filled in.
#[derive(Clone, Copy)]
pub struct Callee(NonNull<Code>);

// SAFETY: code is not changed once it is linked, and lives as long as the process.
unsafe impl Send for Callee {}
// SAFETY: as above.
unsafe impl Sync for Callee {}

impl Callee {
    /// The code at `code`.
    ///
    /// # Safety
    ///
    /// The code is filled in before anything runs, and lives as long as the process.
    #[must_use]
    pub unsafe fn new(code: NonNull<Code>) -> Callee {
        Callee(code)
    }

    /// The code.
    #[inline(always)]
    #[must_use]
    pub fn code(self) -> &'static Code {
        // SAFETY: as `new` asks for.
        unsafe { self.0.as_ref() }
    }
}

/// A member that an instruction names, and where it was found last.
pub struct Site {
    /// Its name.
    pub name: Box<str>,
    /// The name's number.
    pub symbol: Symbol,
    /// Whether the name is `push`: the run loop appends to lists by itself.
    pub is_push: bool,
    /// The id of the struct in the upper half, and in the lower one the slot or method found there. One word,
    /// so that threads that share the code see a whole entry; any whole entry is right.
    pub cache: AtomicU64,
}

/// What the built-in functions are called, by their numbers, which are the same in all programs: such a function's
/// value is its number, and prints as its name.
static BUILTIN_NAMES: OnceLock<Box<[&'static str]>> = OnceLock::new();

/// Tells what the built-in functions are called.
pub fn name_builtins(names: impl Iterator<Item = &'static str>) {
    BUILTIN_NAMES.get_or_init(|| names.collect());
}

/// What a built-in function is called.
#[must_use]
pub fn builtin_name(number: u32) -> Option<&'static str> {
    BUILTIN_NAMES.get()?.get(number as usize).copied()
}

/// A function with what it captures.
pub type Closure = Tail<ClosureHead, Value>;

/// What stands before the captured values.
pub struct ClosureHead {
    /// What it does.
    pub callee: Callee,
}

impl TailParts<Value> for ClosureHead {
    fn take_children(&mut self, row: &mut [Value], out: &mut Vec<Value>) {
        out.extend(row.iter_mut().map(std::mem::take).filter(Value::is_heap));
    }

    fn visit_children(&self, row: &[Value], visit: &mut dyn FnMut(&Value)) {
        row.iter().for_each(visit);
    }
}

impl Closure {
    /// A closure over these values.
    #[must_use]
    #[allow(clippy::new_ret_no_self)]
    pub fn new(callee: Callee, captured: Vec<Value>) -> Ref<Closure> {
        let mut values = captured.into_iter();
        let made = Ref::with_items(ClosureHead { callee }, values.len(), |_| {
            values.next().unwrap_or_default()
        });
        made.unwrap_or_else(|| {
            std::alloc::handle_alloc_error(std::alloc::Layout::new::<ClosureHead>())
        })
    }
}

impl Ref<Closure> {
    /// What it does.
    #[inline(always)]
    #[must_use]
    pub fn code(&self) -> &'static Code {
        self.head.callee.code()
    }
}

/// What a bound method calls.
#[derive(Clone)]
pub enum Method {
    /// A method of a struct.
    Script(Ref<Closure>),
    /// A method of a built-in type, by its number.
    Builtin(u32),
}

/// A method together with what it is of: `let f = a.deposit`.
pub struct BoundMethod {
    /// What it is of.
    pub receiver: Value,
    /// Its name.
    pub name: Box<str>,
    /// What it calls.
    pub method: Method,
}

impl Plain for BoundMethod {
    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.push(std::mem::take(&mut self.receiver));
    }

    fn visit_children(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.receiver);
        if let Method::Script(closure) = &self.method {
            visit(&Value::from(closure.clone()));
        }
    }
}

impl BoundMethod {
    /// Whether both are the same method of the same object.
    #[must_use]
    pub fn same_method(&self, other: &BoundMethod) -> bool {
        self.receiver.is_same(&other.receiver) && self.name == other.name
    }
}
