//! What conc takes for a program of `tests/explore`.

use conc::explore::{Explored, FindingKind, Options, Which};
use conc::runtime::controlled::Config;
use conc::session::{Given, Session};
use std::path::Path;
use std::time::{Duration, Instant};

/// How many runs the rate is taken of.
const RUNS: u64 = 100_000;

/// An exploration, and what it took.
pub struct Measured {
    pub runs: u64,
    pub steps: u64,
    pub seconds: f64,
}

fn explored(program: &str, options: Options) -> Explored {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explore");
    let path = folder.join(format!("{program}.conc"));
    let mut session = Session::default();
    let given =
        Given::file(&path.display().to_string()).unwrap_or_else(|r| panic!("{}", r.message));
    let unit = session.load(&given).unwrap_or_else(|reports| panic!("{}", reports[0].message));
    session.explore(unit, &Config::default(), &options)
}

fn of(explored: &Explored) -> Measured {
    let seconds = explored.elapsed.as_secs_f64();
    Measured { runs: explored.runs, steps: explored.steps, seconds }
}

/// All schedules that differ in something that matters.
pub fn complete(program: &str) -> Measured {
    let budget = Duration::from_secs(60);
    let options = Options {
        which: Which::Dpor,
        budget,
        after_finding: budget,
        minimize: false,
        ..Options::default()
    };
    let explored = explored(program, options);
    assert!(explored.complete, "{program} takes too long");
    of(&explored)
}

/// Schedules by chance alone, watched for all that can go wrong.
pub fn rate(program: &str) -> Measured {
    let options = Options {
        which: Which::Random,
        most_runs: Some(RUNS),
        minimize: false,
        cores: 1,
        ..Options::default()
    };
    of(&explored(program, options))
}

/// The seconds from the script's text to the deadlock, with its minimal schedule.
pub fn named_deadlock(program: &str) -> f64 {
    let begun = Instant::now();
    let explored = explored(program, Options::default());
    let took = begun.elapsed().as_secs_f64();
    let is_named = explored
        .findings
        .iter()
        .any(|finding| finding.kind == FindingKind::Deadlock && finding.counterexample.is_some());
    assert!(is_named, "no deadlock in {program}");
    took
}

/// In which schedule of a sample by partial orders the deadlock comes first.
pub fn first_deadlock(program: &str, seed: u64) -> u64 {
    let options = Options {
        which: Which::Pos,
        most_runs: Some(10_000),
        after_finding: Duration::ZERO,
        minimize: false,
        cores: 1,
        seed,
        ..Options::default()
    };
    let findings = explored(program, options).findings;
    let first = findings.iter().find(|finding| finding.kind == FindingKind::Deadlock);
    first.map_or_else(|| panic!("no deadlock in {program}"), |finding| finding.first)
}
