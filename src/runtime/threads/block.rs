//! The one place where threads wait.

use super::runtime::Runtime;
use super::waiter::{Outcome, WaitKind, Waiter};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a thread that waits looks whether it can go on before it gives the processor away.
const SPINS: u32 = 100;
/// How often it gives the processor away before it sleeps.
const YIELDS: u32 = 40;

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
        look_briefly(waiter);
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

/// Waking a thread that sleeps takes far longer than most waits for another that runs.
fn look_briefly(waiter: &Waiter) {
    for _ in 0..SPINS {
        if waiter.is_done() {
            return;
        }
        std::hint::spin_loop();
    }
    for _ in 0..YIELDS {
        if waiter.is_done() {
            return;
        }
        std::thread::yield_now();
    }
}
