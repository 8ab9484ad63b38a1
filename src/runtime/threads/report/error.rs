//! Errors that nobody received.

use crate::diagnostics::{Code, Report};
use crate::primitives::Misuse;
use crate::runtime::told;
use crate::values::{ErrorKind, ErrorValue, Fault, Object, ObjectKind, Published, Value, View};

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

/// The output could not be written.
pub fn output_failed(why: &str) -> Report {
    Report::error(Code::Output, format!("standard output could not be written: {why}"))
}
