//! `Barrier`: threads go on in rounds of n.
//!
//! A round is
//!
//! | state | when | its waiters |
//! |---|---|---|
//! | filling | fewer than n have arrived | wait |
//! | acting | the last has arrived, and runs the action | wait |
//! | done | the last has arrived, and the action is done | go on |
//! | broken | the barrier was broken or reset meanwhile | raise `BrokenBarrier` |
//!
//! Who arrives while a round acts is in the next one. A broken barrier takes nobody until it is reset.

use super::{Action, Line, Look, Misuse, Primitive, Reply, ThreadId};
use crate::values::Published;
use std::collections::BTreeMap;

/// A barrier.
#[derive(Clone, Debug)]
pub struct Barrier {
    parties: i64,
    action: Option<Published>,
    broken: bool,
    /// The number of the round that fills.
    round: u64,
    /// How many have arrived in it.
    arrived: i64,
    /// The rounds that threads still wait in.
    rounds: BTreeMap<u64, Round>,
}

#[derive(Clone, Debug)]
struct Round {
    state: State,
    /// How many wait in it.
    waiting: usize,
}

/// What came of leaving a round early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftEarly {
    /// The round was done: it has come through all the same.
    Through,
    /// It broke the barrier for all others.
    Broke,
    /// Another had broken it before.
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Filling,
    Acting,
    Done,
    Broken,
}

impl Barrier {
    /// A barrier for `parties`, at least 1, and what the last to arrive runs.
    #[must_use]
    pub fn new(parties: i64, action: Option<Published>) -> Barrier {
        Barrier { parties, action, broken: false, round: 0, arrived: 0, rounds: BTreeMap::new() }
    }

    /// How many the round that fills needs, and how many have come.
    #[must_use]
    pub fn attendance(&self) -> (i64, i64) {
        (self.parties, self.arrived)
    }

    /// What the last to arrive runs.
    #[must_use]
    pub fn action(&self) -> Option<Published> {
        self.action.clone()
    }

    /// The number of the round that fills.
    #[must_use]
    pub fn round(&self) -> u64 {
        self.round
    }

    fn break_rounds(&mut self) {
        for round in self.rounds.values_mut() {
            if matches!(round.state, State::Filling | State::Acting) {
                round.state = State::Broken;
            }
        }
        self.round += 1;
        self.arrived = 0;
    }

    fn leave(&mut self, round: u64) {
        if let Some(state) = self.rounds.get_mut(&round) {
            state.waiting -= 1;
            if state.waiting == 0 && !matches!(state.state, State::Filling | State::Acting) {
                self.rounds.remove(&round);
            }
        }
    }

    fn arrive(&mut self) -> Reply {
        let round = self.round;
        let index = self.arrived;
        let last = index + 1 == self.parties;
        let state = self.rounds.entry(round).or_insert(Round { state: State::Filling, waiting: 0 });
        if !last {
            state.waiting += 1;
            self.arrived += 1;
            return Reply::Place { index, round, last: false };
        }
        self.round += 1;
        self.arrived = 0;
        if self.action.is_some() {
            state.state = State::Acting;
        } else {
            self.finish(round);
        }
        Reply::Place { index, round, last: self.action.is_some() }
    }

    /// Who waits in a round waits no more, and breaks it unless it is over.
    pub fn leave_early(&mut self, round: u64) -> LeftEarly {
        let state = self.rounds.get(&round).map(|round| round.state);
        let left = match state {
            None | Some(State::Done) => LeftEarly::Through,
            Some(State::Broken) => LeftEarly::Lost,
            Some(State::Filling | State::Acting) => {
                self.broken = true;
                self.break_rounds();
                LeftEarly::Broke
            }
        };
        self.leave(round);
        left
    }

    fn finish(&mut self, round: u64) {
        if let Some(state) = self.rounds.get_mut(&round) {
            state.state = State::Done;
            if state.waiting == 0 {
                self.rounds.remove(&round);
            }
        }
    }
}

impl Primitive for Barrier {
    fn ready(&self, _: ThreadId, action: &Action) -> bool {
        match action {
            Action::Round { round } => self
                .rounds
                .get(round)
                .is_none_or(|round| matches!(round.state, State::Done | State::Broken)),
            _ => true,
        }
    }

    fn act(&mut self, _: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match action {
            Action::Arrive if self.broken => Err(Misuse::Broken),
            Action::Arrive => Ok(self.arrive()),
            Action::Round { round } => {
                let broken =
                    self.rounds.get(&round).is_some_and(|round| round.state == State::Broken);
                self.leave(round);
                if broken { Err(Misuse::Broken) } else { Ok(Reply::Done) }
            }
            Action::Depart { round } => {
                let state = self.rounds.get(&round).map(|round| round.state);
                if state != Some(State::Acting) {
                    // It was broken or reset while the action ran.
                    if self.rounds.get(&round).is_some_and(|round| round.waiting == 0) {
                        self.rounds.remove(&round);
                    }
                    return Err(Misuse::Broken);
                }
                self.finish(round);
                Ok(Reply::Int(self.parties - 1))
            }
            Action::Break | Action::Abort => {
                self.broken = true;
                self.break_rounds();
                Ok(Reply::Done)
            }
            Action::Reset => {
                self.broken = false;
                self.break_rounds();
                Ok(Reply::Done)
            }
            Action::Look(Look::Parties) => Ok(Reply::Int(self.parties)),
            Action::Look(Look::Broken) => Ok(Reply::Bool(self.broken)),
            _ => Err(Misuse::NoSuchAction),
        }
    }

    fn counts_on_waiters(&self) -> bool {
        true
    }

    /// The barrier is broken as soon as one who waits is told to stop: who arrives after that finds it so.
    fn will_give_up(&mut self, _: ThreadId, action: &Action) {
        let Action::Round { round } = action else { return };
        let state = self.rounds.get(round).map(|round| round.state);
        if matches!(state, Some(State::Filling | State::Acting)) {
            self.broken = true;
            self.break_rounds();
        }
    }

    fn line(&self, _: &Action) -> Line {
        Line::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Value;

    fn arrive(b: &mut Barrier) -> (i64, Action, bool) {
        match b.act(1, Action::Arrive) {
            Ok(Reply::Place { index, round, last }) => (index, Action::Round { round }, last),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rounds_of_n() {
        let mut b = Barrier::new(2, None);
        let (first, waiting, _) = arrive(&mut b);
        assert!(first == 0 && !b.ready(1, &waiting));
        assert_eq!(arrive(&mut b).0, 1);
        assert!(b.ready(1, &waiting));
        // One thread too many waits for the next round.
        let (again, next, _) = arrive(&mut b);
        assert!(again == 0 && !b.ready(3, &next));
        b.act(1, waiting).unwrap();
        assert!(!b.ready(3, &next));
    }

    #[test]
    fn the_action_comes_before_any_is_let_go() {
        let mut b = Barrier::new(2, Some(Published::new(Value::NIL)));
        let (_, waiting, _) = arrive(&mut b);
        let (_, Action::Round { round }, last) = arrive(&mut b) else { panic!() };
        assert!(last && !b.ready(1, &waiting));
        b.act(2, Action::Depart { round }).unwrap();
        assert!(b.ready(1, &waiting));
        b.act(1, waiting).unwrap();
        assert!(b.rounds.is_empty());
    }

    #[test]
    fn who_gives_up_breaks_it_for_all() {
        let mut b = Barrier::new(3, None);
        let (_, Action::Round { round }, _) = arrive(&mut b) else { panic!() };
        let (_, second, _) = arrive(&mut b);
        assert_eq!(b.leave_early(round), LeftEarly::Broke);
        assert!(b.ready(2, &second));
        assert_eq!(b.act(2, second).unwrap_err(), Misuse::Broken);
        assert_eq!(b.act(3, Action::Arrive).unwrap_err(), Misuse::Broken);
        b.act(3, Action::Reset).unwrap();
        assert_eq!(arrive(&mut b).0, 0);
    }

    #[test]
    fn who_gives_up_too_late_has_come_through() {
        let mut b = Barrier::new(2, None);
        let (_, Action::Round { round }, _) = arrive(&mut b) else { panic!() };
        arrive(&mut b);
        assert_eq!(b.leave_early(round), LeftEarly::Through);
        assert!(!b.broken && b.rounds.is_empty());
    }

    #[test]
    fn reset_lets_waiters_fail_and_leaves_it_whole() {
        let mut b = Barrier::new(2, None);
        let (_, waiting, _) = arrive(&mut b);
        b.act(2, Action::Reset).unwrap();
        assert_eq!(b.act(1, waiting).unwrap_err(), Misuse::Broken);
        assert!(!b.broken);
        let (_, waiting, _) = arrive(&mut b);
        arrive(&mut b);
        b.act(1, waiting).unwrap();
    }

    #[test]
    fn abort_during_the_action() {
        let mut b = Barrier::new(2, Some(Published::new(Value::NIL)));
        let (_, waiting, _) = arrive(&mut b);
        let (_, Action::Round { round }, _) = arrive(&mut b) else { panic!() };
        b.act(9, Action::Abort).unwrap();
        assert_eq!(b.act(1, waiting).unwrap_err(), Misuse::Broken);
        assert_eq!(b.act(2, Action::Depart { round }).unwrap_err(), Misuse::Broken);
        assert!(b.rounds.is_empty());
    }
}
