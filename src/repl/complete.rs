//! What a word that was begun could become: keywords, names in sight, members by the real value, commands, files.

use super::commands::COMMANDS;
use crate::reference;
use crate::session::{Literal, Prompt};
use crate::syntax::scan::{KEYWORDS, Token, TokenKind, scan};

/// Where the word begins, and what it could be, sorted.
pub fn complete(text: &str, cursor: usize, prompt: &Prompt) -> (usize, Vec<String>) {
    let before = &text[..cursor];
    let (start, mut found) = match before.strip_prefix(':') {
        Some(command) => complete_command(before, command, text, prompt),
        None => complete_code(before, text, prompt),
    };
    let word = &before[start..];
    found.retain(|name| name.starts_with(word));
    found.sort_unstable();
    found.dedup();
    (start, found)
}

/// What all of them begin with.
pub fn common_start(all: &[String]) -> &str {
    let Some((first, rest)) = all.split_first() else { return "" };
    let mut length = first.len();
    for other in rest {
        let same = first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        length = length.min(same);
    }
    while !first.is_char_boundary(length) {
        length -= 1;
    }
    &first[..length]
}

fn complete_command(
    before: &str,
    command: &str,
    text: &str,
    prompt: &Prompt,
) -> (usize, Vec<String>) {
    let Some((name, rest)) = command.split_once(char::is_whitespace) else {
        let names = COMMANDS.iter().map(|command| format!(":{}", command.name));
        return (0, names.collect());
    };
    let at = before.len() - rest.trim_start().len();
    match name {
        "doc" | "help" => (at, reference::names().map(str::to_owned).collect()),
        "load" | "save" => (at, files(&before[at..])),
        "cancel" => (at, prompt.threads().into_iter().skip(1).map(|t| t.name).collect()),
        _ => {
            let (start, found) = complete_code(&before[at..], &text[at..], prompt);
            (at + start, found)
        }
    }
}

fn complete_code(before: &str, text: &str, prompt: &Prompt) -> (usize, Vec<String>) {
    let tokens: Vec<Token> =
        scan(before).into_iter().filter(|token| token.kind != TokenKind::Space).collect();
    let word = |token: &Token| &before[token.span.range()];
    // Where the last string was opened, if it is open still.
    let quote = tokens.iter().rposition(|token| token.kind == TokenKind::Quote);
    let is_open = |at: &usize| {
        tokens[*at..].iter().all(|t| {
            matches!(
                t.kind,
                TokenKind::Quote | TokenKind::Text | TokenKind::Escape | TokenKind::Unterminated
            )
        })
    };
    if let Some(at) = quote.filter(is_open) {
        let start = tokens[at].span.end as usize;
        let imports = at.checked_sub(1).is_some_and(|before| word(&tokens[before]) == "import");
        return (start, if imports { files(&before[start..]) } else { Vec::new() });
    }
    let ends_here = |token: &&Token| token.span.end as usize == before.len();
    let last = tokens.last().filter(ends_here);
    if last.is_some_and(|last| matches!(last.kind, TokenKind::Comment | TokenKind::Number)) {
        return (before.len(), Vec::new());
    }
    let begun = last.filter(|token| token.kind == TokenKind::Word);
    let start = begun.map_or(before.len(), |token| token.span.start as usize);
    let rest = &tokens[..tokens.len() - usize::from(begun.is_some())];
    if let Some((_, of)) = rest.split_last().filter(|(dot, _)| word(dot) == ".") {
        return (start, members(before, of, prompt));
    }
    let mut names: Vec<String> = KEYWORDS.iter().map(|keyword| (*keyword).to_owned()).collect();
    names.extend(prompt.names().map(str::to_owned));
    // What the entry itself names, the word that is begun aside.
    let own = scan(text)
        .into_iter()
        .filter(|token| token.kind == TokenKind::Word && token.span.start as usize != start);
    names.extend(own.map(|token| text[token.span.range()].to_owned()));
    (start, names)
}

/// What stands after a dot: the tokens before it tell what it is of.
fn members(text: &str, of: &[Token], prompt: &Prompt) -> Vec<String> {
    let word = |token: &Token| &text[token.span.range()];
    match of.last().map(|token| token.kind) {
        Some(TokenKind::Unquote | TokenKind::Raw) => prompt.members_of_literal(Literal::Str),
        Some(TokenKind::Close) => {
            // A list, if it is no index of something.
            let open = of.iter().rposition(|token| word(token) == "[");
            let is_list = word(&of[of.len() - 1]) == "]"
                && open.is_some_and(|open| {
                    open.checked_sub(1).is_none_or(|before| {
                        matches!(of[before].kind, TokenKind::Operator | TokenKind::Open)
                    })
                });
            if is_list { prompt.members_of_literal(Literal::List) } else { Vec::new() }
        }
        Some(TokenKind::Word) => {
            let mut path = vec![word(&of[of.len() - 1])];
            let mut rest = &of[..of.len() - 1];
            while let [before @ .., name, dot] = rest
                && word(dot) == "."
            {
                if name.kind != TokenKind::Word {
                    return Vec::new();
                }
                path.push(word(name));
                rest = before;
            }
            path.reverse();
            prompt.members(&path)
        }
        _ => Vec::new(),
    }
}

/// The files and folders whose path begins so.
fn files(begun: &str) -> Vec<String> {
    let folder = &begun[..begun.rfind('/').map_or(0, |slash| slash + 1)];
    let hidden = begun[folder.len()..].starts_with('.');
    let entries = std::fs::read_dir(if folder.is_empty() { "." } else { folder });
    let mut found = Vec::new();
    for entry in entries.into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_folder = entry.path().is_dir();
        if (is_folder || name.ends_with(".conc")) && (hidden || !name.starts_with('.')) {
            found.push(format!("{folder}{name}{}", if is_folder { "/" } else { "" }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::common_start;

    #[test]
    fn the_common_start_ends_at_a_character() {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(common_start(&all(&["release", "recv", "return"])), "re");
        assert_eq!(common_start(&all(&["é", "è"])), "");
        assert_eq!(common_start(&all(&["spawn"])), "spawn");
        assert_eq!(common_start(&[]), "");
    }
}
