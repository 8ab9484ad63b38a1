//! Numbers and durations. The grammar takes whatever begins with a digit; what it means, or why it
//! means nothing, is decided here.

use crate::syntax::ast::ExprKind;

/// Why a literal is none: a message and a help.
pub struct Wrong {
    pub message: String,
    pub help: String,
}

fn wrong(message: impl Into<String>, help: impl Into<String>) -> Wrong {
    Wrong { message: message.into(), help: help.into() }
}

/// Nanoseconds in each unit, in the order of their size.
const UNITS: [(&str, i128); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The nanoseconds of a duration's text, such as `1.5s`.
///
/// # Errors
///
/// What is wrong with it, for a person.
pub fn duration_of(text: &str) -> Result<i64, String> {
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    match number(text) {
        Ok(ExprKind::Duration(nanoseconds)) if begins => Ok(nanoseconds),
        Err(wrong) if begins => Err(wrong.message),
        _ => Err("a duration is a number with a unit: 2s, 500ms, 1.5min".to_owned()),
    }
}

/// The value of a number's text: an `Int`, a `Float` or a `Duration`. 9223372036854775808 becomes the
/// smallest int, which is right after a minus only.
pub fn number(text: &str) -> Result<ExprKind, Wrong> {
    if let Some(point) = text.find('.') {
        let after = &text[point + 1..];
        if !after.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(if after.is_empty() {
                wrong(
                    "a digit must follow the point",
                    format!("write `{text}0`, or `{}`", &text[..point]),
                )
            } else {
                let number = &text[..point];
                wrong(
                    "a number's text cannot be followed by `.`",
                    format!("write `({number}).{after}`"),
                )
            });
        }
    }
    for (prefix, radix, what) in
        [("0x", 16, "hexadecimal"), ("0b", 2, "binary"), ("0o", 8, "octal")]
    {
        if let Some(digits) = text.strip_prefix(prefix) {
            return radix_int(digits, radix, what);
        }
        if text.starts_with(&prefix.to_uppercase()) {
            return Err(wrong(
                "the prefix of a number is lower case",
                format!("write `{prefix}{}`", &text[2..]),
            ));
        }
    }
    let digits_end =
        text.find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.')).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(digits_end);
    check_underscores(text, digits)?;
    if let Some((_, rest)) = digits.split_once('.')
        && rest.contains('.')
    {
        return Err(wrong("a number has one point at most", ""));
    }
    let whole = digits.split('.').next().unwrap_or("");
    if whole.len() > 1 && whole.starts_with('0') {
        let rest = whole.trim_start_matches(['0', '_']);
        let rest = if rest.is_empty() { "0" } else { rest };
        return Err(wrong(
            "a number does not begin with a zero",
            format!("write `{rest}`, or `0o{rest}` for octal"),
        ));
    }
    match suffix {
        "" if digits.contains('.') => float(&digits.replace('_', "")),
        "" => int(&digits.replace('_', "")),
        _ => with_suffix(digits, suffix),
    }
}

fn check_underscores(text: &str, digits: &str) -> Result<(), Wrong> {
    let bytes = digits.as_bytes();
    let between = |i: usize| {
        i > 0
            && bytes[i - 1].is_ascii_hexdigit()
            && bytes.get(i + 1).is_some_and(u8::is_ascii_hexdigit)
    };
    if bytes.iter().enumerate().any(|(i, b)| *b == b'_' && !between(i)) {
        let plain = text.replace('_', "");
        return Err(wrong(
            "an underscore in a number stands between two digits",
            format!("write `{plain}`"),
        ));
    }
    Ok(())
}

fn radix_int(digits: &str, radix: u32, what: &str) -> Result<ExprKind, Wrong> {
    if digits.is_empty() {
        return Err(wrong(format!("a {what} number needs digits"), ""));
    }
    if let Some(bad) = digits.chars().find(|c| *c != '_' && !c.is_digit(radix)) {
        return Err(wrong(format!("`{bad}` is no {what} digit"), ""));
    }
    check_underscores(digits, digits)?;
    match i64::from_str_radix(&digits.replace('_', ""), radix) {
        Ok(value) => Ok(ExprKind::Int(value)),
        Err(_) => Err(out_of_range()),
    }
}

fn out_of_range() -> Wrong {
    wrong(
        "this number is too large for an int",
        "an int goes up to 9223372036854775807; write `1e20` for a float",
    )
}

fn int(digits: &str) -> Result<ExprKind, Wrong> {
    match digits.parse::<u64>() {
        Ok(value) if value <= 1 << 63 => Ok(ExprKind::Int(value as i64)),
        _ => Err(out_of_range()),
    }
}

fn float(digits: &str) -> Result<ExprKind, Wrong> {
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(ExprKind::Float(value)),
        _ => Err(wrong("this number is too large for a float", "a float goes up to about 1.8e308")),
    }
}

fn with_suffix(digits: &str, suffix: &str) -> Result<ExprKind, Wrong> {
    if let Some((_, scale)) = UNITS.iter().find(|(unit, _)| *unit == suffix) {
        return duration(digits, *scale, suffix);
    }
    let exponent = suffix.strip_prefix(['e', 'E']);
    if let Some(exponent) = exponent {
        let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let split = power.find(|c: char| !c.is_ascii_digit()).unwrap_or(power.len());
        if split > 0 && split == power.len() {
            if suffix.starts_with('E') {
                return Err(wrong(
                    "the `e` of a number is lower case",
                    format!("write `{digits}e{exponent}`"),
                ));
            }
            return float(&format!("{}e{exponent}", digits.replace('_', "")));
        }
        if split > 0 && UNITS.iter().any(|(unit, _)| *unit == &power[split..]) {
            return Err(wrong(
                "a duration has no exponent",
                "write its digits out, or multiply: `1e3 * 1ms`",
            ));
        }
        if power.is_empty() {
            return Err(wrong("an exponent needs digits", format!("write `{digits}e3`")));
        }
    }
    let meant = match suffix {
        "m" => "`min` for minutes, or `ms` for milliseconds".to_owned(),
        "sec" | "secs" | "second" | "seconds" => format!("`{digits}s`"),
        "hr" | "hour" | "hours" => format!("`{digits}h`"),
        "minute" | "minutes" | "mins" => format!("`{digits}min`"),
        "µs" | "μs" => format!("`{digits}us`"),
        _ => "one of ns, us, ms, s, min, h for a duration".to_owned(),
    };
    Err(wrong(format!("`{suffix}` is no unit"), format!("write {meant}")))
}

fn duration(digits: &str, scale: i128, unit: &str) -> Result<ExprKind, Wrong> {
    let digits = digits.replace('_', "");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let too_long = || wrong("this duration is too long", "a duration goes up to about 292 years");
    if whole.len() > 20 {
        return Err(too_long());
    }
    // The finest fraction that can be whole nanoseconds has 13 digits (of an hour).
    let parts = 10_i128.pow(fraction.len().min(20) as u32);
    let numerator: i128 = fraction.get(..fraction.len().min(20)).unwrap_or("").parse().unwrap_or(0);
    if fraction.len() > 20 || numerator * scale % parts != 0 {
        return Err(wrong(
            "a duration is a whole number of nanoseconds",
            format!("`{digits}{unit}` is not; round it"),
        ));
    }
    let whole: i128 = whole.parse().unwrap_or(0);
    let nanoseconds = whole * scale + numerator * scale / parts;
    i64::try_from(nanoseconds).map(ExprKind::Duration).map_err(|_| too_long())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> ExprKind {
        number(text).unwrap_or_else(|w| panic!("{text}: {}", w.message))
    }

    #[test]
    fn numbers() {
        assert_eq!(value("42"), ExprKind::Int(42));
        assert_eq!(value("1_000_000"), ExprKind::Int(1_000_000));
        assert_eq!(value("0xff"), ExprKind::Int(255));
        assert_eq!(value("0b1_01"), ExprKind::Int(5));
        assert_eq!(value("0o17"), ExprKind::Int(15));
        assert_eq!(value("1.5e-3"), ExprKind::Float(0.0015));
        assert_eq!(value("1e20"), ExprKind::Float(1e20));
        assert_eq!(value("0"), ExprKind::Int(0));
        assert_eq!(value("0.5"), ExprKind::Float(0.5));
    }

    #[test]
    fn durations_are_exact() {
        assert_eq!(value("250ms"), ExprKind::Duration(250_000_000));
        assert_eq!(value("1.5s"), ExprKind::Duration(1_500_000_000));
        assert_eq!(value("2min"), ExprKind::Duration(120_000_000_000));
        assert_eq!(value("1.5h"), ExprKind::Duration(5_400_000_000_000));
        assert_eq!(value("0.00005h"), ExprKind::Duration(180_000_000));
    }

    #[test]
    fn what_is_no_number_is_explained() {
        for text in [
            "1.",
            "007",
            "1__0",
            "1_",
            "1m",
            "1.5ns",
            "9223372036854775809",
            "1e999",
            "0x",
            "0b2",
            "0XFF",
            "1E5",
            "1e3ms",
            "1.foo",
            "1.5.x",
            "1e",
            "99999999999h",
            "0o8",
            "0x_1",
            "1.2.3",
            "3px",
        ] {
            assert!(number(text).is_err(), "{text}");
        }
    }
}
