//! When an exploration is to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A moment that all who explore together look at. It may come nearer, and never goes away.
pub struct Stop {
    begun: Instant,
    /// How long to go on once something was found.
    after_finding: Duration,
    /// The moment, in nanoseconds since `begun`.
    moment: AtomicU64,
    /// Whether somebody wants it to stop at once.
    interrupted: Arc<AtomicBool>,
}

impl Stop {
    /// So long from now; sooner, if something is found.
    #[must_use]
    pub fn after(time: Duration, after_finding: Duration, interrupted: &Arc<AtomicBool>) -> Stop {
        let moment = AtomicU64::new(nanoseconds(time));
        let interrupted = Arc::clone(interrupted);
        Stop { begun: Instant::now(), after_finding, moment, interrupted }
    }

    /// Something was found.
    pub fn found(&self) {
        self.come_to(self.begun.elapsed().saturating_add(self.after_finding));
    }

    /// There is nothing to go on for.
    pub fn now(&self) {
        self.come_to(Duration::ZERO);
    }

    /// Whether the moment has come.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
            || nanoseconds(self.begun.elapsed()) >= self.moment.load(Ordering::Relaxed)
    }

    fn come_to(&self, time: Duration) {
        self.moment.fetch_min(nanoseconds(time), Ordering::Relaxed);
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
