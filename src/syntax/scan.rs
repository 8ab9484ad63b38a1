//! The lexer: a script's text cut into tokens.
//!
//! It serves what needs the text's shape but not its grammar: [`super::layout`], which decides which
//! newlines end a statement and which brackets belong together, and the REPL's colours. The grammar
//! itself reads characters (see `grammar/conc.pest`). Any text can be scanned; tokens lie side by
//! side and cover all of it.

use crate::source::Span;
use pest::unicode::{XID_CONTINUE, XID_START};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks, tabs and carriage returns.
    Space,
    /// One `\n`.
    Newline,
    /// From `#` up to the end of the line.
    Comment,
    /// A name or a keyword.
    Word,
    /// Whatever begins with a digit.
    Number,
    /// One of `( [ {`, not within a string's text.
    Open,
    /// One of `) ] }`, not within a string's text.
    Close,
    /// An operator or a mark of punctuation.
    Operator,
    /// The quotes that open a string.
    Quote,
    /// The quotes that close a string.
    Unquote,
    /// A stretch of a string's text without escapes and interpolations.
    Text,
    /// `\n`, `{{` and the like in a string.
    Escape,
    /// The `{` that opens an interpolation in a string.
    OpenInterpolation,
    /// The `}` that closes it.
    CloseInterpolation,
    /// The format spec of an interpolation, with its colon.
    Spec,
    /// A raw string, whole.
    Raw,
    /// Nothing wide: here a string stops that was not closed.
    Unterminated,
    /// A character that the language has no use for.
    Unknown,
}

/// A stretch of text that belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub span: Span,
}

/// The words that cannot be names.
pub const KEYWORDS: &[&str] = &[
    "let", "var", "fn", "struct", "import", "if", "else", "while", "loop", "for", "in", "break",
    "continue", "return", "and", "or", "not", "true", "false", "nil", "try", "catch", "finally",
    "raise", "assert", "self", "spawn", "join", "lock", "acquire", "release", "wait", "notify",
    "barrier", "timer", "sleep", "send", "recv", "select", "scope",
];

/// The tokens of `text`, in order.
#[must_use]
pub fn scan(text: &str) -> Vec<Token> {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), at: 0, open: Vec::new() };
    let mut tokens = Vec::with_capacity(text.len() / 3);
    while scanner.at < text.len() {
        let start = scanner.at;
        let kind = scanner.token();
        tokens.push(Token { kind, span: Span::new(start, scanner.at) });
    }
    while scanner.string().is_some() {
        scanner.abandon();
        tokens
            .push(Token { kind: TokenKind::Unterminated, span: Span::new(text.len(), text.len()) });
    }
    tokens
}

/// What the scanner is within.
enum Within {
    /// A string's text.
    Text { quote: u8, triple: bool },
    /// An interpolation, this many brackets deep.
    Interpolation { depth: usize },
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    open: Vec<Within>,
}

impl Scanner<'_> {
    fn token(&mut self) -> TokenKind {
        if let Some(Within::Text { quote, triple }) = self.open.last() {
            return self.string_token(*quote, *triple);
        }
        let c = self.bytes[self.at];
        match c {
            b' ' | b'\t' | b'\r' => {
                self.skip_while(|c| matches!(c, b' ' | b'\t' | b'\r'));
                TokenKind::Space
            }
            b'\n' if self.in_line() => self.abandon(),
            b'\n' => self.take(1, TokenKind::Newline),
            b'#' if self.in_line() => self.take(1, TokenKind::Unknown),
            b'#' => {
                self.skip_while(|c| c != b'\n');
                TokenKind::Comment
            }
            b'0'..=b'9' => self.number(),
            b'r' if matches!(self.peek(1), b'"' | b'\'') => self.raw(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'"' | b'\'' => {
                let triple = self.bytes[self.at..].starts_with(b"\"\"\"");
                self.open.push(Within::Text { quote: c, triple });
                self.take(if triple { 3 } else { 1 }, TokenKind::Quote)
            }
            b'(' | b'[' | b'{' => {
                if let Some(Within::Interpolation { depth }) = self.open.last_mut() {
                    *depth += 1;
                }
                self.take(1, TokenKind::Open)
            }
            b')' | b']' | b'}' => match self.open.last_mut() {
                Some(Within::Interpolation { depth: 0 }) if c == b'}' => {
                    self.open.pop();
                    self.take(1, TokenKind::CloseInterpolation)
                }
                Some(Within::Interpolation { depth }) => {
                    *depth = depth.saturating_sub(1);
                    self.take(1, TokenKind::Close)
                }
                _ => self.take(1, TokenKind::Close),
            },
            b':' if matches!(self.open.last(), Some(Within::Interpolation { depth: 0 })) => {
                self.spec()
            }
            _ if c.is_ascii() => self.operator(),
            _ => self.word(),
        }
    }

    fn string_token(&mut self, quote: u8, triple: bool) -> TokenKind {
        match self.bytes[self.at] {
            b'\n' if !triple => self.abandon(),
            b'\\' => {
                // A newline after the backslash still ends a string of one line.
                let next = self.text[self.at + 1..].chars().next().filter(|c| *c != '\n');
                let length = 1 + next.map_or(0, char::len_utf8);
                self.take(length + self.code_point(self.at + length), TokenKind::Escape)
            }
            b'{' | b'}' if self.peek(1) == self.bytes[self.at] => self.take(2, TokenKind::Escape),
            b'{' => {
                self.open.push(Within::Interpolation { depth: 0 });
                self.take(1, TokenKind::OpenInterpolation)
            }
            b'}' => self.take(1, TokenKind::Unknown),
            c if c == quote && (!triple || self.bytes[self.at..].starts_with(b"\"\"\"")) => {
                self.open.pop();
                self.take(if triple { 3 } else { 1 }, TokenKind::Unquote)
            }
            _ => {
                self.at += 1;
                self.skip_while(|c| {
                    !(matches!(c, b'\\' | b'{' | b'}') || c == quote || (c == b'\n' && !triple))
                });
                TokenKind::Text
            }
        }
    }

    /// How long the `{1F600}` is that belongs to a `\u` before `at`.
    fn code_point(&self, at: usize) -> usize {
        let Some(digits) = self.text[..at].ends_with("\\u").then(|| &self.text[at..]) else {
            return 0;
        };
        let Some(digits) = digits.strip_prefix('{') else { return 0 };
        match digits.find(|c: char| !c.is_ascii_hexdigit()) {
            Some(end) if digits[end..].starts_with('}') => end + 2,
            _ => 0,
        }
    }

    /// Whether a string of one line is open around here.
    fn in_line(&self) -> bool {
        self.open.iter().any(|within| matches!(within, Within::Text { triple: false, .. }))
    }

    /// The quotes of the outermost open string that ends here, unfinished.
    fn string(&self) -> Option<usize> {
        let line = |w: &Within| matches!(w, Within::Text { triple: false, .. });
        let any = |w: &Within| matches!(w, Within::Text { .. });
        self.open.iter().position(line).or_else(|| self.open.iter().position(any))
    }

    fn abandon(&mut self) -> TokenKind {
        if let Some(outermost) = self.string() {
            self.open.truncate(outermost);
        }
        TokenKind::Unterminated
    }

    fn spec(&mut self) -> TokenKind {
        let quote = self.open.iter().rev().find_map(|within| match within {
            Within::Text { quote, triple: false } => Some(*quote),
            _ => None,
        });
        self.skip_while(|c| !(c == b'}' || (quote.is_some() && c == b'\n')));
        TokenKind::Spec
    }

    fn word(&mut self) -> TokenKind {
        let rest = &self.text[self.at..];
        let starts = |c: char| c == '_' || XID_START(c);
        if !rest.starts_with(starts) {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            return self.take(length, TokenKind::Unknown);
        }
        self.at += rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        TokenKind::Word
    }

    /// Everything that a number could be, right or wrong, as the grammar's rule `number` has it.
    fn number(&mut self) -> TokenKind {
        let radix = self.bytes[self.at] == b'0' && matches!(self.peek(1), b'x' | b'b' | b'o');
        while self.at < self.bytes.len() {
            let next = self.peek(1);
            match self.bytes[self.at] {
                b'e' | b'E'
                    if !radix && matches!(next, b'+' | b'-') && self.peek(2).is_ascii_digit() =>
                {
                    self.at += 2;
                }
                b'.' if !radix && next.is_ascii_digit() => self.at += 1,
                c if c.is_ascii_alphanumeric() || c == b'_' => self.at += 1,
                _ => break,
            }
        }
        TokenKind::Number
    }

    fn raw(&mut self) -> TokenKind {
        let quote = self.peek(1);
        let rest = &self.text[self.at + 1..];
        let (open, close) = if let Some(inner) = rest.strip_prefix("\"\"\"") {
            (3, inner.find("\"\"\"").map(|i| i + 6))
        } else {
            let end = rest[1..].find(|c| c == char::from(quote) || c == '\n');
            let closed = end.filter(|i| rest.as_bytes()[1 + i] == quote);
            (1, closed.map(|i| i + 2))
        };
        if let Some(length) = close {
            return self.take(1 + length, TokenKind::Raw);
        }
        // Not closed: the rest of the line, or of the text, is its text.
        self.open.push(Within::Text { quote, triple: open == 3 });
        self.take(1 + open, TokenKind::Quote)
    }

    fn operator(&mut self) -> TokenKind {
        const OPERATORS: [&str; 22] = [
            "**=", "//=", "..=", "==", "!=", "<=", ">=", "<<", ">>", "**", "//", "..", "+=", "-=",
            "*=", "/=", "%=", "&&", "||", "->", "=>", "++",
        ];
        let rest = &self.text[self.at..];
        if let Some(operator) = OPERATORS.iter().find(|o| rest.starts_with(**o)) {
            return self.take(operator.len(), TokenKind::Operator);
        }
        let known = b"+-*/%<>=.,:;|^&~!".contains(&self.bytes[self.at]);
        self.take(1, if known { TokenKind::Operator } else { TokenKind::Unknown })
    }

    fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.at += length;
        kind
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.at < self.bytes.len() && wanted(self.bytes[self.at]) {
            self.at += 1;
        }
    }
}

/// Whether `c` can stand within a name.
#[must_use]
pub fn is_word_char(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || (!c.is_ascii() && XID_CONTINUE(c))
}

/// Whether `word` is one of the language's keywords.
#[must_use]
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::{TokenKind::*, *};

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        let tokens = scan(text);
        let mut end = 0;
        for token in &tokens {
            assert_eq!(token.span.start, end, "gap in {text:?}");
            end = token.span.end;
        }
        assert_eq!(end as usize, text.len());
        let shown = tokens.iter().filter(|t| t.kind != Space);
        shown.map(|t| (t.kind, &text[t.span.range()])).collect()
    }

    #[test]
    fn the_number_of_a_character_belongs_to_its_escape() {
        let text = r#""\u{1F600}{x}""#;
        let tokens = kinds(text);
        assert_eq!(tokens[1], (Escape, r"\u{1F600}"));
        assert_eq!(tokens[2], (OpenInterpolation, "{"));
        assert_eq!(kinds(r#""\u{x}""#)[1], (Escape, r"\u"));
        assert_eq!(kinds(r#""\\u{41}""#)[3], (OpenInterpolation, "{"));
    }

    #[test]
    fn words_numbers_and_operators() {
        assert_eq!(
            kinds("x += 1.5ms..y # c"),
            [
                (Word, "x"),
                (Operator, "+="),
                (Number, "1.5ms"),
                (Operator, ".."),
                (Word, "y"),
                (Comment, "# c")
            ]
        );
        assert_eq!(kinds("1..5")[0], (Number, "1"));
        assert_eq!(kinds("0xe+1")[0], (Number, "0xe"));
        assert_eq!(kinds("1e+5")[0], (Number, "1e+5"));
    }

    #[test]
    fn strings_nest_in_interpolations() {
        assert_eq!(
            kinds(r#""a{f("b}", {k: 1}):>5}}}""#),
            [
                (Quote, "\""),
                (Text, "a"),
                (OpenInterpolation, "{"),
                (Word, "f"),
                (Open, "("),
                (Quote, "\""),
                (Text, "b"),
                (Unknown, "}"),
                (Unquote, "\""),
                (Operator, ","),
                (Open, "{"),
                (Word, "k"),
                (Operator, ":"),
                (Number, "1"),
                (Close, "}"),
                (Close, ")"),
                (Spec, ":>5"),
                (CloseInterpolation, "}"),
                (Escape, "}}"),
                (Unquote, "\""),
            ]
        );
    }

    #[test]
    fn strings_of_one_line_end_with_it() {
        assert_eq!(
            kinds("\"ab\nx"),
            [(Quote, "\""), (Text, "ab"), (Unterminated, ""), (Newline, "\n"), (Word, "x")]
        );
        assert_eq!(kinds("\"a{b\nx").last(), Some(&(Word, "x")));
        assert_eq!(kinds("\"\"\"a\nb\"\"\" x").last(), Some(&(Word, "x")));
        assert_eq!(kinds("\"\"\"a{").last(), Some(&(Unterminated, "")));
        assert_eq!(kinds(r#"r"a\" x"#), [(Raw, r#"r"a\""#), (Word, "x")]);
    }

    #[test]
    fn any_text_can_be_scanned() {
        for text in
            ["\\", "\"\\", "\"{", "'{'{\"", "é«»\u{1F600}", "r\"", "}}}", "\"a{b:", "\"\\\n"]
        {
            kinds(text);
        }
    }
}
