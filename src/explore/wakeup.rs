//! Wakeup trees: at a node of the search, the orders that are still to be run from there, each as the row of steps that
//! it begins with. Such a row leads past all that sleeps, so that no run has to be given up. After Abdulla, Aronis,
//! Jonsson and Sagonas, "Source sets: a foundation for optimal dynamic partial order reduction", JACM 2017.

use crate::runtime::controlled::{Choice, Touch, depend};
use std::ops::Range;
use std::rc::Rc;

/// A step, as far as is known what it would touch.
#[derive(Clone)]
pub struct Planned {
    pub choice: Choice,
    pub touches: Rc<[Touch]>,
    /// The actors that it brings into being.
    pub born: Range<u16>,
    /// Whether it is taken to depend on every other step.
    pub loose: bool,
    /// Whether it may touch other parts of the same things, and otherwise, when it comes at another time.
    pub coarse: bool,
}

impl Planned {
    /// A step of which nothing is known.
    pub fn unknown(choice: Choice) -> Planned {
        Planned { choice, touches: Rc::new([]), born: 0..0, loose: true, coarse: false }
    }

    /// Whether the order of the two may matter.
    pub fn depends(&self, other: &Planned) -> bool {
        self.choice.actor == other.choice.actor
            || self.loose
            || other.loose
            || self.born.contains(&other.choice.actor)
            || other.born.contains(&self.choice.actor)
            || if self.coarse || other.coarse {
                self.meets(other)
            } else {
                depend(&self.touches, &other.touches)
            }
    }

    /// Whether they touch the same thing, whichever part of it.
    fn meets(&self, other: &Planned) -> bool {
        let thing = |touch: &Touch| touch.thing();
        self.touches.iter().any(|one| other.touches.iter().any(|two| thing(one) == thing(two)))
    }
}

/// How a step stands to a row of steps.
enum Standing {
    /// It is this one of the row, and might as well be its first.
    First(usize),
    /// It is none of the row and depends on none.
    Apart,
    /// The row cannot come after it.
    Against,
}

fn standing(step: &Planned, row: &[Planned]) -> Standing {
    for (at, other) in row.iter().enumerate() {
        if other.choice.actor == step.choice.actor {
            let is_first =
                other.choice == step.choice && !row[..at].iter().any(|one| one.depends(other));
            return if is_first { Standing::First(at) } else { Standing::Against };
        }
        if other.depends(step) {
            return Standing::Against;
        }
    }
    Standing::Apart
}

/// Whether what comes after the row, in whatever order, has an equal that begins with the step: the step is a *weak initial*
/// of the row.
pub fn may_begin(step: &Planned, row: &[Planned]) -> bool {
    !matches!(standing(step, row), Standing::Against)
}

/// A step that is to be taken, and what is to come after it: anything, if nothing is said.
pub struct Branch {
    pub step: Planned,
    pub then: Vec<Branch>,
}

impl Branch {
    /// A step, after which anything may come.
    pub fn leaf(step: Planned) -> Branch {
        Branch { step, then: Vec::new() }
    }
}

impl Drop for Branch {
    /// Without recursion: a row may be as long as a run.
    fn drop(&mut self) {
        let mut pending = std::mem::take(&mut self.then);
        while let Some(mut branch) = pending.pop() {
            pending.append(&mut branch.then);
        }
    }
}

/// Lets a row of steps be run, unless something that is to be run already is the same, or will come to it.
pub fn insert(tree: &mut Vec<Branch>, mut row: Vec<Planned>) {
    let mut branches = tree;
    let mut is_root = true;
    // How many of the row have been found in the tree: they come first.
    let mut found = 0;
    loop {
        // What comes after a leaf is all tried.
        if found == row.len() || (branches.is_empty() && !is_root) {
            return;
        }
        is_root = false;
        let mut next = None;
        for (at, branch) in branches.iter().enumerate() {
            match standing(&branch.step, &row[found..]) {
                Standing::First(place) => next = Some((at, Some(place))),
                Standing::Apart => next = Some((at, None)),
                Standing::Against => continue,
            }
            break;
        }
        let Some((at, place)) = next else { break };
        if let Some(place) = place {
            row[found..=found + place].rotate_right(1);
            found += 1;
        }
        branches = &mut branches[at].then;
    }
    let mut then = Vec::new();
    for step in row.drain(found..).rev() {
        then = vec![Branch { step, then }];
    }
    branches.append(&mut then);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::controlled::{Mode, Order};

    fn step(actor: u16, mode: Mode, resource: u32) -> Planned {
        Planned {
            choice: Choice { actor, arm: 0 },
            touches: Rc::new([Touch::new(resource, mode, Order::None)]),
            born: 0..0,
            loose: false,
            coarse: false,
        }
    }

    fn reads(actor: u16) -> Planned {
        step(actor, Mode::Read, 40)
    }

    fn writes(actor: u16) -> Planned {
        step(actor, Mode::Write, 40)
    }

    /// The actors of a tree: what comes after one in brackets.
    fn shown(tree: &[Branch]) -> String {
        let shown = |branch: &Branch| {
            let actor = branch.step.choice.actor;
            if branch.then.is_empty() {
                actor.to_string()
            } else {
                format!("{actor}({})", shown(&branch.then))
            }
        };
        tree.iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_step_may_begin_what_it_does_not_depend_on() {
        assert!(may_begin(&reads(1), &[reads(2), reads(3)]));
        assert!(!may_begin(&reads(1), &[reads(2), writes(3)]));
        assert!(may_begin(&writes(3), &[step(1, Mode::Write, 44), writes(3), reads(2)]));
        assert!(!may_begin(&writes(3), &[reads(2), writes(3)]));
        let other_arm = Planned { choice: Choice { actor: 3, arm: 1 }, ..writes(3) };
        assert!(!may_begin(&other_arm, &[writes(3)]));
    }

    #[test]
    fn what_is_not_known_depends_on_all() {
        let unknown = Planned::unknown(Choice { actor: 1, arm: 0 });
        assert!(!may_begin(&unknown, &[step(2, Mode::Read, 44)]));
        let coarse = Planned { coarse: true, ..step(1, Mode::Read, 41) };
        assert!(coarse.depends(&reads(2)), "another part of the same thing");
        assert!(!coarse.depends(&step(2, Mode::Write, 44)));
    }

    #[test]
    fn a_row_may_be_long() {
        let mut tree = Vec::new();
        insert(&mut tree, vec![reads(1); 200_000]);
        insert(&mut tree, vec![reads(1); 200_000]);
        assert_eq!(tree.len(), 1);
    }

    #[test]
    fn a_row_is_entered_once() {
        let mut tree = Vec::new();
        insert(&mut tree, vec![reads(1), writes(2)]);
        assert_eq!(shown(&tree), "1(2)");
        insert(&mut tree, vec![reads(1), writes(2)]);
        insert(&mut tree, vec![reads(1)]);
        insert(&mut tree, vec![reads(1), writes(2), reads(3)]);
        assert_eq!(shown(&tree), "1(2)", "all of it comes there");
        insert(&mut tree, vec![writes(2), reads(1)]);
        assert_eq!(shown(&tree), "1(2) 2(1)");
        insert(&mut tree, vec![reads(3), reads(1), writes(2)]);
        assert_eq!(shown(&tree), "1(2 3(2)) 2(1)", "it begins as the first, and goes on otherwise");
    }
}
