//! Methods of ranges.

use super::Table;
use super::arguments::{callable, items};
use super::collections::{Work, for_each};
use super::convert::len;
use crate::values::{Value, contains};
use crate::vm::TypeKey;

pub fn register(table: &mut Table) {
    let of = TypeKey::RANGE;
    table.method(of, "map", "f", |_, this, args| {
        for_each(callable(&args[0], "map")?, items(this, "map")?, Work::Map)
    });
    table.method(of, "filter", "f", |_, this, args| {
        for_each(callable(&args[0], "filter")?, items(this, "filter")?, Work::Filter)
    });
    table.method(of, "contains", "x", |_, this, args| Ok(Value::bool(contains(this, &args[0])?)));
    table.method(of, "len", "", |_, this, _| len(this).map_err(Into::into));
}
