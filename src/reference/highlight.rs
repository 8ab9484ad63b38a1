//! The colours of a script, in the reference and wherever else scripts are shown.

use crate::diagnostics::Style;
use crate::syntax::scan::{TokenKind, is_keyword, scan};

const KEYWORD: &str = "\x1b[34m";
const STRING: &str = "\x1b[32m";
const NUMBER: &str = "\x1b[36m";
const COMMENT: &str = "\x1b[90m";
const WRONG: &str = "\x1b[31m";
const END: &str = "\x1b[0m";

/// What switches the colour of a token on; nothing if it has none.
#[must_use]
pub fn colour(kind: TokenKind, text: &str) -> Option<&'static str> {
    Some(match kind {
        TokenKind::Comment => COMMENT,
        TokenKind::Word if is_keyword(text) => KEYWORD,
        TokenKind::Number => NUMBER,
        TokenKind::Quote | TokenKind::Unquote | TokenKind::Text | TokenKind::Raw => STRING,
        TokenKind::Escape
        | TokenKind::OpenInterpolation
        | TokenKind::CloseInterpolation
        | TokenKind::Spec => NUMBER,
        TokenKind::Unknown => WRONG,
        _ => return None,
    })
}

/// A script with its words, strings and comments told apart by colour; the text itself without colours. A colour
/// ends with its line, so that each line stands for itself.
#[must_use]
pub fn highlight(script: &str, style: Style) -> String {
    if !style.color {
        return script.to_owned();
    }
    let mut out = String::with_capacity(script.len() * 2);
    for token in scan(script) {
        let text = &script[token.span.range()];
        let Some(colour) = colour(token.kind, text) else {
            out.push_str(text);
            continue;
        };
        for part in text.split_inclusive('\n') {
            let line = part.trim_end_matches('\n');
            out.push_str(colour);
            out.push_str(line);
            out.push_str(END);
            out.push_str(&part[line.len()..]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_strings_and_comments_differ() {
        let script = "lock m { print(\"a {1}\") }  # held\n";
        assert_eq!(highlight(script, Style::PLAIN), script);
        let shown = highlight(script, Style { color: true, ..Style::PLAIN });
        assert!(shown.contains("\x1b[34mlock\x1b[0m m"), "{shown:?}");
        assert!(shown.contains("\x1b[32ma \x1b[0m\x1b[36m{\x1b[0m"), "{shown:?}");
        assert!(shown.ends_with("\x1b[90m# held\x1b[0m\n"), "{shown:?}");
    }

    #[test]
    fn each_line_has_its_own_colours() {
        let shown = highlight("\"\"\"one\ntwo\"\"\"", Style { color: true, ..Style::PLAIN });
        assert!(shown.contains("one\x1b[0m\n\x1b[32mtwo"), "{shown:?}");
    }
}
