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

/// Lets a row of steps be run, unless something that is to be run already is the same, or will come to it.
pub fn insert(tree: &mut Vec<Branch>, mut row: Vec<Planned>) {
    let mut branches = tree;
    let mut is_root = true;
    loop {
        // What comes after a leaf is all tried.
        if row.is_empty() || (branches.is_empty() && !is_root) {
            return;
        }
        is_root = false;
        let mut next = None;
        for (at, branch) in branches.iter().enumerate() {
            match standing(&branch.step, &row) {
                Standing::First(place) => next = Some((at, Some(place))),
                Standing::Apart => next = Some((at, None)),
                Standing::Against => continue,
            }
            break;
        }
        let Some((at, place)) = next else { break };
        if let Some(place) = place {
            row.remove(place);
        }
        branches = &mut branches[at].then;
    }
    let mut then = Vec::new();
    for step in row.into_iter().rev() {
        then = vec![Branch { step, then }];
    }
    branches.append(&mut then);
}
