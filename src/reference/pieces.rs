//! Text with a look, and how it is broken into lines.

use crate::diagnostics::Style;
use std::fmt::Write;

/// How a stretch of text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Plain,
    Strong,
    Emphasis,
    Code,
    Title,
    Comment,
}

impl Look {
    /// What switches the look on in a terminal.
    fn escape(self) -> &'static str {
        match self {
            Look::Plain => "",
            Look::Strong => "\x1b[1m",
            Look::Emphasis => "\x1b[3m",
            Look::Code => "\x1b[36m",
            Look::Title => "\x1b[1;33m",
            Look::Comment => "\x1b[2m",
        }
    }
}

/// A stretch of text of one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub look: Look,
}

impl Piece {
    pub fn new(text: impl Into<String>, look: Look) -> Piece {
        Piece { text: text.into(), look }
    }
}

/// Pieces that stand on one line.
pub type Line = Vec<Piece>;

/// How many columns pieces take. The reference's own texts have no wide characters.
pub fn width(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.text.chars().count()).sum()
}

/// Appends pieces as the terminal is to have them.
pub fn paint(out: &mut String, pieces: &[Piece], style: Style) {
    for piece in pieces {
        let escape = if style.color { piece.look.escape() } else { "" };
        let off = if escape.is_empty() { "" } else { "\x1b[0m" };
        // Writing into a string cannot fail.
        let _ = write!(out, "{escape}{}{off}", piece.text);
    }
}

/// Breaks a text into lines no wider than `columns`, as far as its words allow. Code stays on one line if it fits
/// into one.
pub fn wrap(text: &[Piece], columns: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut line = Line::new();
    for word in words(text, columns) {
        if !line.is_empty() && width(&line) + 1 + width(&word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(Piece::new(" ", Look::Plain));
        }
        line.extend(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The words of a text: what must stay together. A word may be of several pieces, code with a comma behind it.
fn words(text: &[Piece], columns: usize) -> Vec<Line> {
    let mut words: Vec<Line> = Vec::new();
    let mut goes_on = false;
    for piece in text {
        let whole = piece.look == Look::Code && piece.text.chars().count() <= columns;
        let parts: Vec<&str> =
            if whole { vec![&piece.text] } else { piece.text.split(' ').collect() };
        for (i, part) in parts.into_iter().enumerate() {
            goes_on &= i == 0;
            if part.is_empty() {
                continue;
            }
            let part = Piece::new(part, piece.look);
            match words.last_mut() {
                Some(word) if goes_on => word.push(part),
                _ => words.push(vec![part]),
            }
            goes_on = true;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &[Piece], columns: usize) -> Vec<String> {
        let text_of = |line: &Line| line.iter().map(|piece| piece.text.as_str()).collect();
        wrap(text, columns).iter().map(text_of).collect()
    }

    #[test]
    fn lines_are_broken_between_words() {
        let text = [Piece::new("one two three", Look::Plain)];
        assert_eq!(shown(&text, 7), ["one two", "three"]);
        assert_eq!(shown(&text, 100), ["one two three"]);
        assert_eq!(shown(&text, 1), ["one", "two", "three"]);
    }

    #[test]
    fn code_stays_whole_and_keeps_what_is_joined_to_it() {
        let text = [
            Piece::new("say ", Look::Plain),
            Piece::new("lock a, b", Look::Code),
            Piece::new(", then", Look::Plain),
        ];
        assert_eq!(shown(&text, 12), ["say", "lock a, b,", "then"]);
        assert_eq!(shown(&text, 6), ["say", "lock", "a, b,", "then"]);
    }
}
