//! Vector clocks.

/// For each actor, how many of its steps come before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clock(Vec<u32>);

impl Clock {
    /// How many steps of an actor come before.
    #[must_use]
    pub fn get(&self, actor: usize) -> u32 {
        self.0.get(actor).copied().unwrap_or(0)
    }

    /// One more step of an actor comes before: how many those are now.
    pub fn tick(&mut self, actor: usize) -> u32 {
        if self.0.len() <= actor {
            self.0.resize(actor + 1, 0);
        }
        self.0[actor] += 1;
        self.0[actor]
    }

    /// What comes before either comes before.
    pub fn join(&mut self, other: &Clock) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// Becomes a copy, in place.
    pub fn copy(&mut self, other: &Clock) {
        self.0.clear();
        self.0.extend_from_slice(&other.0);
    }

    /// Nothing comes before.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joining_takes_the_later_of_each() {
        let (mut a, mut b) = (Clock::default(), Clock::default());
        (0..3).for_each(|_| _ = a.tick(0));
        b.tick(0);
        (0..5).for_each(|_| _ = b.tick(2));
        a.join(&b);
        assert_eq!([a.get(0), a.get(1), a.get(2), a.get(9)], [3, 0, 5, 0]);
    }
}
