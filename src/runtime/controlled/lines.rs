//! Standing in line: what a strand waits for, and where others can see that it does.

use super::footprint::{Mode, Order};
use super::queues;
use super::ready::{acquire_action, lock_of};
use super::strand::Wish;
use super::thing::{Body, State, body};
use super::world::World;
use crate::primitives::Action;
use crate::values::{Object, Ref};
use crate::vm::Request;

impl World {
    /// The objects that a strand waits for, and what for.
    pub(super) fn waits_on(&self, strand: usize) -> Vec<(Ref<Object>, Action)> {
        match &self.strands[strand].wish {
            Wish::Ask(Request::Acquire { target, count, hold, limit }) => {
                let action = acquire_action(target, *count, *hold, *limit);
                vec![(lock_of(target.object()).clone(), action)]
            }
            Wish::Ask(Request::Perform { object, action, .. }) => {
                vec![(object.clone(), action.clone())]
            }
            Wish::Ask(Request::Next { queue }) => vec![(queue.clone(), Action::Recv)],
            Wish::Ask(Request::Select(arms)) => super::select::waits_on(arms),
            Wish::Ask(Request::Join { of, .. }) => vec![(of.clone(), Action::Join)],
            Wish::Ask(Request::JoinAll { of, .. }) => {
                let open = of.iter().find(|one| !self.is_done(strand, one, &Action::Join));
                open.map(|one| (one.clone(), Action::Join)).into_iter().collect()
            }
            Wish::Ask(Request::JoinAny { of, .. }) => {
                let others = of.iter().filter(|one| !self.is_self_join(strand, one));
                others.map(|one| (one.clone(), Action::Join)).collect()
            }
            Wish::Ask(Request::Await { ticket, .. }) => self.awaits(ticket).into_iter().collect(),
            Wish::Ask(Request::Retake { ticket }) => self.retakes(ticket).into_iter().collect(),
            Wish::Round { barrier, round, .. } => {
                vec![(barrier.clone(), Action::Round { round: *round })]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn stand_in_line(&mut self, strand: usize) {
        let who = self.strands[strand].id;
        for (object, mut action) in self.waits_on(strand) {
            let Body::Thing(number) = body(&object) else { continue };
            let thing = &mut self.things[*number];
            if matches!(thing.state, State::Ticket(_)) {
                continue;
            }
            thing.primitive().wait(who, &mut action);
            if let (State::Event(_), Action::Wait { since }) = (&thing.state, &mut action) {
                *since = thing.sets;
            }
            thing.line.push((strand, who, action));
            if thing.is_rendezvous() {
                queues::touch_meeting(self, *number, strand, Order::Release);
            }
            let thing = &self.things[*number];
            let first = thing.resource;
            let count = if matches!(thing.state, State::Queue(..)) { 2 } else { 1 };
            for resource in first..first + count {
                self.touched(resource, Mode::Write, Order::None);
            }
        }
        self.strands[strand].arrived = true;
    }

    /// Takes a strand out of the line of a primitive, with what it waits for there.
    pub(super) fn leave_line(&mut self, number: usize, strand: usize) -> Option<Action> {
        let line = &mut self.things[number].line;
        let at = line.iter().position(|(other, ..)| *other == strand)?;
        Some(line.remove(at).2)
    }

    /// What a strand waited for has happened: it stands in no line any more, not even where it was not the line that
    /// it waited for, as at a barrier.
    pub(super) fn leave_lines_behind(&mut self, strand: usize) {
        for thing in &mut self.things {
            thing.line.retain(|(other, ..)| *other != strand);
        }
    }

    /// Takes a strand out of all lines: it waits no more.
    pub(super) fn leave_lines(&mut self, strand: usize) {
        if !std::mem::take(&mut self.strands[strand].arrived) {
            return;
        }
        let who = self.strands[strand].id;
        for (object, _) in self.waits_on(strand) {
            let Body::Thing(number) = body(&object) else { continue };
            while let Some(action) = self.leave_line(*number, strand) {
                self.things[*number].primitive().give_up(who, &action);
            }
        }
    }
}
