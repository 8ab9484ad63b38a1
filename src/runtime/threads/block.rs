//! The one place where threads wait.
//!
//! To wake a thread that sleeps takes tens of microseconds, most of it until an idle core runs again, and most waits
//! for a thread that runs are over before. So who waits looks a few times, then gives the processor away in
//! between, and sleeps only after about as long as it would take to be woken. More would be worse where more
//! threads can run than there are cores; there, giving the processor away once ends the looking.

use super::runtime::Runtime;
use super::waiter::{Outcome, WaitKind, Waiter};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a thread waits after each look, before it gives the processor away in between.
const SPINS: [u32; 10] = [1, 2, 4, 8, 8, 8, 8, 8, 8, 8];
/// The same where several want one thing: the more rarely they look, the less they hold up who has it.
const SPINS_OF_MANY: [u32; 2] = [32, 64];
/// How long it goes on looking after that.
const BRIEFLY: Duration = Duration::from_micros(40);

/// Waits until the waiter is done, or the deadline has come, or the thread is to raise an error.
///
/// The waiter stands in the lines of what it waits for. If the outcome is not that an action happened, it stands
/// there still, and the caller takes it out.
pub fn block(runtime: &Arc<Runtime>, waiter: &Arc<Waiter>, deadline: Option<Instant>) -> Outcome {
    let outcome = wait(runtime, waiter, deadline);
    if runtime.config.stats {
        waiter.strand.note_waited(waiter);
    }
    outcome
}

fn wait(runtime: &Arc<Runtime>, waiter: &Arc<Waiter>, deadline: Option<Instant>) -> Outcome {
    let strand = &waiter.strand;
    if let Some(outcome) = strand.begin_wait(runtime, waiter) {
        return outcome;
    }
    let soon = |deadline: Instant| deadline <= waiter.since;
    if waiter.kind == WaitKind::Objects && !deadline.is_some_and(soon) {
        briefly(|| waiter.is_done().then_some(()));
    }
    let unlimited = deadline.is_none() && waiter.kind != WaitKind::Input;
    let registered = unlimited && !waiter.is_claimed() && runtime.waits.enter(runtime, waiter);
    loop {
        if waiter.is_done() {
            break;
        }
        match deadline {
            None => std::thread::park(),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    if waiter.claim(runtime) {
                        strand.end_wait();
                        return Outcome::TimedOut;
                    }
                    // Another outcome is on its way.
                    std::thread::yield_now();
                    continue;
                }
                // The system's clock may be a little ahead of ours.
                std::thread::park_timeout(left.min(Duration::from_secs(3600)));
            }
        }
    }
    strand.end_wait();
    if registered {
        runtime.waits.leave(waiter);
    }
    waiter.take_outcome().unwrap_or(Outcome::Killed)
}

/// Looks for a little while, until there is something.
pub fn briefly<R>(look: impl FnMut() -> Option<R>) -> Option<R> {
    look_after(&SPINS, look)
}

/// The same, where several may want one thing. `wanting` counts those who look for it: a hint, which orders nothing.
pub fn briefly_among<R>(wanting: &AtomicUsize, look: impl FnMut() -> Option<R>) -> Option<R> {
    let others = wanting.fetch_add(1, Ordering::Relaxed);
    let found = look_after(if others == 0 { &SPINS } else { &SPINS_OF_MANY }, look);
    wanting.fetch_sub(1, Ordering::Relaxed);
    found
}

fn look_after<R>(spins: &[u32], mut look: impl FnMut() -> Option<R>) -> Option<R> {
    for spins in spins {
        if let Some(found) = look() {
            return Some(found);
        }
        for _ in 0..*spins {
            std::hint::spin_loop();
        }
    }
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if begun.elapsed() >= BRIEFLY {
            return None;
        }
        std::thread::yield_now();
    }
}
