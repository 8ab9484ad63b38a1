//! Operators on values: the general case of what the machine does fast for ints and floats.

use super::{
    ErrorKind, Fault, List, Str, Value, View, contains, duration, equals, order, type_name,
};
use crate::memory;
use crate::syntax::ast::BinaryOp;
use std::cmp::Ordering;

/// `left operator right`
///
/// # Errors
///
/// `TypeError` for operands that do not fit, `Overflow`, `DivisionByZero`, `ValueError` for a negative
/// shift, `LimitError` for a text or list that is too large.
pub fn binary(operator: BinaryOp, left: &Value, right: &Value) -> Result<Value, Fault> {
    let unfit = || unfit(operator, left, right);
    match operator {
        BinaryOp::Eq => return equals(left, right).map(Value::bool),
        BinaryOp::Ne => return equals(left, right).map(|same| Value::bool(!same)),
        BinaryOp::In => return contains(right, left).map(Value::bool),
        BinaryOp::NotIn => return contains(right, left).map(|found| Value::bool(!found)),
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
            let order = order(left, right)?.ok_or_else(unfit)?;
            return Ok(Value::bool(holds(operator, order)));
        }
        _ => {}
    }
    match (left.view(), right.view()) {
        (View::Int(a), View::Int(b)) => int_int(operator, a, b),
        (View::Float(a), View::Float(b)) => floats(operator, a, b).unwrap_or_else(|| Err(unfit())),
        (View::Int(a), View::Float(b)) => {
            floats(operator, a as f64, b).unwrap_or_else(|| Err(unfit()))
        }
        (View::Float(a), View::Int(b)) => {
            floats(operator, a, b as f64).unwrap_or_else(|| Err(unfit()))
        }
        (View::Duration(a), View::Duration(b)) => {
            durations(operator, a, b).unwrap_or_else(|| Err(unfit()))
        }
        (View::Duration(a), View::Int(b)) => match operator {
            BinaryOp::Mul => {
                a.checked_mul(b).map(Value::duration).ok_or_else(|| overflow(operator))
            }
            BinaryOp::Div => duration::divided(a, b),
            _ => Err(unfit()),
        },
        (View::Int(a), View::Duration(b)) if operator == BinaryOp::Mul => {
            a.checked_mul(b).map(Value::duration).ok_or_else(|| overflow(operator))
        }
        (View::Duration(a), View::Float(b)) => match operator {
            BinaryOp::Mul => duration::times_float(a, b),
            BinaryOp::Div => duration::divided_by_float(a, b),
            _ => Err(unfit()),
        },
        (View::Float(a), View::Duration(b)) if operator == BinaryOp::Mul => {
            duration::times_float(b, a)
        }
        (View::Str(a), View::Str(b)) if operator == BinaryOp::Add => {
            Str::try_new(&[a.as_str(), b.as_str()])
                .map(Value::from)
                .ok_or_else(|| Fault::no_memory("string"))
        }
        (View::Str(text), View::Int(times)) if operator == BinaryOp::Mul => {
            repeat_str(text.as_str(), times)
        }
        (View::List(a), View::List(b)) if operator == BinaryOp::Add => {
            // The copies, and what is made of them.
            let size = 2 * (a.len() + b.len()) * size_of::<Value>();
            if !memory::claim(size) {
                return Err(Fault::no_memory("list"));
            }
            let (a, b) = (a.to_vec(), b.to_vec());
            let joined = List::from_values(a.into_iter())
                .filter(|list| list.open().extend(b.into_iter()).is_ok());
            joined.map(Value::from).ok_or_else(|| Fault::no_memory("list"))
        }
        (View::List(list), View::Int(times)) if operator == BinaryOp::Mul => {
            let items = list.to_vec();
            let count = usize::try_from(times.max(0)).ok().and_then(|n| n.checked_mul(items.len()));
            let count = count.ok_or_else(|| Fault::no_memory("list"))?;
            let repeated = items.iter().cycle().take(count).cloned();
            List::from_values(Counted(repeated, count))
                .map(Value::from)
                .ok_or_else(|| Fault::no_memory("list"))
        }
        _ => Err(unfit()),
    }
}

/// An iterator whose length is known from elsewhere.
struct Counted<I>(I, usize);

impl<I: Iterator<Item = Value>> Iterator for Counted<I> {
    type Item = Value;
    fn next(&mut self) -> Option<Value> {
        self.1 = self.1.saturating_sub(1);
        self.0.next()
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.1, Some(self.1))
    }
}

impl<I: Iterator<Item = Value>> ExactSizeIterator for Counted<I> {}

/// A text so many times; none for a negative number.
pub(super) fn repeat_str(text: &str, times: i64) -> Result<Value, Fault> {
    let too_large = || Fault::no_memory("string");
    let times = usize::try_from(times.max(0)).map_err(|_| too_large())?;
    let size = text
        .len()
        .checked_mul(times)
        .filter(|size| *size < isize::MAX as usize)
        .ok_or_else(too_large)?;
    if !memory::claim(size) {
        return Err(too_large());
    }
    let mut buffer = String::new();
    buffer.try_reserve_exact(size).map_err(|_| too_large())?;
    for _ in 0..if text.is_empty() { 0 } else { times } {
        buffer.push_str(text);
    }
    Str::try_new(&[&buffer]).map(Value::from).ok_or_else(too_large)
}

fn holds(operator: BinaryOp, order: Option<Ordering>) -> bool {
    match operator {
        BinaryOp::Lt => order == Some(Ordering::Less),
        BinaryOp::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        BinaryOp::Gt => order == Some(Ordering::Greater),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn unfit(operator: BinaryOp, left: &Value, right: &Value) -> Fault {
    let (sign, a, b) = (operator.text(), type_name(left), type_name(right));
    let hint = match (operator, left.view(), right.view()) {
        (BinaryOp::Mod, View::Str(_), _) => "; strings interpolate: \"{x:.2f}\"",
        (BinaryOp::Add, View::Str(_), _) | (BinaryOp::Add, _, View::Str(_)) => {
            "; `str(x)` or \"{x}\" makes a text of a value"
        }
        (BinaryOp::Mul, View::Int(_), View::Str(_) | View::List(_)) => "; the number comes second",
        (_, View::Duration(_), View::Int(_) | View::Float(_))
        | (_, View::Int(_) | View::Float(_), View::Duration(_)) => "; a duration has a unit: `2s`",
        _ => "",
    };
    if matches!(operator, BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge) {
        return Fault::type_error(format!("`{sign}` cannot order {a} and {b}"));
    }
    Fault::type_error(format!("`{sign}` does not go with {a} and {b}{hint}"))
}

pub(super) fn overflow(operator: BinaryOp) -> Fault {
    Fault::new(
        ErrorKind::Overflow,
        format!("the result of `{}` does not fit 64 bits", operator.text()),
    )
}

pub(super) fn by_zero() -> Fault {
    Fault::new(ErrorKind::DivisionByZero, "division by zero")
}

fn int_int(operator: BinaryOp, a: i64, b: i64) -> Result<Value, Fault> {
    let checked = |result: Option<i64>| result.map(Value::int).ok_or_else(|| overflow(operator));
    match operator {
        BinaryOp::Add => checked(a.checked_add(b)),
        BinaryOp::Sub => checked(a.checked_sub(b)),
        BinaryOp::Mul => checked(a.checked_mul(b)),
        BinaryOp::Div if b == 0 => Err(by_zero()),
        BinaryOp::Div => Ok(Value::float(a as f64 / b as f64)),
        BinaryOp::FloorDiv if b == 0 => Err(by_zero()),
        BinaryOp::FloorDiv => checked(floor_div(a, b)),
        BinaryOp::Mod if b == 0 => Err(by_zero()),
        BinaryOp::Mod => Ok(Value::int(floor_mod(a, b))),
        BinaryOp::Pow if b >= 0 => checked(int_power(a, b)),
        BinaryOp::Pow => power(a as f64, b as f64),
        BinaryOp::BitOr => Ok(Value::int(a | b)),
        BinaryOp::BitXor => Ok(Value::int(a ^ b)),
        BinaryOp::BitAnd => Ok(Value::int(a & b)),
        BinaryOp::Shl | BinaryOp::Shr if b < 0 => {
            Err(Fault::value_error("a shift by a negative number"))
        }
        BinaryOp::Shl if a == 0 => Ok(Value::int(0)),
        BinaryOp::Shl => {
            checked(u32::try_from(b).ok().filter(|b| *b < 64 && (a << b) >> b == a).map(|b| a << b))
        }
        _ => Ok(Value::int(a >> b.min(63))),
    }
}

/// The quotient, rounded down. `None` if it does not fit.
#[inline]
#[must_use]
pub fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

/// The remainder of the quotient rounded down: it has the sign of `b`, which is not 0.
#[inline]
#[must_use]
pub fn floor_mod(a: i64, b: i64) -> i64 {
    let remainder = a.wrapping_rem(b);
    if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder }
}

fn int_power(base: i64, exponent: i64) -> Option<i64> {
    match (base, u32::try_from(exponent)) {
        (0 | 1, _) => Some(if exponent == 0 { 1 } else { base }),
        (-1, _) => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        (_, Ok(exponent)) => base.checked_pow(exponent),
        (_, Err(_)) => None,
    }
}

fn power(base: f64, exponent: f64) -> Result<Value, Fault> {
    if base == 0.0 && exponent < 0.0 {
        return Err(by_zero());
    }
    let result = base.powf(exponent);
    if result.is_nan() && !base.is_nan() && !exponent.is_nan() {
        return Err(Fault::value_error("a negative number to a power that is not whole"));
    }
    Ok(Value::float(result))
}

fn floats(operator: BinaryOp, a: f64, b: f64) -> Option<Result<Value, Fault>> {
    Some(Ok(Value::float(match operator {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod if b == 0.0 => {
            return Some(Err(by_zero()));
        }
        BinaryOp::Div => a / b,
        BinaryOp::FloorDiv => float_floor_div(a, b),
        BinaryOp::Mod => float_floor_mod(a, b),
        BinaryOp::Pow => return Some(power(a, b)),
        _ => return None,
    })))
}

/// As Python's `a % b` on floats: the remainder has the sign of `b`.
fn float_floor_mod(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder == 0.0 {
        0.0_f64.copysign(b)
    } else if (remainder < 0.0) != (b < 0.0) {
        remainder + b
    } else {
        remainder
    }
}

/// As Python's `a // b` on floats: exact, where `(a / b).floor()` may be one off.
fn float_floor_div(a: f64, b: f64) -> f64 {
    let remainder = float_floor_mod(a, b);
    if a.is_infinite() || remainder.is_nan() {
        return f64::NAN;
    }
    let quotient = (a - remainder) / b;
    let floor = quotient.floor();
    if quotient == 0.0 {
        0.0_f64.copysign(a / b)
    } else if quotient - floor > 0.5 {
        floor + 1.0
    } else {
        floor
    }
}

fn durations(operator: BinaryOp, a: i64, b: i64) -> Option<Result<Value, Fault>> {
    let checked = |result: Option<i64>, make: fn(i64) -> Value| {
        result.map(make).ok_or_else(|| overflow(operator))
    };
    Some(match operator {
        BinaryOp::Add => checked(a.checked_add(b), Value::duration),
        BinaryOp::Sub => checked(a.checked_sub(b), Value::duration),
        BinaryOp::Div | BinaryOp::FloorDiv if b == 0 => Err(by_zero()),
        BinaryOp::Div => Ok(Value::float(a as f64 / b as f64)),
        BinaryOp::FloorDiv => checked(floor_div(a, b), Value::int),
        _ => return None,
    })
}

/// `-x`
///
/// # Errors
///
/// `TypeError`, `Overflow`.
pub fn negate(value: &Value) -> Result<Value, Fault> {
    let overflow = || Fault::new(ErrorKind::Overflow, "the result of `-` does not fit 64 bits");
    match value.view() {
        View::Int(number) => number.checked_neg().map(Value::int).ok_or_else(overflow),
        View::Float(number) => Ok(Value::float(-number)),
        View::Duration(d) => d.checked_neg().map(Value::duration).ok_or_else(overflow),
        _ => Err(Fault::type_error(format!("`-` does not go with {}", type_name(value)))),
    }
}

/// `~x`
///
/// # Errors
///
/// `TypeError`.
pub fn invert(value: &Value) -> Result<Value, Fault> {
    match value.view() {
        View::Int(number) => Ok(Value::int(!number)),
        _ => Err(Fault::type_error(format!("`~` does not go with {}", type_name(value)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(operator: BinaryOp, a: i64, b: i64) -> Result<i64, ErrorKind> {
        match binary(operator, &Value::int(a), &Value::int(b)) {
            Ok(value) => match value.view() {
                View::Int(number) => Ok(number),
                _ => panic!("{value:?} is no int"),
            },
            Err(fault) => Err(fault.kind),
        }
    }

    fn float(operator: BinaryOp, a: f64, b: f64) -> f64 {
        match binary(operator, &Value::float(a), &Value::float(b)).map(|v| v.float_bits()) {
            Ok(number) => number,
            Err(fault) => panic!("{fault:?}"),
        }
    }

    #[test]
    fn division_floors_with_the_sign_of_the_divisor() {
        for (a, b, quotient, remainder) in [
            (7, 2, 3, 1),
            (-7, 2, -4, 1),
            (7, -2, -4, -1),
            (-7, -2, 3, -1),
            (6, 3, 2, 0),
            (-6, 3, -2, 0),
        ] {
            assert_eq!(int(BinaryOp::FloorDiv, a, b), Ok(quotient));
            assert_eq!(int(BinaryOp::Mod, a, b), Ok(remainder));
        }
        assert_eq!(int(BinaryOp::FloorDiv, i64::MIN, -1), Err(ErrorKind::Overflow));
        assert_eq!(int(BinaryOp::Mod, i64::MIN, -1), Ok(0));
        assert_eq!(int(BinaryOp::Mod, 1, 0), Err(ErrorKind::DivisionByZero));
        assert_eq!(float(BinaryOp::Mod, -7.5, 2.0), 0.5);
        assert_eq!(float(BinaryOp::FloorDiv, -7.5, 2.0), -4.0);
        assert_eq!(float(BinaryOp::FloorDiv, 1.0, 0.1), 9.0);
    }

    #[test]
    fn powers_and_shifts() {
        assert_eq!(int(BinaryOp::Pow, 2, 62), Ok(1 << 62));
        assert_eq!(int(BinaryOp::Pow, 2, 63), Err(ErrorKind::Overflow));
        assert_eq!(int(BinaryOp::Pow, -2, 63), Ok(i64::MIN));
        assert_eq!(int(BinaryOp::Pow, -1, i64::MAX), Ok(-1));
        assert_eq!(int(BinaryOp::Pow, 0, 0), Ok(1));
        assert_eq!(int(BinaryOp::Shl, 1, 62), Ok(1 << 62));
        assert_eq!(int(BinaryOp::Shl, 1, 63), Err(ErrorKind::Overflow));
        assert_eq!(int(BinaryOp::Shl, -1, 63), Ok(i64::MIN));
        assert_eq!(int(BinaryOp::Shl, 0, 99), Ok(0));
        assert_eq!(int(BinaryOp::Shr, -5, 99), Ok(-1));
        assert_eq!(int(BinaryOp::Shr, 1, -1), Err(ErrorKind::ValueError));
    }
}
