//! A script's text, and places in it.
//!
//! A [`Source`] is the text of one file, of standard input, of `-e CODE` or of one REPL entry, under
//! the name that reports call it by. A [`Span`] is a stretch of bytes of one source, a [`Place`] a
//! span together with its source. Nothing here knows the language.

use std::fmt;
use std::sync::Arc;

/// A half-open stretch of bytes, `start..end`, of one source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// `3..7`
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl Span {
    /// The span `start..end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Span { start: start as u32, end: end as u32 }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Where it begins and ends, as a range to slice text with.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The largest script that is read, in bytes: its tree may take some hundred times as much memory. Spans hold 32-bit
/// offsets.
pub const MAX_BYTES: usize = 64 << 20;

/// The text of a script, under the name that reports use.
pub struct Source {
    name: String,
    text: String,
    /// The offset at which each line begins; the first is 0.
    lines: Vec<u32>,
}

impl Source {
    /// Takes `text` as the script called `name`. A byte order mark at the start is dropped.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        let mut text: String = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let mut lines = vec![0];
        lines.extend(
            text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1),
        );
        Arc::new(Source { name: name.into(), text, lines })
    }

    /// The name that reports use: a path, `<stdin>`, `<command line>` or `<entry 3>`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of `span`.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The line, from 1, that holds the byte at `offset`.
    #[must_use]
    pub fn line(&self, offset: u32) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// The line and the column, both from 1, of the byte at `offset`; the column counts characters.
    #[must_use]
    pub fn position(&self, offset: u32) -> (usize, usize) {
        let line = self.line(offset);
        let start = self.lines[line - 1] as usize;
        let before = self.text.get(start..(offset as usize).min(self.text.len())).unwrap_or("");
        (line, before.chars().count() + 1)
    }

    /// Where a line, from 1, begins; past the last one, the end of the text.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        self.lines.get(line - 1).map_or(self.text.len(), |start| *start as usize)
    }

    /// The text of a line, from 1, without its end; empty past the last one.
    #[must_use]
    pub fn line_text(&self, line: usize) -> &str {
        self.text[self.line_start(line)..self.line_start(line + 1)].trim_end_matches(['\n', '\r'])
    }

    /// How many lines there are; an empty text has one.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?})", self.name)
    }
}

/// A stretch of one source.
#[derive(Clone, Debug)]
pub struct Place {
    /// The script.
    pub source: Arc<Source>,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// The place of `span` in `source`.
    #[must_use]
    pub fn new(source: &Arc<Source>, span: Span) -> Place {
        Place { source: source.clone(), span }
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.source.line(self.span.start)
    }

    /// The word that it begins with.
    #[must_use]
    pub fn first_word(&self) -> Place {
        let text = self.source.slice(self.span);
        let length = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
        let start = self.span.start as usize;
        Place { source: self.source.clone(), span: Span::new(start, start + length) }
    }
}

/// `file:LINE:COL`, both from 1, the column in characters.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.source.position(self.span.start);
        write!(f, "{}:{line}:{column}", self.source.name)
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        Arc::ptr_eq(&self.source, &other.source) && self.span == other.span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("t", "let a = 1\nlet é = «x»\n");
        let at = source.text().find('x').unwrap() as u32;
        assert_eq!(source.position(at), (2, 10));
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.line_text(2), "let é = «x»");
        assert_eq!(source.line_text(9), "");
    }

    #[test]
    fn byte_order_mark_is_dropped() {
        assert_eq!(Source::new("t", "\u{feff}x").text(), "x");
    }

    #[test]
    fn past_the_end_is_the_last_line() {
        let source = Source::new("t", "ab");
        assert_eq!(source.position(2), (1, 3));
        assert_eq!(source.position(99), (1, 3));
    }
}
