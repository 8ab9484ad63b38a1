//! Methods of strings. Places and lengths count characters.

use super::Table;
use super::arguments::{given, int, str};
use super::convert::new_list;
use crate::memory;
use crate::syntax::ast::BinaryOp;
use crate::values::{Fault, Ref, Str, Value, View, binary};
use crate::vm::TypeKey;

/// The string that a method is of.
fn this_str(value: &Value) -> &Ref<Str> {
    match value.view() {
        View::Str(text) => text,
        _ => unreachable!("a str's methods are called on strs"),
    }
}

fn texts<'a>(parts: impl Iterator<Item = &'a str>) -> Result<Value, Fault> {
    new_list(parts.map(Value::str).collect())
}

pub fn register(table: &mut Table) {
    let of = TypeKey::STR;
    table.method(of, "upper", "", |_, this, _| {
        Ok(Value::str(&this_str(this).as_str().to_uppercase()))
    });
    table.method(of, "lower", "", |_, this, _| {
        Ok(Value::str(&this_str(this).as_str().to_lowercase()))
    });
    table.method(of, "trim", "", |_, this, _| Ok(Value::str(this_str(this).as_str().trim())));
    table.method(of, "split", "sep?", |_, this, args| {
        let text = this_str(this).as_str();
        match given(&args[0]) {
            None => texts(text.split_whitespace()).map_err(Into::into),
            Some(separator) => match str(separator, "split")? {
                "" => Err(Fault::value_error(
                    "`split` needs a separator that is not empty; `chars` parts the characters",
                )
                .into()),
                separator => texts(text.split(separator)).map_err(Into::into),
            },
        }
    });
    table.method(of, "lines", "", |_, this, _| {
        texts(this_str(this).as_str().lines()).map_err(Into::into)
    });
    table.method(of, "replace", "old new", |_, this, args| {
        let (old, new) = (str(&args[0], "replace")?, str(&args[1], "replace")?);
        let this = this_str(this).as_str();
        if new.len() > old.len() {
            let more = (new.len() - old.len()).saturating_mul(this.matches(old).count());
            if !memory::claim(more.saturating_mul(2)) {
                return Err(Fault::no_memory("string").into());
            }
        }
        Ok(Value::str(&this.replace(old, new)))
    });
    table.method(of, "contains", "part", |_, this, args| {
        Ok(Value::bool(this_str(this).as_str().contains(str(&args[0], "contains")?)))
    });
    table.method(of, "starts_with", "part", |_, this, args| {
        Ok(Value::bool(this_str(this).as_str().starts_with(str(&args[0], "starts_with")?)))
    });
    table.method(of, "ends_with", "part", |_, this, args| {
        Ok(Value::bool(this_str(this).as_str().ends_with(str(&args[0], "ends_with")?)))
    });
    table.method(of, "find", "part", |_, this, args| {
        let text = this_str(this).as_str();
        let at = text.find(str(&args[0], "find")?);
        Ok(Value::int(at.map_or(-1, |at| text[..at].chars().count() as i64)))
    });
    table.method(of, "repeat", "n", |_, this, args| {
        let times = Value::int(int(&args[0], "repeat")?);
        binary(BinaryOp::Mul, this, &times).map_err(Into::into)
    });
    table.method(of, "chars", "", |_, this, _| {
        let chars = this_str(this).as_str().chars().map(|c| Value::str(c.encode_utf8(&mut [0; 4])));
        new_list(chars.collect()).map_err(Into::into)
    });
    table.method(of, "len", "", |_, this, _| Ok(Value::int(this_str(this).char_count() as i64)));
}
