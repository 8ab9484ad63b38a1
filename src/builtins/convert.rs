//! Conversions: `str int float bool list type repr ord chr len`.

use super::Table;
use super::arguments::{int, items, str, wrong};
use crate::values::{ErrorKind, Fault, List, Value, View, repr, shown, text, type_name};

pub fn register(table: &mut Table) {
    table.function("len", "x", |_, args| len(&args[0]).map_err(Into::into));
    table.function("str", "x?", |_, args| {
        Ok(if args[0].is_unset() { Value::str("") } else { Value::str(&text(&args[0])?) })
    });
    table.function("repr", "x", |_, args| Ok(Value::str(&repr(&args[0])?)));
    table.function("type", "x", |_, args| Ok(Value::str(&type_name(&args[0]))));
    table.function("int", "x", |_, args| to_int(&args[0]).map_err(Into::into));
    table.function("float", "x", |_, args| to_float(&args[0]).map_err(Into::into));
    table.function("bool", "x", |_, args| Ok(Value::bool(is_true(&args[0]))));
    table.function("list", "x?", |_, args| {
        let all = if args[0].is_unset() { Vec::new() } else { items(&args[0], "list")? };
        new_list(all).map_err(Into::into)
    });
    table.function("ord", "c", |_, args| {
        let text = str(&args[0], "ord")?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(Value::int(i64::from(u32::from(c)))),
            _ => Err(Fault::value_error(format!(
                "`ord` needs one character, not {}",
                shown(&args[0])
            ))
            .into()),
        }
    });
    table.function("chr", "n", |_, args| {
        let code = int(&args[0], "chr")?;
        let c = u32::try_from(code).ok().and_then(char::from_u32);
        let c = c.ok_or_else(|| Fault::value_error(format!("{code} is no character's number")))?;
        Ok(Value::str(c.encode_utf8(&mut [0; 4])))
    });
}

/// A list of these values.
pub fn new_list(values: Vec<Value>) -> Result<Value, Fault> {
    List::from_values(values.into_iter()).map(Value::from).ok_or_else(|| Fault::no_memory("list"))
}

/// How many items, characters, entries or numbers there are.
pub fn len(value: &Value) -> Result<Value, Fault> {
    let count = match value.view() {
        View::List(list) => list.len(),
        View::Str(text) => text.char_count(),
        View::Map(map) => map.len(),
        View::Range(range) => {
            let count = i64::try_from(range.count());
            return count.map(Value::int).map_err(|_| {
                Fault::new(ErrorKind::Overflow, "the length of this range does not fit 64 bits")
            });
        }
        View::Object(object) if object.kind.is_queue() => {
            return Err(Fault::type_error(
                "`len` does not go with a queue; `q.len()` is how many lie in it now",
            ));
        }
        _ => return Err(wrong(value, "len", "a str, a list, a map or a range")),
    };
    Ok(Value::int(count as i64))
}

fn to_int(value: &Value) -> Result<Value, Fault> {
    match value.view() {
        View::Int(number) => Ok(Value::int(number)),
        View::Bool(value) => Ok(Value::int(i64::from(value))),
        View::Float(number) => float_to_int(number.trunc(), "int"),
        View::Str(text) => {
            let text = text.as_str().trim();
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            let well_formed = !digits.is_empty()
                && !digits.starts_with('_')
                && !digits.ends_with('_')
                && !digits.contains("__")
                && digits.bytes().all(|b| b.is_ascii_digit() || b == b'_');
            if !well_formed {
                return Err(Fault::value_error(format!("{} is no int", shown(value))));
            }
            let number = text.replace('_', "").parse();
            number.map(Value::int).map_err(|_| {
                Fault::new(ErrorKind::Overflow, format!("{} does not fit 64 bits", shown(value)))
            })
        }
        _ => Err(wrong(value, "int", "a number or a str")),
    }
}

/// A whole float as an int.
pub fn float_to_int(number: f64, what: &str) -> Result<Value, Fault> {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if number.is_nan() {
        return Err(Fault::value_error(format!("`{what}` of nan")));
    }
    if (-BOUND..BOUND).contains(&number) {
        return Ok(Value::int(number as i64));
    }
    Err(Fault::new(ErrorKind::Overflow, format!("the result of `{what}` does not fit 64 bits")))
}

fn to_float(value: &Value) -> Result<Value, Fault> {
    match value.view() {
        View::Int(number) => Ok(Value::float(number as f64)),
        View::Float(number) => Ok(Value::float(number)),
        View::Bool(value) => Ok(Value::float(f64::from(u8::from(value)))),
        View::Str(text) => {
            let plain = text.as_str().trim().replace('_', "");
            plain
                .parse()
                .map(Value::float)
                .map_err(|_| Fault::value_error(format!("{} is no float", shown(value))))
        }
        _ => Err(wrong(value, "float", "a number or a str")),
    }
}

/// Whether a value is something: not nil, not false, not zero, not empty.
fn is_true(value: &Value) -> bool {
    match value.view() {
        View::Nil | View::Unset => false,
        View::Bool(value) => value,
        View::Int(number) | View::Duration(number) => number != 0,
        View::Float(number) => number != 0.0,
        View::Str(text) => !text.row().is_empty(),
        View::List(list) => !list.is_empty(),
        View::Map(map) => !map.is_empty(),
        View::Range(range) => range.count() > 0,
        _ => true,
    }
}
