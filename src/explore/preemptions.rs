//! Every schedule with no more than so many preemptions: switches away from a thread that could have gone on. Most
//! bugs need few, and one that needs fewest is the easiest to understand.

use super::strategy::{Coverage, Step, Strategy};
use crate::runtime::controlled::{Choice, World};

struct Node {
    options: Vec<Choice>,
    at: usize,
    /// How many preemptions there were before.
    before: usize,
    /// Of the options, how many go on with the thread that ran last.
    unforced: usize,
}

/// Depth first through the schedules with few preemptions.
pub struct Preemptions {
    most: usize,
    nodes: Vec<Node>,
    depth: usize,
    last: Option<u16>,
    begun: bool,
    /// Whether anything was left out because it needed more.
    cut: bool,
}

impl Preemptions {
    /// Schedules with up to `most`.
    #[must_use]
    pub fn new(most: usize) -> Preemptions {
        Preemptions { most, nodes: Vec::new(), depth: 0, last: None, begun: false, cut: false }
    }

    fn now(&self) -> usize {
        self.nodes[..self.depth].last().map_or(0, |node| {
            node.before + usize::from(node.unforced > 0 && node.at >= node.unforced)
        })
    }
}

impl Strategy for Preemptions {
    fn begin(&mut self) -> bool {
        self.depth = 0;
        self.last = None;
        if !std::mem::replace(&mut self.begun, true) {
            return true;
        }
        while let Some(node) = self.nodes.last_mut() {
            node.at += 1;
            if node.at < node.options.len() {
                return true;
            }
            self.nodes.pop();
        }
        false
    }

    fn pick(&mut self, _: &mut World, options: &[Choice]) -> Option<Choice> {
        if self.depth == self.nodes.len() {
            let before = self.now();
            let mut options = options.to_vec();
            // What goes on with the last thread comes first.
            options.sort_by_key(|choice| Some(choice.actor) != self.last);
            let unforced = options.iter().filter(|choice| Some(choice.actor) == self.last).count();
            if unforced > 0 && before == self.most && options.len() > unforced {
                self.cut = true;
                options.truncate(unforced);
            }
            self.nodes.push(Node { options, at: 0, before, unforced });
        }
        let node = &self.nodes[self.depth];
        let picked = node.options[node.at];
        self.depth += 1;
        self.last = Some(picked.actor);
        Some(picked)
    }

    fn stepped(&mut self, step: &Step<'_>) {
        self.last = Some(step.choice.actor);
    }

    fn coverage(&self) -> Coverage {
        if self.cut { Coverage::Preemptions(self.most) } else { Coverage::All }
    }
}
