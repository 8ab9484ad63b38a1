//! Built-in functions, and the methods of built-in types, a file a type. They compute; what others can see
//! they ask of the runtime.

mod arguments;
mod collections;
mod convert;
mod errors;
mod host;
mod lists;
mod make;
mod maps;
mod numbers;
mod objects;
mod ranges;
mod strings;

use crate::resolve::{Known, KnownPlace, Parameters};
use crate::values::Value;
use crate::vm::{BuiltinFunction, BuiltinMethod, Builtins, Context, Escape, TypeKey};
use std::sync::Arc;

type Body = fn(&mut Context<'_>, &[Value]) -> Result<Value, Escape>;
type Method = fn(&mut Context<'_>, &Value, &[Value]) -> Result<Value, Escape>;

/// All of them.
#[must_use]
pub fn builtins() -> Builtins {
    let mut table = Table::default();
    convert::register(&mut table);
    numbers::register(&mut table);
    collections::register(&mut table);
    strings::register(&mut table);
    lists::register(&mut table);
    maps::register(&mut table);
    ranges::register(&mut table);
    errors::register(&mut table);
    host::register(&mut table);
    make::register(&mut table);
    objects::register(&mut table);
    table.0
}

/// The number of the global that holds the script's arguments.
pub const ARGS_GLOBAL: u32 = 0;
/// The number of the global that holds π.
pub const PI_GLOBAL: u32 = 1;
/// How many globals a program has before any script is compiled.
pub const FIRST_GLOBALS: u32 = 2;

/// The built-in names as scripts see them.
#[must_use]
pub fn names(builtins: &Builtins) -> Vec<Known> {
    let functions = builtins.functions.iter().enumerate().map(|(number, function)| Known {
        name: function.name.into(),
        parameters: Some(function.parameters.clone()),
        mutable: false,
        replaceable: false,
        place: KnownPlace::Builtin(number as u32),
    });
    let values = [("args", ARGS_GLOBAL), ("pi", PI_GLOBAL)].map(|(name, number)| Known {
        name: name.into(),
        parameters: None,
        mutable: false,
        replaceable: false,
        place: KnownPlace::Global(number),
    });
    functions.chain(values).collect()
}

/// The table under construction.
#[derive(Default)]
struct Table(Builtins);

impl Table {
    /// A function, its parameters as [`Parameters::parse`] reads them.
    fn function(&mut self, name: &'static str, parameters: &'static str, body: Body) {
        let parameters = Arc::new(Parameters::parse(parameters));
        self.0.functions.push(BuiltinFunction { name, parameters, body });
    }

    /// A method of a type.
    fn method(&mut self, of: TypeKey, name: &'static str, parameters: &'static str, body: Method) {
        let parameters = Some(Parameters::parse(parameters));
        self.0.methods.push(BuiltinMethod { of, name, parameters, body });
    }

    /// A field of a type.
    fn field(&mut self, of: TypeKey, name: &'static str, body: Method) {
        self.0.methods.push(BuiltinMethod { of, name, parameters: None, body });
    }
}
