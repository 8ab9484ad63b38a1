//! `Condition`: threads enrol with it while they hold its lock, and are drawn by a notification.
//!
//! A `wait` is: enrol (holding the lock), release the lock, wait for the ticket to be drawn, take the lock
//! again. Who notifies holds the lock too, so a notification that comes after the enrolment finds the ticket:
//! none is lost. A ticket is
//!
//! | state | by |
//! |---|---|
//! | enrolled | `Enrol` |
//! | drawn | `Notify`, the longest enrolled first |
//! | gone | `Await` once drawn, or giving up while enrolled, as soon as its owner is told to stop |
//!
//! Who gives up when its ticket was drawn already has been notified: a notification is never lost on one who
//! stops waiting, and the ticket stays drawn until [`Condition::leave`] tells so.
//!
//! The lock itself, and whether it is held, is the runtime's to check.

use super::{Action, Line, Misuse, Primitive, Reply, ThreadId};
use std::collections::VecDeque;

/// A condition.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    next: u64,
    enrolled: VecDeque<u64>,
    drawn: Vec<u64>,
    /// Whether there was a notification while nobody waited: it is lost.
    pub unheard: bool,
}

impl Condition {
    /// How many threads wait and are not yet drawn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.enrolled.len()
    }

    /// The tickets that were drawn, and whose owners have not gone on yet.
    #[must_use]
    pub fn drawn(&self) -> Vec<u64> {
        self.drawn.clone()
    }
}

impl Condition {
    /// The ticket's owner waits no more; whether it was notified.
    pub fn leave(&mut self, ticket: u64) -> bool {
        let notified = self.drawn.contains(&ticket);
        self.enrolled.retain(|enrolled| *enrolled != ticket);
        self.drawn.retain(|drawn| *drawn != ticket);
        notified
    }
}

impl Primitive for Condition {
    fn ready(&self, _: ThreadId, action: &Action) -> bool {
        match action {
            Action::Await { ticket } => self.drawn.contains(ticket),
            _ => true,
        }
    }

    fn act(&mut self, _: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match action {
            Action::Enrol => {
                self.next += 1;
                self.enrolled.push_back(self.next);
                Ok(Reply::Ticket(self.next))
            }
            Action::Await { ticket } => {
                self.drawn.retain(|drawn| *drawn != ticket);
                Ok(Reply::Bool(true))
            }
            Action::Notify { count: Some(count) } if count < 1 => Err(Misuse::BadCount(count)),
            Action::Notify { count } => {
                let most =
                    count.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
                let woken = most.min(self.enrolled.len());
                self.unheard |= woken == 0;
                self.drawn.extend(self.enrolled.drain(..woken));
                Ok(Reply::Int(woken as i64))
            }
            _ => Err(Misuse::NoSuchAction),
        }
    }

    fn give_up(&mut self, _: ThreadId, action: &Action) {
        if let Action::Await { ticket } = action {
            self.enrolled.retain(|enrolled| enrolled != ticket);
        }
    }

    fn counts_on_waiters(&self) -> bool {
        true
    }

    fn may_serve(&self) -> bool {
        !self.drawn.is_empty()
    }

    fn line(&self, _: &Action) -> Line {
        Line::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enrol(c: &mut Condition) -> Action {
        match c.act(1, Action::Enrol) {
            Ok(Reply::Ticket(ticket)) => Action::Await { ticket },
            other => panic!("{other:?}"),
        }
    }

    fn notify(c: &mut Condition, count: Option<i64>) -> i64 {
        match c.act(9, Action::Notify { count }) {
            Ok(Reply::Int(woken)) => woken,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_longest_enrolled_is_drawn_first() {
        let mut c = Condition::default();
        let (a, b, d) = (enrol(&mut c), enrol(&mut c), enrol(&mut c));
        assert_eq!(notify(&mut c, Some(1)), 1);
        assert!(c.ready(1, &a) && !c.ready(1, &b));
        assert_eq!(notify(&mut c, None), 2);
        assert!(c.ready(1, &b) && c.ready(1, &d));
        assert_eq!(notify(&mut c, Some(3)), 0);
        c.act(1, a.clone()).unwrap();
        assert!(!c.ready(1, &a));
    }

    #[test]
    fn who_gives_up_takes_no_notification() {
        let mut c = Condition::default();
        let (a, b) = (enrol(&mut c), enrol(&mut c));
        c.give_up(1, &a);
        assert_eq!(c.waiting(), 1);
        assert_eq!(notify(&mut c, Some(1)), 1);
        assert!(c.ready(2, &b));
        // Notified before it gave up.
        c.give_up(2, &b);
        assert!(c.leave(2) && !c.leave(2));
        assert_eq!(c.act(1, Action::Notify { count: Some(0) }).unwrap_err(), Misuse::BadCount(0));
    }
}
