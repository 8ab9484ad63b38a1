//! Errors that nobody received.

use crate::diagnostics::{Code, Label, Report, Severity};
use crate::primitives::Misuse;
use crate::values::{
    ErrorKind, ErrorValue, Fault, Object, ObjectKind, Published, TraceEntry, Value, View,
};

/// How many calls, and how many joins, a report shows.
const MOST_CALLS: usize = 8;
const MOST_JOINS: usize = 4;
/// How many errors that came with another are shown.
const MOST_OTHERS: usize = 20;

/// Whether an error, or one that came with it, is of this kind.
pub fn concerns(error: &ErrorValue, kind: ErrorKind) -> bool {
    let is = |other: &Value| matches!(other.view(), View::Error(other) if other.is(kind));
    error.is(kind) || error.all_others().iter().any(is)
}

/// The error of a mistake in using a primitive, with what would be right where that can be told.
pub fn misused(object: &Object, misuse: &Misuse, fault: &Fault) -> Published {
    let error = ErrorValue::of_fault(fault);
    let label = &object.label;
    let help = match misuse {
        Misuse::LockNotHeld => format!("`lock {label} {{ … }}` round it takes the lock first"),
        Misuse::NotLocked => format!(
            "`lock {label} {{ … }}` takes it and releases it once; `release` is for what `acquire` took"
        ),
        Misuse::HeldByBlock { .. } => "leave the block by its end, `return`, `break` or `raise`".to_owned(),
        Misuse::NotOwner { .. } if object.kind == ObjectKind::RLock => {
            "only the thread that took an RLock releases it; a Lock taken by `acquire` may be released by any".to_owned()
        }
        Misuse::Broken => format!("`{label}.reset()` makes it whole again"),
        Misuse::TooManyDone => {
            format!("`{label}.task_done()` is called once for each item that was received")
        }
        Misuse::OverReleased { .. } => {
            "a plain Semaphore may be released more often than it was taken".to_owned()
        }
        _ => return Published::new(error.into()),
    };
    error.set_detail(Report::error(Code::Uncaught, fault.message.clone()).help(help));
    Published::new(error.into())
}

/// An error that nobody received.
pub fn uncaught(error: &ErrorValue) -> Report {
    let mut report = told(error, true);
    let others = error.all_others();
    for other in others.iter().take(MOST_OTHERS) {
        if let View::Error(other) = other.view() {
            let mut other = told(other, false);
            other.message = format!("with it: {}", other.message);
            report = report.with(other);
        }
    }
    if others.len() > MOST_OTHERS {
        report = report.help(format!("{} more errors came with it", others.len() - MOST_OTHERS));
    }
    report
}

/// An error that was told already, and that another thread has ended with too.
pub fn uncaught_again(error: &ErrorValue) -> Report {
    let whole = told(error, false);
    Report {
        labels: whole.labels.into_iter().take(1).collect(),
        help: Vec::new(),
        related: Vec::new(),
        ..whole
    }
    .help("another thread has ended with this error too: it was told above")
}

fn told(error: &ErrorValue, whole: bool) -> Report {
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

/// The output could not be written.
pub fn output_failed(why: &str) -> Report {
    Report::error(Code::Output, format!("standard output could not be written: {why}"))
}
