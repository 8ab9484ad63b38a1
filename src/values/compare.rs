//! Equality, order, and membership.

use super::{ErrorKind, Fault, Value, View, type_name};
use std::cmp::Ordering;

/// How deep values may be nested to be compared.
const MOST_NESTED: usize = 1_000;

/// `a == b`
///
/// # Errors
///
/// `LimitError` for values that are nested too deeply, or in themselves.
pub fn equals(a: &Value, b: &Value) -> Result<bool, Fault> {
    equals_at(a, b, 0)
}

fn equals_at(a: &Value, b: &Value, depth: usize) -> Result<bool, Fault> {
    if depth > MOST_NESTED {
        return Err(Fault::new(
            ErrorKind::LimitError,
            "values nested this deeply cannot be compared",
        ));
    }
    Ok(match (a.view(), b.view()) {
        (View::Nil, View::Nil) | (View::Unset, View::Unset) => true,
        (View::Bool(a), View::Bool(b)) => a == b,
        (View::Int(a), View::Int(b)) | (View::Duration(a), View::Duration(b)) => a == b,
        (View::Float(a), View::Float(b)) => a == b,
        (View::Int(a), View::Float(b)) | (View::Float(b), View::Int(a)) => {
            compare_int_float(a, b) == Some(Ordering::Equal)
        }
        (View::Str(a), View::Str(b)) => a.same(b) || a.as_str() == b.as_str(),
        (View::Range(a), View::Range(b)) => a.holds() == b.holds(),
        (View::List(a), View::List(b)) => {
            if a.same(b) {
                return Ok(true);
            }
            let (a, b) = (a.to_vec(), b.to_vec());
            if a.len() != b.len() {
                return Ok(false);
            }
            for (a, b) in a.iter().zip(&b) {
                if !equals_at(a, b, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (View::Map(a), View::Map(b)) => {
            if a.same(b) {
                return Ok(true);
            }
            let entries = a.to_vec();
            if entries.len() != b.len() {
                return Ok(false);
            }
            for (key, value) in entries {
                let Ok(Some(other)) = b.get(&key) else { return Ok(false) };
                if !equals_at(&value, &other, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => a.is_same(b),
    })
}

impl Value {
    /// Whether both are the same object, or the same handle to one. Of scalars: whether they are equal, bit by bit.
    #[must_use]
    pub fn is_same(&self, other: &Value) -> bool {
        match (self.view(), other.view()) {
            // A thread may have several handles.
            (View::Object(a), View::Object(b)) => {
                a.same(b) || (a.kind == b.kind && a.label.id == b.label.id)
            }
            (View::Side(a), View::Side(b)) => {
                a.write == b.write && a.lock.get().is_same(b.lock.get())
            }
            (View::Bound(a), View::Bound(b)) => a.same_method(b),
            _ => self.tag() == other.tag() && self.number() == other.number(),
        }
    }
}

/// `a < b` and its kin: the outer option is `None` for values that have no order, the inner one for `nan`.
///
/// # Errors
///
/// `LimitError` for lists that are nested too deeply; `TypeError` for items that have no order.
pub fn order(a: &Value, b: &Value) -> Result<Option<Option<Ordering>>, Fault> {
    order_at(a, b, 0)
}

fn order_at(a: &Value, b: &Value, depth: usize) -> Result<Option<Option<Ordering>>, Fault> {
    if depth > MOST_NESTED {
        return Err(Fault::new(
            ErrorKind::LimitError,
            "values nested this deeply cannot be compared",
        ));
    }
    Ok(Some(match (a.view(), b.view()) {
        (View::Int(a), View::Int(b)) | (View::Duration(a), View::Duration(b)) => Some(a.cmp(&b)),
        (View::Float(a), View::Float(b)) => a.partial_cmp(&b),
        (View::Int(a), View::Float(b)) => compare_int_float(a, b),
        (View::Float(a), View::Int(b)) => compare_int_float(b, a).map(Ordering::reverse),
        (View::Str(a), View::Str(b)) => Some(a.as_str().cmp(b.as_str())),
        (View::List(a), View::List(b)) => {
            let (a, b) = (a.to_vec(), b.to_vec());
            for (a, b) in a.iter().zip(&b) {
                if equals_at(a, b, depth + 1)? {
                    continue;
                }
                let unordered = || {
                    Fault::type_error(format!(
                        "`<` cannot order {} and {}",
                        type_name(a),
                        type_name(b)
                    ))
                };
                return Ok(Some(order_at(a, b, depth + 1)?.ok_or_else(unordered)?));
            }
            Some(a.len().cmp(&b.len()))
        }
        _ => return Ok(None),
    }))
}

/// By value, exactly: an int may have more digits than a float can tell apart.
fn compare_int_float(int: i64, float: f64) -> Option<Ordering> {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= BOUND {
        return Some(Ordering::Less);
    }
    if float < -BOUND {
        return Some(Ordering::Greater);
    }
    let whole = float.floor();
    Some(match int.cmp(&(whole as i64)) {
        Ordering::Equal if float > whole => Ordering::Less,
        other => other,
    })
}

/// `item in container`
///
/// # Errors
///
/// `TypeError` for something that holds nothing, or a string in which something else than a string is
/// sought.
pub fn contains(container: &Value, item: &Value) -> Result<bool, Fault> {
    match container.view() {
        View::List(list) => {
            for other in list.to_vec() {
                if equals(&other, item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        View::Str(text) => match item.view() {
            View::Str(part) => Ok(text.as_str().contains(part.as_str())),
            _ => Err(Fault::type_error(format!(
                "`in` seeks a str in a str, not {}",
                type_name(item)
            ))),
        },
        View::Map(map) => map.contains(item).map_err(|_| bad_key(item)),
        View::Range(range) => Ok(match item.view() {
            View::Int(number) => range.contains(number),
            View::Float(number) => {
                let whole = number as i64;
                compare_int_float(whole, number) == Some(Ordering::Equal) && range.contains(whole)
            }
            _ => false,
        }),
        _ => Err(Fault::type_error(format!(
            "`in` needs a list, a str, a map or a range, not {}",
            type_name(container)
        ))),
    }
}

/// The error for a value that cannot be a map's key.
#[must_use]
pub fn bad_key(key: &Value) -> Fault {
    let what = type_name(key);
    Fault::type_error(format!(
        "{what} cannot be a map's key: nil, bool, int, str, duration and range can"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{List, Range, Ref};

    #[test]
    fn ints_and_floats_compare_by_value() {
        let big = (1_i64 << 53) + 1;
        assert!(!equals(&Value::int(big), &Value::float(big as f64)).unwrap());
        assert!(equals(&Value::int(3), &Value::float(3.0)).unwrap());
        assert_eq!(compare_int_float(3, 3.5), Some(Ordering::Less));
        assert_eq!(compare_int_float(-3, -3.5), Some(Ordering::Greater));
        assert_eq!(compare_int_float(i64::MAX, 9.3e18), Some(Ordering::Less));
        assert_eq!(compare_int_float(i64::MIN, f64::NEG_INFINITY), Some(Ordering::Greater));
        assert_eq!(compare_int_float(0, f64::NAN), None);
    }

    #[test]
    fn a_list_in_itself_is_told() {
        let make = || {
            let list = List::from_values([].into_iter()).unwrap();
            list.push(list.clone().into()).unwrap();
            Value::from(list)
        };
        let (a, b) = (make(), make());
        assert!(equals(&a, &a).unwrap());
        assert_eq!(equals(&a, &b).unwrap_err().kind, ErrorKind::LimitError);
    }

    #[test]
    fn ranges_are_what_they_hold() {
        let range =
            |start, end, inclusive| Value::from(Ref::new(Range { start, end, inclusive, step: 1 }));
        assert!(equals(&range(0, 3, false), &range(0, 2, true)).unwrap());
        assert!(contains(&range(0, 3, false), &Value::float(2.0)).unwrap());
        assert!(!contains(&range(0, 3, false), &Value::float(2.5)).unwrap());
    }
}
