//! What is told of one error, wherever it was raised: in words that both runtimes and the explorer have.

use crate::diagnostics::{Code, Label, Report, Severity};
use crate::values::{ErrorKind, ErrorValue, TraceEntry};

/// How many calls, and how many joins, a report shows.
const MOST_CALLS: usize = 8;
const MOST_JOINS: usize = 4;

/// The report of an error; `whole`: with the calls that led to it.
#[must_use]
pub fn told(error: &ErrorValue, whole: bool) -> Report {
    let code = if error.is(ErrorKind::AssertionFailed) {
        Code::Assertion
    } else if error.is(ErrorKind::Deadlock) {
        Code::Deadlock
    } else if error.is(ErrorKind::Interrupted) {
        Code::Interrupted
    } else {
        Code::Uncaught
    };
    let message = error.to_string();
    let mut report = match error.detail() {
        Some(detail) => Report { code, severity: Severity::Error, message, ..detail.clone() },
        None => Report::error(code, message),
    };
    let Some(origin) = error.origin() else { return report };
    let thread = if &*origin.thread == "main" {
        String::new()
    } else {
        format!(", in thread {}", origin.thread)
    };
    let trace = distinct(&origin.trace);
    if let Some(first) = trace.first() {
        // The detail tells what is to be seen there.
        let inside = |label: &Label| {
            let (part, whole) = (label.place.span, first.place.span);
            whole.start <= part.start && part.end <= whole.end
        };
        let told = report
            .labels
            .iter()
            .any(|label| inside(label) && label.place.source.name() == first.place.source.name());
        // A deadlock's own labels name the thread.
        if !told || !thread.is_empty() && code != Code::Deadlock {
            // Labels must not lie over each other.
            let place = if told { first.place.first_word() } else { first.place.clone() };
            report = report.label(place, format!("raised here{thread}"));
        }
    }
    if whole {
        let calls = trace.windows(2).take(MOST_CALLS);
        for call in calls {
            report = report
                .label(call[1].place.clone(), format!("in {}, called here", call[0].function));
        }
        let left_out = trace.len().saturating_sub(MOST_CALLS + 1) + origin.left_out;
        if left_out > 0 {
            report = report.help(format!("{left_out} more calls are left out"));
        }
    }
    if let Some((place, text)) = origin.start() {
        report = report.label(place, text);
    }
    for received in error.received().into_iter().take(MOST_JOINS) {
        report = report.label(received.place, format!("received here, by {}", received.thread));
    }
    report
}

/// The calls of a trace, those of a recursion at one place once.
fn distinct(trace: &[TraceEntry]) -> Vec<&TraceEntry> {
    let mut calls: Vec<&TraceEntry> = Vec::new();
    for call in trace {
        if !calls.iter().any(|known| known.place == call.place) {
            calls.push(call);
        }
    }
    calls
}
