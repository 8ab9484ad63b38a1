//! Barriers: to arrive is a step, to go on is another.

use super::footprint::{Mode, Order, Touch};
use super::strand::Wish;
use super::thing::{Body, State, body};
use super::world::{Next, World};
use crate::primitives::{Action, LeftEarly, Reply};
use crate::values::{Object, Ref, Value};
use crate::vm::Limit;

impl World {
    pub(super) fn round_resource(&mut self, barrier: usize, round: u64) -> u32 {
        self.place_in(barrier, round)
    }

    /// What a change of the whole barrier touches: the rounds that somebody may wait in.
    pub(super) fn touch_rounds(&mut self, number: usize) {
        let State::Barrier(barrier) = &self.things[number].state else { return };
        let round = barrier.round();
        for round in round.saturating_sub(1)..=round {
            let resource = self.round_resource(number, round);
            self.touched(resource, Mode::Write, Order::Both);
        }
    }

    fn thing_of(barrier: &Ref<Object>) -> usize {
        match body(barrier) {
            Body::Thing(number) => *number,
            _ => unreachable!("a barrier is a primitive"),
        }
    }

    /// `barrier b`
    pub(super) fn arrive(
        &mut self,
        strand: usize,
        barrier: &Ref<Object>,
        limit: Limit,
    ) -> Result<Next, Value> {
        let number = Self::thing_of(barrier);
        let reply = self.do_action(strand, barrier, Action::Arrive)?;
        let Reply::Place { index, round, last } = reply else { return Ok(Value::NIL.into()) };
        let resource = self.round_resource(number, round);
        self.touch(Touch::new(resource, Mode::Add, Order::Both).gives(1));
        let action = match &self.things[number].state {
            State::Barrier(state) => state.action(),
            _ => None,
        };
        if last {
            self.strands[strand].rounds.push((number, round));
            return Ok(action.map_or(Value::NIL, |action| action.get().clone()).into());
        }
        let wish = Wish::Round { barrier: barrier.clone(), index, round, limit };
        // The one that makes the round whole goes on at once.
        if self.is_round_over(number, round) {
            return Ok(Value::int(index).into());
        }
        self.set_wish(strand, wish);
        Ok(Next::Stay)
    }

    fn is_round_over(&self, number: usize, round: u64) -> bool {
        self.things[number].look().ready(0, &Action::Round { round })
    }

    /// Goes on from a round that is over.
    pub(super) fn leave_round(
        &mut self,
        strand: usize,
        barrier: &Ref<Object>,
        round: u64,
    ) -> Result<(), Value> {
        let number = Self::thing_of(barrier);
        let resource = self.round_resource(number, round);
        // All who arrived, and the action's end, if there is one, were needed.
        let needed = match &self.things[number].state {
            State::Barrier(state) => state.attendance().0 + i64::from(state.action().is_some()),
            _ => 0,
        };
        self.touch(Touch::new(resource, Mode::Read, Order::Acquire).needs(needed, needed));
        let who = self.strands[strand].id;
        let reply = self.things[number].primitive().act(who, Action::Round { round });
        reply.map(|_| ()).map_err(|misuse| self.misuse(strand, barrier, &misuse))
    }

    /// Stops waiting in a round; whether it had come through.
    pub(super) fn leave_round_early(&mut self, barrier: &Ref<Object>, round: u64) -> bool {
        let number = Self::thing_of(barrier);
        self.touch_rounds(number);
        let first = self.things[number].resource;
        self.touched(first, Mode::Write, Order::Both);
        match &mut self.things[number].state {
            State::Barrier(state) => state.leave_early(round) == LeftEarly::Through,
            _ => true,
        }
    }

    fn acting_round(&mut self, strand: usize, number: usize) -> u64 {
        let rounds = &mut self.strands[strand].rounds;
        let at = rounds.iter().rposition(|(other, _)| *other == number);
        at.map_or(0, |at| rounds.remove(at).1)
    }

    /// The action of the last to arrive is done.
    pub(super) fn depart(&mut self, strand: usize, barrier: &Ref<Object>) -> Result<Next, Value> {
        let number = Self::thing_of(barrier);
        let round = self.acting_round(strand, number);
        let resource = self.round_resource(number, round);
        self.touch(Touch::new(resource, Mode::Add, Order::Both).gives(1));
        let reply = self.do_action(strand, barrier, Action::Depart { round })?;
        Ok(self.value_of(reply).into())
    }

    /// The action failed.
    pub(super) fn break_barrier(
        &mut self,
        strand: usize,
        barrier: &Ref<Object>,
    ) -> Result<Next, Value> {
        self.acting_round(strand, Self::thing_of(barrier));
        self.break_for(strand, barrier);
        Ok(Value::NIL.into())
    }

    /// Breaks it: somebody does not come.
    pub(super) fn break_for(&mut self, strand: usize, barrier: &Ref<Object>) {
        self.touch_rounds(Self::thing_of(barrier));
        // To break it is never refused.
        let _ = self.do_primitive(strand, barrier, Action::Break);
    }
}
