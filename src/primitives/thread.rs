//! The end of a thread or a task: what it gave, or the error that ended it. All who join wait for that.

use super::{Action, Line, Misuse, Primitive, Reply, ThreadId};
use crate::values::{Published, View};

/// How a thread ended.
#[derive(Clone, Debug)]
pub enum Ended {
    /// With its result.
    Value(Published),
    /// With an error.
    Failed(Published),
    /// Because it was cancelled: with that error.
    Cancelled(Published),
}

impl Ended {
    /// The error that a join raises.
    #[must_use]
    pub fn error(&self) -> Option<&Published> {
        match self {
            Ended::Value(_) => None,
            Ended::Failed(error) | Ended::Cancelled(error) => Some(error),
        }
    }

    /// The error, if the end is a failure: then it is told where nobody receives it. To be cancelled is none, unless that
    /// displaced another error, which would be lost.
    #[must_use]
    pub fn failure(&self) -> Option<&Published> {
        let displaced = |error: &Published| matches!(error.get().view(), View::Error(error) if error.came_with_failure());
        match self {
            Ended::Cancelled(error) if !displaced(error) => None,
            _ => self.error(),
        }
    }
}

/// A thread, as far as those who join it see it.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    /// How it ended, once it has.
    pub ended: Option<Ended>,
}

impl Primitive for Thread {
    fn ready(&self, _: ThreadId, action: &Action) -> bool {
        !matches!(action, Action::Join) || self.ended.is_some()
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
    use crate::values::Value;

    #[test]
    fn a_join_is_ready_once_it_has_ended() {
        let mut thread = Thread::default();
        assert!(!thread.ready(2, &Action::Join));
        thread.ended = Some(Ended::Value(Published::new(Value::NIL)));
        assert!(thread.ready(2, &Action::Join) && thread.act(2, Action::Join).is_ok());
        assert_eq!(thread.act(2, Action::Recv).unwrap_err(), Misuse::NoSuchAction);
    }
}
