//! Ints against 128 bits, where nothing overflows; ints and floats by their exact values.

use crate::chance::{an_int, one_of, tried};
use crate::told::{Questions, float};
use std::cmp::Ordering;

const OPERATORS: [&str; 10] = ["+", "-", "*", "//", "%", "<<", ">>", "&", "|", "^"];
const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];

/// What an operator gives, if 64 bits hold it.
fn exact(operator: &str, a: i64, b: i64) -> String {
    let (wide, other) = (i128::from(a), i128::from(b));
    let result = match operator {
        "+" => wide + other,
        "-" => wide - other,
        "*" => wide * other,
        "//" | "%" if b == 0 => return "DivisionByZero".to_owned(),
        "//" | "%" => {
            let towards_zero = wide / other;
            let is_above = towards_zero * other != wide && (wide < 0) != (other < 0);
            let quotient = towards_zero - i128::from(is_above);
            if operator == "//" { quotient } else { wide - quotient * other }
        }
        "<<" | ">>" if b < 0 => return "ValueError".to_owned(),
        "<<" if a == 0 => 0,
        "<<" if b > 63 => return "Overflow".to_owned(),
        "<<" => wide << b,
        ">>" => wide >> b.min(100),
        "&" => wide & other,
        "|" => wide | other,
        "^" => wide ^ other,
        _ => return power(a, b),
    };
    fitting(Some(result))
}

fn fitting(result: Option<i128>) -> String {
    let fits = result.and_then(|result| i64::try_from(result).ok());
    fits.map_or_else(|| "Overflow".to_owned(), |result| result.to_string())
}

/// A power with an exponent that is not negative.
fn power(base: i64, exponent: i64) -> String {
    if matches!(base, -1..=1) {
        return base.pow(if exponent == 0 { 0 } else { 2 - (exponent % 2) as u32 }).to_string();
    }
    let mut result = Some(1_i128);
    // All others have left 64 bits by then.
    for _ in 0..exponent.min(70) {
        result = result.filter(|r| r.abs() <= 1 << 64).map(|r| r * i128::from(base));
    }
    fitting(result)
}

#[test]
fn ints_are_exact_or_overflow() {
    let functions: String = OPERATORS
        .iter()
        .chain(&["**"])
        .enumerate()
        .map(|(i, operator)| format!("fn f{i}(a, b) {{ a {operator} b }}\n"))
        .collect();
    tried(40, |random| {
        let mut questions = Questions::after(&functions);
        for _ in 0..40 {
            let i = random.usize(..=OPERATORS.len());
            let (operator, a) = (OPERATORS.get(i).copied().unwrap_or("**"), an_int(random));
            let b = match operator {
                "<<" | ">>" if random.bool() => random.i64(-2..70),
                "**" if random.bool() => random.i64(0..70),
                "**" => an_int(random).saturating_abs(),
                _ => an_int(random),
            };
            let a = if operator == "**" && random.bool() { random.i64(-12..13) } else { a };
            let answer = exact(operator, a, b);
            // Constants, arguments, variables, and an assignment: each is compiled in a way of its own.
            questions.ask(&format!("({a}) {operator} ({b})"), &*answer);
            questions.ask(&format!("f{i}({a}, {b})"), &*answer);
            questions.ask(&format!("let a = {a}; a {operator} ({b})"), &*answer);
            if matches!(operator, "+" | "-" | "*" | "//" | "%" | "**") {
                questions.ask(&format!("var a = {a}; a {operator}= {b}; a"), answer);
            }
        }
        questions.check();
    });
}

#[test]
fn one_int_is_negated_inverted_and_compared() {
    tried(20, |random| {
        let mut questions = Questions::after("");
        for _ in 0..20 {
            let (a, b) = (an_int(random), an_int(random));
            let b = if random.u8(0..4) == 0 { a } else { b };
            questions.ask(&format!("let a = {a}; -a"), fitting(Some(-i128::from(a))));
            questions.ask(&format!("abs({a})"), fitting(Some(i128::from(a).abs())));
            questions.ask(&format!("let a = {a}; ~a"), (!a).to_string());
            questions.ask(&format!("int(\"{a}\")"), a.to_string());
            for operator in COMPARISONS {
                let answer = holds(operator, Some(a.cmp(&b))).to_string();
                questions.ask(&format!("({a}) {operator} ({b})"), &*answer);
                questions.ask(&format!("let a = {a}; let b = {b}; a {operator} b"), answer);
            }
        }
        questions.check();
    });
}

fn holds(operator: &str, order: Option<Ordering>) -> bool {
    match operator {
        "==" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">" => order == Some(Ordering::Greater),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// By what they are worth, with no rounding.
fn compared(a: i64, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b.abs() > 1e30 {
        return Some(if b > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = b.trunc();
    let order = i128::from(a).cmp(&(whole as i128));
    let rest = || if b > whole { Ordering::Less } else { Ordering::Greater };
    Some(if order == Ordering::Equal && b != whole { rest() } else { order })
}

#[test]
fn ints_and_floats_are_compared_exactly() {
    tried(30, |random| {
        let mut questions = Questions::after("");
        for _ in 0..12 {
            let a = an_int(random);
            let b = match random.u8(0..6) {
                0 => a as f64,
                1 => (a as f64).next_up(),
                2 => (a as f64).next_down(),
                3 => a as f64 + one_of(random, &[0.5, -0.5, 1.0, -1.0]),
                4 => one_of(random, &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 9.3e18]),
                _ => f64::from_bits(random.u64(..)),
            };
            let order = compared(a, b);
            let b = float(b);
            for operator in COMPARISONS {
                let answer = holds(operator, order).to_string();
                questions.ask(&format!("({a}) {operator} {b}"), &*answer);
                questions.ask(&format!("let a = {a}; let b = {b}; a {operator} b"), answer);
                let other = holds(operator, order.map(Ordering::reverse)).to_string();
                questions.ask(&format!("let a = {a}; let b = {b}; b {operator} a"), other);
            }
            let is_in = holds("==", order).to_string();
            questions.ask(&format!("({a}) in [nil, {b}]"), is_in);
        }
        questions.check();
    });
}

#[test]
fn ints_are_rounded_to_tens_exactly() {
    tried(20, |random| {
        let mut questions = Questions::after("");
        for _ in 0..30 {
            let (a, places) = (an_int(random), random.i64(0..25));
            let scale = 10_i128.pow(places as u32);
            let (down, rest) = (i128::from(a).div_euclid(scale), i128::from(a).rem_euclid(scale));
            let up = rest * 2 > scale || rest * 2 == scale && down % 2 != 0;
            let answer = fitting(Some((down + i128::from(up)) * scale));
            questions.ask(&format!("round({a}, -{places})"), answer);
        }
        questions.check();
    });
}
