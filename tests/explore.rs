//! Every script of `tests/explore`, and of `examples` with a line `#explored`, is explored: what must come of it stands in its comments.
//!
//! | comment | means |
//! |---|---|
//! | `#verdict verified` | the verdict: `verified`, `found`, `bounded` or `sampled` |
//! | `#finds race x += 1` | a finding of this kind, about this line, whose report has this text; these are all |
//! | `#schedules N` | so many schedules, with the strategy `dpor` |
//! | `#redundant N` | so many runs were the beginning of one that was made already, and given up; else none may be |
//! | `#preemptions N` | the counterexample of the finding on this line, or of the first, has so many, proved |
//! | `#time strict` | how time passes |
//!
//! Each finding's schedule is replayed, and must lead to it again. And samples are made on one core and on several: they must
//! tell the same.
//!
//! Of the classic problems of `examples/classics`, those that are right must not be found wrong within a number of
//! schedules, and their wrong twins must be.

use conc::explore::{Explored, Finding, Options, Verdict, Which};
use conc::runtime::controlled::{Config, Time};
use conc::session::{Given, Session};
use conc::vm::UnitId;
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/explore");
    let mut scripts: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the scripts are there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "conc"))
        .collect();
    scripts.extend(examples(&root.join("examples")));
    scripts.sort();
    let trial = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        Trial::test(name, move || check(&path))
    };
    let on_cores = |path: &PathBuf| {
        let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
        let path = path.clone();
        Trial::test(format!("{name} on two cores"), move || check_cores(&path))
    };
    let mut trials: Vec<Trial> = scripts.iter().map(on_cores).collect();
    trials.extend(scripts.into_iter().map(trial));
    for (folder, is_right) in [("examples/classics", true), ("examples/classics/wrong", false)] {
        trials.extend(classics(&root.join(folder)).into_iter().map(|path| {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            Trial::test(name, move || check_classic(&path, is_right))
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The examples that are to be explored.
fn examples(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("there are examples").flatten();
    let is_explored = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines().any(|line| line == "#explored")
    };
    files.map(|entry| entry.path()).filter(is_explored).collect()
}

/// The scripts of a folder that are not a part of others.
fn classics(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("there are classics").flatten();
    let is_whole = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".conc") && !name.starts_with('_')
    };
    files.map(|entry| entry.path()).filter(is_whole).collect()
}

/// So many schedules of a right one are tried, and of a wrong one until something is found.
const RIGHT: u64 = 60;
const WRONG: u64 = 100_000;

fn check_classic(path: &Path, is_right: bool) -> Result<(), Failed> {
    let (session, unit) = load(path)?;
    let options = Options {
        which: Which::All,
        most_runs: Some(if is_right { RIGHT } else { WRONG }),
        budget: Duration::from_secs(60),
        after_finding: Duration::ZERO,
        minimize: false,
        ..Options::default()
    };
    let explored = session.explore(unit, &config(false), &options);
    match explored.findings.first() {
        Some(finding) if is_right => {
            Err(format!("{}\n{}", told(finding), finding.report.message).into())
        }
        None if !is_right => {
            Err(format!("nothing was found in {} schedules", explored.runs).into())
        }
        _ => Ok(()),
    }
}

#[derive(Default)]
struct Expected {
    verdict: String,
    findings: Vec<(usize, String, String)>,
    schedules: Option<u64>,
    redundant: u64,
    preemptions: Option<usize>,
    strict: bool,
}

fn expected(text: &str) -> Expected {
    let mut expected = Expected::default();
    for (at, line) in text.lines().enumerate() {
        for (mark, rest) in marks(line) {
            match mark {
                "verdict" => rest.clone_into(&mut expected.verdict),
                "finds" => {
                    let (kind, text) = match rest.strip_prefix("lost wake-up") {
                        Some(text) => ("lost wake-up", text),
                        None => match rest.strip_prefix("leaked lock") {
                            Some(text) => ("leaked lock", text),
                            None => rest.split_once(' ').unwrap_or((rest, "")),
                        },
                    };
                    expected.findings.push((at + 1, kind.to_owned(), text.trim().to_owned()));
                }
                "schedules" => expected.schedules = rest.parse().ok(),
                "redundant" => expected.redundant = rest.parse().unwrap_or(0),
                "preemptions" => expected.preemptions = rest.parse().ok(),
                "time" => expected.strict = rest == "strict",
                _ => {}
            }
        }
    }
    expected
}

/// The marks of a line: `#word rest`.
fn marks(line: &str) -> Vec<(&str, &str)> {
    let mut marks = Vec::new();
    for part in line.split('#').skip(1) {
        let (word, rest) = part.split_once(' ').unwrap_or((part, ""));
        marks.push((word.trim(), rest.trim()));
    }
    marks
}

fn config(strict: bool) -> Config {
    Config { time: if strict { Time::Strict } else { Time::Free }, ..Config::default() }
}

fn load(path: &Path) -> Result<(Session, UnitId), String> {
    let mut session = Session::default();
    let told = |reports: Vec<conc::diagnostics::Report>| {
        reports.iter().map(|report| report.message.clone()).collect::<Vec<_>>().join("; ")
    };
    let given = Given::file(&path.display().to_string()).map_err(|report| told(vec![report]))?;
    let unit = session.load(&given).map_err(told)?;
    Ok((session, unit))
}

fn check(path: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    let expected = expected(&text);
    let config = config(expected.strict);
    let (session, unit) = load(path)?;
    let options = Options {
        which: Which::Dpor,
        budget: Duration::from_secs(60),
        after_finding: Duration::from_secs(60),
        most_steps: 2_000,
        ..Options::default()
    };
    let explored = session.explore(unit, &config, &options);
    let mut wrong = String::new();
    compare(&expected, &explored, &mut wrong);
    let config = Config { discovered: explored.discovered, ..config };
    for finding in &explored.findings {
        match session.replay(unit, &config, &finding.schedule) {
            Ok(again) if again.findings.iter().any(|other| same(finding, other)) => {}
            Ok(_) => writeln!(wrong, "{}: its schedule does not lead to it again", told(finding))?,
            Err(step) => writeln!(wrong, "{}: step {step} cannot be replayed", told(finding))?,
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.into()) }
}

/// Samples of a script tell the same, on however many cores they are made.
fn check_cores(path: &Path) -> Result<(), Failed> {
    let expected = expected(&std::fs::read_to_string(path)?);
    let (session, unit) = load(path)?;
    let config = config(expected.strict);
    for which in [Which::Random, Which::Pos, Which::Pct] {
        let on = |cores| {
            let options = Options {
                which,
                cores,
                budget: Duration::from_secs(60),
                after_finding: Duration::from_secs(60),
                most_runs: Some(150),
                most_steps: 500,
                outcomes: true,
                minimize: false,
                ..Options::default()
            };
            summary(&session.explore(unit, &config, &options))
        };
        let (one, three) = (on(1), on(3));
        if one != three {
            return Err(format!("{}: {one}\nand on more cores {three}", which.name()).into());
        }
    }
    Ok(())
}

/// All that an exploration tells but the time it took.
fn summary(explored: &Explored) -> String {
    let mut text = format!(
        "{}: {} runs, longest {}, knows {:?}, misses {:?}\n",
        explored.verdict.name(),
        explored.runs,
        explored.longest,
        explored.discovered,
        explored.missing
    );
    for finding in &explored.findings {
        let (runs, first, schedule) = (finding.runs, finding.first, &finding.schedule);
        let _ = writeln!(text, "{} {runs} {first} {schedule:?}", told(finding));
    }
    for outcome in &explored.outcomes {
        let (runs, first, schedule) = (outcome.runs, outcome.first, &outcome.schedule);
        let _ = writeln!(text, "{:?} {runs} {first} {schedule:?}", outcome.output);
    }
    text
}

fn same(a: &Finding, b: &Finding) -> bool {
    a.kind == b.kind && lines_of(a) == lines_of(b)
}

/// All lines that a finding shows, whichever it shows first: of a race, either may be.
fn lines_of(finding: &Finding) -> Vec<usize> {
    let parts = finding.report.related.iter().flat_map(|part| &part.labels);
    let mut lines: Vec<usize> =
        finding.report.labels.iter().chain(parts).map(|label| label.place.line()).collect();
    lines.sort_unstable();
    lines
}

fn told(finding: &Finding) -> String {
    format!("{} at {:?}: {}", finding.kind.name(), lines_of(finding), finding.report.message)
}

fn compare(expected: &Expected, explored: &Explored, wrong: &mut String) {
    let mut say = |text: String| {
        let _ = writeln!(wrong, "{text}");
    };
    if explored.verdict.name() != expected.verdict {
        let why = match &explored.verdict {
            Verdict::Bounded(why) => why.clone(),
            _ => String::new(),
        };
        say(format!(
            "the verdict is {} {why}, not {} (in {} schedules)",
            explored.verdict.name(),
            expected.verdict,
            explored.runs
        ));
    }
    let mut left: Vec<&Finding> = explored.findings.iter().collect();
    for (line, kind, text) in &expected.findings {
        let fits = |finding: &&Finding| {
            finding.kind.name() == kind
                && lines_of(finding).contains(line)
                && finding.report.message.contains(text.as_str())
        };
        match left.iter().position(fits) {
            Some(at) => {
                left.remove(at);
            }
            None => say(format!("line {line}: no {kind} with `{text}` was found")),
        }
    }
    for finding in left {
        say(format!("it was not to be found: {}", told(finding)));
    }
    if let Some(schedules) = expected.schedules
        && schedules != explored.runs
    {
        say(format!("{} schedules were run, not {schedules}", explored.runs));
    }
    if explored.redundant != expected.redundant {
        let (runs, expected) = (explored.redundant, expected.redundant);
        say(format!("{runs} runs were redundant, not {expected}"));
    }
    if let Some(preemptions) = expected.preemptions {
        match explored.findings.first().and_then(|finding| finding.counterexample.as_ref()) {
            Some(example) if example.preemptions == preemptions && example.is_minimal => {}
            Some(example) => say(format!(
                "the counterexample has {} preemptions (proved: {}), not {preemptions}",
                example.preemptions, example.is_minimal
            )),
            None => say("there is no counterexample".to_owned()),
        }
    }
}
