//! Reading takes time in proportion to length and nesting, and no script exhausts the stack.

use conc::diagnostics::Report;
use conc::source::Source;
use conc::syntax::{STACK_BYTES, parse};
use std::time::{Duration, Instant};

/// Reads `text`, on a stack as large as it needs: how long that took, and what was wrong.
fn read(text: String) -> (Duration, Vec<Report>) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let source = Source::new("text.conc", text);
        let begun = Instant::now();
        let wrong = parse(&source).err().unwrap_or_default();
        (begun.elapsed(), wrong)
    });
    thread.expect("a thread").join().expect("reading does not panic")
}

/// The shortest of several tries: what others do on the machine is left out.
fn shortest(text: &str) -> Duration {
    let times = (0..5).map(|_| {
        let (time, wrong) = read(text.to_owned());
        assert!(wrong.is_empty(), "{}", wrong[0].message);
        time
    });
    times.min().unwrap_or_default()
}

/// Twice as much takes about twice as long: four times at most, and a little for what is always there.
fn grows_linearly(what: &str, once: &str, twice: &str) {
    let (once, twice) = (shortest(once), shortest(twice));
    assert!(twice < once * 4 + Duration::from_millis(20), "{what}: {once:?}, then {twice:?}");
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("let x = {}{inner}{}\n", open.repeat(depth), close.repeat(depth))
}

#[test]
fn time_grows_linearly_with_nesting() {
    for (what, open, inner, close) in [
        ("lambdas", "fn(x) { ", "x", " }"),
        ("parentheses", "(", "1", ")"),
        ("lists", "[", "1", "]"),
        ("calls", "f(", "1", ")"),
        ("conditions", "if a { ", "1", " } else { 2 }"),
        ("maps", "{a: ", "1", "}"),
        ("attempts", "try { ", "1", " } catch e { 2 }"),
        ("locks", "lock m { ", "1", " }"),
        ("selects", "select { recv q as x { ", "1", " } }"),
        ("interpolations", "f(\"{", "1", "}\")"),
    ] {
        // Strings within strings need quotes of their own kind, so they cannot nest far.
        let depth = if what == "interpolations" { 1 } else { 60 };
        let text = |times: usize| nested(open, inner, close, depth * times);
        grows_linearly(what, &text(1), &text(if depth == 1 { 1 } else { 2 }));
    }
}

#[test]
fn lambdas_18_deep_take_milliseconds() {
    let time = shortest(&nested("fn(x) { ", "x", " }", 18));
    assert!(time < Duration::from_millis(100), "{time:?}");
}

#[test]
fn time_grows_linearly_with_length() {
    let line = "let a = [f(1, b: 2), \"x {y:>5} z\", {k: 1.5s}]; lock m within 2s { send q, a } else { nil }\n";
    grows_linearly("statements", &line.repeat(400), &line.repeat(800));
    let sum = |terms: usize| format!("let a = 1{}\n", " + 2 * b".repeat(terms));
    grows_linearly("operators", &sum(200), &sum(400));
    let list = |items: usize| format!("let a = [{}]\n", "f(1), ".repeat(items));
    grows_linearly("items", &list(3000), &list(6000));
}

#[test]
fn nesting_of_500_works_and_more_is_refused() {
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("fn(x) { ", "x", " }"),
        ("if a { ", "1", " } else { 2 }"),
        ("f(", "1", ")"),
        ("select { else { ", "f([1])", " } }"),
    ] {
        let (_, wrong) = read(nested(open, inner, close, 500));
        assert!(wrong.is_empty(), "{open}: {}", wrong[0].message);
        let (_, wrong) = read(nested(open, inner, close, 100_000));
        assert!(wrong.len() == 1 && wrong[0].message.contains("too deeply"), "{open}: {wrong:?}");
    }
    for text in ["-", "not ", "fn(x) { ", "(", "[", "{a: ", "\"{"] {
        let (_, wrong) = read(format!("let x = {}", text.repeat(100_000)));
        assert!(!wrong.is_empty(), "{text}");
    }
}

#[test]
fn no_text_makes_the_reader_panic() {
    const PIECES: [&str; 40] = [
        "let ", "var ", "x", " = ", "fn", "(", ")", "{", "}", "[", "]", "\"", "\"\"\"", "'", "r'",
        "1", "1.5", "2s", "..", "..=", ",", ";", ":", "\n", " ", "if ", "else ", "lock ",
        "select ", "recv ", " as ", "within ", "spawn ", "#", "\\", "é", "+", "== ", "try ",
        "catch e ",
    ];
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..30_000 {
        let length = random.usize(1..40);
        let text: String = (0..length).map(|_| PIECES[random.usize(..PIECES.len())]).collect();
        for report in read(text).1 {
            assert!(!report.message.is_empty());
        }
    }
}
