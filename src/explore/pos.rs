//! Partial-order sampling: each step that is pending has a priority by chance, the highest goes first, and those that
//! depend on it draw anew. So the orders of dependent steps are sampled, not those of all steps: Yuan et al.,
//! CAV 2018.

use super::strategy::{Coverage, Step, Strategy};
use crate::runtime::controlled::{Choice, World, depend};

/// Priorities of pending steps.
pub struct Pos {
    random: fastrand::Rng,
    /// By actor: the priority of its pending step; none before it is drawn.
    priorities: Vec<Option<f64>>,
    /// What the last step touched.
    last: Option<(usize, Vec<crate::runtime::controlled::Touch>)>,
}

impl Pos {
    /// Schedules that begin with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Pos {
        Pos { random: fastrand::Rng::with_seed(seed), priorities: Vec::new(), last: None }
    }
}

impl Strategy for Pos {
    fn begin(&mut self) -> bool {
        self.priorities.clear();
        self.last = None;
        true
    }

    fn pick(&mut self, world: &mut World, options: &[Choice]) -> Option<Choice> {
        self.priorities.resize(world.actor_count(), None);
        if let Some((actor, touches)) = self.last.take() {
            self.priorities[actor] = None;
            for choice in options {
                let other = usize::from(choice.actor);
                if self.priorities[other].is_some() && depend(&touches, &world.peek(other)) {
                    self.priorities[other] = None;
                }
            }
        }
        let mut best: Option<(f64, Choice)> = None;
        for choice in options {
            let actor = usize::from(choice.actor);
            let priority = self.priorities[actor].get_or_insert_with(|| {
                // Only who looks who is there can tell when a thread began: else all orders of what depends on each
                // other are left, and threads that are there can meet.
                let first = world.is_birth(actor) && !world.discovered().looks;
                self.random.f64() + f64::from(u8::from(first))
            });
            let better = match best {
                None => true,
                Some((other, of)) if of.actor == choice.actor => {
                    // Of the arms of a `select`, any.
                    other <= *priority && self.random.bool()
                }
                Some((other, _)) => *priority > other,
            };
            if better {
                best = Some((*priority, *choice));
            }
        }
        best.map(|(_, choice)| choice)
    }

    fn stepped(&mut self, step: &Step<'_>) {
        self.last = Some((usize::from(step.choice.actor), step.touches.to_vec()));
    }

    fn coverage(&self) -> Coverage {
        Coverage::Sample
    }
}
