//! Knots: threads that wait, of which none can go on before another of them does.
//!
//! A wait may need several threads to go on, as `join a, b` does, or one of several, whichever: a task that is queued on
//! a full pool needs one of the workers, `join any` one of those that it names. These are the AND and the OR requests of
//! the literature on deadlocks (Knapp, *Deadlock detection in distributed databases*, 1987). With AND requests alone a
//! thread waits in vain if it comes to a circle; in general, if it is in a set of threads each of which needs another of
//! the set. All such sets together are one, the greatest, and it is found by leaving out who can go on until nobody can.
//!
//! *A knot is found by the wait that closes it.* No set of threads waits in vain before that wait, or those were told. So
//! every set that does so afterwards has that thread in it, and to tell that one lets the others go on. Of these sets a
//! smallest is taken: those who only wait for it, as `main` does that joins all, have no part in it.
//!
//! It must know nothing of how threads run, and how they are told.

use std::collections::HashSet;
use std::hash::Hash;

/// Who must go on before a wait can end, and alone can let it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need<T> {
    /// This thread.
    Thread(T),
    /// All of these. If there are none, anybody may let it end.
    All(Vec<Need<T>>),
    /// One of these.
    Any(Vec<Need<T>>),
}

impl<T: Copy + Eq + Hash> Need<T> {
    /// Anybody may let it end.
    pub const NOBODY: Need<T> = Need::All(Vec::new());

    /// Each of these threads.
    pub fn threads(threads: impl IntoIterator<Item = T>) -> Need<T> {
        Need::all(threads.into_iter().map(Need::Thread))
    }

    /// All of these.
    pub fn all(needs: impl IntoIterator<Item = Need<T>>) -> Need<T> {
        let needs = needs.into_iter().filter(|need| !need.is_nobody());
        Need::one_or(needs.collect(), Need::All)
    }

    /// One of these. Where anybody may let one of them end, nobody in particular is needed.
    pub fn any(needs: impl IntoIterator<Item = Need<T>>) -> Need<T> {
        let needs = needs.into_iter().map(|need| if need.is_nobody() { None } else { Some(need) });
        needs.collect::<Option<_>>().map_or(Need::NOBODY, |needs| Need::one_or(needs, Need::Any))
    }

    fn one_or(mut needs: Vec<Need<T>>, several: fn(Vec<Need<T>>) -> Need<T>) -> Need<T> {
        match needs.len() {
            0 => Need::NOBODY,
            1 => needs.remove(0),
            _ => several(needs),
        }
    }

    /// Whether anybody may let it end.
    pub fn is_nobody(&self) -> bool {
        matches!(self, Need::All(needs) if needs.is_empty())
    }

    /// Whether there is a choice anywhere: one of several is enough.
    pub fn has_choice(&self) -> bool {
        match self {
            Need::Thread(_) => false,
            Need::All(needs) => needs.iter().any(Need::has_choice),
            Need::Any(_) => true,
        }
    }

    /// The threads each of which must go on.
    pub fn each(&self) -> Vec<T> {
        let mut threads = Vec::new();
        self.collect(false, &mut threads);
        threads
    }

    /// The threads that it names; of a choice too, if that is wanted.
    fn collect(&self, choices: bool, threads: &mut Vec<T>) {
        match self {
            Need::Thread(thread) => threads.push(*thread),
            Need::Any(_) if !choices => {}
            Need::All(needs) | Need::Any(needs) => {
                needs.iter().for_each(|need| need.collect(choices, threads));
            }
        }
    }

    /// Whether the wait can end if those threads go on of which this is true.
    pub fn is_met(&self, goes_on: &impl Fn(T) -> bool) -> bool {
        match self {
            Need::Thread(thread) => goes_on(*thread),
            Need::All(needs) => needs.iter().all(|need| need.is_met(goes_on)),
            Need::Any(needs) => needs.iter().any(|need| need.is_met(goes_on)),
        }
    }
}

/// Threads that wait for one another: each needs another of them, and without any one of them the others would not.
#[derive(Debug, PartialEq, Eq)]
pub struct Knot<T> {
    /// The threads, the one that closes it first.
    pub threads: Vec<T>,
    /// Whether each needs the next, and the last the first, whatever the others do.
    pub is_circle: bool,
}

/// The knot that a thread closes by waiting. `need_of` tells what another needs that waits for good.
pub fn closed_by<T: Copy + Eq + Hash>(
    start: T,
    need: Need<T>,
    need_of: impl Fn(T) -> Option<Need<T>>,
) -> Option<Knot<T>> {
    match circle(start, &need, &need_of) {
        Ok(threads) => Some(Knot { threads, is_circle: true }),
        Err(has_choice) => {
            let threads = has_choice.then(|| Graph::new(start, need, need_of).knot(start))??;
            Some(Knot { threads, is_circle: false })
        }
    }
}

/// The circle that a thread closes. If there is none, whether a choice was met on the way, so that there may be a knot.
fn circle<T: Copy + Eq + Hash>(
    start: T,
    need: &Need<T>,
    need_of: impl Fn(T) -> Option<Need<T>>,
) -> Result<Vec<T>, bool> {
    let mut seen = HashSet::new();
    let mut has_choice = need.has_choice();
    // The way so far: each thread, and those whom it needs that were not looked at.
    let mut path = vec![(start, need.each())];
    while let Some((_, left)) = path.last_mut() {
        let Some(next) = left.pop() else {
            path.pop();
            continue;
        };
        if next == start {
            return Ok(path.into_iter().map(|(thread, _)| thread).collect());
        }
        if seen.insert(next)
            && let Some(need) = need_of(next)
        {
            has_choice |= need.has_choice();
            path.push((next, need.each()));
        }
    }
    Err(has_choice)
}

/// The threads that wait for good and that a wait leads to, in the order in which they were found.
struct Graph<T> {
    waits: Vec<(T, Need<T>)>,
}

impl<T: Copy + Eq + Hash> Graph<T> {
    fn new(start: T, need: Need<T>, need_of: impl Fn(T) -> Option<Need<T>>) -> Graph<T> {
        let mut seen = HashSet::from([start]);
        let mut waits = vec![(start, need)];
        let mut at = 0;
        while let Some((_, need)) = waits.get(at) {
            let mut named = Vec::new();
            need.collect(true, &mut named);
            for thread in named.into_iter().filter(|thread| seen.insert(*thread)) {
                waits.extend(need_of(thread).map(|need| (thread, need)));
            }
            at += 1;
        }
        Graph { waits }
    }

    fn threads(&self) -> impl Iterator<Item = T> {
        self.waits.iter().map(|(thread, _)| *thread)
    }

    /// The greatest set among these threads each of which needs another of the set.
    fn stuck(&self, among: impl Iterator<Item = T>) -> HashSet<T> {
        let mut stuck: HashSet<T> = among.collect();
        loop {
            let before = stuck.len();
            // Mostly those who were found last can go on, and so those who wait for them.
            for (thread, need) in self.waits.iter().rev() {
                if stuck.contains(thread) && need.is_met(&|other| !stuck.contains(&other)) {
                    stuck.remove(thread);
                }
            }
            if stuck.len() == before {
                return stuck;
            }
        }
    }

    /// The knot that `start` closes: that one first.
    fn knot(&self, start: T) -> Option<Vec<T>> {
        let others = || self.threads().filter(|thread| *thread != start);
        // Whoever waits in vain without it is told, and goes on.
        let told = self.stuck(others());
        let mut knot = self.stuck(self.threads().filter(|thread| !told.contains(thread)));
        if !knot.contains(&start) {
            return None;
        }
        for other in others() {
            let without = self.stuck(knot.iter().copied().filter(|thread| *thread != other));
            if without.contains(&start) {
                knot = without;
            }
        }
        Some(self.threads().filter(|thread| knot.contains(thread)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Need::{All, Any, Thread};
    use super::*;

    /// What thread 0, 1, … needs; none if it can go on.
    fn knot(needs: &[Option<Need<usize>>]) -> Option<(Vec<usize>, bool)> {
        let need_of = |thread: usize| needs.get(thread).cloned().flatten();
        let knot = closed_by(0, need_of(0)?, need_of)?;
        Some((knot.threads, knot.is_circle))
    }

    fn either(threads: &[usize]) -> Option<Need<usize>> {
        Some(Any(threads.iter().copied().map(Thread).collect()))
    }

    fn all(threads: &[usize]) -> Option<Need<usize>> {
        Some(All(threads.iter().copied().map(Thread).collect()))
    }

    #[test]
    fn a_need_is_as_small_as_it_can_be() {
        assert_eq!(Need::threads([7]), Thread(7));
        assert_eq!(Need::any([Thread(7)]), Thread(7));
        assert_eq!(Need::any([Thread(7), Need::NOBODY]), Need::NOBODY);
        assert_eq!(Need::all([Thread(7), Need::NOBODY]), Thread(7));
        assert!(Need::<usize>::any([]).is_nobody());
        assert_eq!(Need::all([Thread(1), Any(vec![Thread(2), Thread(3)])]).each(), [1]);
    }

    #[test]
    fn a_circle_needs_each() {
        assert_eq!(knot(&[all(&[1]), all(&[2]), all(&[0])]), Some((vec![0, 1, 2], true)));
        assert_eq!(knot(&[all(&[1, 2]), None, all(&[0])]), Some((vec![0, 2], true)));
        assert_eq!(knot(&[all(&[1]), all(&[2]), None]), None);
        // It waits for a circle, and is not in it.
        assert_eq!(knot(&[all(&[1]), all(&[2]), all(&[1])]), None);
    }

    #[test]
    fn of_a_choice_all_must_wait_in_vain() {
        assert_eq!(knot(&[either(&[1, 2]), all(&[0]), all(&[0])]), Some((vec![0, 1, 2], false)));
        assert_eq!(knot(&[either(&[1, 2]), all(&[0]), None]), None);
        assert_eq!(knot(&[all(&[1]), either(&[0, 2]), None]), None);
        // Workers that wait for tasks which one of them would have to take.
        assert_eq!(knot(&[either(&[0, 1]), either(&[0, 1])]), Some((vec![0, 1], false)));
        assert_eq!(knot(&[either(&[0, 1]), either(&[0, 1, 2]), None]), None);
    }

    #[test]
    fn who_only_waits_for_a_knot_is_not_in_it() {
        let knotted = [all(&[1, 2]), either(&[1, 2]), either(&[1, 2])];
        assert_eq!(knot(&knotted), None);
        let others = [either(&[0, 1]), either(&[0, 1]), all(&[0, 1])];
        assert_eq!(knot(&others), Some((vec![0, 1], false)));
    }

    #[test]
    fn of_several_knots_one_is_told() {
        let choices = All(vec![Any(vec![Thread(1), Thread(2)]), Any(vec![Thread(3), Thread(4)])]);
        let needs = [Some(choices), all(&[0]), all(&[0]), all(&[0]), all(&[0])];
        assert_eq!(knot(&needs), Some((vec![0, 3, 4], false)));
    }
}
