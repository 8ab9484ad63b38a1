//! Conditions: a `wait` enrols and gives its lock back in one step, waits for its ticket to be drawn, and takes the
//! lock again.

use super::footprint::{Mode, Order, Touch};
use super::ready::lock_of;
use super::thing::{Body, State, Ticket, body};
use super::world::{Next, Note, World};
use crate::primitives::{Action, Hold, Misuse, Reply};
use crate::values::{Object, ObjectKind, Ref, Value};
use crate::vm::Limit;
use std::sync::atomic::Ordering;

impl World {
    fn ticket(&self, ticket: &Ref<Object>) -> &Ticket {
        match body(ticket) {
            Body::Thing(number) => match &self.things[*number].state {
                State::Ticket(ticket) => ticket,
                _ => unreachable!("a ticket's state is one"),
            },
            _ => unreachable!("a ticket is kept with the things"),
        }
    }

    fn condition_number(&self, ticket: &Ref<Object>) -> usize {
        number(&self.ticket(ticket).condition)
    }

    pub(super) fn ticket_limit(&self, ticket: &Ref<Object>) -> Limit {
        let ticket = self.ticket(ticket);
        Limit { within: None, until: ticket.until, or_else: false }
    }

    /// Whether the thread looks for itself whether it need wait.
    pub(super) fn looks(&self, strand: usize) -> bool {
        match &self.strands[strand].wish {
            super::strand::Wish::Ask(crate::vm::Request::Await { ticket, .. }) => {
                self.ticket(ticket).looks
            }
            _ => false,
        }
    }

    pub(super) fn ticket_length(&self, ticket: &Ref<Object>) -> i64 {
        self.ticket(ticket).length
    }

    pub(super) fn ticket_resource(&mut self, condition: usize, ticket: u64) -> u32 {
        self.place_in(condition, ticket)
    }

    pub(super) fn is_drawn(&self, ticket: &Ref<Object>) -> bool {
        let action = Action::Await { ticket: self.ticket(ticket).number };
        self.things[self.condition_number(ticket)].look().ready(0, &action)
    }

    /// What a ticket waits for.
    pub(super) fn awaits(&self, ticket: &Ref<Object>) -> Option<(Ref<Object>, Action)> {
        let ticket = self.ticket(ticket);
        Some((ticket.condition.clone(), Action::Await { ticket: ticket.number }))
    }

    /// The lock that is to be taken again.
    pub(super) fn retakes(&self, ticket: &Ref<Object>) -> Option<(Ref<Object>, Action)> {
        let ticket = self.ticket(ticket);
        let action = Action::Restore { depth: ticket.depth, hold: ticket.hold };
        Some((lock_of(&ticket.condition).clone(), action))
    }

    pub(super) fn may_retake(&self, strand: usize, ticket: &Ref<Object>) -> bool {
        self.retakes(ticket).is_none_or(|(lock, action)| self.may(strand, &lock, &action))
    }

    fn check_held(&mut self, strand: usize, condition: &Ref<Object>) -> Result<(), Value> {
        let who = self.strands[strand].id;
        if self.things[number(lock_of(condition))].owner() == Some(who) {
            return Ok(());
        }
        let lock = self.things[number(lock_of(condition))].resource;
        self.touched(lock, Mode::Read, Order::Acquire);
        Err(self.misuse(strand, condition, &Misuse::LockNotHeld))
    }

    /// `wait c until …`: the lock must be held, though the condition may be met already.
    pub(super) fn wait_check(
        &mut self,
        strand: usize,
        condition: &Ref<Object>,
        within: Option<i64>,
    ) -> Result<Value, Value> {
        if let Some(error) = self.take_error(strand) {
            return Err(error);
        }
        self.check_held(strand, condition)?;
        Ok(self.begin_limit(strand, within))
    }

    /// `wait c`: enrols, and gives the lock back.
    pub(super) fn enrol(
        &mut self,
        strand: usize,
        condition: &Ref<Object>,
        limit: Limit,
        looks: bool,
    ) -> Result<Next, Value> {
        self.check_held(strand, condition)?;
        let until =
            limit.until.or(limit.within.map(|within| self.time_of(strand).saturating_add(within)));
        let length = match (limit.within, limit.until, self.strands[strand].last_limit) {
            (Some(within), ..) => within,
            (None, Some(until), Some((moment, within))) if until == moment => within,
            _ => 0,
        };
        let reply = self.do_action(strand, condition, Action::Enrol)?;
        let Reply::Ticket(ticket) = reply else { return Ok(Value::TRUE.into()) };
        let lock = lock_of(condition).clone();
        let site = lock.site.load(Ordering::Relaxed);
        let (depth, hold) = match self.do_action(strand, &lock, Action::ReleaseWhole)? {
            Reply::Held { depth, hold } => (depth, hold),
            _ => (1, Hold::Block),
        };
        let ticket = Ticket {
            condition: condition.clone(),
            number: ticket,
            depth,
            hold,
            site,
            until,
            length,
            looks,
        };
        let label = crate::values::Label::new(0, None);
        let ticket = self.add_thing(label, ObjectKind::Ticket, State::Ticket(ticket), None);
        Ok(ticket.into())
    }

    /// The ticket was drawn.
    pub(super) fn awaited(&mut self, ticket: &Ref<Object>) -> Result<Next, Value> {
        let drawn = self.ticket(ticket).number;
        let condition = self.condition_number(ticket);
        let resource = self.ticket_resource(condition, drawn);
        self.touch(Touch::new(resource, Mode::Read, Order::Acquire).needs(1, 1));
        if let State::Condition(state) = &mut self.things[condition].state {
            state.leave(drawn);
        }
        Ok(Value::TRUE.into())
    }

    /// Who waits stops; whether it was notified.
    pub(super) fn leave_condition(&mut self, ticket: &Ref<Object>) -> bool {
        let drawn = self.ticket(ticket).number;
        let condition = self.condition_number(ticket);
        match &mut self.things[condition].state {
            State::Condition(state) => state.leave(drawn),
            _ => false,
        }
    }

    /// Takes the lock again, as it was held.
    pub(super) fn retake(&mut self, strand: usize, ticket: &Ref<Object>) -> Result<Next, Value> {
        let site = self.ticket(ticket).site;
        let Some((lock, action)) = self.retakes(ticket) else { return Ok(Value::NIL.into()) };
        self.do_action(strand, &lock, action)?;
        lock.site.store(site, Ordering::Relaxed);
        self.things[number(&lock)].holder = Some(strand);
        Ok(Value::NIL.into())
    }

    /// A lock that never comes free could not be taken again.
    pub(super) fn lose(&mut self, strand: usize, ticket: &Ref<Object>) {
        let depth = self.ticket(ticket).depth;
        if let Some((lock, _)) = self.retakes(ticket) {
            self.strands[strand].lost.push((number(&lock), depth));
        }
    }

    /// `notify c`
    pub(super) fn notify(
        &mut self,
        strand: usize,
        condition: &Ref<Object>,
        count: Option<i64>,
    ) -> Result<Next, Value> {
        self.check_held(strand, condition)?;
        let at = number(condition);
        let before = match &self.things[at].state {
            State::Condition(state) => state.drawn(),
            _ => Vec::new(),
        };
        let reply = self.do_action(strand, condition, Action::Notify { count })?;
        let after = match &self.things[at].state {
            State::Condition(state) => state.drawn(),
            _ => Vec::new(),
        };
        for ticket in after.into_iter().filter(|ticket| !before.contains(ticket)) {
            let resource = self.ticket_resource(at, ticket);
            self.touch(Touch::new(resource, Mode::Write, Order::Release).gives(1));
        }
        if matches!(reply, Reply::Int(0)) {
            let place = self.place_of(strand);
            self.notes.push(Note::NotifiedNobody(at, place));
        }
        Ok(self.value_of(reply).into())
    }
}

fn number(object: &Ref<Object>) -> usize {
    match body(object) {
        Body::Thing(number) => *number,
        _ => unreachable!("a condition and its lock are primitives"),
    }
}
