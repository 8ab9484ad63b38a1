//! Ranges of whole numbers.

use super::Value;
use super::heap::Plain;

/// The numbers from a start to an end, by a step.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The first, if there is any.
    pub start: i64,
    /// Where it ends.
    pub end: i64,
    /// Whether the end itself belongs to it.
    pub inclusive: bool,
    /// The distance from one to the next; never 0.
    pub step: i64,
}

impl Range {
    /// How many numbers it has: up to 2⁶⁴.
    #[must_use]
    pub fn count(&self) -> u128 {
        let (start, end, step) =
            (i128::from(self.start), i128::from(self.end), i128::from(self.step));
        let distance = if step > 0 { end - start } else { start - end };
        let size = step.unsigned_abs();
        if distance < 0 || (distance == 0 && !self.inclusive) {
            return 0;
        }
        let distance = distance.unsigned_abs();
        if self.inclusive { distance / size + 1 } else { distance.div_ceil(size) }
    }

    /// The number at a place, from 0, which must be one of its places.
    #[must_use]
    pub fn at(&self, index: u128) -> i64 {
        (i128::from(self.start) + i128::from(self.step) * index as i128) as i64
    }

    /// Whether a number is one of it.
    #[must_use]
    pub fn contains(&self, number: i64) -> bool {
        let count = self.count();
        if count == 0 {
            return false;
        }
        let distance = i128::from(number) - i128::from(self.start);
        let step = i128::from(self.step);
        distance % step == 0 && (0..count as i128).contains(&(distance / step))
    }

    /// What it holds: its first number, its step and how many there are, the same for ranges that hold the
    /// same numbers.
    #[must_use]
    pub fn holds(&self) -> (i64, i64, u128) {
        match self.count() {
            0 => (0, 0, 0),
            1 => (self.start, 0, 1),
            count => (self.start, self.step, count),
        }
    }
}

impl Plain for Range {
    fn take_children(&mut self, _: &mut Vec<Value>) {}
    fn visit_children(&self, _: &mut dyn FnMut(&Value)) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: i64, end: i64, step: i64, inclusive: bool) -> Range {
        Range { start, end, inclusive, step }
    }

    #[test]
    fn counts() {
        assert_eq!(range(0, 10, 1, false).count(), 10);
        assert_eq!(range(0, 10, 1, true).count(), 11);
        assert_eq!(range(0, 10, 3, false).count(), 4);
        assert_eq!(range(0, 9, 3, false).count(), 3);
        assert_eq!(range(0, 9, 3, true).count(), 4);
        assert_eq!(range(10, 0, -3, false).count(), 4);
        assert_eq!(range(5, 5, 1, false).count(), 0);
        assert_eq!(range(5, 5, 1, true).count(), 1);
        assert_eq!(range(6, 5, 1, true).count(), 0);
        assert_eq!(range(i64::MIN, i64::MAX, 1, true).count(), 1 << 64);
    }

    #[test]
    fn contents() {
        let evens = range(0, 10, 2, false);
        assert!(
            evens.contains(8) && !evens.contains(10) && !evens.contains(3) && !evens.contains(-2)
        );
        assert_eq!(range(0, 9, 2, false).holds(), evens.holds());
        assert_eq!(range(3, 3, 1, false).holds(), range(9, 1, 1, true).holds());
        let all = range(i64::MIN, i64::MAX, 1, true);
        assert!(all.contains(i64::MAX) && all.contains(i64::MIN));
        assert_eq!(all.at((1 << 64) - 1), i64::MAX);
    }
}
