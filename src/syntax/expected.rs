//! Reports about what the grammar refuses: what was expected, what was found, and what was meant.

use super::grammar::Rule;
use super::parse::Refusal;
use super::scan::{Token, TokenKind, is_keyword, scan};
use crate::diagnostics::{Code, Report, nearest};
use crate::source::{Source, Span};
use std::sync::Arc;

/// What to say where the grammar refused to go on. `text` is the script's, laid out; `statement` is
/// where the refused statement lies.
pub fn explain(source: &Arc<Source>, text: &str, statement: Span, refusal: &Refusal) -> Report {
    let scene = Scene::new(text, statement, refusal);
    let found = scene.describe_found();
    let message = match scene.expectation() {
        Some(expected) => format!("expected {expected}, found {found}"),
        None => format!("unexpected {found}"),
    };
    let mut report = Report::error(Code::Syntax, message).at(source, scene.at, "");
    if let Some(help) = scene.help() {
        report = report.help(help);
    }
    report
}

/// What lies round the place of the refusal.
struct Scene<'a> {
    /// The token there, or nothing wide at the end of a line or of the script.
    at: Span,
    found: &'a str,
    /// The words and marks of the statement before it.
    before: Vec<&'a str>,
    expected: &'a [Rule],
    at_end_of_text: bool,
}

impl<'a> Scene<'a> {
    fn new(text: &'a str, statement: Span, refusal: &'a Refusal) -> Scene<'a> {
        let at = refusal.at as usize;
        let significant = |tokens: Vec<Token>, from: usize| -> Vec<Span> {
            let marks = tokens
                .into_iter()
                .filter(|t| !matches!(t.kind, TokenKind::Space | TokenKind::Unterminated));
            marks
                .map(|t| Span::new(t.span.start as usize + from, t.span.end as usize + from))
                .collect()
        };
        let start = (statement.start as usize).min(at);
        let before = significant(scan(&text[start..at]), start);
        let after = significant(scan(&text[at..]), at);
        let found = after.first().copied().unwrap_or(Span::new(at, at));
        let word = |span: Span| &text[span.range()];
        Scene {
            at: if word(found) == "\n" {
                Span { start: found.start, end: found.start }
            } else {
                found
            },
            found: word(found),
            before: before.into_iter().map(word).filter(|w| *w != "\n").collect(),
            expected: &refusal.expected,
            at_end_of_text: at >= text.len(),
        }
    }

    fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    fn expects_operand(&self) -> bool {
        use Rule::{
            argument, expression, interpolated, listed, number, parenthesis, prefix, target,
        };
        [argument, expression, interpolated, listed, number, parenthesis, prefix, target]
            .iter()
            .any(|rule| self.expects(*rule))
    }

    fn last(&self) -> &'a str {
        self.before.last().copied().unwrap_or("")
    }

    fn describe_found(&self) -> String {
        match self.found {
            "\n" => "the end of the line".to_owned(),
            "" if self.at_end_of_text => "the end of the script".to_owned(),
            found if is_keyword(found) && self.expects(Rule::name) && !self.expects_operand() => {
                format!("the keyword `{found}`")
            }
            "\"" | "\"\"\"" | "'" => "a string".to_owned(),
            found => {
                let short: String = found.chars().take(20).collect();
                let dots = if short.len() < found.len() { "…" } else { "" };
                format!("`{}{dots}`", short.escape_debug())
            }
        }
    }

    /// What could have stood there, in words; `None` where a statement could have gone on in many ways.
    fn expectation(&self) -> Option<String> {
        let mut all: Vec<&str> = Vec::new();
        if self.expects_operand() {
            all.push("an expression");
        } else if self.expects(Rule::name) {
            all.push("a name");
        } else if self.expects(Rule::string) {
            all.push("a string");
        } else if self.expects(Rule::word) {
            all.push("a name");
        }
        for (rule, text) in [
            (Rule::open_brace, "a block `{ … }`"),
            (Rule::open_parenthesis, "`(`"),
            (Rule::equals, "`=`"),
            (Rule::kw_in, "`in`"),
            (Rule::as_word, "`as`"),
            (Rule::colon, "`:`"),
            (Rule::close_parenthesis, "`)`"),
            (Rule::close_square, "`]`"),
        ] {
            if self.expects(rule) && !(rule == Rule::open_brace && self.expects_operand()) {
                all.push(text);
            }
        }
        let in_brackets = self.expects(Rule::close_parenthesis) || self.expects(Rule::close_square);
        if self.expects(Rule::comma) && (in_brackets || all.is_empty()) {
            all.push("`,`");
        }
        let statement_may_end = self.expects(Rule::end_of_line) || self.expects(Rule::EOI);
        if all.is_empty() && self.expects(Rule::close_brace) && !statement_may_end {
            all.push("`}`");
        }
        if all.is_empty() && statement_may_end {
            all.push("the end of the statement");
        }
        match all.as_slice() {
            [] => None,
            [one] => Some((*one).to_owned()),
            [first @ .., last] => Some(format!("{} or {last}", first.join(", "))),
        }
    }

    /// What was probably meant.
    fn help(&self) -> Option<String> {
        self.help_for_found().or_else(|| self.help_for_statement())
    }

    fn help_for_found(&self) -> Option<String> {
        let last = self.last();
        let text = match self.found {
            "!" => "write `not`; `!=` compares".to_owned(),
            "?" => "write `if c { a } else { b }`".to_owned(),
            "->" => "a function's result has no declared type: leave it out".to_owned(),
            "=>" => "write `fn(x) { … }`".to_owned(),
            "=" if self.expects(Rule::open_brace) => "`==` compares; `=` assigns, as a statement".to_owned(),
            "=" if self.expects(Rule::close_parenthesis) => {
                format!("an argument by name is written `{last}: value`; `==` compares")
            }
            ":" if self.expects(Rule::open_brace) => "a block is written `{ … }`, without a colon".to_owned(),
            ":" if self.expects(Rule::close_parenthesis) || self.expects(Rule::equals) => {
                "a name has no declared type: leave it out".to_owned()
            }
            "}" if last == "{" && self.expects_operand() && self.in_string() => {
                "an interpolation holds an expression; `{{}}` writes braces".to_owned()
            }
            "else" if self.before.is_empty() => "an `else` follows the `}` of an `if`, or a `within`".to_owned(),
            "catch" | "finally" if self.before.is_empty() => "it follows the `}` of a `try`".to_owned(),
            "{" if last == "catch" => "name the error: `catch e { … }`".to_owned(),
            "{" if last == "daemon" && self.before.contains(&"spawn") => {
                "`daemon` comes before the name: `spawn daemon \"name\" { … }`".to_owned()
            }
            "{" if matches!(self.before[..], [.., "spawn" | "daemon", _]) => {
                format!("a thread's name is a text in quotes: `spawn \"{{{last}}}\" {{ … }}`")
            }
            "spawn" | "timer" if self.expects_operand() => {
                format!("in an expression it stands in parentheses: `({} …)`", self.found)
            }
            "\n" | "" | ";" if self.expects(Rule::equals) && self.before.len() == 2 => {
                format!("a variable needs a value: `{} {last} = nil`", self.before[0])
            }
            "\n" | "" if last == "raise" => "write `raise \"text\"`, or `raise e` for one caught".to_owned(),
            found if is_keyword(found) && self.expects(Rule::name) && !self.expects_operand() => {
                "a keyword cannot be a name, except after a dot, as a map's key, and as an argument's or field's name"
                    .to_owned()
            }
            "+" if last == "+" => "write `x += 1`".to_owned(),
            "&" if last == "&" => "write `and`".to_owned(),
            "|" if last == "|" => "write `or`".to_owned(),
            "=" if last == "=" => "`==` compares".to_owned(),
            _ if last == "select" || self.before.first() == Some(&"select") => {
                "an arm is `recv q as x`, `send q, x`, `wait e`, `join t`, `after d` or `else`, and a block".to_owned()
            }
            _ => return None,
        };
        Some(text)
    }

    fn in_string(&self) -> bool {
        self.before.iter().any(|word| word.starts_with(['"', '\'']))
    }

    /// A first word that another language begins this statement with, or a misspelt keyword.
    fn help_for_statement(&self) -> Option<String> {
        let first = *self.before.first()?;
        let told = match first {
            "def" | "func" | "function" | "fun" => "a function is written `fn name(x) { … }`",
            "class" => "a class is written `struct Name { … }`",
            "elif" | "elsif" | "elseif" => "write `else if c { … }`",
            "except" => "an error is caught by `try { … } catch e { … }`",
            "with" => "a lock is held by `lock m { … }`",
            "const" | "auto" | "val" => "write `let`, or `var` for what is assigned later",
            "from" => "write `import \"path.conc\" as name`",
            "import" if self.expects(Rule::string) => {
                "an import names a file: `import \"path.conc\" as name`; threads, locks and queues are built in"
            }
            "async" | "go" | "thread" => "a thread is started by `spawn f(x)` or `spawn { … }`",
            "await" => "a thread's result is got by `join t`",
            "global" | "nonlocal" => "a function sees the variables around it: leave this out",
            "foreach" => "write `for x in xs { … }`",
            "synchronized" => "write `lock m { … }`",
            "throw" => "write `raise \"text\"`",
            "switch" | "match" => "write `if … { } else if … { }`",
            "del" | "delete" => "write `xs.remove_at(i)` or `m.remove(k)`",
            "do" => "write `loop { … if c { break } }`",
            "print" if self.before.len() == 1 && !self.found.starts_with('(') => {
                "`print` is a function: `print(x)`"
            }
            _ => "",
        };
        if !told.is_empty() {
            return Some(told.to_owned());
        }
        let is_word = first.starts_with(|c: char| c.is_alphabetic());
        if self.before.len() > 1 || !is_word || is_keyword(first) || self.found == "=" {
            return None;
        }
        let meant = nearest(first, super::scan::KEYWORDS.iter().copied())?;
        Some(format!("did you mean `{meant}`?"))
    }
}
