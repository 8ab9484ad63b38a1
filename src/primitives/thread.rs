//! The end of a thread or a task: what it gave, or the error that ended it. All who join wait for that.

use super::{Action, Line, Misuse, Primitive, Reply, ThreadId};
use crate::values::Published;

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
