//! `select`: the first of several arms that can go on.
//!
//! The locks of all the arms' objects are taken, in the order of their addresses, so that no two selects wait
//! for each other. While they are held nothing happens to any of the objects: either an arm can go on now, or
//! the waiter is put in all lines at once, and the first that becomes possible claims it.

use super::block::block;
use super::driver::{Here, Stop};
use super::objects::{AnyShell, Held, shell_of};
use super::shell::Attempt;
use super::waiter::{On, Outcome, WaitKind};
use crate::primitives::{Action, Misuse, Reply};
use crate::values::{Object, Ref, Value};
use crate::vm::{Answer, ArmOn, Limit, SelectArm};

/// An arm that waits for an object.
struct Arm {
    /// Its number in the `select`.
    number: usize,
    object: Ref<Object>,
    action: Action,
}

impl Arm {
    fn new(number: usize, on: ArmOn) -> Arm {
        let (object, action) = match on {
            ArmOn::Recv(queue) => (queue, Action::Recv),
            ArmOn::Send(queue, item) => (queue, Action::Send(item)),
            ArmOn::Wait(object) => (object, Action::Wait { since: u64::MAX }),
            ArmOn::Join(handle) => (handle, Action::Join),
        };
        Arm { number, object, action }
    }

    fn shell(&self) -> &dyn AnyShell {
        shell_of(&self.object).expect("what a select waits for has a shell")
    }
}

/// The shells of the arms, each once, by address.
fn shells(arms: &[Arm]) -> Vec<(*const (), &dyn AnyShell)> {
    let address = |arm: &Arm| (&raw const *arm.shell()).cast::<()>();
    let mut shells: Vec<_> = arms.iter().map(|arm| (address(arm), arm.shell())).collect();
    shells.sort_unstable_by_key(|(address, _)| *address);
    shells.dedup_by_key(|(address, _)| *address);
    shells
}

impl Here<'_> {
    /// Waits for the first of the arms that can go on.
    #[inline(never)]
    pub(super) fn select(&mut self, arms: Vec<SelectArm>) -> Result<Answer, Stop> {
        self.blocking_point()?;
        let mut after = None;
        let mut otherwise = None;
        let mut on = Vec::with_capacity(arms.len());
        for (number, arm) in arms.into_iter().enumerate() {
            match arm {
                SelectArm::On(arm) => on.push(Arm::new(number, arm)),
                SelectArm::After(delay) => after = Some((number, delay)),
                SelectArm::Else => otherwise = Some(number),
            }
        }
        let limit = Limit { within: after.map(|(_, delay)| delay), until: None, or_else: false };
        let deadline = self.deadline(limit);
        let shells = shells(&on);
        let waiter = {
            let mut held: Vec<(*const (), Box<dyn Held + '_>)> =
                shells.iter().map(|(address, shell)| (*address, shell.hold())).collect();
            if let Some((arm, result)) = self.try_arms(&on, &mut held) {
                drop(held);
                return self.chosen(arm, result);
            }
            // Under the locks: none of the arms became possible after it was cancelled.
            self.blocking_point()?;
            if let Some(otherwise) = otherwise {
                return Ok(Answer::Arm(otherwise, Value::NIL));
            }
            if let Some((number, 0)) = after {
                return Ok(Answer::Arm(number, Value::NIL));
            }
            let waits = on.iter().map(|arm| On::new(&arm.object, arm.action.clone())).collect();
            let waiter = self.waiter(waits, WaitKind::Objects, |_| {});
            for (index, arm) in on.iter().enumerate() {
                let held = held_of(&mut held, arm);
                held.attempt(self.runtime, self.by(), arm.action.clone(), Some((&waiter, index)));
            }
            waiter
        };
        let outcome = block(self.runtime, &waiter, deadline);
        for (_, shell) in &shells {
            shell.withdraw(self.runtime, &waiter);
        }
        match (outcome, after) {
            (Outcome::Acted(index, result), _) => self.chosen(&on[index], result),
            (Outcome::TimedOut, Some((number, _))) => Ok(Answer::Arm(number, Value::NIL)),
            (Outcome::Raise(error), _) => Err(error.into()),
            (Outcome::Killed | Outcome::TimedOut | Outcome::Retry, _) => Err(Stop::Killed),
        }
    }

    /// Lets an arm that is ready happen: any of them. One whose queue is closed only if there is no other.
    fn try_arms<'a>(
        &self,
        arms: &'a [Arm],
        held: &mut [(*const (), Box<dyn Held + '_>)],
    ) -> Option<(&'a Arm, Result<Reply, Misuse>)> {
        let mut order: Vec<usize> = (0..arms.len()).collect();
        fastrand::shuffle(&mut order);
        let mut closed = None;
        for arm in order.into_iter().map(|at| &arms[at]) {
            let attempt =
                held_of(held, arm).attempt(self.runtime, self.by(), arm.action.clone(), None);
            match attempt {
                Attempt::Acted(Err(Misuse::Closed)) => closed = Some((arm, Err(Misuse::Closed))),
                Attempt::Acted(result) => return Some((arm, result)),
                Attempt::Waits | Attempt::NotReady(_) => {}
            }
        }
        closed
    }

    /// Goes on with an arm.
    fn chosen(&self, arm: &Arm, result: Result<Reply, Misuse>) -> Result<Answer, Stop> {
        let reply = result.map_err(|misuse| self.misuse(&arm.object, &misuse))?;
        let value = match (reply, super::handle::of(&arm.object)) {
            (_, Some(joinable)) => self.received(joinable)?,
            (Reply::Value(value), None) => value.into_inner(),
            _ => Value::TRUE,
        };
        Ok(Answer::Arm(arm.number, value))
    }
}

fn held_of<'h, 'b>(
    held: &'h mut [(*const (), Box<dyn Held + 'b>)],
    arm: &Arm,
) -> &'h mut (dyn Held + 'b) {
    let address = (&raw const *arm.shell()).cast::<()>();
    let at =
        held.iter().position(|(other, _)| *other == address).expect("each arm's shell is held");
    &mut *held[at].1
}
