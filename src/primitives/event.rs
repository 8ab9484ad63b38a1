//! `Event`: a flag that threads wait for.
//!
//! A waiter remembers how many times the event had been set when it came; it may go on while the event is
//! set, and also once it has been set again since: `set` then `clear` lets go all who were waiting.

use super::{Action, Line, Look, Misuse, Primitive, Reply, ThreadId};

/// An event.
#[derive(Clone, Debug, Default)]
pub struct Event {
    set: bool,
    /// How many times it was set.
    sets: u64,
}

impl Primitive for Event {
    fn ready(&self, _: ThreadId, action: &Action) -> bool {
        match action {
            Action::Wait { since } => self.set || *since < self.sets,
            _ => true,
        }
    }

    fn act(&mut self, _: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match action {
            Action::Wait { .. } => Ok(Reply::Bool(true)),
            Action::Set => {
                self.set = true;
                self.sets += 1;
                Ok(Reply::Done)
            }
            Action::Clear => {
                self.set = false;
                Ok(Reply::Done)
            }
            Action::Look(Look::IsSet) => Ok(Reply::Bool(self.set)),
            _ => Err(Misuse::NoSuchAction),
        }
    }

    fn wait(&mut self, _: ThreadId, action: &mut Action) {
        if let Action::Wait { since } = action {
            *since = self.sets;
        }
    }

    fn line(&self, _: &Action) -> Line {
        Line::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A wait that has not begun: it looks at the flag alone.
    const WAIT: Action = Action::Wait { since: u64::MAX };

    #[test]
    fn set_then_clear_lets_the_waiting_go() {
        let mut e = Event::default();
        assert!(!e.ready(1, &WAIT));
        let mut waiting = WAIT;
        e.wait(1, &mut waiting);
        assert!(!e.ready(1, &waiting));
        e.act(2, Action::Set).unwrap();
        assert!(e.ready(3, &WAIT));
        e.act(2, Action::Clear).unwrap();
        assert!(e.ready(1, &waiting) && !e.ready(3, &WAIT));
    }
}
