//! `Lock`: held by one thread at a time, not reentrant.
//!
//! | state | may be taken | may be released |
//! |---|---|---|
//! | free | by anyone | by nobody: `NotLocked` |
//! | held by a block of T | T: `HeldAlready`; others wait | by the block only; else `HeldByBlock` |
//! | held by hand of T | all wait, T too | by anyone |
//!
//! Packed into a word, it is what the runtime's fast path changes by compare-and-swap: see [`Lock::pack`].

use super::{Action, Hold, Look, Misuse, Primitive, Reply, ThreadId};

/// A lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Lock {
    /// Who holds it, and how.
    pub held: Option<(ThreadId, bool)>,
}

/// In a packed lock: a `lock` block holds it.
const BY_BLOCK: u64 = 1 << 61;

impl Lock {
    /// The word of a free lock.
    pub const FREE: u64 = 0;

    /// The word of a lock that `who` holds.
    #[inline(always)]
    #[must_use]
    pub fn held_by(who: ThreadId, hold: Hold) -> u64 {
        match hold {
            Hold::Block => who | BY_BLOCK,
            Hold::Hand => who,
        }
    }

    /// As a word below 2⁶²: 0 if it is free.
    #[must_use]
    pub fn pack(self) -> u64 {
        match self.held {
            None => Lock::FREE,
            Some((owner, true)) => owner | BY_BLOCK,
            Some((owner, false)) => owner,
        }
    }

    /// From a word.
    #[must_use]
    pub fn unpack(word: u64) -> Lock {
        let held = (word != 0).then_some((word & !BY_BLOCK, word & BY_BLOCK != 0));
        Lock { held }
    }
}

impl Primitive for Lock {
    fn ready(&self, who: ThreadId, action: &Action) -> bool {
        match (action, self.held) {
            (Action::Acquire { .. } | Action::Restore { .. }, None) => true,
            // Told at once, unless a time limit will end the wait.
            (Action::Acquire { limited, .. }, Some((owner, by_block))) => {
                owner == who && by_block && !limited
            }
            (Action::Restore { .. }, Some(_)) => false,
            _ => true,
        }
    }

    fn act(&mut self, who: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match (action, self.held) {
            (Action::Acquire { hold, .. } | Action::Restore { hold, .. }, None) => {
                self.held = Some((who, hold == Hold::Block));
                Ok(Reply::Bool(true))
            }
            (Action::Acquire { .. }, Some(_)) => Err(Misuse::HeldAlready),
            (Action::Release { .. } | Action::ReleaseWhole, None) => Err(Misuse::NotLocked),
            (Action::Release { hold: Hold::Hand, .. }, Some((owner, true))) => {
                Err(Misuse::HeldByBlock { owner })
            }
            (Action::Release { hold: Hold::Block, .. }, Some((owner, by_block)))
                if owner != who || !by_block =>
            {
                Err(Misuse::NotOwner { owner })
            }
            (Action::Release { .. }, Some(_)) => {
                self.held = None;
                Ok(Reply::Bool(true))
            }
            (Action::ReleaseWhole, Some((owner, by_block))) => {
                if owner != who {
                    return Err(Misuse::LockNotHeld);
                }
                self.held = None;
                let hold = if by_block { Hold::Block } else { Hold::Hand };
                Ok(Reply::Held { depth: 1, hold })
            }
            (Action::Look(Look::Locked), held) => Ok(Reply::Bool(held.is_some())),
            (Action::Look(Look::Owner), held) => Ok(Reply::Thread(held.map(|(owner, _)| owner))),
            _ => Err(Misuse::NoSuchAction),
        }
    }

    fn holders(&self, _: ThreadId, action: &Action) -> Vec<ThreadId> {
        match (action, self.held) {
            // One taken by hand may be released by any thread.
            (Action::Acquire { .. } | Action::Restore { .. }, Some((owner, true))) => vec![owner],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKE: Action = Action::Acquire { count: 1, hold: Hold::Hand, limited: false };
    const TAKE_BLOCK: Action = Action::Acquire { count: 1, hold: Hold::Block, limited: false };
    const GIVE: Action = Action::Release { count: 1, hold: Hold::Hand };
    const GIVE_BLOCK: Action = Action::Release { count: 1, hold: Hold::Block };

    #[test]
    fn one_at_a_time() {
        let mut lock = Lock::default();
        assert!(lock.ready(1, &TAKE));
        lock.act(1, TAKE).unwrap();
        assert!(!lock.ready(2, &TAKE) && !lock.ready(1, &TAKE));
        // Any thread may release what was taken by hand.
        lock.act(2, GIVE).unwrap();
        assert_eq!(lock.act(2, GIVE).unwrap_err(), Misuse::NotLocked);
    }

    #[test]
    fn a_block_keeps_it() {
        let mut lock = Lock::default();
        lock.act(1, TAKE_BLOCK).unwrap();
        assert!(lock.ready(1, &TAKE_BLOCK));
        assert_eq!(lock.act(1, TAKE_BLOCK).unwrap_err(), Misuse::HeldAlready);
        assert!(!lock.ready(1, &Action::Acquire { count: 1, hold: Hold::Hand, limited: true }));
        assert_eq!(lock.act(1, GIVE).unwrap_err(), Misuse::HeldByBlock { owner: 1 });
        assert_eq!(lock.act(2, GIVE).unwrap_err(), Misuse::HeldByBlock { owner: 1 });
        assert_eq!(lock.holders(2, &TAKE), [1]);
        lock.act(1, GIVE_BLOCK).unwrap();
        lock.act(1, TAKE).unwrap();
        assert!(lock.holders(2, &TAKE).is_empty());
    }

    #[test]
    fn packing_keeps_all() {
        for lock in [
            Lock { held: None },
            Lock { held: Some((7, true)) },
            Lock { held: Some((1 << 40, false)) },
        ] {
            assert_eq!(Lock::unpack(lock.pack()), lock);
        }
        assert_eq!(Lock::held_by(7, Hold::Block), Lock { held: Some((7, true)) }.pack());
    }
}
