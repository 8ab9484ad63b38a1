//! What an exploration tells, as lines of JSON: findings, outcomes, and the verdict last.

use super::save::Saved;
use crate::diagnostics::json_line;
use crate::explore::{Counterexample, Explored, Finding, Outcome, Replayed, Row};
use crate::runtime::controlled::Choice;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct JsonFinding<'a> {
    finding: &'static str,
    report: Value,
    schedules: u64,
    first_seen_in: u64,
    schedule: Vec<String>,
    saved: Option<&'a String>,
    #[serde(flatten)]
    example: Option<JsonExample<'a>>,
}

#[derive(Serialize)]
struct JsonExample<'a> {
    preemptions: usize,
    minimal: bool,
    needs_delay: bool,
    threads: &'a [String],
    steps: Vec<JsonRow<'a>>,
}

#[derive(Serialize)]
struct JsonRow<'a> {
    thread: usize,
    line: usize,
    text: &'a str,
    does: &'a [String],
    preempts: bool,
}

#[derive(Serialize)]
struct JsonReplayed<'a> {
    replayed: &'a str,
    findings: Vec<Value>,
    output: &'a str,
    threads: &'a [String],
    steps: Vec<JsonRow<'a>>,
}

#[derive(Serialize)]
struct JsonOutcome<'a> {
    outcome: &'a str,
    schedules: u64,
    schedule: Vec<String>,
    saved: Option<&'a String>,
    #[serde(flatten)]
    example: Option<JsonExample<'a>>,
}

#[derive(Serialize)]
struct JsonVerdict<'a> {
    verdict: &'static str,
    script: &'a str,
    findings: usize,
    schedules: u64,
    redundant: u64,
    steps: u64,
    longest: usize,
    complete: bool,
    missing: Option<&'a str>,
    seconds: f64,
}

fn steps(choices: &[Choice]) -> Vec<String> {
    let step = |choice: &Choice| match choice.arm {
        0 => choice.actor.to_string(),
        arm => format!("{}.{arm}", choice.actor),
    };
    choices.iter().map(step).collect()
}

fn line<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// All of it.
pub fn explored(explored: &Explored, saved: &Saved, script: &str) -> String {
    let findings = explored.findings.iter().enumerate();
    let mut lines: Vec<String> =
        findings.map(|(at, of)| finding(of, saved.findings.get(at))).collect();
    let outcomes = explored.outcomes.iter().enumerate();
    lines.extend(outcomes.map(|(at, of)| outcome(of, saved.outcomes.get(at))));
    lines.push(verdict(explored, script));
    lines.into_iter().map(|line| line + "\n").collect()
}

/// A finding.
fn finding(finding: &Finding, saved: Option<&String>) -> String {
    line(&JsonFinding {
        finding: finding.kind.name(),
        report: report(finding),
        schedules: finding.runs,
        first_seen_in: finding.first,
        schedule: steps(&finding.schedule),
        saved,
        example: finding.counterexample.as_ref().map(example),
    })
}

fn example(of: &Counterexample) -> JsonExample<'_> {
    JsonExample {
        preemptions: of.preemptions,
        minimal: of.is_minimal,
        needs_delay: of.needs_delay,
        threads: &of.threads,
        steps: rows(of),
    }
}

fn report(finding: &Finding) -> Value {
    serde_json::from_str(&json_line(&finding.report)).unwrap_or_default()
}

fn rows(of: &Counterexample) -> Vec<JsonRow<'_>> {
    fn of_one(row: &Row) -> JsonRow<'_> {
        JsonRow {
            thread: row.thread,
            line: row.line,
            text: &row.text,
            does: &row.notes,
            preempts: row.preempts,
        }
    }
    of.rows.iter().map(of_one).collect()
}

/// A schedule that was run again.
pub fn replayed(replayed: &Replayed, script: &str) -> String {
    line(&JsonReplayed {
        replayed: script,
        findings: replayed.findings.iter().map(report).collect(),
        output: &replayed.output,
        threads: &replayed.table.threads,
        steps: rows(&replayed.table),
    })
}

/// An outcome.
fn outcome(outcome: &Outcome, saved: Option<&String>) -> String {
    line(&JsonOutcome {
        outcome: &outcome.output,
        schedules: outcome.runs,
        schedule: steps(&outcome.schedule),
        saved,
        example: outcome.example.as_ref().map(example),
    })
}

/// The verdict.
fn verdict(explored: &Explored, script: &str) -> String {
    line(&JsonVerdict {
        verdict: explored.verdict.name(),
        script,
        findings: explored.findings.len(),
        schedules: explored.runs,
        redundant: explored.redundant,
        steps: explored.steps,
        longest: explored.longest,
        complete: explored.complete,
        missing: explored.missing.as_deref(),
        seconds: explored.elapsed.as_secs_f64(),
    })
}
