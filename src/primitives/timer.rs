//! A timer: pending, then fired or cancelled.
//!
//! | state | `cancel` | `join` |
//! |---|---|---|
//! | pending | true, and it is cancelled | waits |
//! | fired, running | false (a repeating one stops after this run) | waits |
//! | fired, ended | false | its value, its error |
//! | cancelled | false | nil |

use super::{Action, Ended, Line, Misuse, Primitive, Reply, ThreadId};

/// A timer, as far as those who join it see it.
#[derive(Clone, Debug, Default)]
pub struct Timer {
    /// Whether it has fired.
    pub fired: bool,
    /// Whether a run of it is under way.
    pub running: bool,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// How its run ended; of a repeating one, the run that failed.
    pub ended: Option<Ended>,
}

impl Timer {
    /// What `t.state()` gives.
    #[must_use]
    pub fn state(&self) -> &'static str {
        if self.cancelled {
            "cancelled"
        } else if self.fired {
            "fired"
        } else {
            "pending"
        }
    }
}

impl Primitive for Timer {
    fn ready(&self, _: ThreadId, action: &Action) -> bool {
        !matches!(action, Action::Join) || self.ended.is_some() || self.cancelled
    }

    fn act(&mut self, _: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match action {
            Action::Join => Ok(Reply::Done),
            _ => Err(Misuse::NoSuchAction),
        }
    }

    fn line(&self, _: &Action) -> Line {
        Line::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Published, Value};

    #[test]
    fn a_join_waits_for_the_run_or_the_cancel() {
        let mut timer = Timer::default();
        assert_eq!((timer.state(), timer.ready(1, &Action::Join)), ("pending", false));
        timer.fired = true;
        timer.running = true;
        assert_eq!((timer.state(), timer.ready(1, &Action::Join)), ("fired", false));
        timer.ended = Some(Ended::Value(Published::new(Value::NIL)));
        assert!(timer.ready(1, &Action::Join));
        let cancelled = Timer { cancelled: true, ..Timer::default() };
        assert_eq!((cancelled.state(), cancelled.ready(1, &Action::Join)), ("cancelled", true));
    }
}
