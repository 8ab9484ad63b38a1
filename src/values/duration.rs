//! A duration times a number and in parts: exact, then rounded to the nearest nanosecond, halves to the even one.

use super::arithmetic::{by_zero, overflow};
use super::{Fault, Value};
use crate::syntax::ast::BinaryOp;

/// `a / b`
pub(super) fn divided(a: i64, b: i64) -> Result<Value, Fault> {
    if b == 0 {
        return Err(by_zero());
    }
    let (a, b) = (i128::from(a), i128::from(b));
    nearest(a * b.signum(), b.abs()).ok_or_else(|| overflow(BinaryOp::Div))
}

/// `a * b`
pub(super) fn times_float(a: i64, b: f64) -> Result<Value, Fault> {
    if b.is_nan() || b.is_infinite() && a == 0 {
        return Err(Fault::value_error("a duration times nan"));
    }
    let (digits, power) = parts(b);
    let whole = if b.is_finite() { scaled(i128::from(a) * digits, 1, power) } else { None };
    whole.ok_or_else(|| overflow(BinaryOp::Mul))
}

/// `a / b`
pub(super) fn divided_by_float(a: i64, b: f64) -> Result<Value, Fault> {
    if b == 0.0 {
        return Err(by_zero());
    }
    if b.is_nan() {
        return Err(Fault::value_error("a duration divided by nan"));
    }
    if b.is_infinite() {
        return Ok(Value::duration(0));
    }
    let (digits, power) = parts(b);
    scaled(i128::from(a) * digits.signum(), digits.abs(), -power)
        .ok_or_else(|| overflow(BinaryOp::Div))
}

/// The whole number and the power of two whose product a float is. The number has at most 53 bits.
fn parts(number: f64) -> (i128, i32) {
    let bits = number.to_bits();
    let fraction = i128::from(bits & ((1 << 52) - 1));
    let power = (bits >> 52 & 0x7ff) as i32;
    // The digits of the smallest floats have no leading 1.
    let digits = if power == 0 { fraction } else { fraction | 1 << 52 };
    (if number.is_sign_negative() { -digits } else { digits }, power.max(1) - 1075)
}

/// The duration of `numerator / denominator * 2 ** power` nanoseconds, if it fits. The numerator has at most 116 bits,
/// the denominator, which is positive, at most 53.
fn scaled(numerator: i128, denominator: i128, power: i32) -> Option<Value> {
    let scale = 1_i128.checked_shl(power.unsigned_abs()).filter(|scale| *scale > 0);
    if numerator == 0 {
        return Some(Value::duration(0));
    }
    if power >= 0 {
        // What does not fit 128 bits is too large over any denominator.
        return nearest(numerator.checked_mul(scale?)?, denominator);
    }
    match scale.and_then(|scale| denominator.checked_mul(scale)) {
        Some(denominator) => nearest(numerator, denominator),
        // Any numerator is less than half of that.
        None => Some(Value::duration(0)),
    }
}

/// The duration of `numerator / denominator` nanoseconds, if it fits. The denominator is positive.
fn nearest(numerator: i128, denominator: i128) -> Option<Value> {
    let below = numerator.div_euclid(denominator);
    let rest = numerator.rem_euclid(denominator);
    let half = rest.cmp(&(denominator - rest));
    let up = half.is_gt() || half.is_eq() && below % 2 != 0;
    i64::try_from(below + i128::from(up)).ok().map(Value::duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_round_to_even() {
        let parts = |a, b| divided(a, b).map(|v| v.number() as i64);
        for (a, b, quotient) in [(10, 3, 3), (5, 2, 2), (7, 2, 4), (-5, 2, -2), (5, -2, -2)] {
            assert_eq!(parts(a, b), Ok(quotient));
            assert_eq!(divided_by_float(a, b as f64).map(|v| v.number() as i64), Ok(quotient));
        }
        assert!(parts(i64::MIN, -1).is_err());
    }

    #[test]
    fn floats_lose_nothing() {
        let times = |a, b| times_float(a, b).ok().map(|v| v.number() as i64);
        let over = |a, b| divided_by_float(a, b).ok().map(|v| v.number() as i64);
        for whole in [0, 1, (1 << 53) + 1, i64::MAX, i64::MIN] {
            assert_eq!((times(whole, 1.0), over(whole, 1.0)), (Some(whole), Some(whole)));
        }
        assert_eq!((times(i64::MIN, -1.0), over(i64::MIN, -1.0)), (None, None));
        assert_eq!((times(i64::MAX, 0.5), over(i64::MAX, 2.0)), (Some(1 << 62), Some(1 << 62)));
        assert_eq!((times(1, 0.5), times(3, 0.5), times(1, 0.75)), (Some(0), Some(2), Some(1)));
        assert_eq!((times(i64::MAX, 5e-324), over(1, 1e308)), (Some(0), Some(0)));
        assert_eq!((times(1, 1e308), over(1, 5e-324)), (None, None));
        assert_eq!((times(0, 1e308), over(0, 5e-324)), (Some(0), Some(0)));
        assert_eq!((times(1, f64::INFINITY), over(1, f64::INFINITY)), (None, Some(0)));
        assert!(times(0, f64::INFINITY).is_none() && over(1, f64::NAN).is_none());
    }
}
