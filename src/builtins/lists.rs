//! Methods of lists.

use super::Table;
use super::arguments::{callable, given, int, items, str};
use super::collections::{Work, for_each, reduce, some, sort};
use super::convert::new_list;
use crate::memory;
use crate::values::{ErrorKind, Fault, List, NoMemory, Ref, Value, View, equals, shown, text};
use crate::vm::{Escape, TypeKey};

/// The list that a method is of.
fn list(value: &Value) -> &Ref<List> {
    match value.view() {
        View::List(list) => list,
        _ => unreachable!("a list's methods are called on lists"),
    }
}

fn memory(result: Result<(), NoMemory>) -> Result<Value, Escape> {
    result.map(|()| Value::NIL).map_err(|NoMemory| Fault::no_memory("list").into())
}

pub fn register(table: &mut Table) {
    let of = TypeKey::LIST;
    table.method(of, "push", "x", |_, this, args| memory(list(this).push(args[0].clone())));
    table.method(of, "extend", "ys", |_, this, args| {
        let more = items(&args[0], "extend")?;
        memory(list(this).open().extend(more.into_iter()))
    });
    table.method(of, "pop", "", |_, this, _| {
        let last = list(this).open().pop();
        last.ok_or_else(|| Fault::new(ErrorKind::IndexError, "`pop` from an empty list").into())
    });
    table.method(of, "insert", "i x", |_, this, args| {
        let at = int(&args[0], "insert")?;
        let mut open = list(this).open();
        let len = open.len();
        let at = if usize::try_from(at) == Ok(len) { len } else { place(at, len)? };
        memory(open.insert(at, args[1].clone()))
    });
    table.method(of, "remove_at", "i", |_, this, args| {
        let at = int(&args[0], "remove_at")?;
        let mut open = list(this).open();
        let at = place(at, open.len())?;
        Ok(open.remove(at))
    });
    table.method(of, "remove", "x", |_, this, args| {
        let mut open = list(this).open();
        let mut found = None;
        for (i, item) in open.iter().enumerate() {
            if equals(&item, &args[0])? {
                found = Some(i);
                break;
            }
        }
        let at = found
            .ok_or_else(|| Fault::value_error(format!("{} is not in the list", shown(&args[0]))))?;
        let removed = open.remove(at);
        drop(open);
        drop(removed);
        Ok(Value::NIL)
    });
    table.method(of, "clear", "", |_, this, _| {
        list(this).open().clear();
        Ok(Value::NIL)
    });
    table.method(of, "index", "x", |_, this, args| {
        for (i, item) in list(this).to_vec().iter().enumerate() {
            if equals(item, &args[0])? {
                return Ok(Value::int(i as i64));
            }
        }
        Err(Fault::value_error(format!("{} is not in the list", shown(&args[0]))).into())
    });
    table.method(of, "contains", "x", |_, this, args| {
        Ok(Value::bool(crate::values::contains(this, &args[0])?))
    });
    table.method(of, "count", "x", |_, this, args| {
        let mut count = 0;
        for item in list(this).to_vec() {
            count += i64::from(equals(&item, &args[0])?);
        }
        Ok(Value::int(count))
    });
    table.method(of, "reverse", "", |_, this, _| {
        let mut open = list(this).open();
        let mut all: Vec<Value> = open.iter().collect();
        all.reverse();
        open.replace_all(all);
        Ok(Value::NIL)
    });
    table.method(of, "sort", "", |_, this, _| {
        let mut open = list(this).open();
        let mut all: Vec<Value> = open.iter().collect();
        sort(&mut all)?;
        open.replace_all(all);
        Ok(Value::NIL)
    });
    table.method(of, "sort_by", "f", |_, this, args| {
        let function = callable(&args[0], "sort_by")?;
        for_each(function, list(this).to_vec(), Work::SortBy(this.clone()))
    });
    table.method(of, "map", "f", |_, this, args| {
        for_each(callable(&args[0], "map")?, list(this).to_vec(), Work::Map)
    });
    table.method(of, "filter", "f", |_, this, args| {
        for_each(callable(&args[0], "filter")?, list(this).to_vec(), Work::Filter)
    });
    table.method(of, "reduce", "f start?", |_, this, args| {
        let start = given(&args[1]).cloned();
        reduce(callable(&args[0], "reduce")?, list(this).to_vec(), start)
    });
    table.method(of, "any", "f?", |_, this, args| any_or_all(this, &args[0], "any", true));
    table.method(of, "all", "f?", |_, this, args| any_or_all(this, &args[0], "all", false));
    table.method(of, "join", "sep?", |_, this, args| {
        let separator = given(&args[0]).map_or(Ok(""), |sep| str(sep, "join"))?;
        let all = list(this).to_vec();
        let texts = all.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        let between = separator.len().saturating_mul(texts.len());
        let size = texts.iter().fold(between, |size, text| size.saturating_add(text.len()));
        if !memory::claim(size.saturating_mul(2)) {
            return Err(Fault::no_memory("string").into());
        }
        Ok(Value::str(&texts.join(separator)))
    });
    table.method(of, "slice", "a b", |_, this, args| {
        let len = list(this).len() as i64;
        let (a, b) = (int(&args[0], "slice")?, int(&args[1], "slice")?);
        let clamp = |i: i64| if i < 0 { i.saturating_add(len).max(0) } else { i.min(len) } as usize;
        let (a, b) = (clamp(a), clamp(b));
        let all = list(this).to_vec();
        let (a, b) = (a.min(all.len()), b.min(all.len()));
        new_list(if a < b { all[a..b].to_vec() } else { Vec::new() }).map_err(Into::into)
    });
    table.method(of, "copy", "", |_, this, _| new_list(list(this).to_vec()).map_err(Into::into));
    table.method(of, "len", "", |_, this, _| Ok(Value::int(list(this).len() as i64)));
}

/// A place among `len`, counted from the end if negative.
fn place(at: i64, len: usize) -> Result<usize, Fault> {
    let place = if at < 0 { at.checked_add(len as i64) } else { Some(at) };
    let place = place.and_then(|place| usize::try_from(place).ok()).filter(|place| *place < len);
    place.ok_or_else(|| Fault::new(ErrorKind::IndexError, format!("index {at} is out of range")))
}

fn any_or_all(this: &Value, function: &Value, what: &str, wanted: bool) -> Result<Value, Escape> {
    let all = list(this).to_vec();
    match given(function) {
        Some(function) => for_each(callable(function, what)?, all, Work::Some(wanted)),
        None => some(&all, what, wanted).map_err(Into::into),
    }
}
