//! `error(kind, text)`, and the fields of errors.

use super::Table;
use super::arguments::str;
use super::convert::new_list;
use crate::values::{ErrorValue, Fault, Ref, Value, View};
use crate::vm::TypeKey;

/// The error that a field is of.
fn error(value: &Value) -> &Ref<ErrorValue> {
    match value.view() {
        View::Error(error) => error,
        _ => unreachable!("an error's fields are read of errors"),
    }
}

pub fn register(table: &mut Table) {
    table.function("error", "kind text", |_, args| {
        let (kind, message) = (str(&args[0], "error")?, str(&args[1], "error")?);
        if kind.is_empty() || kind.contains(char::is_whitespace) {
            return Err(Fault::value_error("the kind of an error is a word").into());
        }
        Ok(Value::from(ErrorValue::new(kind, message)))
    });
    let of = TypeKey::ERROR;
    table.field(of, "kind", |_, this, _| Ok(Value::str(&error(this).kind)));
    table.field(of, "message", |_, this, _| Ok(Value::str(&error(this).message)));
    table.field(of, "thread", |_, this, _| {
        Ok(error(this).origin().map_or(Value::NIL, |origin| Value::str(&origin.thread)))
    });
    table.field(of, "file", |_, this, _| {
        let place = error(this).origin().and_then(|origin| origin.trace.first());
        Ok(place.map_or(Value::NIL, |entry| Value::str(entry.place.source.name())))
    });
    table.field(of, "line", |_, this, _| {
        let place = error(this).origin().and_then(|origin| origin.trace.first());
        Ok(place.map_or(Value::NIL, |entry| Value::int(entry.place.line() as i64)))
    });
    table.field(of, "trace", |_, this, _| {
        let Some(origin) = error(this).origin() else {
            return new_list(Vec::new()).map_err(Into::into);
        };
        let half = origin.trace.len() - origin.trace.len() / 2;
        let mut lines = Vec::new();
        for (i, entry) in origin.trace.iter().enumerate() {
            if i == half && origin.left_out > 0 {
                lines.push(Value::str(&format!("… {} calls left out", origin.left_out)));
            }
            lines.push(Value::str(&format!("{} in {}", entry.place, entry.function)));
        }
        new_list(lines).map_err(Into::into)
    });
    table.field(of, "others", |_, this, _| new_list(error(this).others()).map_err(Into::into));
}
