//! The general cases of instructions whose special ones the run loop does itself.

use super::machine::Machine;
use super::request::{Request, Target};
use crate::bytecode::{Assertion, Construct};
use crate::diagnostics::{Code as ReportCode, Report};
use crate::source::Source;
use crate::syntax::ast::BinaryOp;
use crate::values::{
    ErrorKind, ErrorValue, Fault, List, Map, Object, ObjectKind, Range, Ref, Refused, Str, Value,
    View, bad_key, binary, shown, tag, text, type_name,
};
use std::sync::Arc;

/// `a operator b`, for a jump.
pub(super) fn compare(operator: BinaryOp, a: &Value, b: &Value) -> Result<bool, Fault> {
    Ok(matches!(binary(operator, a, b)?.view(), View::Bool(true)))
}

/// The error for a condition that is no bool.
#[cold]
pub(super) fn no_bool(value: &Value, construct: u16) -> Fault {
    let hint = match value.view() {
        View::Nil => "; write `x != nil`",
        View::Int(_) | View::Float(_) => "; write `x != 0`",
        View::Str(_) | View::List(_) | View::Map(_) => "; write `len(x) > 0`",
        _ => "; write `x != nil`",
    };
    Fault::type_error(format!(
        "`{}` needs a bool, not {}{hint}",
        Construct::word(construct),
        type_name(value)
    ))
}

/// `of[index]`
pub(super) fn index(of: &Value, index: &Value) -> Result<Value, Fault> {
    match (of.view(), index.view()) {
        (View::List(list), View::Int(at)) => {
            list.get(at).ok_or_else(|| out_of_range("list", at, list.len()))
        }
        (View::Str(text), View::Int(at)) => {
            let len = text.char_count();
            let place = if at < 0 { at.checked_add(len as i64) } else { Some(at) };
            let place =
                place.and_then(|place| usize::try_from(place).ok()).filter(|place| *place < len);
            match place {
                Some(place) => Ok(Value::str(text.chars_between(place, place + 1))),
                None => Err(out_of_range("str", at, len)),
            }
        }
        (View::Map(map), _) => match map.get(index) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => {
                Err(Fault::new(ErrorKind::KeyError, format!("the map has no key {}", shown(index))))
            }
            Err(_) => Err(bad_key(index)),
        },
        (View::Range(range), View::Int(at)) => {
            let count = range.count();
            let place = if at < 0 { i128::from(at) + count as i128 } else { i128::from(at) };
            match u128::try_from(place).ok().filter(|place| *place < count) {
                Some(place) => Ok(Value::int(range.at(place))),
                None => Err(out_of_range("range", at, count as usize)),
            }
        }
        (View::List(_) | View::Str(_), View::Range(range)) if range.step == 1 => {
            slice(of, &Value::int(range.start), &Value::int(range.end), range.inclusive)
        }
        (View::List(_) | View::Str(_) | View::Range(_), _) => {
            let (what, with) = (type_name(of), type_name(index));
            let (with, hint) = match index.view() {
                View::Range(_) => ("a range with steps".into(), ""),
                View::Float(_) => (with, "; `int(x)` makes an int of it"),
                _ => (with, ""),
            };
            Err(Fault::type_error(format!(
                "a {what} is indexed by an int or a range a..b, not {with}{hint}"
            )))
        }
        _ => Err(Fault::type_error(format!("{} cannot be indexed", type_name(of)))),
    }
}

/// The error for an index past either end.
#[cold]
pub(super) fn out_of_range(what: &str, at: i64, len: usize) -> Fault {
    let items = if len == 1 { "item" } else { "items" };
    Fault::new(
        ErrorKind::IndexError,
        format!("index {at} is out of range: the {what} has {len} {items}"),
    )
}

/// `of[index] = value`
pub(super) fn set_index(of: &Value, index: &Value, value: Value) -> Result<(), Fault> {
    if let Some(map) = of.as_map() {
        return map.set(index.clone(), value).map_err(|refused| match refused {
            Refused::BadKey => bad_key(index),
            Refused::NoMemory => Fault::no_memory("map"),
        });
    }
    match (of.view(), index.view()) {
        (View::List(list), View::Int(at)) => {
            if list.set(at, value) {
                Ok(())
            } else {
                Err(out_of_range("list", at, list.len()))
            }
        }
        (View::List(_), View::Range(_)) => Err(Fault::type_error("a slice cannot be assigned")),
        (View::List(_), _) => {
            Err(Fault::type_error(format!("a list is indexed by an int, not {}", type_name(index))))
        }
        (View::Str(_), _) => Err(Fault::type_error("a str cannot be changed; build a new one")),
        _ => Err(Fault::type_error(format!("{} cannot be assigned by index", type_name(of)))),
    }
}

/// `of[start..end]`; a bound that is not given is unset.
pub(super) fn slice(
    of: &Value,
    start: &Value,
    end: &Value,
    inclusive: bool,
) -> Result<Value, Fault> {
    if let (View::Map(_), View::Int(start), View::Int(end)) = (of.view(), start.view(), end.view())
    {
        let key = Value::from(Ref::new(Range { start, end, inclusive, step: 1 }));
        return index(of, &key);
    }
    let len = match of.view() {
        View::List(list) => list.len(),
        View::Str(text) => text.char_count(),
        _ => return Err(Fault::type_error(format!("{} cannot be sliced", type_name(of)))),
    };
    let bound = |value: &Value, missing: usize, add: bool| -> Result<usize, Fault> {
        match value.view() {
            View::Unset => Ok(missing),
            View::Int(at) => {
                let at = i128::from(at) + if at < 0 { len as i128 } else { 0 } + i128::from(add);
                Ok(at.clamp(0, len as i128) as usize)
            }
            _ => Err(Fault::type_error(format!(
                "a slice goes from an int to an int, not {}",
                type_name(value)
            ))),
        }
    };
    let from = bound(start, 0, false)?;
    // The end of an inclusive slice that is -1 is the last item.
    let to = bound(end, len, inclusive)?;
    match of.view() {
        View::List(list) => {
            let items = list.to_vec();
            let (from, to) = (from.min(items.len()), to.min(items.len()));
            let part = if from < to { items[from..to].to_vec() } else { Vec::new() };
            List::from_values(part.into_iter())
                .map(Value::from)
                .ok_or_else(|| Fault::no_memory("list"))
        }
        View::Str(text) => Ok(Value::str(text.chars_between(from, to))),
        _ => Ok(Value::NIL),
    }
}

/// `start..end`
pub(super) fn range(start: &Value, end: &Value, inclusive: bool) -> Result<Value, Fault> {
    match (start.view(), end.view()) {
        (View::Int(start), View::Int(end)) => {
            Ok(Ref::new(Range { start, end, inclusive, step: 1 }).into())
        }
        _ => Err(range_ends(start, end)),
    }
}

/// The error for a range between values that are no ints.
pub(super) fn range_ends(start: &Value, end: &Value) -> Fault {
    let (a, b) = (type_name(start), type_name(end));
    Fault::type_error(format!("a range goes from an int to an int, not from {a} to {b}"))
}

/// The texts of values in a row.
pub(super) fn build_str(values: &[Value]) -> Result<Value, Fault> {
    let built = match values {
        [a, b] => match a.as_str() {
            Some(a) if b.tag() == tag::INT => {
                let mut digits = itoa::Buffer::new();
                Str::try_new(&[a.as_str(), digits.format(b.number() as i64)])
            }
            _ => build_general(values),
        },
        _ => build_general(values),
    };
    built.map(Value::from).ok_or_else(|| Fault::no_memory("string"))
}

fn build_general(values: &[Value]) -> Option<Ref<Str>> {
    let texts = values.iter().map(text).collect::<Result<Vec<_>, _>>().ok()?;
    let slices: Vec<&str> = texts.iter().map(|text| &**text).collect();
    Str::try_new(&slices)
}

/// A value's text; of one that is too large, the beginning.
fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| shown(value), |text| text.as_str().to_owned())
}

/// A new map of keys and values.
pub(super) fn fill_map(map: &Ref<Map>, entries: &[Value]) -> Result<(), Fault> {
    for pair in entries.chunks_exact(2) {
        map.set(pair[0].clone(), pair[1].clone()).map_err(|refused| match refused {
            Refused::BadKey => bad_key(&pair[0]),
            Refused::NoMemory => Fault::no_memory("map"),
        })?;
    }
    Ok(())
}

/// The items of a list of exactly that length.
pub(super) fn unpack(list: &Value, count: usize) -> Result<Vec<Value>, Fault> {
    match list.view() {
        View::List(list) => {
            let items = list.to_vec();
            if items.len() == count {
                return Ok(items);
            }
            let plural = if count == 1 { "" } else { "s" };
            Err(Fault::value_error(format!(
                "a list of {} items cannot be taken apart into {count} name{plural}",
                items.len()
            )))
        }
        _ => Err(Fault::type_error(format!(
            "only a list can be taken apart, not {}",
            type_name(list)
        ))),
    }
}

/// The error that `raise value` raises.
pub(super) fn raised(value: &Value) -> Result<Value, Fault> {
    match value.view() {
        View::Error(_) => Ok(value.clone()),
        View::Str(text) => Ok(ErrorValue::new(ErrorKind::Error.name(), text.as_str()).into()),
        _ => Err(Fault::type_error(format!(
            "`raise` needs a text or an error, not {}",
            type_name(value)
        ))),
    }
}

/// Whether an error is of one of the kinds; without any, of all but `Cancelled` and `Interrupted`.
pub(super) fn is_of_kind(error: &Value, kinds: &[Box<str>]) -> bool {
    let View::Error(error) = error.view() else { return false };
    if kinds.is_empty() {
        return !error.is(ErrorKind::Cancelled) && !error.is(ErrorKind::Interrupted);
    }
    kinds.iter().any(|kind| **kind == *error.kind)
}

/// The error of a failed assertion, with the values of its operands, which lie in registers.
pub(super) fn assertion_failed<'a>(
    source: &Arc<Source>,
    assertion: &Assertion,
    message: &Value,
    register: impl Fn(u16) -> &'a Value,
) -> Value {
    let said = if message.is_unset() { assertion.text.to_string() } else { text_of(message) };
    let error = ErrorValue::new(ErrorKind::AssertionFailed.name(), &said);
    if !assertion.operands.is_empty() {
        let mut detail = Report::note(ReportCode::Assertion, "the values of its operands");
        for (operand, span) in &assertion.operands {
            let value = register(*operand);
            if tells_something(value) {
                detail = detail.at(source, *span, shorten(shown(value)));
            }
        }
        error.set_detail(detail);
    }
    error.into()
}

/// Whether a value says more than its name does.
fn tells_something(value: &Value) -> bool {
    let named = matches!(value.view(), View::Object(_) | View::Function(_) | View::Module(_));
    !value.is_unset() && !named
}

/// A text that fits a line of a report.
fn shorten(text: String) -> String {
    const MOST: usize = 120;
    if text.chars().count() <= MOST {
        return text;
    }
    text.chars().take(MOST).chain(['…']).collect()
}

/// The error for a member that a value does not have, and what was probably meant.
pub(super) fn no_member(of: &str, name: &str, hint: Option<String>) -> Fault {
    let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
    Fault::new(ErrorKind::FieldError, format!("{of} has no field or method `{name}`{hint}"))
}

/// Calls a primitive without a name after what it is bound to.
pub(super) fn bind_name(value: &Value, name: &str) {
    match value.view() {
        View::Object(object) => {
            object.label.bind(name);
            // The lock that a condition has of its own is called after it.
            if let Some(View::Object(lock)) = object.lock_of.as_ref().map(|lock| lock.get().view())
            {
                lock.label.bind(name);
            }
        }
        View::Atomic(atomic) => atomic.label.bind(name),
        View::Local(local) => local.label.bind(name),
        _ => {}
    }
}

/// The error for a `for` over something that it cannot go over.
pub(super) fn not_iterable(value: &Value, two: bool) -> Fault {
    let what = type_name(value);
    Fault::type_error(if two {
        format!("`for` with two names goes over a map or a list, not {what}")
    } else {
        format!("`for` goes over a range, a list, a str, a map or a queue, not {what}")
    })
}

/// Whether an answer asks for more: a ticket to wait with, or a barrier's action to call.
pub(super) fn asks_for_more(answer: &Value) -> bool {
    match answer.view() {
        View::Object(object) => object.kind == ObjectKind::Ticket,
        View::Function(_) | View::Bound(_) | View::Builtin(_) | View::Struct(_) => true,
        _ => false,
    }
}

/// The lockables in the one order in which all `lock` statements take them, and nil for one that comes
/// again.
pub(super) fn sort_locks(values: &[Value]) -> Result<Vec<Value>, Fault> {
    let mut keyed = Vec::with_capacity(values.len());
    for value in values {
        let Request::Acquire { target, .. } = Machine::lock_request(value, true)? else { continue };
        let side = match &target {
            Target::Side(_, write) => 1 + u8::from(*write),
            Target::Object(_) => 0,
        };
        keyed.push(((lock_id(target.object()), side), value.clone()));
    }
    keyed.sort_by_key(|(key, _)| *key);
    let mut last = None;
    let mut unless_again =
        |(key, value)| if last.replace(key) == Some(key) { Value::UNSET } else { value };
    Ok(keyed.into_iter().map(&mut unless_again).collect())
}

/// What tells a lock apart: of a condition, its lock.
fn lock_id(object: &Ref<Object>) -> u64 {
    match object.lock_of.as_ref().map(|lock| lock.get().view()) {
        Some(View::Object(lock)) => lock.label.id,
        _ => object.label.id,
    }
}
