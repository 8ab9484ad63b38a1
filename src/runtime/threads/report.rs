//! What the runtime has to say to a person.

use super::handle;
use super::locks;
use super::runtime::Runtime;
use super::shell::Shell;
use super::strand::{Strand, StrandKind};
use super::waiter::{WaitKind, Waiter};
use crate::diagnostics::{Code, Label, Report, Severity};
use crate::primitives::{Action, Barrier, ThreadId};
use crate::source::Place;
use crate::values::{
    ErrorKind, ErrorValue, Fault, Object, ObjectKind, Published, TraceEntry, View,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How many calls, and how many joins, a report shows.
const MOST_CALLS: usize = 8;
const MOST_JOINS: usize = 4;
/// How many threads a report shows.
const MOST_THREADS: usize = 50;
/// How many errors that came with another are shown.
const MOST_OTHERS: usize = 20;

// ---- Words -----------------------------------------------------------------------------------

/// What an action waits for: `Lock guard`, `an item of Queue jobs`.
pub fn waits_for(object: &Object, action: &Action) -> String {
    match action {
        Action::Send(_) => format!("room in {object}"),
        Action::Recv => format!("an item of {object}"),
        Action::AcquireSide { write: true } => format!("the write side of {object}"),
        Action::AcquireSide { write: false } => format!("the read side of {object}"),
        Action::Join if handle::of(object).is_some() => format!("{object} to end"),
        Action::Join => format!("{object} to be done"),
        Action::Acquire { count, .. } if *count != 1 => format!("{count} permits of {object}"),
        Action::Await { .. } => format!("a notification of {object}"),
        _ => object.to_string(),
    }
}

/// What a thread is blocked on.
pub fn waiting_for(waiter: &Waiter) -> String {
    match waiter.kind {
        WaitKind::Sleep => "sleep".to_owned(),
        WaitKind::Scope => {
            let names = waiter.scope.as_ref().map(|scope| scope.open_names()).unwrap_or_default();
            format!("the end of a scope with {}", listed(&names))
        }
        WaitKind::Idle => "a task".to_owned(),
        WaitKind::Input => "input".to_owned(),
        WaitKind::Objects => {
            let all: Vec<String> =
                waiter.on.iter().map(|on| waits_for(on.object(), &on.action)).collect();
            if all.is_empty() { "nothing".to_owned() } else { all.join(" or ") }
        }
    }
}

/// `a, b and c`; a long list is cut.
fn listed(names: &[String]) -> String {
    const MOST: usize = 10;
    match names {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        _ if names.len() > MOST => {
            format!("{} and {} more", names[..MOST].join(", "), names.len() - MOST)
        }
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

// ---- Errors ----------------------------------------------------------------------------------

/// Whether an error, or one that came with it, is of this kind.
pub fn concerns(error: &ErrorValue, kind: ErrorKind) -> bool {
    fn look(error: &ErrorValue, kind: ErrorKind, depth: usize) -> bool {
        error.is(kind)
            || depth > 0
                && error.others().iter().any(|other| match other.view() {
                    View::Error(other) => look(other, kind, depth - 1),
                    _ => false,
                })
    }
    look(error, kind, 16)
}

/// An error that nobody received.
pub fn uncaught(error: &ErrorValue) -> Report {
    let mut report = told(error, true);
    let others = error.others();
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
        if !told || !thread.is_empty() {
            report = report.label(first.place.clone(), format!("raised here{thread}"));
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
    if let Some(spawned) = &origin.spawned {
        let text = match &spawned.task {
            Some(task) => format!("task {task} was queued here, by {}", spawned.by),
            None => format!("thread {} was started here, by {}", origin.thread, spawned.by),
        };
        report = report.label(spawned.place.clone(), text);
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

/// A thread takes a lock that it holds already.
pub fn held_already(
    runtime: &Runtime,
    object: &Object,
    fault: &Fault,
    place: Option<Place>,
) -> Published {
    let error = ErrorValue::new(fault.kind.name(), &fault.message);
    let mut report = Report::error(Code::Deadlock, fault.message.clone());
    if let Some(place) = place {
        report = report.label(place, "it would wait for itself here");
    }
    if let Some(taken) = runtime.program.place_of_site(object.site.load(Ordering::Relaxed)) {
        report = report.label(taken, format!("{object} was taken here"));
    }
    report = match object.kind {
        ObjectKind::Lock => report.help("an RLock can be taken again by the thread that holds it"),
        _ => report.help("a thread has one side of an RwLock at a time: give back the one before it takes the other"),
    };
    error.set_detail(report);
    Published::new(error.into())
}

// ---- Deadlocks -------------------------------------------------------------------------------

fn place_of(runtime: &Runtime, site: u64) -> Option<Place> {
    runtime.program.place_of_site(site)
}

/// The part that a thread plays: where it waits, and for what; where what it waits for was taken, and by whom.
fn part_of(runtime: &Runtime, waiter: &Waiter) -> Report {
    let name = described(&waiter.strand);
    let mut report =
        Report::note(Code::Deadlock, format!("{name} waits for {}", waiting_for(waiter)));
    if let Some(place) = place_of(runtime, waiter.site) {
        report = report.label(place, format!("{} waits here", waiter.strand.name));
    }
    if let [on] = waiter.on.as_slice() {
        let object = on.object();
        let holders = holder_names(runtime, waiter);
        if let (Some(taken), false) =
            (place_of(runtime, object.site.load(Ordering::Relaxed)), holders.is_empty())
        {
            report =
                report.label(taken, format!("{object} was taken here, by {}", listed(&holders)));
        }
    }
    report
}

fn described(strand: &Strand) -> String {
    match strand.kind {
        StrandKind::Main => "main".to_owned(),
        StrandKind::Task => format!("task {}", strand.name),
        _ if strand.daemon && strand.kind != StrandKind::Worker => {
            format!("daemon thread {}", strand.name)
        }
        _ => format!("thread {}", strand.name),
    }
}

/// Who has what a thread waits for, as far as that is known: of a lock taken by hand too, and who has ended.
fn holder_names(runtime: &Runtime, waiter: &Waiter) -> Vec<String> {
    let [on] = waiter.on.as_slice() else { return Vec::new() };
    let object = on.object();
    if matches!(on.action, Action::Join) {
        return Vec::new();
    }
    let mut holders = super::deadlock::holders_of_object(waiter.strand.id, object, &on.action);
    if holders.is_empty() {
        holders.extend(locks::word_of(object).and_then(|word| word.owner(object)));
    }
    holders.into_iter().map(|id| holder_name(runtime, id)).collect()
}

fn holder_name(runtime: &Runtime, id: ThreadId) -> String {
    let name = runtime.thread_name(id);
    if runtime.is_alive(id) { name } else { format!("{name}, which has ended") }
}

/// The error for the thread that closes a circle of threads which wait for one another.
pub fn circle(runtime: &Arc<Runtime>, circle: &[Arc<Waiter>]) -> Published {
    let names: Vec<String> = circle.iter().map(|waiter| waiter.strand.name.to_string()).collect();
    let message = match names.as_slice() {
        [one] => format!("{one} waits for itself"),
        [a, b] => format!("{a} and {b} wait for each other"),
        _ => format!("{} wait for one another in a circle", listed(&names)),
    };
    let mut report = Report::error(Code::Deadlock, message.clone());
    for waiter in circle.iter().take(MOST_THREADS) {
        report = report.with(part_of(runtime, waiter));
    }
    let locks = circle
        .iter()
        .filter(|waiter| waiter.on.iter().any(|on| locks::word_of(on.object()).is_some()))
        .count();
    if locks == circle.len() && locks > 1 {
        report = report.help(
            "`lock a, b { … }` takes several locks at once, in an order that cannot deadlock",
        );
    }
    if let Some(cure) = cure_of_pool(circle) {
        report = report.help(cure);
    }
    deadlock(&message, report)
}

/// What would help where threads wait for tasks that no worker is free for.
fn cure_of_pool(waiters: &[Arc<Waiter>]) -> Option<String> {
    let queued = |waiter: &Arc<Waiter>| {
        waiter
            .on
            .iter()
            .any(|on| handle::strand_of(on.object()).is_some_and(|strand| strand.is_queued()))
    };
    waiters.iter().any(queued).then(|| {
        "a task that waits for another of its own pool keeps a worker from it: give the pool more workers, or start the \
         other by `spawn` alone"
            .to_owned()
    })
}

fn deadlock(message: &str, report: Report) -> Published {
    let error = ErrorValue::new(ErrorKind::Deadlock.name(), message);
    error.set_detail(report);
    Published::new(error.into())
}

/// The error for a thread that waits for what only a thread that has ended could release.
pub fn ended_holder(runtime: &Arc<Runtime>, waiter: &Arc<Waiter>, holder: ThreadId) -> Published {
    let message = match waiter.on.first() {
        Some(on) => {
            let what = waits_for(on.object(), &on.action);
            format!(
                "{} waits for {what}, whose owner {} has ended",
                waiter.strand.name,
                runtime.thread_name(holder)
            )
        }
        None => format!("{} waits for a thread that has ended", waiter.strand.name),
    };
    let report = Report::error(Code::Deadlock, message.clone())
        .with(part_of(runtime, waiter))
        .help("`lock m { … }` releases a lock however the block ends; `acquire` does not");
    deadlock(&message, report)
}

/// The error for the thread that is told that nobody can go on.
pub fn all_blocked(runtime: &Arc<Runtime>, all: &[Arc<Waiter>], victim: &Arc<Waiter>) -> Published {
    let waits = waiting_for(victim);
    let message = match all.len() {
        1 => {
            format!("{} waits for {waits}, and nobody is left to let it go on", victim.strand.name)
        }
        n => format!("all {n} threads wait: {} for {waits}", victim.strand.name),
    };
    let mut report = Report::error(Code::Deadlock, message.clone());
    if !runtime.deadlock_told.swap(true, Ordering::SeqCst) {
        for waiter in all.iter().take(MOST_THREADS) {
            report = report.with(part_of(runtime, waiter));
        }
        if all.len() > MOST_THREADS {
            report = report.help(format!("{} more threads wait", all.len() - MOST_THREADS));
        }
    }
    if let Some(cure) = cure(victim).or_else(|| cure_of_pool(all)) {
        report = report.help(cure);
    }
    deadlock(&message, report)
}

/// What would let a thread go on.
fn cure(waiter: &Waiter) -> Option<String> {
    let [on] = waiter.on.as_slice() else { return None };
    let object = on.object();
    Some(match object.kind {
        ObjectKind::Event => format!("nobody is left to call `{}.set()`", object.label),
        ObjectKind::Latch => format!("nobody is left to call `{}.count_down()`", object.label),
        ObjectKind::Condition => {
            format!(
                "nobody is left to `notify {0}`: was it notified before the wait began? `wait {0} until …` looks first",
                object.label
            )
        }
        ObjectKind::Barrier => {
            let shell = object.body.downcast_ref::<Shell<Barrier>>()?;
            let (wants, came) = shell.look(Barrier::attendance);
            format!("{object} waits for {wants}, only {came} came, and nobody is left to come")
        }
        ObjectKind::Semaphore | ObjectKind::BoundedSemaphore => {
            format!("nobody is left to `release {}`", object.label)
        }
        ObjectKind::Lock => format!(
            "nobody is left to `release {}`; `lock {} {{ … }}` releases it by itself",
            object.label, object.label
        ),
        kind if kind.is_queue() => match on.action {
            Action::Recv => {
                format!("nobody is left to send; `{}.close()` ends the receivers", object.label)
            }
            Action::Send(_) => format!("nobody is left to receive from {object}"),
            _ => format!("nobody is left to call `{}.task_done()`", object.label),
        },
        _ => return None,
    })
}

/// What every thread is doing.
pub fn all_threads(runtime: &Arc<Runtime>) -> Report {
    let threads = runtime.threads();
    let mut report = Report::note(Code::Interrupted, format!("{} threads", threads.len()));
    for strand in threads.iter().take(MOST_THREADS) {
        report = report.with(match strand.waiter() {
            Some(waiter) => {
                let seconds = waiter.since.elapsed().as_secs_f64();
                let mut part = part_of(runtime, &waiter);
                part.message = format!("{}, for {seconds:.1} s", part.message);
                part
            }
            None => Report::note(Code::Interrupted, format!("{} runs", described(strand))),
        });
    }
    report
}
