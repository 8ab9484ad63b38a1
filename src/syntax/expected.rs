//! Reports about what the grammar refuses: what was expected, what was found, and what was meant.

use super::foreign;
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
        None if scene.found.trim().is_empty() => format!("more is expected before {found}"),
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
    /// What follows that.
    next: &'a str,
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
            next: after.get(1).map_or("", |next| word(*next)),
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
        } else if self.expects(Rule::after_word) {
            all.push("an arm");
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
        let statement_may_end = self.expects(Rule::end_of_line) || self.expects(Rule::EOI);
        let in_map = all.is_empty() && self.expects(Rule::close_brace) && !statement_may_end;
        if in_map {
            all.push("`}`");
        }
        let in_brackets =
            in_map || self.expects(Rule::close_parenthesis) || self.expects(Rule::close_square);
        let ends_early = statement_may_end && !self.before.contains(&"send");
        if self.expects(Rule::comma) && (in_brackets || all.is_empty() && !ends_early) {
            all.push("`,`");
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
        let first = self.before.first().copied().unwrap_or("");
        let text = match self.found {
            "!" => "write `not`; `!=` compares".to_owned(),
            "?" => "write `if c { a } else { b }`".to_owned(),
            "->" => "a function's result has no declared type: leave it out".to_owned(),
            "=>" => "write `fn(x) { … }`".to_owned(),
            ":" if self.expects(Rule::open_brace) && (first != "fn" || self.next == "\n") => "a block is written `{ … }`, without a colon".to_owned(),
            ":" if first == "fn" && last == ")" => "a function's result has no declared type: leave it out".to_owned(),
            ":" if self.next == ":" => "write `name.member`".to_owned(),
            "(" | ":" if first == "for" && self.before.len() < 3 => {
                "write `for i in 0..n { … }`, or `while c { … }`".to_owned()
            }
            ":" if self.before.len() == 1 && foreign::first_word(first).is_some() => {
                "a block is written `{ … }`, without a colon".to_owned()
            }
            ":" if self.before.len() == 1 && !self.expects(Rule::call) => "a field has no declared type: leave it out".to_owned(),
            "(" if first == "struct" && self.before.len() == 2 => {
                format!("the fields stand in its block: `struct {last} {{ x; y = 0 }}`")
            }
            ":" if self.before.len() == 1 => "a variable is declared by `let x = …`, or `var x = …`".to_owned(),
            "=" if self.expects(Rule::colon) => "an entry is written `key: value`".to_owned(),
            "," if self.before.contains(&"return") && self.expects(Rule::end_of_line) => {
                "several values are given as a list: `return [a, b]`".to_owned()
            }
            "," if first == "assert" => "write `assert c, \"message\"`, without parentheses".to_owned(),
            "," if matches!(first, "let" | "var") && self.expects(Rule::end_of_line) => {
                format!("write a `{first}` for each, on a line of its own or after `;`")
            }
            "," if self.before.len() == 1 => "several are assigned by `[a, b] = [b, a]`".to_owned(),
            "," if self.expects(Rule::equals) => "a list is taken apart by `let [a, b] = pair`".to_owned(),
            "," if is_keyword(first) && self.before.get(1) == Some(&"(") && self.expects(Rule::close_parenthesis) => {
                format!("write `{first} a, b`, or all of it in parentheses: `({first} a, b)`")
            }
            "," if self.expects(Rule::close_parenthesis) && !self.expects(Rule::comma) => {
                "a list is written `[a, b]`".to_owned()
            }
            "*" if self.expects(Rule::parameters) || self.expects(Rule::close_parenthesis) => {
                "the number of arguments is fixed: give a list as one of them".to_owned()
            }
            "self" if self.expects(Rule::name) => "a method has `self` without being given it: leave it out".to_owned(),
            "spawn" | "timer" | "join" | "recv" | "lock" | "select" | "if" | "try"
                if is_keyword(last) && self.expects(Rule::target) =>
            {
                format!("put it in parentheses: `{last} ({} …)`", self.found)
            }
            "." if last == "lock" => "`lock` is a keyword; `acquire m` takes a lock, `lock m { … }` holds one".to_owned(),
            "if" if !self.before.is_empty() && !self.expects_operand() => {
                "a conditional expression is written `if c { a } else { b }`".to_owned()
            }
            "for" if self.expects(Rule::close_square) => {
                "write `xs.map(fn(x) { … })`, or `xs.filter(fn(x) { … })`".to_owned()
            }
            "\"" | "'" if matches!(last, "f" | "F") => "every string interpolates: leave the `f` out".to_owned(),
            "{" if self.before.contains(&"within") => {
                "what is done when the time is up stands in an `else { … }`".to_owned()
            }
            "=" if self.expects(Rule::open_brace) && first == "fn" => "its body is a block: `fn f(x) { … }`".to_owned(),
            "=" if self.expects(Rule::open_brace) => "`==` compares; `=` assigns, as a statement".to_owned(),
            "=" if self.expects(Rule::close_parenthesis) => {
                format!("an argument by name is written `{last}: value`; `==` compares")
            }
            ":" if self.expects(Rule::close_parenthesis) || self.expects(Rule::equals) => {
                "a name has no declared type: leave it out".to_owned()
            }
            "}" if last == "{" && self.expects_operand() && self.in_string() => {
                "an interpolation holds an expression; `{{}}` writes braces".to_owned()
            }
            "else" if self.before.is_empty() => "an `else` follows the `}` of an `if`, or a `within`".to_owned(),
            "catch" | "finally" if self.before.is_empty() => "it follows the `}` of a `try`".to_owned(),
            "(" if last == "catch" => "write `catch e { … }`, without parentheses".to_owned(),
            found if self.before.contains(&"catch") && self.expects(Rule::open_brace) && !matches!(found, ":" | "\n" | "") => {
                "the kinds of error stand after a colon: `catch e: Timeout { … }`".to_owned()
            }
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
            "\n" if self.expects(Rule::open_brace) && self.next == "{" => {
                "the `{` of a block stands on the line of its head".to_owned()
            }
            "\n" | "" if last == "raise" => "write `raise \"text\"`, or `raise e` for one caught".to_owned(),
            found if is_keyword(found) && self.expects(Rule::name) && !self.expects_operand() => {
                "a keyword cannot be a name, except after a dot, as a map's key, and as an argument's or field's name"
                    .to_owned()
            }
            "+" if last == "+" => "write `x += 1`".to_owned(),
            "++" => "write `x += 1`".to_owned(),
            "//" | "/" if self.before.is_empty() => "a comment begins with `#`".to_owned(),
            "&" if last == "&" => "write `and`".to_owned(),
            "|" if last == "|" => "write `or`".to_owned(),
            "|" if self.expects_operand() => "write `fn(x) { … }`".to_owned(),
            "=" if self.before.len() == 1 && is_keyword(first) && !matches!(first, "let" | "var") => {
                format!("`{first}` is a keyword, and cannot be a name")
            }
            "=" if matches!(last, "=" | "==") => "`==` compares".to_owned(),
            "=" if last == "!=" => "`!=` compares".to_owned(),
            ">" if last == "<" => "`!=` compares".to_owned(),
            ">" if last == "-" => "write `name.member`".to_owned(),
            "<" if self.expects_operand() && self.next == "-" => "write `recv q`".to_owned(),
            "=" if first != "fn" && self.expects(Rule::end_of_line) => "each assignment is a statement of its own".to_owned(),
            _ if self.before.contains(&"spawn") && self.expectation().is_none() => {
                "a call or a block is run: `spawn f(x)`, `spawn \"name\" { … }`".to_owned()
            }
            _ if last == "spawn" => "a thread is started by `spawn f(x)` or `spawn { … }`".to_owned(),
            _ if matches!(last, "let" | "var") && self.before.len() == 1 && !self.expects(Rule::name) => {
                format!("a field is written `name` or `name = value`, without `{last}`")
            }
            _ if last == "select" || self.expects(Rule::after_word) => {
                "an arm is `recv q as x`, `send q, x`, `wait e`, `join t`, `after d` or `else`, and a block".to_owned()
            }
            _ if self.before.contains(&"//") => "`//` divides; a comment begins with `#`".to_owned(),
            found if matches!(last, "{" | ",") && found.starts_with(|c: char| c.is_ascii_digit() || c == '-')
                && self.expects(Rule::close_brace) =>
            {
                "a key that is no word or string stands in brackets: `{[1]: \"one\"}`".to_owned()
            }
            _ if self.expects(Rule::colon) => {
                "this `{` opens a map, `{key: value}`: a block follows `if`, `lock`, `spawn` and their kin".to_owned()
            }
            _ if last == "within" && self.before.contains(&",") => "no comma stands before a `within`".to_owned(),
            found => {
                let before = || (self.before.len() > 1).then(|| foreign::inner_word(last)).flatten();
                foreign::inner_word(found).or_else(before)?.to_owned()
            }
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
            "import" if self.expects(Rule::string) => {
                "an import names a file: `import \"path.conc\" as name`; threads, locks and queues are built in"
            }
            "import" if self.expects(Rule::as_word) => {
                "say what it is called here: `import \"path.conc\" as name`"
            }
            "print" if self.before.len() == 1 && !self.found.starts_with('(') => {
                "`print` is a function: `print(x)`"
            }
            _ => foreign::first_word(first).unwrap_or_default(),
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
