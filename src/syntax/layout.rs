//! Which newlines end a statement, and which brackets belong together.
//!
//! The grammar is spared both questions: it reads a copy of the script, of the same length, in which
//! comments and the newlines that end no statement are blanks. So every newline that the grammar
//! sees is an end, and every offset is true of the script itself.
//!
//! A newline ends no statement (section 1 of the language) where the innermost open bracket is
//! `( )`, `[ ]`, a map's `{ }` or an interpolation's; after a binary operator, an assignment operator
//! or a comma; before a line that starts with `.` and a name; and between a `}` and an `else`,
//! `catch` or `finally`. Whether a `{` opens a block or a map can be told from the token before it:
//! a block follows a complete operand or a word such as `else`, a map follows anything else. That
//! holds because the language asks for parentheses round a bare map in the head of a block.

use super::scan::{Token, TokenKind, scan};
use crate::source::Span;

/// What a bracket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bracket {
    /// `( )`
    Parenthesis,
    /// `[ ]`
    Square,
    /// A map's `{ }`.
    Map,
    /// A block's, a `struct`'s or a `select`'s `{ }`: newlines end what is in it.
    Block,
    /// An interpolation's `{ }`.
    Interpolation,
}

impl Bracket {
    /// The character that closes it.
    #[must_use]
    pub fn closer(self) -> char {
        match self {
            Bracket::Parenthesis => ')',
            Bracket::Square => ']',
            Bracket::Map | Bracket::Block | Bracket::Interpolation => '}',
        }
    }
}

/// Something wrong that the grammar need not be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A bracket that nothing closes. `hint` is another one, within it, whose closer is indented less
    /// than it: more likely the one that was forgotten.
    Unclosed { open: Span, bracket: Bracket, hint: Option<Span> },
    /// A closing bracket where none, or another one, is open.
    Unopened { close: Span, open: Option<(Span, Bracket)> },
    /// A string that is not closed where its line, or the text, ends.
    UnclosedString { open: Span, end: Span, interpolation: Option<Span> },
    /// A comment in the interpolation of a string of one line.
    CommentInString { at: Span },
    /// A character that the language has no use for.
    Unknown { at: Span },
    /// A `}` alone in a string's text.
    LoneBrace { at: Span },
}

/// Where something at the level of statements begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Open(Bracket),
    Close,
    Separator,
}

/// The text as the grammar reads it, and what was found on the way.
pub struct Layout {
    /// The script's text with blanks for what the grammar need not see; closers that are missing at
    /// the end are added.
    pub text: String,
    /// What is wrong with brackets and strings, in order.
    pub flaws: Vec<Flaw>,
    /// How many brackets are open at most at one place.
    pub depth: usize,
    /// Whether more lines could mend it: a bracket or a long string is open at the end, or the last
    /// token asks for an operand.
    pub unfinished: bool,
    /// How many brackets are open at the end.
    pub open_at_end: usize,
    marks: Vec<(u32, Mark)>,
}

impl Layout {
    /// Lays out `text`.
    #[must_use]
    pub fn new(text: &str) -> Layout {
        let tokens = scan(text);
        let mut pass = Pass::new(text, &tokens);
        pass.run();
        pass.finish()
    }

    /// The statement (or field, or `select` arm) that the byte at `offset` is in, the innermost one.
    #[must_use]
    pub fn statement_around(&self, offset: u32) -> Span {
        // For each open bracket, where the statement it stands in began.
        let mut starts: Vec<(Bracket, u32)> = vec![(Bracket::Block, 0)];
        let mut passed = false;
        let mut depth = 0;
        for (at, mark) in &self.marks {
            if !passed && *at >= offset {
                passed = true;
                depth = innermost_block(&starts);
            }
            match mark {
                Mark::Open(bracket) => starts.push((*bracket, at + 1)),
                Mark::Close if starts.len() > 1 => {
                    if passed && starts.len() <= depth {
                        return Span { start: starts[depth - 1].1, end: *at };
                    }
                    starts.pop();
                }
                Mark::Separator if passed && starts.len() <= depth => {
                    return Span { start: starts[depth - 1].1, end: *at };
                }
                Mark::Separator => {
                    if let Some(last) = starts.last_mut() {
                        last.1 = at + 1;
                    }
                }
                Mark::Close => {}
            }
        }
        if !passed {
            depth = innermost_block(&starts);
        }
        Span { start: starts[depth - 1].1, end: self.text.len() as u32 }
    }

    /// Replaces a stretch by blanks, so that the grammar passes over it.
    pub fn blank(&mut self, span: Span) {
        let blank = " ".repeat(span.range().len());
        self.text.replace_range(span.range(), &blank);
    }
}

/// How many of the open brackets there are up to the innermost block's, that one included.
fn innermost_block(open: &[(Bracket, u32)]) -> usize {
    open.iter().rposition(|(bracket, _)| *bracket == Bracket::Block).map_or(1, |i| i + 1)
}

struct OpenBracket {
    bracket: Bracket,
    span: Span,
    /// The column of the first token on its line, in bytes.
    indent: usize,
}

struct Pass<'a> {
    text: &'a str,
    tokens: &'a [Token],
    out: Vec<u8>,
    open: Vec<OpenBracket>,
    strings: Vec<(Span, usize)>,
    /// The last token that is neither blank nor comment, and not in a string.
    last: Option<Token>,
    after_dot: bool,
    line_start: usize,
    line_indent: Option<usize>,
    suspect: Option<(usize, Span)>,
    depth: usize,
    flaws: Vec<Flaw>,
    marks: Vec<(u32, Mark)>,
}

impl<'a> Pass<'a> {
    fn new(text: &'a str, tokens: &'a [Token]) -> Pass<'a> {
        Pass {
            text,
            tokens,
            out: text.as_bytes().to_vec(),
            open: Vec::new(),
            strings: Vec::new(),
            last: None,
            after_dot: false,
            line_start: 0,
            line_indent: None,
            suspect: None,
            depth: 0,
            flaws: Vec::new(),
            marks: Vec::new(),
        }
    }

    fn run(&mut self) {
        for i in 0..self.tokens.len() {
            let token = self.tokens[i];
            match token.kind {
                TokenKind::Space => self.blank(token.span),
                TokenKind::Comment => self.blank(token.span),
                TokenKind::Newline => self.newline(i, token.span),
                TokenKind::Open => self.open_bracket(token),
                TokenKind::OpenInterpolation => self.push(Bracket::Interpolation, token.span),
                TokenKind::Close => self.close(token.span),
                TokenKind::CloseInterpolation => self.close_interpolation(),
                TokenKind::Quote => self.strings.push((token.span, self.open.len())),
                TokenKind::Unquote => {
                    self.strings.pop();
                    self.significant(token);
                }
                TokenKind::Unterminated => self.unterminated(token.span),
                TokenKind::Unknown => self.unknown(token.span),
                TokenKind::Operator if self.slice(token) == ";" => {
                    self.marks.push((token.span.start, Mark::Separator));
                    self.significant(token);
                }
                TokenKind::Text | TokenKind::Escape | TokenKind::Spec => {}
                TokenKind::Word | TokenKind::Number | TokenKind::Raw | TokenKind::Operator => {
                    self.significant(token);
                }
            }
        }
    }

    fn slice(&self, token: Token) -> &'a str {
        &self.text[token.span.range()]
    }

    fn blank(&mut self, span: Span) {
        self.out[span.range()].fill(b' ');
    }

    fn significant(&mut self, token: Token) {
        if self.line_indent.is_none() {
            self.line_indent = Some((token.span.start as usize).saturating_sub(self.line_start));
        }
        self.after_dot = self.last.is_some_and(|last| self.slice(last) == ".");
        self.last = Some(token);
    }

    fn newline(&mut self, i: usize, span: Span) {
        self.line_start = span.end as usize;
        self.line_indent = None;
        let ends = self.open.last().is_none_or(|open| open.bracket == Bracket::Block)
            && !self.continues(i);
        if ends {
            self.marks.push((span.start, Mark::Separator));
            self.after_dot = false;
            self.last = None;
        } else {
            self.blank(span);
        }
    }

    /// Whether the statement goes on after the newline at token `i`.
    fn continues(&self, i: usize) -> bool {
        let Some(last) = self.last else { return false };
        let word = self.slice(last);
        let asks = match last.kind {
            TokenKind::Operator => !matches!(word, ";" | ":" | "." | "~" | "!"),
            TokenKind::Word => !self.after_dot && matches!(word, "and" | "or" | "in"),
            _ => false,
        };
        if asks {
            return true;
        }
        let mut rest = self.tokens[i..].iter().filter(|token| {
            !matches!(token.kind, TokenKind::Space | TokenKind::Comment | TokenKind::Newline)
        });
        let Some(next) = rest.next() else { return false };
        match self.slice(*next) {
            "." => rest.next().is_some_and(|token| {
                token.kind == TokenKind::Word && token.span.start == next.span.end
            }),
            "else" | "catch" | "finally" => word == "}" && last.kind == TokenKind::Close,
            _ => false,
        }
    }

    fn open_bracket(&mut self, token: Token) {
        let bracket = match self.slice(token) {
            "(" => Bracket::Parenthesis,
            "[" => Bracket::Square,
            _ if self.block_follows() => Bracket::Block,
            _ => Bracket::Map,
        };
        self.significant(token);
        self.push(bracket, token.span);
        if bracket == Bracket::Block {
            self.last = None;
        }
    }

    /// Whether a `{` here opens a block.
    fn block_follows(&self) -> bool {
        let Some(last) = self.last else { return false };
        match last.kind {
            TokenKind::Number | TokenKind::Raw | TokenKind::Unquote | TokenKind::Close => true,
            TokenKind::Word if self.after_dot => true,
            TokenKind::Word => !matches!(
                self.slice(last),
                "return"
                    | "raise"
                    | "and"
                    | "or"
                    | "not"
                    | "in"
                    | "if"
                    | "while"
                    | "assert"
                    | "sleep"
                    | "join"
                    | "acquire"
                    | "release"
                    | "wait"
                    | "notify"
                    | "barrier"
                    | "send"
                    | "recv"
                    | "timer"
                    | "until"
                    | "within"
            ),
            _ => false,
        }
    }

    fn push(&mut self, bracket: Bracket, span: Span) {
        let indent = self.line_indent.unwrap_or(0);
        self.open.push(OpenBracket { bracket, span, indent });
        self.depth = self.depth.max(self.open.len());
        self.marks.push((span.start, Mark::Open(bracket)));
    }

    fn pop(&mut self, close: u32) -> Option<OpenBracket> {
        let open = self.open.pop()?;
        self.marks.push((close, Mark::Close));
        Some(open)
    }

    /// How many of the open brackets belong to what lies outside the innermost open string.
    fn floor(&self) -> usize {
        self.strings.last().map_or(0, |(_, depth)| *depth)
    }

    fn close(&mut self, span: Span) {
        let closer = self.text[span.range()].chars().next().unwrap_or(' ');
        let first_on_line = self.line_indent.is_none();
        self.significant(Token { kind: TokenKind::Close, span });
        let floor = self.floor();
        let fits = |open: &OpenBracket| {
            open.bracket != Bracket::Interpolation && open.bracket.closer() == closer
        };
        let Some(at) = self.open.iter().rposition(fits).filter(|at| *at >= floor) else {
            let open = self.open.last().map(|open| (open.span, open.bracket));
            self.flaws.push(Flaw::Unopened { close: span, open });
            self.blank(span);
            return;
        };
        while self.open.len() > at + 1 {
            if let Some(open) = self.pop(span.start) {
                self.flaws.push(Flaw::Unclosed {
                    open: open.span,
                    bracket: open.bracket,
                    hint: None,
                });
                self.blank(open.span);
            }
        }
        let Some(open) = self.pop(span.start) else { return };
        let indent = self.line_indent.unwrap_or(0);
        let crossed = first_on_line && open.bracket == Bracket::Block && indent < open.indent;
        if crossed && self.suspect.is_none_or(|(depth, _)| depth > self.open.len()) {
            self.suspect = Some((self.open.len(), open.span));
        }
    }

    fn close_interpolation(&mut self) {
        while let Some(open) = self.open.pop() {
            self.marks.push((open.span.end, Mark::Close));
            if open.bracket == Bracket::Interpolation {
                break;
            }
            self.flaws.push(Flaw::Unclosed { open: open.span, bracket: open.bracket, hint: None });
            self.blank(open.span);
        }
    }

    fn unterminated(&mut self, end: Span) {
        // The scanner gave up the outermost string of one line, or the outermost one at the end.
        let line = |(open, _): &(Span, usize)| !self.text[open.range()].ends_with("\"\"\"");
        let at = self.strings.iter().position(line).unwrap_or(0);
        let Some((open, depth)) = self.strings.get(at).copied() else { return };
        self.strings.truncate(at);
        let interpolation = self.open.get(depth).map(|open| open.span);
        while self.open.len() > depth {
            self.pop(end.start);
        }
        self.flaws.push(Flaw::UnclosedString { open, end, interpolation });
        self.blank(Span { start: open.start, end: end.start });
        self.significant(Token {
            kind: TokenKind::Unquote,
            span: Span { start: open.start, end: end.start },
        });
    }

    fn unknown(&mut self, at: Span) {
        self.flaws.push(match &self.text[at.range()] {
            "}" => Flaw::LoneBrace { at },
            "#" => Flaw::CommentInString { at },
            _ => Flaw::Unknown { at },
        });
        self.blank(at);
    }

    fn finish(mut self) -> Layout {
        let asks = self.last.is_some_and(|last| match last.kind {
            TokenKind::Operator => !matches!(self.slice(last), ";" | ":" | "." | "~" | "!"),
            TokenKind::Word => matches!(self.slice(last), "and" | "or" | "in"),
            _ => false,
        });
        let long_string = self.flaws.iter().any(|flaw| {
            matches!(flaw, Flaw::UnclosedString { open, .. } if self.text[open.range()].ends_with("\"\"\""))
        });
        let open_at_end = self.open.len();
        // No line mends a bracket that is closed by another's closer.
        let crossed = |flaw: &Flaw| matches!(flaw, Flaw::Unopened { .. } | Flaw::Unclosed { .. });
        let may_be_mended = !self.flaws.iter().any(crossed);
        while let Some(open) = self.pop(self.text.len() as u32) {
            self.out.push(open.bracket.closer() as u8);
            // The outermost one is told: the inner ones are most often closed by its closer.
            if self.open.is_empty() {
                let hint = self.suspect.map(|(_, span)| span).filter(|span| *span > open.span);
                self.flaws.push(Flaw::Unclosed { open: open.span, bracket: open.bracket, hint });
            }
        }
        self.flaws.sort_by_key(|flaw| flaw.at());
        Layout {
            text: String::from_utf8(self.out).expect("whole characters were replaced by blanks"),
            unfinished: may_be_mended && (asks || long_string || open_at_end > 0),
            flaws: self.flaws,
            depth: self.depth,
            open_at_end,
            marks: self.marks,
        }
    }
}

impl Flaw {
    /// Where it is.
    #[must_use]
    pub fn at(&self) -> Span {
        match *self {
            Flaw::Unclosed { open, .. } | Flaw::UnclosedString { open, .. } => open,
            Flaw::Unopened { close, .. } => close,
            Flaw::CommentInString { at } | Flaw::Unknown { at } | Flaw::LoneBrace { at } => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(text: &str) -> String {
        let layout = Layout::new(text);
        assert_eq!(layout.flaws, [], "{text}");
        assert_eq!(layout.text.len(), text.len());
        layout.text
    }

    #[test]
    fn comments_and_newlines_within_brackets_are_blanks() {
        assert_eq!(laid_out("f(1, # é\n 2)\nx"), "f(1,       2)\nx");
        assert_eq!(laid_out("[1\n]\n{a: 1\n}"), "[1 ]\n{a: 1 }");
        assert_eq!(laid_out("f(fn() {\na\n})"), "f(fn() {\na\n})");
    }

    #[test]
    fn a_statement_goes_on_after_an_operator_and_before_a_dot() {
        assert_eq!(laid_out("a +\nb"), "a + b");
        assert_eq!(laid_out("a =\n\nb\nc"), "a =  b\nc");
        assert_eq!(laid_out("a and\nb"), "a and b");
        assert_eq!(laid_out("a\n # c\n .b\nc"), "a       .b\nc");
        assert_eq!(laid_out("x.in\nb"), "x.in\nb");
        assert_eq!(laid_out("a\n..b"), "a\n..b");
    }

    #[test]
    fn else_catch_and_finally_may_follow_on_the_next_line() {
        assert_eq!(laid_out("if a {\n}\n# c\nelse {\n}"), "if a {\n}     else {\n}");
        assert_eq!(laid_out("x\nelse"), "x\nelse");
    }

    #[test]
    fn flaws_point_at_brackets() {
        let flaw = |text: &str| Layout::new(text).flaws[0];
        assert!(matches!(flaw("f(1"), Flaw::Unclosed { open, .. } if open.start == 1));
        assert!(matches!(flaw("if a {\n f(1\n}"), Flaw::Unclosed { open, .. } if open.start == 9));
        assert!(matches!(flaw("a)"), Flaw::Unopened { close, open: None } if close.start == 1));
        assert!(matches!(flaw("\"abc\nx"), Flaw::UnclosedString { open, .. } if open.start == 0));
        let text = "fn f() {\n  if a {\n    b\n}\nfn g() { }";
        assert!(matches!(flaw(text), Flaw::Unclosed { hint: Some(hint), .. } if hint.start == 16));
    }

    #[test]
    fn statements_are_found() {
        let text = "a\nif b {\n  c\n  d(1,\n 2)\n}\ne";
        let layout = Layout::new(text);
        let around = |c: &str| &text[layout.statement_around(text.find(c).unwrap() as u32).range()];
        assert_eq!(around("a"), "a");
        assert_eq!(around("c"), "  c");
        assert_eq!(around("2"), "  d(1,\n 2)");
        assert_eq!(around("b"), "if b {\n  c\n  d(1,\n 2)\n}");
        assert_eq!(around("e"), "e");
    }
}
