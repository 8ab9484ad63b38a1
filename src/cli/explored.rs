//! What an exploration tells a person: the verdict in a sentence, each finding with its report and how it happens.

use super::arguments::{Explore, Time};
use super::save::Saved;
use super::show::Show;
use super::table::Table;
use crate::explore::{Counterexample, Explored, Verdict};
use crate::session::Given;
use std::fmt::Write;

/// The verdict, the findings, the outcomes if they were asked for, and what was left out.
pub fn told(
    explored: &Explored,
    explore: &Explore,
    given: &Given,
    saved: &Saved,
    show: &Show,
) -> String {
    let mut out = String::new();
    let name = given.source.name();
    let _ = writeln!(out, "{}", headline(explored, explore, name));
    for (at, finding) in explored.findings.iter().enumerate() {
        out.push('\n');
        let _ = write!(out, "{}", show.text(&finding.report));
        let _ = writeln!(out, "  {}", share(explored, finding.runs));
        add_example(&mut out, finding.counterexample.as_ref(), saved.findings.get(at), show);
    }
    if explore.outcomes {
        add_outcomes(&mut out, explored, saved, show);
    }
    if explored.verdict == Verdict::Found
        && let Some(missing) = &explored.missing
    {
        let _ = writeln!(out, "\n{missing}: there may be more");
    }
    out
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
    if runs == explored.runs {
        let whole = if explored.complete { "" } else { " that was run" };
        return format!("in every schedule{whole}");
    }
    let whole = if explored.complete { "" } else { " that were run" };
    format!("in {} of the {}{whole}", counted(runs, ""), counted(explored.runs, "schedule"))
}

/// One way to it, and how to have it again.
fn add_example(
    out: &mut String,
    example: Option<&Counterexample>,
    saved: Option<&String>,
    show: &Show,
) {
    // Where threads do not meet, there is nothing to show of how.
    if let Some(example) = example.filter(|example| !example.rows.is_empty()) {
        let _ = writeln!(out, "\n{}", caption(example));
        let _ = write!(out, "{}", Table::new(example, show.style()).shortened());
    }
    let _ = match saved {
        Some(path) => writeln!(out, "  replay it with: conc replay {path}"),
        None => writeln!(out, "  `--save DIR` keeps the schedule for `conc replay`"),
    };
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

fn add_outcomes(out: &mut String, explored: &Explored, saved: &Saved, show: &Show) {
    let _ = writeln!(out, "\n{}:", counted(explored.outcomes.len() as u64, "outcome"));
    for (at, outcome) in explored.outcomes.iter().enumerate() {
        let _ = writeln!(out, "\n  {}:", share(explored, outcome.runs));
        if outcome.output.is_empty() {
            let _ = writeln!(out, "    (nothing is printed)");
        }
        for line in outcome.output.lines() {
            let _ = writeln!(out, "    {line}");
        }
        add_example(out, outcome.example.as_ref(), saved.outcomes.get(at), show);
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
