//! `RwLock`: many readers or one writer.
//!
//! | state | a reader | a writer |
//! |---|---|---|
//! | free, no writer waits | goes in | goes in |
//! | readers inside, no writer waits | goes in | waits |
//! | readers inside, a writer waits | waits | waits |
//! | a writer inside | waits | waits |
//! | a writer has left, readers were waiting | those go in before any writer | waits for them |
//!
//! So a waiting writer goes before later readers, and the readers waiting when it is done go before the next
//! writer: neither starves. Taking either side while holding one is a mistake.

use super::{Action, Look, Misuse, Primitive, Reply, ThreadId};

/// A readers–writer lock.
#[derive(Clone, Debug, Default)]
pub struct RwLock {
    /// Who is inside, reading.
    readers: Vec<ThreadId>,
    /// Who is inside, writing.
    writer: Option<ThreadId>,
    /// Who waits, in order, and whether to write.
    waiting: Vec<(ThreadId, bool)>,
    /// Of the readers who wait, those who were waiting when the last writer left: it is their turn.
    turn: Vec<ThreadId>,
}

impl RwLock {
    /// Whether `who` is inside.
    #[must_use]
    pub fn is_held_by(&self, who: ThreadId) -> bool {
        self.holds(who)
    }

    /// Who is inside.
    #[must_use]
    pub fn inside(&self) -> Vec<ThreadId> {
        self.writer.into_iter().chain(self.readers.iter().copied()).collect()
    }

    /// Whether `who` is inside, to write or to read.
    pub fn holds_side(&self, who: ThreadId, write: bool) -> bool {
        if write { self.writer == Some(who) } else { self.readers.contains(&who) }
    }

    fn holds(&self, who: ThreadId) -> bool {
        self.writer == Some(who) || self.readers.contains(&who)
    }

    /// The first writer who waits before `who`; before a newcomer, all who wait are.
    fn writer_before(&self, who: ThreadId) -> Option<ThreadId> {
        let mut before = self.waiting.iter().take_while(|(other, _)| *other != who);
        before.find(|(_, writes)| *writes).map(|(writer, _)| *writer)
    }

    fn free_for_reader(&self, who: ThreadId) -> bool {
        self.writer.is_none() && (self.turn.contains(&who) || self.writer_before(who).is_none())
    }

    fn free_for_writer(&self, who: ThreadId) -> bool {
        let inside = self.writer.is_some() || !self.readers.is_empty();
        !inside && self.turn.is_empty() && self.writer_before(who).is_none()
    }

    fn forget(&mut self, who: ThreadId) {
        self.waiting.retain(|(other, _)| *other != who);
        self.turn.retain(|reader| *reader != who);
    }
}

impl Primitive for RwLock {
    fn ready(&self, who: ThreadId, action: &Action) -> bool {
        match action {
            Action::AcquireSide { .. } if self.holds(who) => true,
            Action::AcquireSide { write: false } => self.free_for_reader(who),
            Action::AcquireSide { write: true } => self.free_for_writer(who),
            _ => true,
        }
    }

    fn act(&mut self, who: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match action {
            Action::AcquireSide { .. } if self.holds(who) => Err(Misuse::HeldAlready),
            Action::AcquireSide { write } => {
                self.forget(who);
                if write {
                    self.writer = Some(who);
                } else {
                    self.readers.push(who);
                }
                Ok(Reply::Bool(true))
            }
            Action::ReleaseSide { write: true } => match self.writer {
                Some(writer) if writer == who => {
                    self.writer = None;
                    let readers = self.waiting.iter().filter(|(_, writes)| !writes);
                    self.turn = readers.map(|(reader, _)| *reader).collect();
                    Ok(Reply::Bool(true))
                }
                Some(owner) => Err(Misuse::NotOwner { owner }),
                None => Err(Misuse::NotLocked),
            },
            Action::ReleaseSide { write: false } => {
                match self.readers.iter().position(|reader| *reader == who) {
                    Some(at) => {
                        self.readers.swap_remove(at);
                        Ok(Reply::Bool(true))
                    }
                    None => match self.readers.first() {
                        Some(owner) => Err(Misuse::NotOwner { owner: *owner }),
                        None => Err(Misuse::NotLocked),
                    },
                }
            }
            Action::Look(Look::Locked) => {
                Ok(Reply::Bool(self.writer.is_some() || !self.readers.is_empty()))
            }
            _ => Err(Misuse::NoSuchAction),
        }
    }

    fn wait(&mut self, who: ThreadId, action: &mut Action) {
        if let Action::AcquireSide { write } = action {
            self.waiting.push((who, *write));
        }
    }

    fn give_up(&mut self, who: ThreadId, _: &Action) {
        self.forget(who);
    }

    fn holders(&self, who: ThreadId, action: &Action) -> Vec<ThreadId> {
        let mut holders: Vec<ThreadId> = self.writer.into_iter().collect();
        match action {
            Action::AcquireSide { write: true } => holders.extend(&self.readers),
            // A reader waits for the writers before it, who wait for the readers inside.
            Action::AcquireSide { write: false }
                if !self.turn.contains(&who) && self.writer.is_none() =>
            {
                holders.extend(self.writer_before(who));
            }
            Action::AcquireSide { .. } => {}
            _ => return Vec::new(),
        }
        holders.retain(|holder| *holder != who);
        holders
    }

    /// Who may go in is told by the turns, not by the order alone.
    fn line(&self, _: &Action) -> super::Line {
        super::Line::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Action = Action::AcquireSide { write: false };
    const WRITE: Action = Action::AcquireSide { write: true };
    const END_READ: Action = Action::ReleaseSide { write: false };
    const END_WRITE: Action = Action::ReleaseSide { write: true };

    #[test]
    fn readers_share_and_writers_do_not() {
        let mut rw = RwLock::default();
        rw.act(1, READ).unwrap();
        assert!(rw.ready(2, &READ) && !rw.ready(3, &WRITE));
        rw.act(2, READ).unwrap();
        rw.wait(3, &mut WRITE.clone());
        // The waiting writer goes before later readers.
        assert!(!rw.ready(4, &READ));
        assert_eq!(rw.holders(3, &WRITE), [1, 2]);
        assert_eq!(rw.holders(4, &READ), [3]);
        rw.act(1, END_READ).unwrap();
        assert!(!rw.ready(3, &WRITE));
        rw.act(2, END_READ).unwrap();
        rw.act(3, WRITE).unwrap();
        assert!(!rw.ready(4, &READ) && !rw.ready(5, &WRITE));
    }

    #[test]
    fn waiting_readers_go_before_the_next_writer() {
        let mut rw = RwLock::default();
        rw.act(1, WRITE).unwrap();
        rw.wait(2, &mut WRITE.clone());
        rw.wait(3, &mut READ.clone());
        rw.act(1, END_WRITE).unwrap();
        rw.wait(4, &mut READ.clone());
        assert!(rw.ready(3, &READ) && !rw.ready(2, &WRITE) && !rw.ready(4, &READ));
        rw.act(3, READ).unwrap();
        assert!(!rw.ready(2, &WRITE));
        rw.act(3, END_READ).unwrap();
        assert!(rw.ready(2, &WRITE) && !rw.ready(4, &READ));
    }

    #[test]
    fn who_came_before_a_writer_does_not_wait_for_it() {
        let mut rw = RwLock::default();
        rw.act(1, READ).unwrap();
        rw.wait(2, &mut WRITE.clone());
        rw.wait(3, &mut READ.clone());
        rw.wait(4, &mut WRITE.clone());
        rw.give_up(2, &WRITE);
        assert!(rw.ready(3, &READ) && !rw.ready(5, &READ));
        rw.act(3, READ).unwrap();
        assert_eq!(rw.holders(4, &WRITE), [1, 3]);
    }

    #[test]
    fn giving_up_lets_the_others_go() {
        let mut rw = RwLock::default();
        rw.act(1, READ).unwrap();
        rw.wait(2, &mut WRITE.clone());
        assert!(!rw.ready(3, &READ));
        rw.give_up(2, &WRITE);
        assert!(rw.ready(3, &READ));
    }

    #[test]
    fn mistakes() {
        let mut rw = RwLock::default();
        assert_eq!(rw.act(1, END_READ).unwrap_err(), Misuse::NotLocked);
        rw.act(1, READ).unwrap();
        assert!(rw.ready(1, &WRITE));
        assert_eq!(rw.act(1, WRITE).unwrap_err(), Misuse::HeldAlready);
        assert_eq!(rw.act(2, END_READ).unwrap_err(), Misuse::NotOwner { owner: 1 });
        assert_eq!(rw.act(2, END_WRITE).unwrap_err(), Misuse::NotLocked);
    }
}
