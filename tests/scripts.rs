//! Every script of `tests/scripts`, `examples`, `benches/programs` and the reference is a test: what it must do stands
//! in comments beside its lines.
//!
//! | comment | means |
//! |---|---|
//! | `#= text` | the next line of standard output |
//! | `#~ text` | a line of standard output, at any place |
//! | `#! text` | a report whose message has this text, about this line (or about none) |
//! | `#err text` | the next line of standard error, beside reports |
//! | `#status N` | the exit status; else 0, or 1 if there are reports |
//! | `#in text` | the next line of standard input |
//! | `#args a b` | the script's arguments |
//! | `#flags a b` | options of `conc run` |
//! | `#explored` | it is not run here: `tests/explore.rs` runs it by every schedule |
//!
//! `text` may hold `…` for anything. A file whose name begins with `_` is a part of another test. `CONC=path`
//! tests that binary instead of the one just built.

mod blocks;

use blocks::{Block, Kind};
use libtest_mimic::{Arguments, Failed, Trial};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A script that takes longer hangs: the longest take seconds, and a busy machine may be twenty times slower.
const LONGEST: Duration = Duration::from_secs(180);

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut scripts = Vec::new();
    for folder in ["tests/scripts", "examples", "benches/programs"] {
        collect(&root.join(folder), &mut scripts);
    }
    scripts.sort();
    let index = index_trial(&root.join("examples"), &scripts);
    let trial = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        Trial::test(name, move || check(&path))
    };
    let mut trials: Vec<Trial> = scripts.into_iter().map(trial).chain([index]).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let blocks = blocks::blocks(root, folder).expect("the reference can be read");
    let trial = |block: Block| Trial::test(block.name.clone(), move || check_block(&block));
    trials.extend(blocks.into_iter().map(trial));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The index of the examples links to every one of them.
fn index_trial(examples: &Path, scripts: &[PathBuf]) -> Trial {
    let names = scripts.iter().filter_map(|path| path.strip_prefix(examples).ok());
    let links: Vec<String> = names.map(|name| format!("]({})", name.display())).collect();
    let path = examples.join("README.md");
    Trial::test("examples/README.md", move || {
        let index = std::fs::read_to_string(path)?;
        let missing: Vec<_> = links.iter().filter(|link| !index.contains(*link)).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("no line for {missing:?}").into()) }
    })
}

fn collect(folder: &Path, scripts: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_part = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('_'));
        if path.is_dir() {
            collect(&path, scripts);
        } else if !is_explored(&path)
            && path.extension().is_some_and(|extension| extension == "conc")
            && !is_part
        {
            scripts.push(path);
        }
    }
}

/// Whether it is a script that goes wrong now and then, for `conc explore` to show.
fn is_explored(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().any(|line| line == "#explored")
}

#[derive(Default)]
struct Expected {
    ordered: Vec<String>,
    anywhere: Vec<String>,
    reports: Vec<(usize, String)>,
    errors: Vec<String>,
    status: Option<i32>,
    input: String,
    args: Vec<String>,
    flags: Vec<String>,
}

fn expected(script: &str) -> Expected {
    let mut expected = Expected::default();
    for (number, line) in script.lines().enumerate() {
        for (mark, text) in marks(line) {
            let words = || text.split_whitespace().map(str::to_owned);
            match mark {
                "#= " => expected.ordered.push(text.to_owned()),
                "#~ " => expected.anywhere.push(text.to_owned()),
                "#! " => expected.reports.push((number + 1, text.trim_end().to_owned())),
                "#err " => expected.errors.push(text.to_owned()),
                "#status " => expected.status = text.trim().parse().ok(),
                "#in " => expected.input.push_str(&format!("{text}\n")),
                "#args " => expected.args.extend(words()),
                _ => expected.flags.extend(words()),
            }
        }
    }
    expected
}

/// The expectations of a line, in order.
fn marks(line: &str) -> Vec<(&'static str, &str)> {
    const MARKS: [&str; 8] =
        ["#= ", "#~ ", "#! ", "#err ", "#status ", "#in ", "#args ", "#flags "];
    let mut found: Vec<(usize, &'static str)> = Vec::new();
    for mark in MARKS {
        found.extend(line.match_indices(mark).map(|(at, _)| (at, mark)));
        // A line that prints nothing is expected by a mark without text.
        let bare = mark.trim_end();
        if line.ends_with(bare) {
            found.push((line.len() - bare.len(), mark));
        }
    }
    found.sort_unstable();
    let ends = found.iter().skip(1).map(|(at, _)| *at).chain([line.len()]);
    let texts: Vec<_> = found
        .iter()
        .zip(ends)
        .map(|((at, mark), end)| (*mark, line.get(at + mark.len()..end).unwrap_or("")))
        .collect();
    let last = texts.len().saturating_sub(1);
    let trimmed = texts.into_iter().enumerate();
    trimmed.map(|(i, (mark, text))| (mark, if i < last { text.trim_end() } else { text })).collect()
}

/// Whether a text is the expected one, in which `…` stands for anything.
fn fits(expected: &str, text: &str) -> bool {
    let mut parts = expected.split('…');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn check(path: &Path) -> Result<(), Failed> {
    let expected = expected(&std::fs::read_to_string(path)?);
    check_run(path, &expected, &run(path, &expected, &["--json", "run"])?)
}

/// A script of the reference: as any other, and its report has the code that is explained, and the words.
fn check_block(block: &Block) -> Result<(), Failed> {
    let mut expected = expected(&std::fs::read_to_string(&block.path)?);
    match &block.kind {
        Kind::Explored { code } => return check_explored(block, &expected, code),
        Kind::Verified => {
            let explored = run(&block.path, &expected, &["explore"])?;
            if explored.status != Some(0) || !explored.out.starts_with("verified") {
                return Err(explored.out.into());
            }
        }
        _ => {}
    }
    if let Kind::Wrong { code } = &block.kind {
        expected.status = expected.status.or(Some(match code.as_str() {
            "conc::deadlock" => 3,
            "conc::uncaught" | "conc::assertion" => 1,
            "conc::suspicious" => 0,
            _ => 2,
        }));
    }
    // A script that is only suspected need not go wrong when it is run.
    let command = if block.kind.is_suspected() { "check" } else { "run" };
    let ran = run(&block.path, &expected, &["--json", command])?;
    check_run(&block.path, &expected, &ran)?;
    match &block.kind {
        Kind::Wrong { code } if !ran.err.contains(&format!("{{\"code\":\"{code}\"")) => {
            return Err(format!("no report is {code}\n{}", ran.err).into());
        }
        Kind::Right | Kind::Verified if ran.status != Some(0) => {
            return Err("it does not pass".into());
        }
        _ => {}
    }
    if block.report.is_empty() {
        return Ok(());
    }
    check_words(&block.report, &run(&block.path, &expected, &["--color=never", command])?.err)
}

/// A script of the reference that goes wrong now and then: `conc explore` finds what is explained.
fn check_explored(block: &Block, expected: &Expected, code: &str) -> Result<(), Failed> {
    let found = run(&block.path, expected, &["--json", "explore"])?;
    if found.status != Some(1) || !found.out.contains(&format!("\"code\":\"{code}\"")) {
        return Err(format!("no finding is {code}\n{}{}", found.out, found.err).into());
    }
    check_words(&block.report, &run(&block.path, expected, &["--color=never", "explore"])?.out)
}

/// Whether a report has these words in this order. How they are laid out on lines is of no account.
fn check_words(words: &[String], told: &str) -> Result<(), Failed> {
    let told: Vec<&str> = told.split_whitespace().filter(|word| !is_drawn(word)).collect();
    let words = format!("…{}…", words.join("…"));
    if fits(&words, &told.join(" ")) {
        return Ok(());
    }
    Err(format!("not told in this order: {words}\n{}", told.join(" ")).into())
}

/// Whether it is a part of the frame round a report.
fn is_drawn(word: &str) -> bool {
    word.chars().all(|c| "│·╭╰─├▶┬╯╮".contains(c))
}

fn check_run(path: &Path, expected: &Expected, ran: &Ran) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    check_output(expected, &ran.out, &mut wrong);
    check_errors(path, expected, &ran.err, &mut wrong);
    let status = expected.status.unwrap_or(i32::from(!expected.reports.is_empty()));
    if ran.status != Some(status) {
        wrong.push(format!("exit status {:?}, not {status}", ran.status));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n--- stdout\n{}--- stderr\n{}", wrong.join("\n"), ran.out, ran.err).into())
}

fn check_output(expected: &Expected, out: &str, wrong: &mut Vec<String>) {
    let mut lines: Vec<&str> = out.lines().collect();
    for text in &expected.anywhere {
        match lines.iter().position(|line| fits(text, line)) {
            Some(at) => drop(lines.remove(at)),
            None => wrong.push(format!("not printed: `{text}`")),
        }
    }
    for i in 0..lines.len().max(expected.ordered.len()) {
        match (lines.get(i), expected.ordered.get(i)) {
            (Some(line), Some(text)) if fits(text, line) => {}
            (line, text) => {
                wrong.push(format!("line {} of the output: {line:?}, not {text:?}", i + 1));
                return;
            }
        }
    }
}

fn check_errors(path: &Path, expected: &Expected, err: &str, wrong: &mut Vec<String>) {
    let (reports, others): (Vec<&str>, Vec<&str>) =
        err.lines().partition(|line| line.starts_with("{\"code\""));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut missing = expected.reports.clone();
    for line in reports {
        let report: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let message = report["message"].as_str().unwrap_or("");
        let here = report["file"].as_str().is_some_and(|file| file.ends_with(&*name));
        let at = report["line"].as_u64().filter(|_| here);
        let fits = |(line, text): &(usize, String)| {
            fits(&format!("…{text}…"), message) && at.is_none_or(|at| at == *line as u64)
        };
        match missing.iter().position(fits) {
            Some(at) => drop(missing.remove(at)),
            None => wrong.push(format!("reported at line {at:?}: {message}")),
        }
    }
    for (line, text) in missing {
        wrong.push(format!("not reported at line {line}: {text}"));
    }
    let same = others.len() == expected.errors.len()
        && others.iter().zip(&expected.errors).all(|(line, text)| fits(text, line));
    if !same {
        wrong
            .push(format!("standard error, beside reports: {others:?}, not {:?}", expected.errors));
    }
}

struct Ran {
    out: String,
    err: String,
    status: Option<i32>,
}

fn run(path: &Path, expected: &Expected, command: &[&str]) -> Result<Ran, Failed> {
    let binary = std::env::var_os("CONC").unwrap_or_else(|| env!("CARGO_BIN_EXE_conc").into());
    let mut child = Command::new(binary)
        .args(command)
        .args(&expected.flags)
        .arg(path.file_name().unwrap_or_default())
        .args(&expected.args)
        .current_dir(path.parent().unwrap_or(Path::new(".")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (out, err) = (read(child.stdout.take()), read(child.stderr.take()));
    if let Some(mut stdin) = child.stdin.take() {
        // A script that does not read its input has it closed.
        let _ = stdin.write_all(expected.input.as_bytes());
    }
    let status = wait(&mut child)?;
    let text = |thread: std::thread::JoinHandle<Vec<u8>>| {
        String::from_utf8(thread.join().unwrap_or_default())
            .map_err(|error| Failed::from(error.to_string()))
    };
    Ok(Ran { out: text(out)?, err: text(err)?, status })
}

fn read(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn wait(child: &mut Child) -> Result<Option<i32>, Failed> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if begun.elapsed() > LONGEST {
            child.kill()?;
            child.wait()?;
            return Err(format!("it still ran after {LONGEST:?}").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
