//! Errors: what a script raises and catches.

use super::heap::{Plain, Published, Ref};
use super::{Value, View};
use crate::diagnostics::Report;
use crate::source::Place;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

macro_rules! kinds {
    ($($name:ident)*) => {
        /// The kinds of error that the language itself raises.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // Each is the kind of that name.
        pub enum ErrorKind { $($name,)* }

        impl ErrorKind {
            /// All of them.
            pub const ALL: &[ErrorKind] = &[$(ErrorKind::$name,)*];

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(ErrorKind::$name => stringify!($name),)* }
            }
        }
    };
}

kinds! {
    Error TypeError ValueError NameError IndexError KeyError FieldError Overflow DivisionByZero
    AssertionFailed StackOverflow Timeout Cancelled Closed LockError BrokenBarrier Deadlock
    Interrupted ImportError IoError LimitError
}

/// Something that went wrong, before it is known where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its kind.
    pub kind: ErrorKind,
    /// What went wrong.
    pub message: String,
}

impl Fault {
    /// A fault.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Fault {
        Fault { kind, message: message.into() }
    }

    /// A `TypeError`.
    #[must_use]
    pub fn type_error(message: impl Into<String>) -> Fault {
        Fault::new(ErrorKind::TypeError, message)
    }

    /// A `ValueError`.
    #[must_use]
    pub fn value_error(message: impl Into<String>) -> Fault {
        Fault::new(ErrorKind::ValueError, message)
    }

    /// The `LimitError` for a value that there is no memory for.
    #[must_use]
    pub fn no_memory(what: &str) -> Fault {
        Fault::new(ErrorKind::LimitError, format!("there is no memory for this {what}"))
    }
}

/// A call on the way to where an error arose.
#[derive(Clone, Debug)]
pub struct TraceEntry {
    /// The function.
    pub function: Box<str>,
    /// Where in it.
    pub place: Place,
}

/// Who started a thread, and where.
#[derive(Clone, Debug)]
pub struct Spawned {
    /// The thread that did.
    pub by: Arc<str>,
    /// Where it did.
    pub place: Place,
    /// Of a task of a pool, its name: the thread is the worker that runs it.
    pub task: Option<Arc<str>>,
}

/// Where an error arose.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The thread's name.
    pub thread: Arc<str>,
    /// Who started that thread, and where; nobody started the first.
    pub spawned: Option<Arc<Spawned>>,
    /// The calls, innermost first.
    pub trace: Vec<TraceEntry>,
    /// How many calls between them are left out.
    pub left_out: usize,
}

impl Origin {
    /// Where the thread was started, or its task queued, and that in words.
    #[must_use]
    pub fn start(&self) -> Option<(Place, String)> {
        let spawned = self.spawned.as_ref()?;
        let text = match &spawned.task {
            Some(task) => format!("task {task} was queued here, by {}", spawned.by),
            None => format!("thread {} was started here, by {}", self.thread, spawned.by),
        };
        Some((spawned.place.clone(), text))
    }
}

/// A thread that received the error by a join, and where.
#[derive(Clone, Debug)]
pub struct Received {
    /// The thread that joined.
    pub thread: Arc<str>,
    /// Where.
    pub place: Place,
}

/// An error. It is shared by reference, between threads too.
pub struct ErrorValue {
    /// Its kind.
    pub kind: Box<str>,
    /// What went wrong.
    pub message: Box<str>,
    origin: OnceLock<Origin>,
    /// What a report says beyond the message: the operands of an assertion, the threads of a deadlock.
    detail: OnceLock<Report>,
    others: Mutex<Vec<Published>>,
    received: Mutex<Vec<Received>>,
    told: AtomicBool,
}

impl ErrorValue {
    /// An error that has not been raised.
    #[must_use]
    #[allow(clippy::new_ret_no_self)]
    pub fn new(kind: &str, message: &str) -> Ref<ErrorValue> {
        Ref::new(ErrorValue {
            kind: kind.into(),
            message: message.into(),
            origin: OnceLock::new(),
            detail: OnceLock::new(),
            others: Mutex::new(Vec::new()),
            received: Mutex::new(Vec::new()),
            told: AtomicBool::new(false),
        })
    }

    /// An error of one of the language's kinds.
    #[must_use]
    pub fn of_fault(fault: &Fault) -> Ref<ErrorValue> {
        ErrorValue::new(fault.kind.name(), &fault.message)
    }

    /// Whether it is of this kind.
    #[must_use]
    pub fn is(&self, kind: ErrorKind) -> bool {
        &*self.kind == kind.name()
    }

    /// Where it arose, if it was raised.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.get()
    }

    /// Notes where it arose, when it is raised for the first time.
    pub fn set_origin(&self, origin: impl FnOnce() -> Origin) {
        self.origin.get_or_init(origin);
    }

    /// What a report says beyond the message.
    #[must_use]
    pub fn detail(&self) -> Option<&Report> {
        self.detail.get()
    }

    /// Gives it a detail, once.
    pub fn set_detail(&self, report: Report) {
        let _ = self.detail.set(report);
    }

    /// The errors that came with it.
    #[must_use]
    pub fn others(&self) -> Vec<Value> {
        locked(&self.others).iter().map(|other| other.get().clone()).collect()
    }

    /// The errors that came with it, and with those in turn: each once, the nearest first. That a thread was cancelled is no
    /// failure, and so left out if it is further away; what came with that is not.
    #[must_use]
    pub fn all_others(&self) -> Vec<Value> {
        let mut seen = HashSet::from([&raw const *self]);
        let mut all = Vec::new();
        let mut level = self.others();
        let mut is_near = true;
        while !level.is_empty() {
            let mut next = Vec::new();
            for other in level {
                let View::Error(error) = other.view() else { continue };
                if seen.insert(&raw const **error) {
                    next.extend(error.others());
                    if is_near || !error.is(ErrorKind::Cancelled) {
                        all.push(other);
                    }
                }
            }
            level = next;
            is_near = false;
        }
        all
    }

    /// Whether an error came with it, at any depth, that is more than that a thread was cancelled.
    #[must_use]
    pub fn came_with_failure(&self) -> bool {
        let is_failure = |other: &Value| matches!(other.view(), View::Error(other) if !other.is(ErrorKind::Cancelled));
        !locked(&self.others).is_empty() && self.all_others().iter().any(is_failure)
    }

    /// Adds an error that came with it, unless it is there already.
    pub fn add_other(&self, other: &Ref<ErrorValue>) {
        if std::ptr::eq(self, &raw const **other) {
            return;
        }
        let mut others = locked(&self.others);
        let value = Value::from(other.clone());
        if others.len() < MOST_OTHERS && !others.iter().any(|known| known.get().is_same(&value)) {
            others.push(Published::new(other.clone().into()));
        }
    }

    /// Who received it by a join, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        locked(&self.received).clone()
    }

    /// Notes that it was reported; whether it was before. Several threads may end with one error.
    pub fn tell(&self) -> bool {
        self.told.swap(true, Ordering::SeqCst)
    }

    /// Whether it was reported.
    #[must_use]
    pub fn was_told(&self) -> bool {
        self.told.load(Ordering::SeqCst)
    }

    /// Notes that a thread received it.
    pub fn add_received(&self, received: Received) {
        let mut all = locked(&self.received);
        if all.len() < MOST_RECEIVED {
            all.push(received);
        }
    }
}

const MOST_OTHERS: usize = 100_000;
const MOST_RECEIVED: usize = 16;

/// What a panic interrupted here is still whole: lists grow by one step.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `Kind: message`
impl std::fmt::Display for ErrorValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl Plain for ErrorValue {
    fn take_children(&mut self, out: &mut Vec<Value>) {
        out.extend(locked(&self.others).drain(..).map(Published::into_inner));
    }

    // The other errors were published when they were added.
    fn visit_children(&self, _: &mut dyn FnMut(&Value)) {}
}
