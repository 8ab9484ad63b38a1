//! Functions of numbers.

use super::Table;
use super::arguments::{given, int, number, wrong};
use super::convert::float_to_int;
use crate::values::{ErrorKind, Fault, Range, Ref, Value, View};

pub fn register(table: &mut Table) {
    table.function("abs", "x", |_, args| abs(&args[0]).map_err(Into::into));
    table.function("round", "x digits?", |_, args| round(&args[0], &args[1]).map_err(Into::into));
    table
        .function("floor", "x", |_, args| whole(&args[0], "floor", f64::floor).map_err(Into::into));
    table.function("ceil", "x", |_, args| whole(&args[0], "ceil", f64::ceil).map_err(Into::into));
    table.function("sqrt", "x", |_, args| {
        let x = number(&args[0], "sqrt")?;
        if x < 0.0 {
            return Err(Fault::value_error("`sqrt` of a negative number").into());
        }
        Ok(Value::float(x.sqrt()))
    });
    table.function("exp", "x", |_, args| {
        let x = number(&args[0], "exp")?;
        let result = x.exp();
        if result.is_infinite() && x.is_finite() {
            return Err(Fault::new(
                ErrorKind::Overflow,
                "the result of `exp` does not fit a float",
            )
            .into());
        }
        Ok(Value::float(result))
    });
    table.function("ln", "x", |_, args| {
        let x = number(&args[0], "ln")?;
        if x <= 0.0 {
            return Err(Fault::value_error("`ln` of a number that is not positive").into());
        }
        Ok(Value::float(x.ln()))
    });
    table.function("sin", "x", |_, args| angle(&args[0], "sin", f64::sin).map_err(Into::into));
    table.function("cos", "x", |_, args| angle(&args[0], "cos", f64::cos).map_err(Into::into));
    table.function("range", "a b step?", |_, args| {
        let (start, end) = (int(&args[0], "range")?, int(&args[1], "range")?);
        let step = given(&args[2]).map_or(Ok(1), |step| int(step, "range"))?;
        if step == 0 {
            return Err(Fault::value_error("a range's step is not 0").into());
        }
        Ok(Value::from(Ref::new(Range { start, end, inclusive: false, step })))
    });
}

fn abs(value: &Value) -> Result<Value, Fault> {
    let overflow = || Fault::new(ErrorKind::Overflow, "the result of `abs` does not fit 64 bits");
    match value.view() {
        View::Int(number) => number.checked_abs().map(Value::int).ok_or_else(overflow),
        View::Float(number) => Ok(Value::float(number.abs())),
        View::Duration(time) => time.checked_abs().map(Value::duration).ok_or_else(overflow),
        _ => Err(wrong(value, "abs", "a number or a duration")),
    }
}

fn whole(value: &Value, what: &str, round: fn(f64) -> f64) -> Result<Value, Fault> {
    match value.view() {
        View::Int(number) => Ok(Value::int(number)),
        View::Float(number) => float_to_int(round(number), what),
        _ => Err(wrong(value, what, "a number")),
    }
}

/// To the nearest, halves to the even one. With `digits`, to so many after the point, as a float.
fn round(value: &Value, digits: &Value) -> Result<Value, Fault> {
    let Some(digits) = given(digits) else { return whole(value, "round", f64::round_ties_even) };
    let digits = int(digits, "round")?;
    match value.view() {
        View::Int(number) if digits >= 0 => Ok(Value::int(number)),
        View::Int(number) => {
            // A larger power of ten is more than twice any int: nothing is left.
            let power = digits.unsigned_abs().min(20) as u32;
            let (number, scale) = (i128::from(number), 10_i128.pow(power));
            let (down, rest) = (number.div_euclid(scale), number.rem_euclid(scale));
            let up = rest * 2 > scale || (rest * 2 == scale && down % 2 != 0);
            let rounded = i64::try_from((down + i128::from(up)) * scale);
            rounded.map(Value::int).map_err(|_| {
                Fault::new(ErrorKind::Overflow, "the result of `round` does not fit 64 bits")
            })
        }
        View::Float(number) if !number.is_finite() || digits > 323 => Ok(Value::float(number)),
        View::Float(number) => {
            let rounded = round_float(number, digits);
            if rounded.is_infinite() {
                let message = "the result of `round` does not fit a float";
                return Err(Fault::new(ErrorKind::Overflow, message));
            }
            Ok(Value::float(rounded))
        }
        _ => Err(wrong(value, "round", "a number")),
    }
}

/// A finite float to so many decimals. Decimal texts are rounded from the exact value, ties to even.
fn round_float(number: f64, digits: i64) -> f64 {
    if digits >= 0 {
        let text = format!("{number:.*}", digits as usize);
        return text.parse().unwrap_or(number);
    }
    // How many digits are left after the first one.
    let text = format!("{number:e}");
    let exponent: i64 = text.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let left = exponent.saturating_add(digits);
    if left >= 0 {
        return format!("{number:.*e}", left as usize).parse().unwrap_or(number);
    }
    // All of them go: it is nearer to one of the place before its first digit, or to nothing, as to which a half
    // counts. It is at least 1 if so, and has no more digits than these.
    let exact = format!("{:.370e}", number.abs());
    let more_than_half =
        exact.split('e').next().is_some_and(|digits| digits.trim_end_matches(['0', '.']) > "5");
    let one =
        if left == -1 && more_than_half { format!("1e{}", exponent + 1) } else { "0".to_owned() };
    let one: f64 = one.parse().unwrap_or(number);
    one.copysign(number)
}

fn angle(value: &Value, what: &str, function: fn(f64) -> f64) -> Result<Value, Fault> {
    let x = number(value, what)?;
    if x.is_infinite() {
        return Err(Fault::value_error(format!("`{what}` of an infinite number")));
    }
    Ok(Value::float(function(x)))
}
