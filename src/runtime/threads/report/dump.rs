//! What every thread is doing, and what the queues and pools hold.

use super::deadlock::Shown;
use super::words::described;
use crate::diagnostics::{Code, Report};
use crate::primitives::{Pool, Queue};
use crate::runtime::threads::objects::shell_of;
use crate::runtime::threads::pool::PoolHandle;
use crate::runtime::threads::runtime::Runtime;
use crate::runtime::threads::shell::Shell;
use crate::runtime::threads::strand::Strand;
use crate::values::Object;
use crate::vm::Calls;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How many threads it shows.
const MOST_THREADS: usize = 50;
/// How many queues and pools it shows.
const MOST_OBJECTS: usize = 50;
/// How long threads that run have to tell where they are: one in the middle of a long built-in does not.
const PATIENCE: Duration = Duration::from_millis(200);

/// What every thread is doing.
pub fn all_threads(runtime: &Arc<Runtime>) -> Report {
    let asked = 1 + runtime.asked.fetch_add(1, Ordering::Relaxed);
    let threads = runtime.registry.all();
    let count = match threads.len() {
        1 => "1 thread".to_owned(),
        n => format!("{n} threads"),
    };
    let mut report =
        Report::note(Code::Interrupted, format!("{count}, after {}", since(runtime.started)));
    let until = Instant::now() + PATIENCE;
    for strand in threads.iter().take(MOST_THREADS) {
        report = report.with(part(runtime, strand, asked, until));
    }
    if threads.len() > MOST_THREADS {
        report = report.help(format!("{} more threads are there", threads.len() - MOST_THREADS));
    }
    for line in objects(runtime) {
        report = report.help(line);
    }
    report
}

/// What one thread is doing.
fn part(runtime: &Arc<Runtime>, strand: &Arc<Strand>, asked: u64, until: Instant) -> Report {
    let note = |text: String| Report::note(Code::Interrupted, text);
    loop {
        if let Some(waiter) = strand.waiter() {
            let shown = Shown::of(runtime, &[]);
            let sentence = format!("{}, for {}", shown.sentence(&waiter), since(waiter.since));
            let report = shown.places(note(sentence), &waiter);
            return with_calls(runtime, report, &waiter.calls);
        }
        if let Some(calls) = strand.told_calls(asked) {
            let shown = Shown::of(runtime, &[]);
            let mut report = note(format!("{} {}runs", described(strand), shown.held_by(strand)));
            if let Some(here) = runtime.program.place_of_site(calls.innermost()) {
                report = report.label(here, format!("{} is here", strand.name));
            }
            return with_calls(runtime, shown.held_places(report, strand), &calls);
        }
        if Instant::now() >= until || strand.ended().is_some() {
            return note(format!("{} runs", described(strand)));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Adds the calls that led to where a thread is.
fn with_calls(runtime: &Runtime, mut report: Report, calls: &Calls) -> Report {
    let trace = runtime.program.trace_of(calls);
    for call in trace.windows(2) {
        let (inner, outer) = (&call[0], &call[1]);
        if !report.labels.iter().any(|label| label.place == outer.place) {
            report =
                report.label(outer.place.clone(), format!("in {}, called here", inner.function));
        }
    }
    match calls.left_out() {
        0 => report,
        more => report.help(format!("{more} more calls are left out")),
    }
}

/// `0.3 s`
fn since(moment: Instant) -> String {
    format!("{:.1} s", moment.elapsed().as_secs_f64())
}

/// A line for each queue that is not empty or waited for, and for each pool that has something to do.
fn objects(runtime: &Runtime) -> Vec<String> {
    let mut lines = Vec::new();
    // Who holds a state now is not waited for: that line is left out.
    runtime.census.visit(|object| lines.extend(line(object).map(|line| (object.label.id, line))));
    lines.sort();
    let left_out = lines.len().saturating_sub(MOST_OBJECTS);
    let mut lines: Vec<String> =
        lines.into_iter().take(MOST_OBJECTS).map(|(_, line)| line).collect();
    if left_out > 0 {
        lines.push(format!("{left_out} more queues and pools are there"));
    }
    lines
}

fn line(object: &Object) -> Option<String> {
    if object.kind.is_queue() {
        let (len, capacity, closed) = object
            .body
            .downcast_ref::<Shell<Queue>>()?
            .try_look(|queue| (queue.len(), queue.capacity(), queue.is_closed()))?;
        let waiting = shell_of(object).and_then(|shell| shell.try_waiting())?;
        if len == 0 && waiting == 0 {
            return None;
        }
        let room = capacity.map_or_else(String::new, |capacity| format!(" of {capacity}"));
        let closed = if closed { ", closed" } else { "" };
        return Some(format!("{object}: {len}{room} items{closed}, {waiting} waiting"));
    }
    let pool = &object.body.downcast_ref::<PoolHandle>()?.pool;
    let (queued, workers, free) =
        pool.state.try_look(|state: &Pool| (state.queued.len(), state.workers, state.free))?;
    (workers > 0 || queued > 0)
        .then(|| format!("{object}: {queued} tasks queued, {workers} workers, {free} of them idle"))
}
