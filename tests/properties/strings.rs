//! Strings against rows of characters.

use crate::chance::{one_of, tried};
use crate::told::Questions;

fn a_text(random: &mut fastrand::Rng, most: usize) -> Vec<char> {
    const CHARS: [char; 22] = [
        'a', 'a', 'b', 'b', 'A', 'z', ' ', ' ', '\t', ',', '\n', '\r', '"', '{', '}', '\\', 'é',
        'ß', '漢', '😀', '\u{301}', '\0',
    ];
    (0..random.usize(0..=most)).map(|_| one_of(random, &CHARS)).collect()
}

/// A text as a script writes it.
fn literal(text: &[char]) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == ' ' || *c == 'é';
    let chars = text
        .iter()
        .map(|c| if plain(c) { c.to_string() } else { format!("\\u{{{:X}}}", u32::from(*c)) });
    format!("\"{}\"", chars.collect::<String>())
}

/// The numbers of its characters, as a list prints them.
fn codes(text: &[char]) -> String {
    let codes: Vec<String> = text.iter().map(|c| u32::from(*c).to_string()).collect();
    format!("[{}]", codes.join(", "))
}

fn all_codes(texts: &[Vec<char>]) -> String {
    format!("[{}]", texts.iter().map(|text| codes(text)).collect::<Vec<_>>().join(", "))
}

/// Where a part begins, from some place on.
fn found(text: &[char], part: &[char], from: usize) -> Option<usize> {
    (from..=text.len().checked_sub(part.len())?).find(|at| text[*at..].starts_with(part))
}

fn split(text: &[char], separator: &[char]) -> Vec<Vec<char>> {
    let (mut parts, mut from) = (Vec::new(), 0);
    while let Some(at) = found(text, separator, from) {
        parts.push(text[from..at].to_vec());
        from = at + separator.len();
    }
    parts.push(text[from..].to_vec());
    parts
}

fn words(text: &[char]) -> Vec<Vec<char>> {
    let words = text.split(|c| c.is_whitespace()).filter(|word| !word.is_empty());
    words.map(<[char]>::to_vec).collect()
}

fn lines(text: &[char]) -> Vec<Vec<char>> {
    let mut lines = split(text, &['\n']);
    let last = lines.len() - 1;
    for line in &mut lines[..last] {
        if line.last() == Some(&'\r') {
            line.pop();
        }
    }
    if lines[last].is_empty() {
        lines.pop();
    }
    lines
}

/// The part of `len` items that a slice takes: places from the end if negative, clamped.
pub fn sliced(
    len: usize,
    start: Option<i64>,
    end: Option<i64>,
    inclusive: bool,
) -> std::ops::Range<usize> {
    let len = len as i64;
    let place = |at: i64| if at < 0 { at + len } else { at };
    let start = start.map_or(0, place).clamp(0, len);
    let end = end.map_or(len, |at| place(at) + i64::from(inclusive)).clamp(0, len);
    start as usize..end.max(start) as usize
}

/// A slice as it is written, and what it takes.
pub fn a_slice(random: &mut fastrand::Rng, len: usize) -> (String, std::ops::Range<usize>) {
    let most = len as i64 + 3;
    let mut end = || if random.u8(0..4) == 0 { None } else { Some(random.i64(-most..most)) };
    let (start, end) = (end(), end());
    let inclusive = end.is_some() && random.bool();
    let text = |at: Option<i64>| at.map_or(String::new(), |at| at.to_string());
    let start = if end.is_none() { start.or(Some(1)) } else { start };
    let dots = if inclusive { "..=" } else { ".." };
    (format!("[{}{dots}{}]", text(start), text(end)), sliced(len, start, end, inclusive))
}

#[test]
fn strings_are_rows_of_characters() {
    tried(50, |random| {
        let text = a_text(random, 14);
        let part = if random.bool() && !text.is_empty() {
            let at = random.usize(..text.len());
            text[at..(at + random.usize(0..4)).min(text.len())].to_vec()
        } else {
            a_text(random, 3)
        };
        let other = a_text(random, 5);
        let mut questions = Questions::after(
            "fn codes(t) { t.chars().map(fn(c) { ord(c) }) }\nfn all_codes(ts) { ts.map(codes) }",
        );
        questions.line(&format!("let t = {}", literal(&text)));
        questions.line(&format!("let p = {}", literal(&part)));
        questions.line(&format!("let o = {}", literal(&other)));
        questions.ask("len(t)", text.len().to_string());
        questions.ask("codes(t)", codes(&text));
        questions.ask("codes(t + p)", codes(&[&text[..], &part].concat()));
        questions.ask("codes(\"{t}{p}\")", codes(&[&text[..], &part].concat()));
        questions.ask("codes(p * 3)", codes(&part.repeat(3)));
        questions.ask("codes(p.repeat(-1))", "[]");
        for _ in 0..12 {
            let (slice, range) = a_slice(random, text.len());
            questions.ask(&format!("codes(t{slice})"), codes(&text[range]));
        }
        for _ in 0..6 {
            let at = random.i64(-16..16);
            let place = if at < 0 { at + text.len() as i64 } else { at };
            let item = usize::try_from(place).ok().and_then(|place| text.get(place));
            let answer = item.map_or("IndexError".to_owned(), |c| u32::from(*c).to_string());
            questions.ask(&format!("ord(t[{at}])"), answer);
        }
        let at = found(&text, &part, 0);
        questions.ask("t.find(p)", at.map_or(-1, |at| at as i64).to_string());
        questions.ask("p in t", at.is_some().to_string());
        questions.ask("p not in t", at.is_none().to_string());
        questions.ask("t.contains(p)", at.is_some().to_string());
        questions.ask("t.starts_with(p)", text.starts_with(&part).to_string());
        questions.ask("t.ends_with(p)", text.ends_with(&part).to_string());
        if part.is_empty() {
            questions.ask("t.split(p)", "ValueError");
        } else {
            let parts = split(&text, &part);
            questions.ask("all_codes(t.split(p))", all_codes(&parts));
            questions.ask("codes(t.split(p).join(p))", codes(&text));
            questions.ask("codes(t.replace(p, o))", codes(&parts.join(&other[..])));
        }
        questions.ask("all_codes(t.split())", all_codes(&words(&text)));
        questions.ask("all_codes(t.lines())", all_codes(&lines(&text)));
        let from = text.iter().position(|c| !c.is_whitespace()).unwrap_or(text.len());
        let to = text.iter().rposition(|c| !c.is_whitespace()).map_or(from, |at| at + 1);
        questions.ask("codes(t.trim())", codes(&text[from..to]));
        let upper: Vec<char> = text.iter().flat_map(|c| c.to_uppercase()).collect();
        let lower: Vec<char> = text.iter().flat_map(|c| c.to_lowercase()).collect();
        questions.ask("codes(t.upper())", codes(&upper));
        questions.ask("codes(t.lower())", codes(&lower));
        questions.ask("t == p", (text == part).to_string());
        questions.ask("t < p", (text < part).to_string());
        questions.ask("t >= p", (text >= part).to_string());
        questions.ask("{[t]: 1}.contains(p)", (text == part).to_string());
        questions.check();
    });
}

#[test]
fn what_repr_writes_is_read_as_the_same() {
    tried(10, |random| {
        let mut texts: Vec<Vec<char>> = (0..20).map(|_| a_text(random, 12)).collect();
        // A brace is written as it is.
        texts.iter_mut().for_each(|text| text.retain(|c| !matches!(c, '{' | '}')));
        let mut questions = Questions::after("");
        for text in &texts {
            questions.ask(&format!("repr({})", literal(text)), "");
        }
        let written = questions.answers();
        let mut again = Questions::after("");
        for (text, written) in texts.iter().zip(&written) {
            again.ask(&format!("{written} == {}", literal(text)), "true");
        }
        again.check();
    });
}
