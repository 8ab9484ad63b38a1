//! The TextMate grammar for editors: on every script of the tests, the examples and the reference, it takes for
//! words, text, numbers and comments what conc itself takes for them.

use conc::source::Source;
use conc::syntax::scan::{KEYWORDS, Token, TokenKind, scan};
use conc::syntax::{STACK_BYTES, parse};
use std::path::{Path, PathBuf};
use syntaxmate::{GrammarRegistry, Tokenizer, TokenizerOptions};

fn tokenizer() -> Tokenizer {
    let mut registry = GrammarRegistry::new();
    let grammar = include_str!("../grammar/conc.tmLanguage.json");
    let id = registry.add_json(grammar).expect("it is a grammar");
    registry.validate().expect("all that it includes is there");
    registry.validate_regexes().expect("its expressions can be read");
    let options = TokenizerOptions { max_line_bytes: 1 << 20, ..TokenizerOptions::default() };
    Tokenizer::new(&registry, id, options).expect("it can be run")
}

/// The innermost scope at each byte of a script.
fn scopes(tokenizer: &mut Tokenizer, script: &str) -> Vec<String> {
    let document = tokenizer.tokenize(script).require_complete().expect("it is read to its end");
    let mut scopes = vec![String::new(); script.len()];
    let mut start = 0;
    for (line, text) in document.lines().iter().zip(script.split_inclusive('\n')) {
        for token in line.tokens() {
            let innermost = token.scopes().last().unwrap_or("").to_owned();
            for at in token.range() {
                scopes[start + at].clone_from(&innermost);
            }
        }
        start += text.len();
    }
    scopes
}

/// What the innermost scope of a token begins with: one of those, if there are any; and none of those.
type Wanted = (&'static [&'static str], &'static [&'static str]);

fn wanted(script: &str, tokens: &[Token], at: usize) -> Wanted {
    const WORDS: &[&str] = &[
        "keyword.control",
        "keyword.operator.word",
        "storage.",
        "constant.language",
        "variable.language",
    ];
    const NEITHER_TEXT_NOR_COMMENT: &[&str] = &["string.", "comment.", "invalid."];
    let text = |token: &Token| &script[token.span.range()];
    let token = &tokens[at];
    let near = |mut others: Box<dyn Iterator<Item = &Token> + '_>| {
        others
            .find(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Newline))
            .map_or("", text)
    };
    let before = near(Box::new(tokens[..at].iter().rev()));
    let after = near(Box::new(tokens[at + 1..].iter()));
    match token.kind {
        TokenKind::Space | TokenKind::Newline | TokenKind::Unterminated => (&[], &[]),
        TokenKind::Comment => (&["comment."], &[]),
        TokenKind::Word if before == "." => {
            (&["entity.name.function.member", "variable.other.property"], &[])
        }
        TokenKind::Word if after == ":" => (&["variable.parameter"], &[]),
        TokenKind::Word if KEYWORDS.contains(&text(token)) => (WORDS, &[]),
        TokenKind::Word => (
            &["entity.", "variable.", "support.", "keyword.other.modifier"],
            &["variable.language"],
        ),
        TokenKind::Number => (&["constant.numeric", "keyword.other.unit"], &[]),
        TokenKind::Quote | TokenKind::Unquote | TokenKind::Text | TokenKind::Raw => {
            (&["string."], &[])
        }
        TokenKind::Escape => (&["constant.character.escape"], &[]),
        TokenKind::OpenInterpolation | TokenKind::CloseInterpolation => {
            (&["punctuation.section.interpolation"], &[])
        }
        TokenKind::Spec => (&["constant.other.placeholder"], &[]),
        TokenKind::Open | TokenKind::Close | TokenKind::Operator | TokenKind::Unknown => {
            (&[], NEITHER_TEXT_NOR_COMMENT)
        }
    }
}

/// What the grammar takes for something else than conc does.
fn differences(tokenizer: &mut Tokenizer, script: &str) -> Vec<String> {
    let scopes = scopes(tokenizer, script);
    let tokens = scan(script);
    let mut different = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        let (allowed, refused) = wanted(script, &tokens, number);
        for at in token.span.range() {
            // The newlines of a long string belong to no token of the grammar.
            let is_newline = matches!(script.as_bytes()[at], b'\n' | b'\r');
            let begins = |start: &&str| scopes[at].starts_with(start);
            let fits = allowed.is_empty() || allowed.iter().any(begins);
            if !is_newline && script.is_char_boundary(at) && (!fits || refused.iter().any(begins)) {
                let line = script[..at].matches('\n').count() + 1;
                let text = &script[token.span.range()];
                different.push(format!("line {line}: {:?} `{text}` is {}", token.kind, scopes[at]));
                break;
            }
        }
    }
    different
}

fn scripts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["tests/scripts", "tests/reports", "examples", "src/reference"] {
        collect(&root.join(folder), &mut paths);
    }
    let mut scripts = Vec::new();
    for path in paths {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        if path.extension().is_some_and(|extension| extension == "conc") {
            scripts.push((name, text));
            continue;
        }
        for (number, block) in text.split("```").enumerate().skip(1).step_by(2) {
            if let Some((fence, script)) = block.split_once('\n')
                && fence.starts_with("conc")
            {
                scripts.push((format!("{name}, block {}", number / 2 + 1), script.to_owned()));
            }
        }
    }
    scripts
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "conc" || extension == "md")
        {
            paths.push(path);
        }
    }
}

#[test]
fn it_reads_scripts_as_conc_does() {
    let work = || {
        let mut tokenizer = tokenizer();
        let mut wrong = Vec::new();
        let mut read = 0;
        for (name, script) in scripts() {
            // What conc itself cannot read, an editor may show as it likes.
            if parse(&Source::new(&name, &script)).is_err() {
                continue;
            }
            read += 1;
            let different = differences(&mut tokenizer, &script);
            wrong.extend(different.into_iter().map(|what| format!("{name}, {what}")));
        }
        assert!(read > 1000, "only {read} scripts were read");
        assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    thread.expect("a thread").join().expect("it agrees");
}

/// The words of the line that the grammar takes for modifiers.
fn modifiers(line: &str) -> Vec<String> {
    let scopes = scopes(&mut tokenizer(), line);
    let words = scan(line).into_iter().filter(|token| token.kind == TokenKind::Word);
    words
        .filter(|word| scopes[word.span.start as usize].starts_with("keyword.other.modifier"))
        .map(|word| line[word.span.range()].to_owned())
        .collect()
}

#[test]
fn words_with_a_meaning_in_one_place_are_names_elsewhere() {
    assert_eq!(modifiers("spawn daemon \"d-{i}\" f(on)"), ["daemon"]);
    assert_eq!(modifiers("let on = spawn \"x\" on pool f(daemon)"), ["on"]);
    assert_eq!(modifiers("spawn daemon(1)"), [""; 0]);
    assert_eq!(modifiers("wait c until n > 0 within 2s else { nil }"), ["until", "within"]);
    assert_eq!(modifiers("let within = 1; print(within)"), [""; 0]);
    assert_eq!(modifiers("timer every 1s { every(any) }"), ["every"]);
    assert_eq!(modifiers("join any xs; notify all c; any(all)"), ["any", "all"]);
    assert_eq!(modifiers("select { recv q as x { x }; after limit { nil } }"), ["as", "after"]);
    assert_eq!(modifiers("import \"a.conc\" as a"), ["as"]);
}

#[test]
fn what_is_defined_and_called_is_told_apart() {
    let line = "fn add(a, b = Lock()) { print(a.get(x: 1), b.name, self) }";
    let scopes = scopes(&mut tokenizer(), line);
    let scope = |word: &str| scopes[line.find(word).expect("it is there")].as_str();
    assert_eq!(scope("fn"), "storage.type.function.conc");
    assert_eq!(scope("add"), "entity.name.function.conc");
    assert_eq!(scope("Lock"), "support.class.conc");
    assert_eq!(scope("print"), "support.function.conc");
    assert_eq!(scope("get"), "entity.name.function.member.conc");
    assert_eq!(scope("x:"), "variable.parameter.conc");
    assert_eq!(scope("name"), "variable.other.property.conc");
    assert_eq!(scope("self"), "variable.language.conc");
}
