//! Numbers as text, against decimal digits worked out from exact fractions.

use crate::chance::{an_int, one_of, tried};
use crate::running::run;
use crate::told::{Questions, float};

/// A spec, and how it is written.
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    zero: bool,
    width: usize,
    comma: bool,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn text(&self) -> String {
        let mut text: String = self.fill.into_iter().chain(self.align).chain(self.sign).collect();
        if self.zero {
            text.push('0');
        }
        if self.width > 0 {
            text += &self.width.to_string();
        }
        if self.comma {
            text.push(',');
        }
        if let Some(precision) = self.precision {
            text += &format!(".{precision}");
        }
        text.extend(self.kind);
        text
    }

    /// Digits with their sign, in the width.
    fn laid_out(&self, negative: bool, digits: &str) -> String {
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            (false, _) => "",
        };
        let end = digits.find(['.', 'e', '%']).unwrap_or(digits.len());
        let end = if matches!(self.kind, Some('x' | 'b' | 'o')) { digits.len() } else { end };
        let (whole, rest) = digits.split_at(end);
        let grouped = |whole: &str| {
            if !self.comma {
                return whole.to_owned();
            }
            let parts: Vec<&[u8]> = whole.as_bytes().rchunks(3).rev().collect();
            String::from_utf8(parts.join(&b',')).expect("they are digits")
        };
        let mut whole = whole.to_owned();
        let long = |whole: &str| sign.len() + grouped(whole).len() + rest.len();
        while self.zero && self.align.is_none() && long(&whole) < self.width {
            whole.insert(0, '0');
        }
        let body = format!("{sign}{}{rest}", grouped(&whole));
        let missing = self.width.saturating_sub(body.chars().count());
        let fill = self.fill.unwrap_or(if self.zero { '0' } else { ' ' });
        let padding = |count: usize| fill.to_string().repeat(count);
        match self.align {
            Some('<') => body + &padding(missing),
            Some('^') => padding(missing / 2) + &body + &padding(missing - missing / 2),
            _ => padding(missing) + &body,
        }
    }
}

fn a_spec(random: &mut fastrand::Rng) -> Spec {
    let align = if random.bool() { Some(one_of(random, &['<', '>', '^'])) } else { None };
    let fill = align.filter(|_| random.bool()).map(|_| one_of(random, &['*', '_', 'é', '0', ' ']));
    Spec {
        fill,
        align,
        sign: if random.bool() { Some(one_of(random, &['+', '-', ' '])) } else { None },
        zero: random.bool(),
        width: if random.bool() { random.usize(1..30) } else { 0 },
        comma: random.bool(),
        precision: None,
        kind: None,
    }
}

#[test]
fn ints_are_laid_out_as_the_spec_says() {
    tried(15, |random| {
        let mut questions = Questions::after("");
        for _ in 0..40 {
            let (number, mut spec) = (an_int(random), a_spec(random));
            spec.kind = one_of(random, &[None, Some('d'), Some('x'), Some('b'), Some('o')]);
            spec.comma &= matches!(spec.kind, None | Some('d'));
            let size = number.unsigned_abs();
            let base = match spec.kind {
                Some('x') => 16,
                Some('b') => 2,
                Some('o') => 8,
                _ => 10,
            };
            let (mut digits, mut rest) = (String::new(), size);
            while digits.is_empty() || rest > 0 {
                digits.insert(0, char::from_digit((rest % base) as u32, 16).expect("a digit"));
                rest /= base;
            }
            let answer = spec.laid_out(number < 0, &digits);
            questions.ask(&format!("let n = {number}; \"{{n:{}}}\"", spec.text()), answer);
        }
        questions.check();
    });
}

/// A number that is not negative: above, parts of a power of two.
#[derive(Clone, Copy)]
struct Fraction {
    above: u128,
    halvings: u32,
}

impl Fraction {
    /// It times a power of ten, rounded, halves to the even one.
    fn scaled(self, tens: i32) -> u128 {
        let up = 10_u128.pow(tens.max(0) as u32);
        let below = (1_u128 << self.halvings) * 10_u128.pow((-tens).max(0) as u32);
        let (whole, rest) = (self.above * up / below, self.above * up % below);
        whole + u128::from(rest * 2 > below || rest * 2 == below && whole % 2 == 1)
    }

    fn fixed(self, precision: usize) -> String {
        let digits = format!("{:01$}", self.scaled(precision as i32), precision + 1);
        let (whole, rest) = digits.split_at(digits.len() - precision);
        if precision == 0 { whole.to_owned() } else { format!("{whole}.{rest}") }
    }

    /// Its first digits, and the power of ten of the first.
    fn leading(self, count: usize) -> (String, i32) {
        if self.above == 0 {
            return ("0".repeat(count), 0);
        }
        let mut power = -8;
        while self.scaled(count as i32 - 1 - power) >= 10_u128.pow(count as u32) {
            power += 1;
        }
        (self.scaled(count as i32 - 1 - power).to_string(), power)
    }

    fn exponent(self, precision: usize) -> String {
        let (digits, power) = self.leading(precision + 1);
        let point = if precision == 0 { "" } else { "." };
        let sign = if power < 0 { '-' } else { '+' };
        format!("{}{point}{}e{sign}{:02}", &digits[..1], &digits[1..], power.abs())
    }

    /// So many digits, as short as they can be written: with an exponent, unless there is a digit left after the
    /// point.
    fn short(self, precision: usize) -> String {
        let precision = precision.max(1);
        let (digits, power) = self.leading(precision);
        if power < -4 || power >= precision as i32 - 1 {
            let kept = digits[1..].trim_end_matches('0');
            let point = if kept.is_empty() { "" } else { "." };
            let sign = if power < 0 { '-' } else { '+' };
            return format!("{}{point}{kept}e{sign}{:02}", &digits[..1], power.abs());
        }
        let text = self.fixed((precision as i32 - 1 - power) as usize);
        let short = text.trim_end_matches('0');
        if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
    }
}

#[test]
fn floats_are_rounded_from_what_they_are() {
    tried(30, |random| {
        let mut questions = Questions::after("");
        for _ in 0..40 {
            let halvings = random.u32(0..20);
            let bits = random.u32(0..36);
            let above = u128::from(random.u64(..) >> (63 - bits));
            let fraction = Fraction { above, halvings };
            let negative = random.bool();
            let size = above as f64 / f64::from(1_u32 << halvings);
            let mut spec = a_spec(random);
            let precision = random.usize(0..9);
            spec.precision = Some(precision);
            spec.kind = one_of(random, &[None, Some('f'), Some('e'), Some('%')]);
            let digits = match spec.kind {
                Some('f') => fraction.fixed(precision),
                Some('e') => fraction.exponent(precision),
                Some(_) => Fraction { above: above * 100, halvings }.fixed(precision) + "%",
                None => fraction.short(precision),
            };
            let number = float(if negative { -size } else { size });
            let answer = spec.laid_out(negative, &digits);
            questions.ask(&format!("let n = {number}; \"{{n:{}}}\"", spec.text()), answer);
        }
        questions.check();
    });
}

#[test]
fn printed_floats_are_read_as_the_same() {
    tried(20, |random| {
        let numbers: Vec<f64> = (0..60)
            .map(|_| match random.u8(0..3) {
                0 => an_int(random) as f64 / one_of(random, &[1.0, 10.0, 1000.0, 3.0]),
                1 => f64::from(random.i32(-2000..2000)) * 10_f64.powi(random.i32(-8..20)),
                _ => f64::from_bits(random.u64(..)),
            })
            .filter(|number| number.is_finite())
            .collect();
        let mut questions = Questions::after("");
        for number in &numbers {
            questions.ask(&float(*number), "");
        }
        for (number, text) in numbers.iter().zip(questions.answers()) {
            let again: f64 = text.parse().expect("a float");
            assert_eq!(again.to_bits(), number.to_bits(), "{text}");
            let digits = |text: &str| {
                let mantissa = text.split('e').next().unwrap_or("");
                let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
                digits.trim_matches('0').len()
            };
            assert!(digits(&text) <= digits(&format!("{number:e}")), "{text} could be shorter");
            let is_plain = *number == 0.0 || (1e-4..1e16).contains(&number.abs());
            assert_eq!(text.contains('e'), !is_plain, "{text}");
            assert_eq!(text.contains('.'), is_plain || digits(&text) > 1, "{text}");
        }
    });
}

#[test]
fn printed_durations_are_read_as_the_same() {
    tried(10, |random| {
        let units = [1, 1000, 1_000_000, 1_000_000_000, 60_000_000_000, 3_600_000_000_000];
        let durations: Vec<i64> = (0..40)
            .map(|_| match random.u8(0..3) {
                0 => an_int(random),
                1 => random.i64(-9999..9999) * one_of(random, &units),
                _ => random.i64(-9999..9999) * one_of(random, &units) / 100,
            })
            .filter(|duration| *duration != i64::MIN)
            .collect();
        let mut questions = Questions::after("");
        for duration in &durations {
            questions.ask(&format!("{duration}ns"), "");
        }
        let texts = questions.answers();
        let again: String = texts
            .iter()
            .map(|text| format!("print({text} / 1ns)\nprint(({text}) // 1ns)\n"))
            .collect();
        let ran =
            run(&again, None).unwrap_or_else(|reports| panic!("{}\n{again}", reports[0].message));
        for (pair, (duration, text)) in
            ran.out.lines().collect::<Vec<_>>().chunks(2).zip(durations.iter().zip(&texts))
        {
            assert_eq!(pair[1], duration.to_string(), "{text}");
            let size = duration.unsigned_abs();
            let (unit, in_unit) = ["h", "min", "s", "ms", "us", "ns"]
                .into_iter()
                .zip(units.into_iter().rev())
                .find(|(unit, nanoseconds)| {
                    let whole = !matches!(*unit, "h" | "min")
                        || u128::from(size) * 100 % u128::from(nanoseconds.unsigned_abs()) == 0;
                    size >= nanoseconds.unsigned_abs() && whole
                })
                .unwrap_or(("s", 1));
            let number = text.trim_end_matches(char::is_alphabetic);
            assert_eq!(&text[number.len()..], unit, "{duration}ns is {text}");
            assert!(number.trim_start_matches('-').len() <= 20 && in_unit > 0, "{text}");
        }
    });
}
