//! What the machine knows of built-in functions and methods: a table that it is given.

use super::native::Callback;
use super::program::Program;
use super::request::Request;
use crate::memory;
use crate::resolve::Parameters;
use crate::source::Place;
use crate::values::{Fault, Local, ObjectKind, Ref, Value, View, tag};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a built-in function comes to, instead of a value.
pub enum Outcome {
    /// What the runtime answers to this.
    Ask(Request),
    /// What comes of calling functions of the script's.
    Call(Box<dyn Callback>),
    /// An error.
    Fault(Fault),
}

/// The same, in one word: most calls come to a value, and are not to carry the rest about.
pub type Escape = Box<Outcome>;

impl From<Fault> for Escape {
    fn from(fault: Fault) -> Escape {
        Box::new(Outcome::Fault(fault))
    }
}

impl From<Request> for Escape {
    fn from(request: Request) -> Escape {
        Box::new(Outcome::Ask(request))
    }
}

/// What a built-in function finds around it.
pub struct Context<'m> {
    /// The program.
    pub program: &'m Arc<Program>,
    /// The values that this thread has in `Local`s.
    pub locals: &'m mut FxHashMap<u64, Value>,
    /// Where it is called, for the requests that tell it.
    pub place: &'m dyn Fn() -> Place,
}

impl Context<'_> {
    /// What this thread has in a `Local`, if it has begun to use it.
    #[must_use]
    pub fn local(&self, local: &Ref<Local>) -> Option<Value> {
        self.locals.get(&local.label.id).cloned()
    }
}

/// Refuses to run a built-in function on values so large that there is no memory for what it may make of them.
pub(super) fn check_room(values: &[Value]) -> Result<(), Fault> {
    const LARGE: usize = 16 << 20;
    for value in values.iter().filter(|value| matches!(value.tag(), tag::STR | tag::LIST)) {
        let size = match value.view() {
            View::Str(text) => text.as_str().len(),
            View::List(list) => list.len() * size_of::<Value>(),
            _ => 0,
        };
        if size >= LARGE && !memory::may_claim(4 * size) {
            return Err(Fault::no_memory("value"));
        }
    }
    Ok(())
}

/// The body of a built-in function. Arguments that were not given are marked so; those of a variadic one
/// follow its parameters.
pub type FunctionBody = fn(&mut Context<'_>, &[Value]) -> Result<Value, Escape>;

/// The body of a method of a built-in type: what it is of, and its arguments.
pub type MethodBody = fn(&mut Context<'_>, &Value, &[Value]) -> Result<Value, Escape>;

/// A built-in function.
pub struct BuiltinFunction {
    /// Its name.
    pub name: &'static str,
    /// Its parameters.
    pub parameters: Arc<Parameters>,
    /// What it does.
    pub body: FunctionBody,
}

/// A method, or a field, of a built-in type.
pub struct BuiltinMethod {
    /// The type's key.
    pub of: TypeKey,
    /// Its name.
    pub name: &'static str,
    /// Its parameters; `None` for a field.
    pub parameters: Option<Parameters>,
    /// What it does.
    pub body: MethodBody,
}

/// The built-in functions and methods.
#[derive(Default)]
pub struct Builtins {
    /// The functions, by number.
    pub functions: Vec<BuiltinFunction>,
    /// The methods, by number.
    pub methods: Vec<BuiltinMethod>,
}

/// A built-in type, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeKey(pub u32);

impl TypeKey {
    /// Strings.
    pub const STR: TypeKey = TypeKey(tag::STR as u32);
    /// Ranges.
    pub const RANGE: TypeKey = TypeKey(tag::RANGE as u32);
    /// Lists.
    pub const LIST: TypeKey = TypeKey(tag::LIST as u32);
    /// Maps.
    pub const MAP: TypeKey = TypeKey(tag::MAP as u32);
    /// Errors.
    pub const ERROR: TypeKey = TypeKey(tag::ERROR as u32);
    /// `Atomic`
    pub const ATOMIC: TypeKey = TypeKey(tag::ATOMIC as u32);
    /// `Local`
    pub const LOCAL: TypeKey = TypeKey(tag::LOCAL as u32);
    /// Sides of a readers–writer lock.
    pub const SIDE: TypeKey = TypeKey(tag::SIDE as u32);

    /// The key of an object of the runtime's.
    #[must_use]
    pub const fn object(kind: ObjectKind) -> TypeKey {
        TypeKey(0x100 + kind as u32)
    }

    /// The key of a value's type.
    #[inline]
    #[must_use]
    pub fn of(value: &Value) -> TypeKey {
        // The tag alone tells most: this is asked at each call of a method.
        if value.tag() == tag::OBJECT
            && let View::Object(object) = value.view()
        {
            return TypeKey::object(object.kind);
        }
        TypeKey(value.tag() as u32)
    }
}
