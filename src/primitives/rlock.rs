//! `RLock`: held by one thread at a time, which may take it again.
//!
//! | state | may be taken | may be released |
//! |---|---|---|
//! | free | by anyone | by nobody: `NotLocked` |
//! | held by T, d deep | by T, to d + 1; others wait | by T only, to d − 1; else `NotOwner` |
//!
//! Packed into a word, it is what the runtime's fast path changes by compare-and-swap: see [`RLock::pack`].

use super::{Action, Hold, Look, Misuse, Primitive, Reply, ThreadId};

/// A reentrant lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct RLock {
    /// Who holds it, and how deep, at least 1.
    pub held: Option<(ThreadId, u64)>,
}

/// In a packed lock: where the depth stands. The owner stands below, so thread numbers go up to 2⁴⁰.
const DEPTH: u32 = 40;
/// The deepest that a packed lock can tell.
const DEEPEST: u64 = (1 << 21) - 1;

impl RLock {
    /// The word of a lock that `who` holds, once.
    #[inline(always)]
    #[must_use]
    pub fn held_by(who: ThreadId) -> u64 {
        who | 1 << DEPTH
    }

    /// As a word below 2⁶²: 0 if it is free.
    #[must_use]
    pub fn pack(self) -> u64 {
        self.held.map_or(0, |(owner, depth)| owner | depth << DEPTH)
    }

    /// From a word.
    #[must_use]
    pub fn unpack(word: u64) -> RLock {
        let held = (word != 0).then_some((word & ((1 << DEPTH) - 1), word >> DEPTH));
        RLock { held }
    }
}

impl Primitive for RLock {
    fn ready(&self, who: ThreadId, action: &Action) -> bool {
        match (action, self.held) {
            (Action::Acquire { .. }, Some((owner, _))) => owner == who,
            (Action::Restore { .. }, Some(_)) => false,
            _ => true,
        }
    }

    fn act(&mut self, who: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match (action, self.held) {
            (Action::Acquire { .. }, None) => {
                self.held = Some((who, 1));
                Ok(Reply::Bool(true))
            }
            (Action::Acquire { .. }, Some((owner, depth))) => {
                if depth == DEEPEST {
                    return Err(Misuse::TooDeep);
                }
                self.held = Some((owner, depth + 1));
                Ok(Reply::Bool(true))
            }
            (Action::Restore { depth, .. }, None) => {
                self.held = Some((who, depth.unsigned_abs()));
                Ok(Reply::Bool(true))
            }
            (Action::Release { .. } | Action::ReleaseWhole, None) => Err(Misuse::NotLocked),
            (Action::Release { .. }, Some((owner, _))) if owner != who => {
                Err(Misuse::NotOwner { owner })
            }
            (Action::Release { .. }, Some((owner, depth))) => {
                self.held = (depth > 1).then_some((owner, depth - 1));
                Ok(Reply::Bool(true))
            }
            (Action::ReleaseWhole, Some((owner, depth))) => {
                if owner != who {
                    return Err(Misuse::LockNotHeld);
                }
                self.held = None;
                Ok(Reply::Held { depth: depth as i64, hold: Hold::Hand })
            }
            (Action::Look(Look::Locked), held) => Ok(Reply::Bool(held.is_some())),
            (Action::Look(Look::Owner), held) => Ok(Reply::Thread(held.map(|(owner, _)| owner))),
            (Action::Look(Look::Depth), held) => {
                Ok(Reply::Int(held.map_or(0, |(_, depth)| depth as i64)))
            }
            _ => Err(Misuse::NoSuchAction),
        }
    }

    fn holders(&self, _: ThreadId, action: &Action) -> Vec<ThreadId> {
        match (action, self.held) {
            (Action::Acquire { .. } | Action::Restore { .. }, Some((owner, _))) => vec![owner],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKE: Action = Action::Acquire { count: 1, hold: Hold::Hand, limited: false };
    const GIVE: Action = Action::Release { count: 1, hold: Hold::Hand };

    #[test]
    fn its_owner_takes_it_again() {
        let mut lock = RLock::default();
        lock.act(1, TAKE).unwrap();
        assert!(lock.ready(1, &TAKE) && !lock.ready(2, &TAKE));
        lock.act(1, TAKE).unwrap();
        assert_eq!(lock.act(2, GIVE).unwrap_err(), Misuse::NotOwner { owner: 1 });
        lock.act(1, GIVE).unwrap();
        assert!(!lock.ready(2, &TAKE));
        lock.act(1, GIVE).unwrap();
        assert!(lock.ready(2, &TAKE));
        assert_eq!(lock.act(1, GIVE).unwrap_err(), Misuse::NotLocked);
    }

    #[test]
    fn a_wait_releases_it_whole() {
        let mut lock = RLock { held: Some((1, 3)) };
        let Ok(Reply::Held { depth, hold }) = lock.act(1, Action::ReleaseWhole) else { panic!() };
        assert!(lock.ready(2, &TAKE));
        lock.act(1, Action::Restore { depth, hold }).unwrap();
        assert_eq!(lock.held, Some((1, 3)));
        assert_eq!(lock.act(2, Action::ReleaseWhole).unwrap_err(), Misuse::LockNotHeld);
    }

    #[test]
    fn packing_keeps_all() {
        for held in [None, Some((1, 1)), Some(((1 << 40) - 1, DEEPEST))] {
            assert_eq!(RLock::unpack(RLock { held }.pack()), RLock { held });
        }
        assert_eq!(RLock::unpack(RLock::held_by(5)).held, Some((5, 1)));
        let mut deep = RLock { held: Some((1, DEEPEST)) };
        assert_eq!(deep.act(1, TAKE).unwrap_err(), Misuse::TooDeep);
    }
}
