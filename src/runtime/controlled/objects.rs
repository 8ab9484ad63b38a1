//! What a step does: the action of a request on its object, with what it touches.

use super::footprint::{Mode, Order, Touch};
use super::queues;
use super::ready::{acquire_action, lock_of};
use super::strand::Wish;
use super::thing::{Body, State, Thing, body, is_owned};
use super::world::{Next, TakenUp, World, fault};
use crate::primitives::{Action, Hold, Look, Misuse, Reply, ThreadId};
use crate::runtime::cure::waits_for_held;
use crate::source::Place;
use crate::values::{Object, ObjectKind, Ref, Value};
use crate::vm::{Answer, Request, SelectArm, Target};
use std::sync::atomic::Ordering;

impl World {
    /// Lets what a strand wants happen; or what happens instead, because it was cancelled, or waits in vain, or its
    /// time has run out. An error is raised in it. `is_ready`: it is known that what it wants may happen.
    pub(super) fn perform(
        &mut self,
        strand: usize,
        arm: usize,
        is_ready: bool,
    ) -> Result<Next, Value> {
        if let Some((arm, result)) = self.strands[strand].met.take() {
            let needs = !self.may_time_out(strand);
            let done = self.deliver(strand, arm, result);
            if !needs {
                self.need_nothing();
            }
            return done;
        }
        if self.strands[strand].wish.is_blocking()
            && let Some(error) = self.take_error(strand)
        {
            let wanted = self.strands[strand].signals.wanted;
            self.strands[strand].signals.wanted = 0;
            if !self.could_go_on_uncancelled(strand)
                && let Some(touch) = self.footprint.last_mut()
            {
                *touch = touch.needs(1, wanted.max(1));
            }
            return self.cancelled(strand, error);
        }
        if is_ready || self.is_ready(strand) {
            let needs = !self.could_do_otherwise(strand);
            let stood = self.strands[strand].arrived;
            let done = self.act(strand, arm);
            if stood {
                self.leave_lines_behind(strand);
            }
            if !needs {
                self.need_nothing();
            }
            return done;
        }
        if self.strands[strand].until.is_none()
            && self.is_hopeless(strand)
            && let Some(error) = self.despair(strand)
        {
            let wanted = self.lock_wanted(strand);
            self.told = true;
            let told = self.waited_in_vain(strand, error.into_inner());
            if let Some(lock) = wanted {
                self.need_lock(lock);
            }
            return told;
        }
        if !self.strands[strand].arrived && super::ready::Ability::Go == self.ability(strand) {
            self.stand_in_line(strand);
            return Ok(Next::Stay);
        }
        self.pass_time(strand);
        self.time_out(strand)
    }

    /// Whether a strand could do something even if what it wants were not ready: its time could run out, it could
    /// stand in line, a `select` has an arm for it. Then it needs nothing of what made that ready.
    ///
    /// A step that needs what an earlier one gave is ordered after it, but is no race with it (see
    /// [`Touch::is_needed_by`]): the thread could do nothing in the state before the earlier one. With a time limit that
    /// is not so. In that state the thread's next step is the running out of its time, and from there the run goes on
    /// otherwise: `recv q within 2ms` after a `send q` and `recv q within 2ms` before it are two steps that
    /// do not commute, and both can be taken. So they are a race as any two touches are that conflict, and the state
    /// before the earlier one gets the thread among those to try. That the time runs out conflicts with all
    /// that could make what is waited for ready, see `touch_waits`; so the same race is found if it ran out first.
    ///
    /// It must be no more than what the thread could really do then. Where time cannot run out, the race would be one
    /// with a step that the thread has to wait for, and hide the one before: of the release of a lock, that with the
    /// acquisition which the release undid.
    pub(super) fn could_do_otherwise(&self, strand: usize) -> bool {
        let of = &self.strands[strand];
        let has_else = |arm: &SelectArm| !matches!(arm, SelectArm::On(_));
        self.may_time_out(strand)
            || !of.arrived && self.is_line_seen(strand)
            || matches!(&of.wish, Wish::Ask(Request::Select(arms)) if arms.iter().any(has_else))
    }

    /// Whether a strand that is cancelled where it waits could have done something else if it were not.
    fn could_go_on_uncancelled(&self, strand: usize) -> bool {
        self.is_ready(strand)
            || self.could_do_otherwise(strand)
            || self.strands[strand].until.is_some()
            || self.waits_on(strand).len() != 1
            || self.is_hopeless(strand)
    }

    /// The lock that a strand waits for, if that is all.
    fn lock_wanted(&self, strand: usize) -> Option<usize> {
        let Wish::Ask(Request::Acquire { target: target @ Target::Object(_), .. }) =
            &self.strands[strand].wish
        else {
            return None;
        };
        let Body::Thing(number) = body(lock_of(target.object())) else { return None };
        let is_lock = matches!(self.things[*number].state, State::Lock(_) | State::RLock(_));
        is_lock.then_some(*number)
    }

    /// One that was told that it closes a circle would have got the lock, had anything of that circle not come: or else it
    /// would have had to wait.
    fn need_lock(&mut self, lock: usize) {
        let resource = self.things[lock].resource;
        for touch in &mut self.footprint {
            if touch.resource == resource {
                *touch = touch.needs(1, 0);
            }
        }
    }

    /// What the step touched it needs nothing of.
    pub(super) fn need_nothing(&mut self) {
        self.footprint.iter_mut().for_each(|touch| touch.needs = Touch::NOTHING);
    }

    /// What was ready happens.
    fn act(&mut self, strand: usize, arm: usize) -> Result<Next, Value> {
        match std::mem::replace(&mut self.strands[strand].wish, Wish::Nothing) {
            Wish::Nothing => Ok(Next::Stay),
            Wish::End(ended) => {
                self.come_to_end(strand, ended);
                Ok(Next::Stay)
            }
            Wish::NextTask(pool) => {
                self.next_task(strand, pool);
                Ok(Next::Stay)
            }
            Wish::Round { barrier, index, round, .. } => {
                self.leave_round(strand, &barrier, round).map(|()| Value::int(index).into())
            }
            Wish::Children { scope, or_else, .. } => self.close_scope(strand, scope, or_else),
            Wish::Ask(request) => self.act_on(strand, request, arm),
        }
    }

    fn act_on(&mut self, strand: usize, request: Request, arm: usize) -> Result<Next, Value> {
        match request {
            Request::Access(access) => {
                self.access(&access);
                Ok(Next::Answer(Answer::Continue))
            }
            Request::Accesses(all) => {
                all.iter().for_each(|access| self.access(access));
                Ok(Next::Answer(Answer::Continue))
            }
            Request::Acquire { target, count, hold, limit } => {
                let object = lock_of(target.object()).clone();
                let action = acquire_action(&target, count, hold, limit);
                self.do_action(strand, &object, action)?;
                self.note_taken(strand, &object);
                Ok(Value::TRUE.into())
            }
            Request::Release { target, count, hold } => self.release(strand, &target, count, hold),
            Request::Perform { object, action, limit: _ } => {
                let reply = match &action {
                    Action::Look(_) => self.do_action(strand, lock_of(&object), action)?,
                    Action::Join => return self.join(strand, &object),
                    _ => self.do_action(strand, &object, action)?,
                };
                Ok(self.value_of(reply).into())
            }
            Request::Next { queue } => match self.do_primitive(strand, &queue, Action::Recv) {
                Ok(reply) => Ok(self.value_of(reply).into()),
                Err(Misuse::Closed) => Ok(Next::Answer(Answer::Ended)),
                Err(misuse) => Err(self.misuse(strand, &queue, &misuse)),
            },
            Request::Enrol { condition, limit, looks } => {
                self.enrol(strand, &condition, limit, looks)
            }
            Request::Await { ticket, .. } => self.awaited(&ticket),
            Request::Retake { ticket } => self.retake(strand, &ticket),
            Request::Notify { condition, count } => self.notify(strand, &condition, count),
            Request::Arrive { barrier, limit } => self.arrive(strand, &barrier, limit),
            Request::Depart { barrier } => self.depart(strand, &barrier),
            Request::BreakBarrier { barrier } => self.break_barrier(strand, &barrier),
            Request::Join { of, .. } => self.join(strand, &of),
            Request::JoinAll { of, .. } => self.join_all(strand, &of),
            Request::JoinAny { of, .. } => self.join_any(strand, &of),
            Request::Select(arms) => self.select(strand, arms, arm),
            Request::Spawn(request) => self.spawn(strand, request),
            Request::Timer(request) => Ok(self.timer(strand, request).into()),
            Request::ScopeFail { error, or_else } => {
                self.fail_scope_by_body(strand, error, or_else);
                Ok(Next::Stay)
            }
            Request::Host(call) => self.host(strand, call),
            Request::Sleep(_) => Ok(Value::TRUE.into()),
            Request::WaitCheck { condition, within } => {
                self.wait_check(strand, &condition, within).map(Next::from)
            }
            Request::ScopeExit { or_else } => {
                self.begin_exit(strand, or_else);
                Ok(Next::Stay)
            }
            Request::Make(_) | Request::Deadline(_) | Request::ScopeEnter { .. } => {
                unreachable!("it was answered at once")
            }
        }
    }

    /// An action on an object that may happen now.
    pub(super) fn do_action(
        &mut self,
        strand: usize,
        object: &Ref<Object>,
        action: Action,
    ) -> Result<Reply, Value> {
        self.do_primitive(strand, object, action)
            .map_err(|misuse| self.misuse(strand, object, &misuse))
    }

    /// The same, with the mistake as it is.
    pub(super) fn do_primitive(
        &mut self,
        strand: usize,
        object: &Ref<Object>,
        action: Action,
    ) -> Result<Reply, Misuse> {
        let Body::Thing(number) = body(object) else { return Err(Misuse::NoSuchAction) };
        let number = *number;
        let who = self.strands[strand].id;
        // What was noted when it came to stand in line goes with it.
        let in_line = self.leave_line(number, strand);
        let action = in_line.unwrap_or(action);
        self.touch_for(number, who, &action, true);
        self.meet_partner(number, who, &action);
        let thing = &mut self.things[number];
        let reply = thing.act(strand, who, action);
        if let Some((partner, action)) = self.met_partner.take() {
            let who = self.strands[partner].id;
            let met = self.things[number].act(partner, who, action);
            let arm = self.arm_of(partner, number);
            self.strands[partner].met = Some((arm, met));
            // It leaves all lines that it stood in, and is told: its time might have run out before.
            self.touch_waits(partner);
            self.leave_lines(partner);
            let signal = self.strands[partner].signal_resource;
            self.touch(Touch::new(signal, Mode::Write, Order::Release).gives(1));
            queues::touch_meeting(self, number, partner, Order::Acquire);
        }
        reply
    }

    /// Takes the waiting thread whose action happens at once with this one out of the line.
    fn meet_partner(&mut self, number: usize, who: ThreadId, action: &Action) {
        let thing = &mut self.things[number];
        if !thing.is_rendezvous() {
            return;
        }
        let Some(partner) = thing.primitive().partner(who, action) else { return };
        let kind = std::mem::discriminant(action);
        let at = thing
            .line
            .iter()
            .position(|(_, id, other)| *id == partner && std::mem::discriminant(other) != kind);
        if let Some(at) = at {
            let (partner, _, action) = thing.line.remove(at);
            self.met_partner = Some((partner, action));
        }
    }

    /// Gives a lockable back.
    fn release(
        &mut self,
        strand: usize,
        target: &Target,
        count: Option<i64>,
        hold: Hold,
    ) -> Result<Next, Value> {
        let object = lock_of(target.object()).clone();
        if self.was_lost(strand, &object) {
            return Ok(Value::TRUE.into());
        }
        let action = match target {
            Target::Side(_, write) => Action::ReleaseSide { write: *write },
            Target::Object(_) => Action::Release { count: count.unwrap_or(1), hold },
        };
        self.do_action(strand, &object, action)?;
        Ok(Value::TRUE.into())
    }

    fn was_lost(&mut self, strand: usize, object: &Ref<Object>) -> bool {
        let Body::Thing(number) = body(object) else { return false };
        let lost = &mut self.strands[strand].lost;
        let Some(at) = lost.iter().position(|(other, _)| other == number) else { return false };
        lost[at].1 -= 1;
        if lost[at].1 <= 0 {
            lost.remove(at);
        }
        true
    }

    /// Notes where a lock was taken.
    pub(super) fn note_taken(&mut self, strand: usize, object: &Ref<Object>) {
        let of = &mut self.strands[strand];
        object.site.store(of.site, Ordering::Relaxed);
        if let Body::Thing(number) = body(object) {
            self.things[*number].holder = Some(strand);
            if object.kind == ObjectKind::RwLock {
                of.sides.retain(|(lock, _)| lock != number);
                of.sides.push((*number, of.site));
            }
        }
    }

    /// Where one who holds a lock, or a side of it, took that.
    pub(super) fn taken_at(&self, strand: usize, object: &Ref<Object>) -> Option<Place> {
        let site = match body(object) {
            Body::Thing(number) if object.kind == ObjectKind::RwLock => {
                self.strands[strand].sides.iter().find(|(lock, _)| lock == number)?.1
            }
            _ => object.site.load(Ordering::Relaxed),
        };
        self.program.place_of_site(site)
    }

    // ---- Words -------------------------------------------------------------------------------

    /// The error of a mistake in using an object.
    pub(super) fn misuse(&mut self, strand: usize, object: &Ref<Object>, misuse: &Misuse) -> Value {
        let told = misuse.fault(&object.to_string(), |id| self.strand_name(id));
        match misuse {
            Misuse::HeldAlready => super::report::held_already(self, strand, object, &told),
            _ => fault(&told),
        }
    }

    /// What a reply is to the script.
    pub(super) fn value_of(&mut self, reply: Reply) -> Value {
        match reply {
            Reply::Bool(is) => Value::bool(is),
            Reply::Int(number) => Value::int(number),
            Reply::Value(value) => value.into_inner(),
            Reply::Thread(who) => self.thread_value(who),
            Reply::Place { index, .. } => Value::int(index),
            Reply::Done | Reply::Unbounded | Reply::Ticket(_) | Reply::Held { .. } => Value::NIL,
        }
    }

    /// What an action waits for, and who has it.
    pub(super) fn described(&self, strand: usize, object: &Ref<Object>, action: &Action) -> String {
        let holders = self.holders_of(strand, object, action);
        let holders: Vec<String> = match (holders.as_slice(), body(object)) {
            ([], Body::Thing(number)) => {
                self.things[*number].owner().map(|id| self.strand_name(id)).into_iter().collect()
            }
            _ => holders.iter().map(|holder| self.strands[*holder].name.to_string()).collect(),
        };
        waits_for_held(object, action, &holders)
    }

    /// A thread, as a value; or nil.
    pub(super) fn thread_value(&mut self, who: Option<ThreadId>) -> Value {
        match who.and_then(|id| self.strand_of(id)) {
            Some(strand) => self.strand_value(strand),
            None => Value::NIL,
        }
    }

    /// `join []`
    pub(super) fn join_nothing(&mut self) -> TakenUp {
        match crate::values::List::value(Vec::new()) {
            Ok(list) => TakenUp::Answer(Answer::Value(list)),
            Err(told) => TakenUp::Raise(fault(&told)),
        }
    }
}

/// A reply of a look that says yes.
pub(super) fn is_true(reply: &Result<Reply, Misuse>) -> bool {
    matches!(reply, Ok(Reply::Bool(true)))
}

/// What a look at a primitive replies.
pub(super) fn look(thing: &mut Thing, who: ThreadId, what: Look) -> Result<Reply, Misuse> {
    thing.primitive().act(who, Action::Look(what))
}

/// Whether a lock is one whose owner alone can release it.
pub(super) fn has_owner(object: &Object) -> bool {
    is_owned(object.kind)
}
