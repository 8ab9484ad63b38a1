//! Every schedule, one after the other: what the other strategies are checked against.

use super::strategy::{Coverage, Step, Strategy};
use crate::runtime::controlled::{Choice, World};

/// Depth first through all schedules.
#[derive(Default)]
pub struct Dfs {
    /// At each depth: what could be chosen, and which of it is.
    nodes: Vec<(Vec<Choice>, usize)>,
    depth: usize,
    begun: bool,
}

impl Strategy for Dfs {
    fn begin(&mut self) -> bool {
        self.depth = 0;
        if !std::mem::replace(&mut self.begun, true) {
            return true;
        }
        while let Some((options, at)) = self.nodes.last_mut() {
            *at += 1;
            if *at < options.len() {
                return true;
            }
            self.nodes.pop();
        }
        false
    }

    fn pick(&mut self, _: &mut World, options: &[Choice]) -> Option<Choice> {
        if self.depth == self.nodes.len() {
            self.nodes.push((options.to_vec(), 0));
        }
        let (options, at) = &self.nodes[self.depth];
        self.depth += 1;
        Some(options[*at])
    }

    fn stepped(&mut self, _: &Step<'_>) {}

    fn coverage(&self) -> Coverage {
        Coverage::All
    }
}
