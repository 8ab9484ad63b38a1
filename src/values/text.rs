//! Values as text: `str(x)`, and `repr(x)`, which quotes strings.

use super::{Fault, ObjectKind, Ref, Str, Value, View, builtin_name, float_text};
use crate::memory;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write;

/// A value's text, borrowed from it where it is a string.
pub type Text<'a> = Cow<'a, str>;

/// What `type(x)` gives.
#[must_use]
pub fn type_name(value: &Value) -> Cow<'static, str> {
    Cow::Borrowed(match value.view() {
        View::Unset | View::Nil => "nil",
        View::Bool(_) => "bool",
        View::Int(_) => "int",
        View::Float(_) => "float",
        View::Duration(_) => "duration",
        View::Str(_) => "str",
        View::Range(_) => "range",
        View::List(_) => "list",
        View::Map(_) => "map",
        View::Builtin(_) | View::Function(_) | View::Bound(_) => "function",
        View::Struct(_) => "struct",
        View::Instance(instance) => return Cow::Owned(instance.head.structure.name.to_string()),
        View::Error(_) => "error",
        View::Module(_) => "module",
        View::Atomic(_) => "Atomic",
        View::Local(_) => "Local",
        View::Object(object) => object.kind.name(),
        View::Side(_) => "RwLock side",
        View::Cell(_) => "cell",
        View::Iter(_) => "iterator",
    })
}

/// `str(x)`
///
/// # Errors
///
/// `LimitError` if it is too large: a small value that holds another many times over may have a text without end.
pub fn text(value: &Value) -> Result<Text<'_>, Fault> {
    match value.view() {
        View::Str(text) => Ok(Cow::Borrowed(text.as_str())),
        _ => repr(value).map(Cow::Owned),
    }
}

/// `repr(x)`: as `str(x)`, but a string is quoted.
///
/// # Errors
///
/// As [`text`].
pub fn repr(value: &Value) -> Result<String, Fault> {
    let (written, is_whole) = Writer::written(value, LONGEST);
    if is_whole { Ok(written) } else { Err(Fault::no_memory("string")) }
}

/// The same for people to read: of what is too large, the beginning.
#[must_use]
pub fn shown(value: &Value) -> String {
    let (mut written, is_whole) = Writer::written(value, MOST_SHOWN);
    if !is_whole {
        written.push('…');
    }
    written
}

/// Writes nested values without recursion, so that no depth is too deep.
struct Writer {
    out: String,
    open: Vec<Open>,
    /// Where those that are open live, once there are many.
    addresses: HashSet<usize>,
    /// At this length it is asked whether there is memory for more.
    asked_at: usize,
    /// It becomes no longer.
    most: usize,
}

/// Shorter texts are written without asking.
const SHORT: usize = 1 << 20;
/// No text of a value becomes longer: it would take too long to write.
const LONGEST: usize = 1 << 27;
/// So much of it is for people.
const MOST_SHOWN: usize = 1 << 24;

/// With more values open than this, looking through them takes longer than looking them up.
const MANY: usize = 32;

/// A value whose parts are being written.
struct Open {
    /// Where it lives: a value that is found again within itself is not written again.
    address: usize,
    parts: std::vec::IntoIter<Part>,
    close: &'static str,
    first: bool,
}

/// A part of a list, a map or an instance: what stands before the value, and the value.
struct Part {
    before: String,
    value: Value,
}

impl Writer {
    /// The text of a value, and whether it is the whole.
    fn written(value: &Value, most: usize) -> (String, bool) {
        let mut writer = Writer {
            out: String::new(),
            open: Vec::new(),
            addresses: HashSet::new(),
            asked_at: SHORT,
            most,
        };
        writer.write(value);
        let is_whole = writer.finish();
        (writer.out, is_whole)
    }

    /// Whether the text may become longer.
    fn has_room(&mut self) -> bool {
        if self.out.len() >= self.asked_at {
            self.asked_at = self.out.len() * 2;
            // As it grows it moves, and is there twice for a moment.
            return self.out.len() < self.most && memory::claim(3 * self.asked_at);
        }
        true
    }

    /// Writes what is open; whether all of it.
    fn finish(&mut self) -> bool {
        while let Some(open) = self.open.last_mut() {
            match open.parts.next() {
                Some(part) => {
                    if !open.first {
                        self.out.push_str(", ");
                    }
                    open.first = false;
                    self.out.push_str(&part.before);
                    self.write(&part.value);
                    if !self.has_room() {
                        return false;
                    }
                }
                None => {
                    self.out.push_str(open.close);
                    if let Some(closed) = self.open.pop()
                        && self.open.len() >= MANY
                    {
                        self.addresses.remove(&closed.address);
                    }
                }
            }
        }
        true
    }

    fn write(&mut self, value: &Value) {
        match value.view() {
            View::Str(text) => quote(&mut self.out, text),
            View::List(list) => {
                if self.is_open(list.address()) {
                    self.out.push_str("[...]");
                    return;
                }
                let parts =
                    list.to_vec().into_iter().map(|value| Part { before: String::new(), value });
                self.out.push('[');
                self.enter(list.address(), parts.collect(), "]");
            }
            View::Map(map) => {
                if self.is_open(map.address()) {
                    self.out.push_str("{...}");
                    return;
                }
                let parts = map
                    .to_vec()
                    .into_iter()
                    .map(|(key, value)| Part { before: key_text(&key), value });
                self.out.push('{');
                self.enter(map.address(), parts.collect(), "}");
            }
            View::Instance(instance) => {
                let structure = &instance.head.structure;
                self.out.push_str(&structure.name);
                if self.is_open(instance.address()) {
                    self.out.push_str("(...)");
                    return;
                }
                let fields = structure.fields.list.iter().enumerate();
                let parts = fields.map(|(slot, field)| Part {
                    before: format!("{}: ", field.name),
                    value: instance.get(slot),
                });
                self.out.push('(');
                self.enter(instance.address(), parts.collect(), ")");
            }
            _ => flat(&mut self.out, value),
        }
    }

    fn is_open(&self, address: usize) -> bool {
        let few = &self.open[..self.open.len().min(MANY)];
        few.iter().any(|open| open.address == address) || self.addresses.contains(&address)
    }

    fn enter(&mut self, address: usize, parts: Vec<Part>, close: &'static str) {
        if self.open.len() >= MANY {
            self.addresses.insert(address);
        }
        self.open.push(Open { address, parts: parts.into_iter(), close, first: true });
    }
}

/// The text of a value that holds no others.
fn flat(out: &mut String, value: &Value) {
    let _ = match value.view() {
        View::Nil => write!(out, "nil"),
        View::Bool(value) => write!(out, "{value}"),
        View::Int(number) => write!(out, "{number}"),
        View::Float(number) => write!(out, "{}", float_text(number)),
        View::Duration(nanoseconds) => write!(out, "{}", duration_text(nanoseconds)),
        View::Range(range) => match (range.step, range.inclusive) {
            (1, false) => write!(out, "{}..{}", range.start, range.end),
            (1, true) => write!(out, "{}..={}", range.start, range.end),
            _ => write!(out, "range({}, {}, {})", range.start, range.end, range.step),
        },
        View::Builtin(number) => match builtin_name(number) {
            Some(name) => write!(out, "<fn {name}>"),
            None => write!(out, "<fn>"),
        },
        View::Function(closure) => match &*closure.code().name {
            "fn" => write!(out, "<fn>"),
            name => write!(out, "<fn {name}>"),
        },
        View::Bound(method) => write!(out, "<fn {}>", method.name),
        View::Struct(structure) => write!(out, "<struct {}>", structure.name),
        View::Error(error) => write!(out, "{}", **error),
        View::Module(module) => write!(out, "<module {}>", module.name),
        View::Atomic(atomic) => write!(out, "<Atomic {}>", atomic.label),
        View::Local(local) => write!(out, "<Local {}>", local.label),
        View::Object(object) => write!(out, "<{}>", **object),
        View::Side(side) => {
            let label = side.object().map(|object| object.label.to_string()).unwrap_or_default();
            write!(
                out,
                "<{} {label}.{}>",
                ObjectKind::RwLock.name(),
                if side.write { "write" } else { "read" }
            )
        }
        View::Unset => write!(out, "unset"),
        _ => write!(out, "<{}>", type_name(value)),
    };
}

/// A key as a map's text shows it: a bare word where it could be written as one.
fn key_text(key: &Value) -> String {
    match key.view() {
        View::Str(text) if is_word(text.as_str()) => format!("{}: ", text.as_str()),
        View::Str(_) => format!("{}: ", shown(key)),
        _ => format!("[{}]: ", shown(key)),
    }
}

fn is_word(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

fn quote(out: &mut String, text: &Ref<Str>) {
    out.push('"');
    let text = text.as_str();
    let mut written = 0;
    for (at, special) in text.match_indices(|c: char| matches!(c, '"' | '\\') || c.is_control()) {
        out.push_str(&text[written..at]);
        written = at + special.len();
        match special {
            "\"" => out.push_str("\\\""),
            "\\" => out.push_str("\\\\"),
            "\n" => out.push_str("\\n"),
            "\t" => out.push_str("\\t"),
            "\r" => out.push_str("\\r"),
            "\0" => out.push_str("\\0"),
            _ => special.chars().for_each(|c| {
                let _ = write!(out, "\\u{{{:X}}}", c as u32);
            }),
        }
    }
    out.push_str(&text[written..]);
    out.push('"');
}

/// The text of a duration: in the largest unit that is at least 1; minutes and hours only where two decimals
/// are enough.
#[must_use]
pub fn duration_text(nanoseconds: i64) -> String {
    const UNITS: [(&str, u64, u32); 6] = [
        ("h", 3_600_000_000_000, 2),
        ("min", 60_000_000_000, 2),
        ("s", 1_000_000_000, 9),
        ("ms", 1_000_000, 6),
        ("us", 1_000, 3),
        ("ns", 1, 0),
    ];
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = nanoseconds.unsigned_abs();
    for (unit, scale, most) in UNITS {
        let rest = size % scale;
        let parts = 10_u64.pow(most);
        // The fraction in units of 10^-most, if it is whole.
        let fraction = u128::from(rest) * u128::from(parts);
        if size < scale || fraction % u128::from(scale) != 0 {
            continue;
        }
        let fraction = (fraction / u128::from(scale)) as u64;
        let mut text = format!("{sign}{}", size / scale);
        if fraction > 0 {
            let digits = format!("{fraction:0width$}", width = most as usize);
            let _ = write!(text, ".{}", digits.trim_end_matches('0'));
        }
        return text + unit;
    }
    "0s".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{List, Map, Range};

    #[test]
    fn durations() {
        const S: i64 = 1_000_000_000;
        for (nanoseconds, text) in [
            (250_000_000, "250ms"),
            (3 * S / 2, "1.5s"),
            (100 * S, "100s"),
            (90 * S, "1.5min"),
            (0, "0s"),
            (-2 * S, "-2s"),
            (120 * S, "2min"),
            (3600 * S, "1h"),
            (3660 * S, "61min"),
            (3636 * S, "1.01h"),
            (61 * S, "61s"),
            (1_234_567, "1.234567ms"),
            (1, "1ns"),
            (1_500, "1.5us"),
            (i64::MAX, "9223372036.854775807s"),
            (i64::MIN, "-9223372036.854775808s"),
        ] {
            assert_eq!(duration_text(nanoseconds), text);
        }
    }

    #[test]
    fn strings_are_quoted_inside() {
        let list = List::from_values([Value::str("a\"\n"), Value::int(1)].into_iter()).unwrap();
        assert_eq!(shown(&Value::from(list)), r#"["a\"\n", 1]"#);
        assert_eq!(shown(&Value::int(1)), "1");
        assert_eq!(shown(&Value::str("a\u{7}")), r#""a\u{7}""#);
    }

    #[test]
    fn maps_and_cycles() {
        let map = Map::new();
        map.set(Value::str("name"), Value::str("ann")).unwrap();
        map.set(Value::str("two words"), Value::int(2)).unwrap();
        map.set(Value::int(1), map.clone().into()).unwrap();
        let range = Range { start: 0, end: 10, inclusive: false, step: 1 };
        map.set(Value::from(Ref::new(range)), Value::NIL).unwrap();
        assert_eq!(
            shown(&map.clone().into()),
            r#"{name: "ann", "two words": 2, [1]: {...}, [0..10]: nil}"#
        );
        map.open().clear();
    }

    #[test]
    fn deep_values_are_written() {
        let mut list = List::from_values([].into_iter()).unwrap();
        for _ in 0..5_000 {
            list = List::from_values([Value::from(list)].into_iter()).unwrap();
        }
        assert_eq!(shown(&list.into()).len(), 2 * 5_001);
    }
}
