//! `Semaphore` and `BoundedSemaphore`: a number of permits.
//!
//! With n permits free, up to n may be taken; more wait. A bounded one never has more than it began with,
//! and wanting more than that is a mistake. Nobody owns a permit.
//!
//! The number, as a word, is what the runtime's fast path changes by compare-and-swap.

use super::{Action, Look, Misuse, Primitive, Reply, ThreadId};

/// A semaphore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Semaphore {
    /// How many permits are free; not negative.
    pub value: i64,
    /// How many there are at most.
    pub bound: Option<i64>,
}

impl Semaphore {
    /// The most permits that there may be: the number fits the bits of a state (see [`super::word`]).
    pub const MOST: i64 = super::word::STATE as i64;
}

impl Primitive for Semaphore {
    fn ready(&self, _: ThreadId, action: &Action) -> bool {
        match action {
            Action::Acquire { count, .. } => {
                *count < 1 || *count <= self.value || self.bound.is_some_and(|bound| *count > bound)
            }
            _ => true,
        }
    }

    fn act(&mut self, _: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match action {
            Action::Acquire { count, .. } | Action::Release { count, .. } if count < 1 => {
                Err(Misuse::BadCount(count))
            }
            Action::Acquire { count, .. } => {
                if let Some(bound) = self.bound.filter(|bound| count > *bound) {
                    return Err(Misuse::AboveBound { wanted: count, bound });
                }
                self.value -= count;
                Ok(Reply::Bool(true))
            }
            Action::Release { count, .. } => {
                let value = self.value.checked_add(count).filter(|value| *value <= Semaphore::MOST);
                let value = value.ok_or(Misuse::Overflow)?;
                if let Some(bound) = self.bound.filter(|bound| value > *bound) {
                    return Err(Misuse::OverReleased { bound });
                }
                self.value = value;
                Ok(Reply::Bool(true))
            }
            Action::Look(Look::Value) => Ok(Reply::Int(self.value)),
            _ => Err(Misuse::NoSuchAction),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::Hold;

    fn take(count: i64) -> Action {
        Action::Acquire { count, hold: Hold::Hand, limited: false }
    }

    fn give(count: i64) -> Action {
        Action::Release { count, hold: Hold::Hand }
    }

    #[test]
    fn permits_are_counted() {
        let mut s = Semaphore { value: 2, bound: None };
        assert!(s.ready(1, &take(2)) && !s.ready(1, &take(3)));
        s.act(1, take(2)).unwrap();
        assert!(!s.ready(2, &take(1)));
        s.act(2, give(5)).unwrap();
        assert_eq!(s.value, 5);
        s.act(2, give(i64::MAX)).unwrap_err();
        assert_eq!(s.value, 5);
    }

    #[test]
    fn mistakes_change_nothing() {
        let mut s = Semaphore { value: 1, bound: Some(2) };
        assert_eq!(s.act(1, take(0)).unwrap_err(), Misuse::BadCount(0));
        assert_eq!(s.act(1, give(-1)).unwrap_err(), Misuse::BadCount(-1));
        assert!(s.ready(1, &take(3)));
        assert_eq!(s.act(1, take(3)).unwrap_err(), Misuse::AboveBound { wanted: 3, bound: 2 });
        assert_eq!(s.act(1, give(2)).unwrap_err(), Misuse::OverReleased { bound: 2 });
        assert_eq!(s.value, 1);
    }
}
