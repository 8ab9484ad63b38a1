//! Waits that end otherwise than by what was waited for: by another's step, a cancel, a limit, or because it would
//! never come.

use super::footprint::{Mode, Order, Touch};
use super::strand::Wish;
use super::world::{Next, World, error};
use crate::primitives::{Misuse, Reply};
use crate::values::{ErrorKind, Value, duration_text};
use crate::vm::{Answer, Limit, Request};

impl World {
    /// What a wait that another's step has ended comes to.
    pub(super) fn deliver(
        &mut self,
        strand: usize,
        arm: usize,
        result: Result<Reply, Misuse>,
    ) -> Result<Next, Value> {
        let wish = std::mem::replace(&mut self.strands[strand].wish, Wish::Nothing);
        let resource = self.strands[strand].signal_resource;
        self.touch(Touch::new(resource, Mode::Read, Order::Acquire).needs(1, 1));
        match wish {
            Wish::Ask(Request::Select(arms)) => self.chosen(strand, arms, arm, result),
            Wish::Ask(Request::Perform { object, .. } | Request::Next { queue: object }) => {
                match result {
                    Ok(reply) => Ok(self.value_of(reply).into()),
                    Err(misuse) => Err(self.misuse(strand, &object, &misuse)),
                }
            }
            _ => Ok(Next::Stay),
        }
    }

    /// The strand was cancelled.
    pub(super) fn cancelled(&mut self, strand: usize, error: Value) -> Result<Next, Value> {
        self.touch_waits(strand);
        self.leave_lines(strand);
        match std::mem::replace(&mut self.strands[strand].wish, Wish::Nothing) {
            Wish::Ask(Request::Arrive { barrier, .. }) => {
                self.break_for(strand, &barrier);
                Err(error)
            }
            Wish::Round { barrier, round, index, .. } => {
                if self.leave_round_early(&barrier, round) {
                    self.strands[strand].signals.cancelled = true;
                    return Ok(Value::int(index).into());
                }
                Err(error)
            }
            Wish::Ask(Request::Await { ticket, .. }) => {
                if self.leave_condition(&ticket) {
                    self.strands[strand].signals.cancelled = true;
                    return Ok(Value::TRUE.into());
                }
                Err(error)
            }
            Wish::Children { scope, failed, or_else } => {
                self.children_wait_failed(strand, (scope, failed, or_else), error);
                Ok(Next::Stay)
            }
            _ => Err(error),
        }
    }

    /// The strand would wait for ever.
    pub(super) fn waited_in_vain(&mut self, strand: usize, error: Value) -> Result<Next, Value> {
        self.touch_waits(strand);
        self.leave_lines(strand);
        match std::mem::replace(&mut self.strands[strand].wish, Wish::Nothing) {
            Wish::Round { barrier, round, index, .. } => {
                if self.leave_round_early(&barrier, round) {
                    return Ok(Value::int(index).into());
                }
                Err(error)
            }
            Wish::Ask(Request::Await { ticket, .. }) => {
                self.leave_condition(&ticket);
                Err(error)
            }
            Wish::Ask(Request::Retake { ticket }) => {
                // To give it back, as the script will, is no mistake.
                self.lose(strand, &ticket);
                Err(error)
            }
            Wish::Children { scope, failed, or_else } => {
                self.children_wait_failed(strand, (scope, failed, or_else), error);
                Ok(Next::Stay)
            }
            _ => Err(error),
        }
    }

    /// The strand's time has run out.
    pub(super) fn time_out(&mut self, strand: usize) -> Result<Next, Value> {
        self.touch_waits(strand);
        let waits = self.waits_on(strand);
        let described = match waits.as_slice() {
            [(object, action)] => self.described(strand, object, action),
            [] => String::new(),
            several => {
                let names: Vec<String> =
                    several.iter().map(|(object, _)| object.label.to_string()).collect();
                format!("any of {} to end", names.join(", "))
            }
        };
        self.leave_lines(strand);
        let wish = std::mem::replace(&mut self.strands[strand].wish, Wish::Nothing);
        let limit = match &wish {
            Wish::Ask(Request::Sleep(_)) => return Ok(Value::TRUE.into()),
            Wish::Ask(Request::Select(arms)) => {
                let after =
                    |arm: &crate::vm::SelectArm| matches!(arm, crate::vm::SelectArm::After(_));
                let number = arms.iter().position(after).unwrap_or(0);
                return Ok(Next::Answer(Answer::Arm(number, Value::NIL)));
            }
            Wish::Ask(Request::Await { ticket, or_else }) => {
                if self.leave_condition(ticket) {
                    return Ok(Value::TRUE.into());
                }
                Limit { or_else: *or_else, ..Limit::NONE }
            }
            Wish::Round { barrier, round, index, limit } => {
                if self.leave_round_early(barrier, *round) {
                    return Ok(Value::int(*index).into());
                }
                *limit
            }
            Wish::Ask(
                Request::Acquire { limit, .. }
                | Request::Perform { limit, .. }
                | Request::Join { limit, .. }
                | Request::JoinAll { limit, .. }
                | Request::JoinAny { limit, .. },
            ) => *limit,
            _ => Limit::NONE,
        };
        if limit.or_else {
            return Ok(Next::Answer(Answer::TimedOut));
        }
        let length = duration_text(self.strands[strand].length);
        Err(error(ErrorKind::Timeout, format!("waited {length} for {described}")))
    }
}
