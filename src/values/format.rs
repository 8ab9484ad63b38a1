//! Values by a format spec, with the meaning that Python gives it.

use super::{Fault, Value, View, float_text, text, type_name};
use crate::syntax::format_spec::{Align, FormatSpec, Kind, Sign};

/// `{value:spec}`
///
/// # Errors
///
/// `ValueError` for a spec that does not go with the value.
pub fn format_value(value: &Value, spec: &FormatSpec) -> Result<String, Fault> {
    match (value.view(), spec.kind) {
        (
            View::Int(number),
            None | Some(Kind::Decimal | Kind::Hex | Kind::Binary | Kind::Octal),
        ) if spec.precision.is_none() => {
            let size = number.unsigned_abs();
            let digits = match spec.kind {
                Some(Kind::Hex) => format!("{size:x}"),
                Some(Kind::Binary) => format!("{size:b}"),
                Some(Kind::Octal) => format!("{size:o}"),
                _ => size.to_string(),
            };
            Ok(number_text(number < 0, &digits, spec))
        }
        (View::Int(_), None) => {
            Err(Fault::value_error("an int has no precision; the format `f` makes it a float"))
        }
        (View::Int(number), Some(Kind::Fixed | Kind::Exponent | Kind::Percent)) => {
            Ok(float(number as f64, spec))
        }
        (View::Float(number), None | Some(Kind::Fixed | Kind::Exponent | Kind::Percent)) => {
            Ok(float(number, spec))
        }
        (_, Some(kind)) => {
            let (letter, what) = (kind.letter(), type_name(value));
            Err(Fault::value_error(format!("the format `{letter}` does not go with {what}")))
        }
        (_, None) => plain(value, spec),
    }
}

/// A text in its width.
fn plain(value: &Value, spec: &FormatSpec) -> Result<String, Fault> {
    if spec.sign.is_some() || spec.comma {
        let what = type_name(value);
        return Err(Fault::value_error(format!(
            "a sign or a comma in a format does not go with {what}"
        )));
    }
    let mut body = text(value)?.into_owned();
    if let Some(most) = spec.precision {
        body = body.chars().take(most).collect();
    }
    let fill = if spec.zero && spec.align.is_none() { '0' } else { spec.fill };
    Ok(pad(&body, spec.width, fill, spec.align.unwrap_or(Align::Left)))
}

fn pad(body: &str, width: usize, fill: char, align: Align) -> String {
    let missing = width.saturating_sub(body.chars().count());
    let left = match align {
        Align::Left => 0,
        Align::Right => missing,
        Align::Center => missing / 2,
    };
    let mut out = String::with_capacity(body.len() + missing);
    out.extend(std::iter::repeat_n(fill, left));
    out.push_str(body);
    out.extend(std::iter::repeat_n(fill, missing - left));
    out
}

/// The digits of a number with its sign, its commas and its width.
fn number_text(negative: bool, digits: &str, spec: &FormatSpec) -> String {
    let sign = match (negative, spec.sign) {
        (true, _) => "-",
        (false, Some(Sign::Plus)) => "+",
        (false, Some(Sign::Space)) => " ",
        (false, _) => "",
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let is_decimal = !matches!(spec.kind, Some(Kind::Hex | Kind::Binary | Kind::Octal));
    let (whole, rest) = if is_decimal { digits.split_at(end) } else { (digits, "") };
    let mut whole = whole.to_owned();
    if spec.zero && spec.align.is_none() {
        let room = spec.width.saturating_sub(sign.len() + rest.len());
        while grouped_len(whole.len(), spec.comma) < room {
            whole.insert(0, '0');
        }
    }
    if spec.comma {
        whole = group(&whole);
    }
    let body = format!("{sign}{whole}{rest}");
    pad(&body, spec.width, spec.fill, spec.align.unwrap_or(Align::Right))
}

fn grouped_len(digits: usize, comma: bool) -> usize {
    if comma { digits + digits.saturating_sub(1) / 3 } else { digits }
}

fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn float(number: f64, spec: &FormatSpec) -> String {
    let negative = number.is_sign_negative() && !number.is_nan();
    let size = number.abs();
    if !size.is_finite() {
        let digits = if size.is_nan() { "nan" } else { "inf" };
        let percent = if spec.kind == Some(Kind::Percent) { "%" } else { "" };
        let spec = FormatSpec { comma: false, ..*spec };
        return number_text(negative, &format!("{digits}{percent}"), &spec);
    }
    let precision = spec.precision.unwrap_or(6);
    let digits = match spec.kind {
        Some(Kind::Fixed) => format!("{size:.precision$}"),
        Some(Kind::Percent) => format!("{:.precision$}%", size * 100.0),
        Some(Kind::Exponent) => exponent(size, precision),
        _ => match spec.precision {
            None => float_text(size),
            Some(precision) => general(size, precision),
        },
    };
    number_text(negative, &digits, spec)
}

/// As Python writes an exponent: with a sign and at least two digits.
fn exponent(size: f64, precision: usize) -> String {
    let text = format!("{size:.precision$e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let sign = if power < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", power.abs())
}

/// So many significant digits, and one after the point at least: what leaves no room for that has an exponent.
fn general(size: f64, precision: usize) -> String {
    let precision = precision.max(1);
    let rounded = format!("{size:.*e}", precision - 1);
    let power: i32 = rounded.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    if power < -4 || power >= precision as i32 - 1 {
        let text = exponent(size, precision - 1);
        let (mantissa, power) = text.split_once('e').unwrap_or((&text, "+00"));
        let mantissa = if mantissa.contains('.') {
            mantissa.trim_end_matches('0').trim_end_matches('.')
        } else {
            mantissa
        };
        return format!("{mantissa}e{power}");
    }
    let decimals = (precision as i32 - 1 - power).max(0) as usize;
    let text = format!("{size:.decimals$}");
    if !text.contains('.') {
        return format!("{text}.0");
    }
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(value: Value, spec: &str) -> String {
        format_value(&value, &FormatSpec::parse(spec).unwrap()).unwrap()
    }

    #[test]
    fn as_python_formats() {
        // Each was taken from Python's `format`.
        for (number, spec, text) in [
            (42, "5", "   42"),
            (42, "<5", "42   "),
            (42, "^5", " 42  "),
            (42, "*^6", "**42**"),
            (42, "05", "00042"),
            (-42, "05", "-0042"),
            (42, "+", "+42"),
            (42, " ", " 42"),
            (255, "x", "ff"),
            (-255, "x", "-ff"),
            (5, "08b", "00000101"),
            (8, "o", "10"),
            (1234567, ",", "1,234,567"),
            (1234, "010,", "00,001,234"),
            (-1234567, ",", "-1,234,567"),
            (3, ".2f", "3.00"),
            (1, "%", "100.000000%"),
            (42, ">+6", "   +42"),
        ] {
            assert_eq!(format(Value::int(number), spec), text, "{number}:{spec}");
        }
        for (number, spec, text) in [
            (3.25159, ".2f", "3.25"),
            (3.25159, "8.2f", "    3.25"),
            (-3.25159, "08.2f", "-0003.25"),
            (1234.5, ",.2f", "1,234.50"),
            (0.25, "%", "25.000000%"),
            (0.256, ".1%", "25.6%"),
            (12345.678, "e", "1.234568e+04"),
            (0.00012, ".2e", "1.20e-04"),
            (3.25159, ".3", "3.25"),
            (3.0, ".3", "3.0"),
            (123456.0, ".3", "1.23e+05"),
            (622.0, ".3", "6.22e+02"),
            (62.0, ".3", "62.0"),
            (0.0, ".1", "0e+00"),
            (f64::NEG_INFINITY, "08", "-0000inf"),
            (f64::NAN, "08%", "0000nan%"),
            (0.1, "", "0.1"),
            (f64::INFINITY, "8", "     inf"),
            (0.5, ".0f", "0"),
            (1.5, ".0f", "2"),
            (1e22, "f", "10000000000000000000000.000000"),
        ] {
            assert_eq!(format(Value::float(number), spec), text, "{number}:{spec}");
        }
        assert_eq!(format(Value::str("abc"), "5"), "abc  ");
        assert_eq!(format(Value::str("abc"), ">5"), "  abc");
        assert_eq!(format(Value::str("abcdef"), ".3"), "abc");
        assert_eq!(format(Value::TRUE, ">6"), "  true");
    }

    #[test]
    fn what_does_not_go_is_refused() {
        for (value, spec) in [
            (Value::str("a"), "d"),
            (Value::float(1.0), "x"),
            (Value::str("a"), "+"),
            (Value::NIL, "f"),
        ] {
            assert!(format_value(&value, &FormatSpec::parse(spec).unwrap()).is_err());
        }
    }
}
