//! Floats as text: the shortest digits that read back as the same float, laid out as Python does.

/// The text of a float: `1.0`, `0.1`, `1e20`, `1e-5`, `-0.0`, `inf`, `nan`.
#[must_use]
pub fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    // Rust writes the shortest digits, as `d.ddde±x`.
    let mut scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    if lies_in_the_middle(number, digits as i32 - 1 - exponent) {
        // Writing so many digits and no more rounds to the even one, as Python does.
        scientific = format!("{number:.*e}", digits - 1);
    }
    let mantissa = scientific.split_once('e').map_or(&*scientific, |(mantissa, _)| mantissa);
    if !(-4..16).contains(&exponent) {
        return scientific;
    }
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    if exponent < 0 {
        let zeros = "0".repeat(-exponent as usize - 1);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        let zeros = "0".repeat(whole - digits.len());
        return format!("{sign}{digits}{zeros}.0");
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

/// Whether a number is as far from the text with so many decimals below it as from the one above it: whether a half is
/// left when it is multiplied by that power of ten. Fives do not change that, so a power of two tells, without rounding.
fn lies_in_the_middle(number: f64, decimals: i32) -> bool {
    decimals > 0 && (number * 2f64.powi(decimals + 1) % 2.0).abs() == 1.0
}

#[cfg(test)]
mod tests {
    use super::float_text;

    #[test]
    fn as_python_writes_them() {
        for (number, text) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (1e20, "1e20"),
            (1e16, "1e16"),
            (1e15, "1000000000000000.0"),
            (123456.789, "123456.789"),
            (0.0001, "0.0001"),
            (0.00001, "1e-5"),
            (1.5e-7, "1.5e-7"),
            (1.0 / 3.0, "0.3333333333333333"),
            (837_178_094_027_102.0 + 0.25, "837178094027102.2"),
            (837_178_094_027_102.0 + 0.75, "837178094027102.8"),
            (-1_185_700_779_836_791.0 - 0.25, "-1185700779836791.2"),
            (837_178_094_027_102.0 + 0.125, "837178094027102.1"),
            (235_926_482_692_944.0 + 0.125, "235926482692944.12"),
            (19_995_816_925_045.0 + 0.0625, "19995816925045.062"),
            (19_995_816_925_045.0 + 0.1875, "19995816925045.188"),
            (3_503_599_627_370_495.0 + 0.5, "3503599627370495.5"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e308"),
        ] {
            assert_eq!(float_text(number), text);
        }
    }
}
