//! `select`: the schedule tells which of the arms that can go on is taken.

use super::footprint::{Mode, Order};
use super::objects::is_true;
use super::thing::{Body, State, body};
use super::world::{Next, World};
use crate::primitives::{Action, Misuse, Reply};
use crate::values::{Object, Ref, Value};
use crate::vm::{Answer, ArmOn, Request, SelectArm};

/// The object that an arm waits for.
pub(super) fn object_of(on: &ArmOn) -> &Ref<Object> {
    match on {
        ArmOn::Recv(object)
        | ArmOn::Send(object, _)
        | ArmOn::Wait(object)
        | ArmOn::Join(object) => object,
    }
}

fn action_of(on: &ArmOn) -> Action {
    match on {
        ArmOn::Recv(_) => Action::Recv,
        ArmOn::Send(_, item) => Action::Send(item.clone()),
        ArmOn::Wait(_) => Action::Wait { since: u64::MAX },
        ArmOn::Join(_) => Action::Join,
    }
}

/// What the arms wait for.
pub(super) fn waits_on(arms: &[SelectArm]) -> Vec<(Ref<Object>, Action)> {
    let on = arms.iter().filter_map(|arm| match arm {
        SelectArm::On(on) => Some((object_of(on).clone(), action_of(on))),
        _ => None,
    });
    on.collect()
}

impl World {
    /// Whether an arm can go on.
    pub(super) fn is_arm_ready(&self, strand: usize, arm: &SelectArm) -> bool {
        match arm {
            SelectArm::Else | SelectArm::After(0) => true,
            SelectArm::After(_) => false,
            SelectArm::On(on) => self.is_done(strand, object_of(on), &action_of(on)),
        }
    }

    /// Whether an arm is not to be taken if there is another: it would raise `Closed`, or is there for when no other
    /// can go on.
    pub(super) fn is_arm_closed(&self, arm: &SelectArm) -> bool {
        let SelectArm::On(on) = arm else { return true };
        let Body::Thing(number) = body(object_of(on)) else { return false };
        match (&self.things[*number].state, on) {
            (State::Queue(queue, _), ArmOn::Recv(_)) => queue.is_closed() && queue.is_empty(),
            (State::Queue(queue, _), ArmOn::Send(..)) => queue.is_closed(),
            _ => false,
        }
    }

    /// Which arm of a strand's `select` waits for this primitive.
    pub(super) fn arm_of(&self, strand: usize, thing: usize) -> usize {
        match &self.strands[strand].wish {
            super::strand::Wish::Ask(Request::Select(arms)) => arms
                .iter()
                .position(|arm| match arm {
                    SelectArm::On(on) => {
                        matches!(body(object_of(on)), Body::Thing(n) if *n == thing)
                    }
                    _ => false,
                })
                .unwrap_or(0),
            _ => 0,
        }
    }

    /// Goes on with an arm: the one the schedule tells, if it is ready.
    pub(super) fn select(
        &mut self,
        strand: usize,
        arms: Vec<SelectArm>,
        arm: usize,
    ) -> Result<Next, Value> {
        // All arms were looked at; and the lines that it stood in grow shorter.
        let mode = if self.strands[strand].arrived { Mode::Write } else { Mode::Read };
        for (object, _) in waits_on(&arms) {
            self.touch_look(&object, mode);
        }
        let number = arms.len();
        let taken = arms
            .get(arm)
            .filter(|arm| self.is_arm_ready(strand, arm) && !self.is_arm_closed(arm))
            .map(|_| arm);
        let of_rank = |closed: bool| {
            (0..number).find(|at| {
                let arm = &arms[*at];
                self.is_arm_ready(strand, arm)
                    && self.is_arm_closed(arm) == closed
                    && (!closed || matches!(arm, SelectArm::On(_)))
            })
        };
        let last = || (0..number).find(|at| self.is_arm_ready(strand, &arms[*at]));
        let Some(taken) = taken.or_else(|| of_rank(false)).or_else(|| of_rank(true)).or_else(last)
        else {
            return Ok(Next::Stay);
        };
        let SelectArm::On(on) = &arms[taken] else {
            return Ok(Next::Answer(Answer::Arm(taken, Value::NIL)));
        };
        let (object, action) = (object_of(on).clone(), action_of(on));
        let result = match body(&object) {
            Body::Thing(_) => self.do_primitive(strand, &object, action),
            _ => Ok(Reply::Done),
        };
        self.leave_other_lines(strand, &arms);
        self.chosen(strand, arms, taken, result)
    }

    fn leave_other_lines(&mut self, strand: usize, arms: &[SelectArm]) {
        let who = self.strands[strand].id;
        for (object, _) in waits_on(arms) {
            let Body::Thing(number) = body(&object) else { continue };
            let thing = &mut self.things[*number];
            while let Some(at) = thing.line.iter().position(|(other, ..)| *other == strand) {
                let (_, _, action) = thing.line.remove(at);
                thing.primitive().give_up(who, &action);
            }
        }
        self.strands[strand].arrived = false;
    }

    fn touch_look(&mut self, object: &Ref<Object>, mode: Mode) {
        match body(object) {
            Body::Thing(number) => {
                let first = self.things[*number].resource;
                let count =
                    if matches!(self.things[*number].state, State::Queue(..)) { 2 } else { 1 };
                for resource in first..first + count {
                    self.touched(resource, mode, Order::None);
                }
            }
            Body::Strand(other) => {
                let resource = self.strands[*other].end_resource;
                self.touched(resource, Mode::Read, Order::Acquire);
            }
            Body::Timer(timer) => {
                let resource = self.timers[*timer].resource;
                self.touched(resource, Mode::Read, Order::Acquire);
            }
        }
    }

    /// What an arm that was taken comes to.
    pub(super) fn chosen(
        &mut self,
        strand: usize,
        arms: Vec<SelectArm>,
        arm: usize,
        result: Result<Reply, Misuse>,
    ) -> Result<Next, Value> {
        let Some(SelectArm::On(on)) = arms.get(arm) else { return Ok(Next::Stay) };
        let object = object_of(on).clone();
        let taken = is_true(&result);
        let reply = result.map_err(|misuse| self.misuse(strand, &object, &misuse))?;
        let value = match (reply, on) {
            (_, ArmOn::Join(_)) => self.received(strand, body(&object))?,
            (Reply::Value(value), _) => value.into_inner(),
            _ => Value::bool(
                taken || matches!(on, ArmOn::Send(..) | ArmOn::Wait(_) | ArmOn::Recv(_)),
            ),
        };
        Ok(Next::Answer(Answer::Arm(arm, value)))
    }
}
