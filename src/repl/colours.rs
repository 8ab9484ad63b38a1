//! The colours of an entry, by the language's own scanner, and the brackets that belong together.

use crate::reference::colour;
use crate::syntax::scan::{Token, TokenKind, scan};

const DIM: &str = "\x1b[90m";
const WRONG: &str = "\x1b[31m";
const COMMAND: &str = "\x1b[35m";
const MATCH: &str = "\x1b[1;33m";
const END: &str = "\x1b[0m";

/// How dim text begins and ends: a hint.
pub fn dim(text: &str) -> String {
    format!("{DIM}{text}{END}")
}

/// The prompt in its colour.
pub fn prompt(text: &str) -> String {
    format!("\x1b[1;32m{text}{END}")
}

/// An entry in colours; `cursor` is at a byte of it, or behind it, if brackets are to be matched.
pub fn paint(text: &str, cursor: Option<usize>) -> String {
    let command = command_length(text);
    let tokens = scan(&text[command..]);
    let matched =
        cursor.and_then(|cursor| matching(&text[command..], &tokens, cursor.checked_sub(command)?));
    let mut out = String::with_capacity(text.len() * 2);
    if command > 0 {
        out.push_str(COMMAND);
        out.push_str(&text[..command]);
        out.push_str(END);
    }
    for (number, token) in tokens.iter().enumerate() {
        let slice = &text[command..][token.span.range()];
        let colour = match matched {
            Some((one, Some(other))) if number == one || number == other => Some(MATCH),
            Some((one, None)) if number == one => Some(WRONG),
            _ => colour(token.kind, slice),
        };
        match colour {
            Some(colour) if !slice.is_empty() => {
                // A colour ends with its line, so that each line of the terminal stands for itself.
                for (i, line) in slice.split('\n').enumerate() {
                    if i > 0 {
                        out.push('\n');
                    }
                    if !line.is_empty() {
                        out.push_str(colour);
                        out.push_str(line);
                        out.push_str(END);
                    }
                }
            }
            _ => out.push_str(slice),
        }
    }
    out
}

/// How long the command at the beginning is: `:name`.
fn command_length(text: &str) -> usize {
    if !text.starts_with(':') {
        return 0;
    }
    text.find(char::is_whitespace).unwrap_or(text.len())
}

/// The bracket at the cursor, or before it, and the one that belongs to it.
fn matching(text: &str, tokens: &[Token], cursor: usize) -> Option<(usize, Option<usize>)> {
    let is_bracket = |token: &Token| opens(token.kind) || closes(token.kind);
    let at = |offset: usize| {
        tokens.iter().position(|token| is_bracket(token) && token.span.start as usize == offset)
    };
    let one = cursor.checked_sub(1).and_then(at).or_else(|| at(cursor))?;
    let mut open: Vec<usize> = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        if opens(token.kind) {
            open.push(number);
        } else if closes(token.kind) {
            let other = open.pop();
            if number == one {
                let fits = other.filter(|other| {
                    matches!(
                        (&text[tokens[*other].span.range()], &text[token.span.range()]),
                        ("(", ")") | ("[", "]") | ("{", "}")
                    )
                });
                return Some((one, fits));
            }
            if other == Some(one) {
                return Some((one, Some(number)));
            }
        }
    }
    // It is open: what closes it may still come.
    None
}

fn opens(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Open | TokenKind::OpenInterpolation)
}

fn closes(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Close | TokenKind::CloseInterpolation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        let mut out = String::new();
        let mut inside = false;
        for c in text.chars() {
            match c {
                '\x1b' => inside = true,
                'm' if inside => inside = false,
                _ if !inside => out.push(c),
                _ => {}
            }
        }
        out
    }

    #[test]
    fn painting_changes_no_character() {
        for text in ["lock m { x += \"a{y}b\" } # é", ":load a.conc", "\"\"\"a\nb\"\"\"", ")(", ""]
        {
            for cursor in 0..=text.len() {
                assert_eq!(plain(&paint(text, Some(cursor))), text);
            }
        }
    }

    #[test]
    fn brackets_match_across_strings() {
        let painted = paint("f(\")\", [1])", Some(11));
        assert_eq!(painted.matches(MATCH).count(), 2);
        assert!(painted.starts_with(&format!("f{MATCH}({END}")));
        assert!(paint("(]", Some(2)).contains(&format!("{WRONG}]")));
    }
}
