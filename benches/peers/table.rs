//! The comparison as a table, in Markdown: it can be read as it stands, too.

use super::compare::{Outcome, Verdict, median};
use super::goals::{CONC, CROSSBEAM, Goal};
use super::peer::Peer;
use std::fmt::Write;

/// What conc reached of a row's goals, one after the other.
fn verdicts(outcome: &Outcome, goals: &[Goal]) -> String {
    let told = |verdict: Verdict| {
        let mark = if verdict.met { "✓" } else { "✗" };
        format!("{mark} {} ({})", verdict.reached, verdict.goal)
    };
    let told: Vec<String> =
        goals.iter().filter_map(|goal| outcome.judge(*goal)).map(told).collect();
    told.join(", ")
}

fn milliseconds(time: f64) -> String {
    if time < 100.0 { format!("{time:.1}") } else { format!("{time:.0}") }
}

/// One line about a row, as soon as it is measured: medians, and the least that conc took.
pub fn line(outcome: &Outcome) -> String {
    let mut text = format!("{:<14}", outcome.row.program);
    for column in &outcome.columns {
        let least = column.times.iter().copied().fold(f64::INFINITY, f64::min);
        let (median, least) = (milliseconds(median(&column.times)), milliseconds(least));
        let _ = write!(text, " {} {median} (least {least}),", column.peer);
    }
    let memory = outcome.column(CONC).map_or(f64::NAN, |conc| median(&conc.memory));
    let _ = write!(text, " {memory:.1} MB; must {}", verdicts(outcome, outcome.row.must));
    let aim = verdicts(outcome, outcome.row.aim);
    if !aim.is_empty() {
        let _ = write!(text, "; aim {aim}");
    }
    text
}

pub fn markdown(outcomes: &[Outcome], peers: &[Peer], about: &str) -> String {
    let shown: Vec<&Peer> = peers.iter().filter(|peer| peer.name != CROSSBEAM).collect();
    let mut text = String::from("| program, ms |");
    for peer in &shown {
        let _ = write!(text, " {} |", peer.name);
    }
    text.push_str(" conc, MB | must | aim |\n|---|");
    text.push_str(&"--:|".repeat(shown.len() + 1));
    text.push_str("---|---|\n");
    for outcome in outcomes {
        let _ = write!(text, "| {} |", outcome.row.program);
        for peer in &shown {
            let time = outcome.column(peer.name).map(|column| milliseconds(median(&column.times)));
            let _ = write!(text, " {} |", time.unwrap_or_default());
        }
        let memory = outcome.column(CONC).map_or(f64::NAN, |conc| median(&conc.memory));
        let must = verdicts(outcome, outcome.row.must);
        let aim = verdicts(outcome, outcome.row.aim);
        let _ = writeln!(text, " {memory:.1} | {must} | {aim} |");
    }
    let versions: Vec<&str> = shown.iter().map(|peer| peer.version.as_str()).collect();
    let _ = write!(text, "\n{about}\n{}.\n", versions.join("; "));
    text
}
