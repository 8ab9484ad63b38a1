//! The colours of a script.

use super::pieces::{Look, Piece, paint};
use crate::diagnostics::Style;
use crate::syntax::scan::{KEYWORDS, TokenKind, scan};

/// A script with its words, strings and comments told apart by colour; the text itself without colours.
#[must_use]
pub fn highlight(script: &str, style: Style) -> String {
    if !style.color {
        return script.to_owned();
    }
    let mut out = String::with_capacity(script.len() * 2);
    for token in scan(script) {
        let text = &script[token.span.range()];
        let look = match token.kind {
            TokenKind::Comment => Look::Comment,
            TokenKind::Word if KEYWORDS.contains(&text) => Look::Keyword,
            TokenKind::Number
            | TokenKind::Quote
            | TokenKind::Unquote
            | TokenKind::Text
            | TokenKind::Raw => Look::Literal,
            TokenKind::Escape | TokenKind::OpenInterpolation | TokenKind::CloseInterpolation => {
                Look::Code
            }
            _ => Look::Plain,
        };
        paint(&mut out, &[Piece::new(text, look)], style);
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
        assert!(shown.contains("\x1b[35mlock\x1b[0m m"), "{shown:?}");
        assert!(shown.contains("\x1b[32ma \x1b[0m\x1b[36m{\x1b[0m"), "{shown:?}");
        assert!(shown.ends_with("\x1b[2m# held\x1b[0m\n"), "{shown:?}");
    }
}
