//! `conc explore`: every interleaving of a script, and what a person is told of it.

use super::arguments::{Explore, Strategy, Time};
use super::commands::given;
use super::json;
use super::show::Show;
use super::table::Table;
use crate::diagnostics::{Code, Report};
use crate::explore::{Counterexample, Explored, Options, Schedule, Verdict, Which, hash};
use crate::runtime::controlled::{self, Choice, Config, Input};
use crate::session::{Given, Session};
use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Something goes wrong in some interleaving.
const FOUND: i32 = 1;

/// `conc explore`
pub fn explore(explore: &Explore, show: &Show) -> i32 {
    let file = &explore.file;
    let mut session = Session::default();
    let loaded = given(file)
        .map_err(|report| vec![report])
        .and_then(|given| Ok((session.load(&given)?, given)));
    let (unit, given) = match loaded {
        Ok(loaded) => loaded,
        Err(reports) => return show.refuse(&reports),
    };
    let mut config = config(explore.args.clone(), time(explore.time), explore.seed);
    config.prints = explore.outcomes;
    let options = Options {
        which: which(explore.strategy),
        budget: explore.budget.unwrap_or(Duration::from_secs(30)),
        after_finding: explore.budget.unwrap_or(Duration::from_millis(500)),
        most_runs: explore.max_schedules,
        seed: explore.seed,
        preemptions: explore.preemptions,
        outcomes: explore.outcomes,
        ..Options::default()
    };
    let explored = session.explore(unit, &config, &options);
    let schedule = |choices: &[Choice]| Schedule {
        script: file.clone(),
        hash: hash(session.texts()),
        args: config.args.clone(),
        input: config.input.known().to_vec(),
        time: config.time,
        seed: config.seed,
        choices: choices.to_vec(),
    };
    let saved = match save(explore.save.as_deref(), &explored, &schedule) {
        Ok(saved) => saved,
        Err(report) => return show.refuse(&[report]),
    };
    if show.is_json() {
        tell_json(&explored, &given, &saved);
    } else {
        tell(&explored, explore, &given, &saved, &show.on_stdout());
    }
    if explored.verdict == Verdict::Found { FOUND } else { 0 }
}

/// What runs of an exploration may use.
fn config(args: Vec<String>, time: controlled::Time, seed: u64) -> Config {
    Config { args, time, seed, input: Arc::new(Input::from_elsewhere(input)), ..Config::default() }
}

/// Each run reads the same lines, all that there are. At a terminal nobody types them twice.
fn input() -> Vec<String> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Vec::new();
    }
    stdin.lock().lines().map_while(Result::ok).collect()
}

fn time(time: Time) -> controlled::Time {
    match time {
        Time::Free => controlled::Time::Free,
        Time::Strict => controlled::Time::Strict,
    }
}

fn which(strategy: Strategy) -> Which {
    match strategy {
        Strategy::All => Which::All,
        Strategy::Dpor => Which::Dpor,
        Strategy::Dfs => Which::Dfs,
        Strategy::Pos => Which::Pos,
        Strategy::Pct => Which::Pct,
        Strategy::Random => Which::Random,
    }
}

/// The files in which schedules were saved, in order; none, if they were not to be.
#[derive(Default)]
struct Saved {
    findings: Vec<String>,
    outcomes: Vec<String>,
}

/// Saves the schedules.
fn save(
    directory: Option<&Path>,
    explored: &Explored,
    schedule: &dyn Fn(&[Choice]) -> Schedule,
) -> Result<Saved, Report> {
    let Some(directory) = directory else { return Ok(Saved::default()) };
    let refused = |error: &std::io::Error| {
        let why = crate::runtime::threads::plain(error);
        let message = format!("cannot save schedules in `{}`: {why}", directory.display());
        Report::error(Code::Output, message)
    };
    std::fs::create_dir_all(directory).map_err(|error| refused(&error))?;
    let write = |name: String, choices: &[Choice]| {
        let path = directory.join(name);
        let written = std::fs::write(&path, schedule(choices).to_string());
        written.map(|()| path.display().to_string()).map_err(|error| refused(&error))
    };
    let mut saved = Saved::default();
    for (at, finding) in explored.findings.iter().enumerate() {
        let kind = finding.kind.name().replace(' ', "-");
        let name = format!("{kind}-{}.schedule", at + 1);
        saved.findings.push(write(name, &finding.schedule)?);
    }
    for (at, outcome) in explored.outcomes.iter().enumerate() {
        let name = format!("outcome-{}.schedule", at + 1);
        saved.outcomes.push(write(name, &outcome.schedule)?);
    }
    Ok(saved)
}

// ---- For a person ----------------------------------------------------------------------------

fn tell(explored: &Explored, explore: &Explore, given: &Given, saved: &Saved, show: &Show) {
    let name = given.source.name();
    println!("{}", headline(explored, explore, name));
    for (at, finding) in explored.findings.iter().enumerate() {
        println!();
        print!("{}", show.text(&finding.report));
        println!("  {}", share(explored, finding.runs));
        tell_example(finding.counterexample.as_ref(), saved.findings.get(at), show);
    }
    if explore.outcomes {
        tell_outcomes(explored, saved, show);
    }
    if explored.verdict == Verdict::Found
        && let Some(missing) = &explored.missing
    {
        println!("\n{missing}: there may be more");
    }
}

fn headline(explored: &Explored, explore: &Explore, name: &str) -> String {
    let runs = counted(explored.runs, "schedule");
    let time = match explore.time {
        Time::Free => "whatever time sleeps and work take",
        Time::Strict => "if work takes no time",
    };
    let took = format!("{:.2} s", explored.elapsed.as_secs_f64());
    match &explored.verdict {
        Verdict::Verified => {
            format!(
                "verified: nothing goes wrong in any interleaving of {name}, {time} ({runs}, {took})"
            )
        }
        Verdict::Found => {
            let findings = counted(explored.findings.len() as u64, "thing");
            let verb = if explored.findings.len() == 1 { "goes" } else { "go" };
            format!("found: {findings} {verb} wrong in {name} ({runs}, {took})")
        }
        Verdict::Bounded(why) => {
            format!("bounded: nothing went wrong in {name} in {runs} ({took}), but {why}")
        }
        Verdict::Sampled => {
            format!(
                "sampled {}: nothing went wrong in {name} in a sample of {runs} ({took})",
                explored.runs
            )
        }
    }
}

/// In how many of the schedules.
fn share(explored: &Explored, runs: u64) -> String {
    let whole = if explored.complete { "" } else { " that were run" };
    if runs == explored.runs {
        return format!("in every schedule{whole}");
    }
    format!("in {} of the {}{whole}", counted(runs, ""), counted(explored.runs, "schedule"))
}

/// One way to it, and how to have it again.
fn tell_example(example: Option<&Counterexample>, saved: Option<&String>, show: &Show) {
    if let Some(example) = example {
        println!("\n{}", caption(example));
        print!("{}", Table::new(example, show.style()).shortened());
    }
    match saved {
        Some(path) => println!("  replay it with: conc replay {path}"),
        None => println!("  `--save DIR` keeps the schedule for `conc replay`"),
    }
}

fn caption(example: &Counterexample) -> String {
    let switches = match example.preemptions {
        0 => "no thread is interrupted".to_owned(),
        1 => "one thread is interrupted once (⇄)".to_owned(),
        n => format!("threads are interrupted {n} times (⇄)"),
    };
    let minimal = match (example.is_minimal, example.preemptions) {
        (true, 0) => "",
        (true, _) => ", and fewer do not do",
        (false, _) => "; whether fewer would do was not looked through",
    };
    let delay = if example.needs_delay { "; it takes a delay, of a sleep or a limit" } else { "" };
    format!("  how it happens: {switches}{minimal}{delay}")
}

fn tell_outcomes(explored: &Explored, saved: &Saved, show: &Show) {
    println!("\n{}:", counted(explored.outcomes.len() as u64, "outcome"));
    for (at, outcome) in explored.outcomes.iter().enumerate() {
        println!("\n  {}:", share(explored, outcome.runs));
        if outcome.output.is_empty() {
            println!("    (nothing is printed)");
        }
        for line in outcome.output.lines() {
            println!("    {line}");
        }
        tell_example(outcome.example.as_ref(), saved.outcomes.get(at), show);
    }
}

/// A number and what there are so many of, if that is to be said.
fn counted(number: u64, what: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    match (what, number) {
        ("", _) => text,
        (_, 1) => format!("{text} {what}"),
        _ => format!("{text} {what}s"),
    }
}

// ---- For a program ---------------------------------------------------------------------------

fn tell_json(explored: &Explored, given: &Given, saved: &Saved) {
    for (at, finding) in explored.findings.iter().enumerate() {
        println!("{}", json::finding(finding, saved.findings.get(at)));
    }
    for (at, outcome) in explored.outcomes.iter().enumerate() {
        println!("{}", json::outcome(outcome, saved.outcomes.get(at)));
    }
    println!("{}", json::verdict(explored, given.source.name()));
}
