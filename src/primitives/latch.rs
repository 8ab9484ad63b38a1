//! `Latch`: a count that goes down to 0 once, and lets all go then.

use super::{Action, Line, Look, Misuse, Primitive, Reply, ThreadId};

/// A latch.
#[derive(Clone, Copy, Debug)]
pub struct Latch {
    /// How many are to come; not negative.
    pub count: i64,
}

impl Primitive for Latch {
    fn ready(&self, _: ThreadId, action: &Action) -> bool {
        match action {
            Action::Wait { .. } => self.count == 0,
            _ => true,
        }
    }

    fn act(&mut self, _: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match action {
            Action::Wait { .. } => Ok(Reply::Bool(true)),
            Action::CountDown(by) if by < 1 => Err(Misuse::BadCount(by)),
            Action::CountDown(by) => {
                self.count = self.count.saturating_sub(by).max(0);
                Ok(Reply::Done)
            }
            Action::Look(Look::Count) => Ok(Reply::Int(self.count)),
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

    #[test]
    fn it_stops_at_0() {
        let mut l = Latch { count: 3 };
        l.act(1, Action::CountDown(2)).unwrap();
        assert!(!l.ready(1, &Action::Wait { since: 0 }));
        l.act(1, Action::CountDown(5)).unwrap();
        assert!(l.ready(1, &Action::Wait { since: 0 }) && l.count == 0);
        assert_eq!(l.act(1, Action::CountDown(0)).unwrap_err(), Misuse::BadCount(0));
    }
}
