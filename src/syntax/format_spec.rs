//! The format spec of an interpolation: `[[fill]align][sign][0][width][,][.precision][kind]`, with
//! the meaning that Python's format specification mini-language gives it.

use std::fmt;

/// Where the text stands in its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Center,
}

/// What stands before a number that is not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `-`: nothing.
    Minus,
    /// `+`: a plus.
    Plus,
    /// A blank.
    Space,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `d`
    Decimal,
    /// `x`
    Hex,
    /// `b`
    Binary,
    /// `o`
    Octal,
    /// `f`
    Fixed,
    /// `e`
    Exponent,
    /// `%`
    Percent,
}

impl Kind {
    /// The letter it is written with.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Kind::Decimal => 'd',
            Kind::Hex => 'x',
            Kind::Binary => 'b',
            Kind::Octal => 'o',
            Kind::Fixed => 'f',
            Kind::Exponent => 'e',
            Kind::Percent => '%',
        }
    }
}

/// A format spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    /// What fills the width.
    pub fill: char,
    /// Where the text stands; by default numbers to the right, all else to the left.
    pub align: Option<Align>,
    /// The sign of a number.
    pub sign: Option<Sign>,
    /// Whether zeros fill the width, after the sign.
    pub zero: bool,
    /// The least width, in characters.
    pub width: usize,
    /// Whether commas part the thousands.
    pub comma: bool,
    /// Digits after the point, or the most characters of a string.
    pub precision: Option<usize>,
    /// How a number is written.
    pub kind: Option<Kind>,
}

/// The widest that a text may be made, and the most digits asked for.
const MOST: usize = 1_000_000;

impl FormatSpec {
    /// Reads a spec.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in a few words.
    pub fn parse(text: &str) -> Result<FormatSpec, String> {
        let mut rest = text;
        let align_of = |c: char| match c {
            '<' => Some(Align::Left),
            '>' => Some(Align::Right),
            '^' => Some(Align::Center),
            _ => None,
        };
        let mut chars = rest.chars();
        let (first, second) = (chars.next(), chars.next());
        let (filled, align) = match (first, second.and_then(align_of), first.and_then(align_of)) {
            (Some(fill), Some(align), _) => {
                rest = &rest[fill.len_utf8() + 1..];
                (Some(fill), Some(align))
            }
            (_, None, Some(align)) => {
                rest = &rest[1..];
                (None, Some(align))
            }
            _ => (None, None),
        };
        let mut eat = |wanted: char| match rest.strip_prefix(wanted) {
            Some(after) => {
                rest = after;
                true
            }
            None => false,
        };
        let sign = if eat('+') {
            Some(Sign::Plus)
        } else if eat('-') {
            Some(Sign::Minus)
        } else if eat(' ') {
            Some(Sign::Space)
        } else {
            None
        };
        let zero = eat('0');
        // Zeros fill an alignment that says of no other fill.
        let fill =
            if zero && filled.is_none() && align.is_some() { '0' } else { filled.unwrap_or(' ') };
        let width = digits(&mut rest)?.unwrap_or(0);
        let comma = rest.starts_with(',');
        rest = rest.strip_prefix(',').unwrap_or(rest);
        let precision = match rest.strip_prefix('.') {
            Some(after) => {
                rest = after;
                Some(digits(&mut rest)?.ok_or("digits must follow the point")?)
            }
            None => None,
        };
        let kind = match rest {
            "" => None,
            "d" => Some(Kind::Decimal),
            "x" => Some(Kind::Hex),
            "b" => Some(Kind::Binary),
            "o" => Some(Kind::Octal),
            "f" => Some(Kind::Fixed),
            "e" => Some(Kind::Exponent),
            "%" => Some(Kind::Percent),
            other => return Err(format!("`{other}` is no kind; the kinds are d x b o f e %")),
        };
        match kind {
            Some(Kind::Decimal | Kind::Hex | Kind::Binary | Kind::Octal) if precision.is_some() => {
                Err("a whole number has no precision".to_owned())
            }
            Some(Kind::Hex | Kind::Binary | Kind::Octal) if comma => {
                Err("commas part the thousands of decimal numbers only".to_owned())
            }
            _ => Ok(FormatSpec { fill, align, sign, zero, width, comma, precision, kind }),
        }
    }
}

fn digits(rest: &mut &str) -> Result<Option<usize>, String> {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, after) = rest.split_at(end);
    *rest = after;
    if number.is_empty() {
        return Ok(None);
    }
    match number.parse() {
        Ok(value) if value <= MOST => Ok(Some(value)),
        _ => Err(format!("`{number}` is too large")),
    }
}

/// The spec as it is written.
impl fmt::Display for FormatSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let align = self.align.map(|align| match align {
            Align::Left => '<',
            Align::Right => '>',
            Align::Center => '^',
        });
        if let Some(align) = align {
            if self.fill != ' ' {
                write!(f, "{}", self.fill)?;
            }
            write!(f, "{align}")?;
        }
        match self.sign {
            Some(Sign::Plus) => f.write_str("+")?,
            Some(Sign::Minus) => f.write_str("-")?,
            Some(Sign::Space) => f.write_str(" ")?,
            None => {}
        }
        if self.zero {
            f.write_str("0")?;
        }
        if self.width > 0 {
            write!(f, "{}", self.width)?;
        }
        if self.comma {
            f.write_str(",")?;
        }
        if let Some(precision) = self.precision {
            write!(f, ".{precision}")?;
        }
        if let Some(kind) = self.kind {
            write!(f, "{}", kind.letter())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_are_read_and_written_back() {
        for text in [
            "", ">8", "*^10", "+", " ", "08.3f", ",", ",.2f", "x", "<", "->5", ".3", "%", "é<4",
            "-05d",
        ] {
            assert_eq!(FormatSpec::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(FormatSpec::parse("<<").unwrap().fill, '<');
    }

    #[test]
    fn bad_specs_are_refused() {
        for text in ["q", "5q", ".", ".3d", ",x", "99999999999", "5 ", "{"] {
            assert!(FormatSpec::parse(text).is_err(), "{text}");
        }
    }
}
