//! What built-in functions expect of their arguments.

use crate::memory;
use crate::values::{Fault, IterState, Step, Value, View, type_name};

/// A whole number.
pub fn int(value: &Value, what: &str) -> Result<i64, Fault> {
    match value.view() {
        View::Int(number) => Ok(number),
        _ => Err(wrong(value, what, "an int")),
    }
}

/// A number, as a float.
pub fn number(value: &Value, what: &str) -> Result<f64, Fault> {
    match value.view() {
        View::Int(number) => Ok(number as f64),
        View::Float(number) => Ok(number),
        _ => Err(wrong(value, what, "a number")),
    }
}

/// A text.
pub fn str<'a>(value: &'a Value, what: &str) -> Result<&'a str, Fault> {
    match value.view() {
        View::Str(text) => Ok(text.as_str()),
        _ => Err(wrong(value, what, "a str")),
    }
}

/// A bool.
pub fn bool(value: &Value, what: &str) -> Result<bool, Fault> {
    match value.view() {
        View::Bool(value) => Ok(value),
        _ => Err(wrong(value, what, "a bool")),
    }
}

/// Something that can be called.
pub fn callable(value: &Value, what: &str) -> Result<Value, Fault> {
    match value.view() {
        View::Function(_) | View::Bound(_) | View::Builtin(_) | View::Struct(_) => {
            Ok(value.clone())
        }
        _ => Err(wrong(value, what, "a function")),
    }
}

/// The values that a `for` would go over: of a list, a str, a range or a map.
pub fn items(value: &Value, what: &str) -> Result<Vec<Value>, Fault> {
    if let View::List(list) = value.view() {
        return Ok(list.to_vec());
    }
    if let View::Range(range) = value.view() {
        let count = usize::try_from(range.count()).map_err(|_| Fault::no_memory("list"))?;
        if !memory::claim(count.saturating_mul(size_of::<Value>())) {
            return Err(Fault::no_memory("list"));
        }
        let mut items = Vec::new();
        items.try_reserve_exact(count).map_err(|_| Fault::no_memory("list"))?;
        items.extend((0..count).map(|i| Value::int(range.at(i as u128))));
        return Ok(items);
    }
    let state = match value.view() {
        View::Str(_) | View::Map(_) => IterState::new(value, false, false),
        _ => None,
    };
    let state = state.ok_or_else(|| wrong(value, what, "a list, a str, a range or a map"))?;
    let mut items = Vec::new();
    while let Step::One(item) = state.step() {
        items.push(item);
    }
    Ok(items)
}

/// The argument, unless it was not given.
pub fn given(value: &Value) -> Option<&Value> {
    (!value.is_unset()).then_some(value)
}

/// The error for an argument of the wrong type.
pub fn wrong(value: &Value, what: &str, needs: &str) -> Fault {
    Fault::type_error(format!("`{what}` needs {needs}, not {}", type_name(value)))
}
