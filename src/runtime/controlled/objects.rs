//! What a step does: the action of a request on its object, with what it touches.

use super::footprint::{Mode, Order, Touch};
use super::queues;
use super::ready::{acquire_action, lock_of};
use super::strand::Wish;
use super::thing::{Body, State, Thing, body, is_owned};
use super::world::{Next, TakenUp, World, error, fault};
use crate::primitives::{
    Action, Barrier, Condition, Event, Hold, Latch, Lock, Look, Misuse, Pool, Queue,
    QueueOrder, RLock, Reply, RwLock, Semaphore, ThreadId,
};
use crate::values::{
    ErrorKind, Label, Object, ObjectKind, Published, Ref, Value, duration_text,
};
use crate::vm::{Answer, Limit, Make, Request, Target};
use std::sync::atomic::Ordering;

impl World {
    // ---- Making ------------------------------------------------------------------------------

    /// A new primitive.
    pub(super) fn make(&mut self, make: Make) -> Value {
        let Make { kind, label, number, with } = make;
        let with = with.map(Published::new);
        let count = |number: Option<i64>| number.and_then(|n| usize::try_from(n).ok());
        let permits = number.unwrap_or(1);
        let mut lock_of = None;
        let mut init = None;
        let state = match kind {
            ObjectKind::Lock => State::Lock(Lock::default()),
            ObjectKind::RLock => State::RLock(RLock::default()),
            ObjectKind::Semaphore => State::Semaphore(Semaphore { value: permits, bound: None }),
            ObjectKind::BoundedSemaphore => {
                State::Semaphore(Semaphore { value: permits, bound: Some(permits) })
            }
            ObjectKind::RwLock => State::RwLock(RwLock::default()),
            ObjectKind::Event => State::Event(Event::default()),
            ObjectKind::Latch => State::Latch(Latch { count: number.unwrap_or(0) }),
            ObjectKind::Barrier => State::Barrier(Barrier::new(permits, with)),
            ObjectKind::Queue => {
                State::Queue(Queue::new(QueueOrder::Fifo, count(number)), QueueOrder::Fifo)
            }
            ObjectKind::LifoQueue => {
                State::Queue(Queue::new(QueueOrder::Lifo, count(number)), QueueOrder::Lifo)
            }
            ObjectKind::PriorityQueue => {
                State::Queue(Queue::new(QueueOrder::Priority, count(number)), QueueOrder::Priority)
            }
            ObjectKind::Condition => {
                lock_of = Some(with.unwrap_or_else(|| {
                    let label = self.program.label(None);
                    Published::new(self.add_thing(
                        label,
                        ObjectKind::RLock,
                        State::RLock(RLock::default()),
                        None,
                    ))
                }));
                State::Condition(Condition::default())
            }
            ObjectKind::Pool => {
                init = with;
                State::Pool(Pool::new(count(number).unwrap_or_else(super::host::cpu_count)))
            }
            ObjectKind::Thread | ObjectKind::Task | ObjectKind::Timer | ObjectKind::Ticket => {
                unreachable!("scripts make these by other ways")
            }
        };
        let value = self.add_thing(label, kind, state, lock_of);
        if let Some(thing) = self.things.last_mut() {
            thing.pool.init = init;
        }
        value
    }

    pub(super) fn add_thing(
        &mut self,
        label: Label,
        kind: ObjectKind,
        state: State,
        lock_of: Option<Published>,
    ) -> Value {
        let number = self.things.len();
        let mut object = Object::new(label, kind, Box::new(Body::Thing(number)));
        object.lock_of = lock_of;
        let object = Ref::new(object);
        let value = Value::from(object.clone());
        let resource = self.new_resources(super::thing::RESOURCES);
        self.things.push(Thing::new(object, state, resource));
        value
    }

    // ---- Doing -------------------------------------------------------------------------------

    /// Lets what a strand wants happen; or what happens instead, because it was cancelled, or waits in vain, or its
    /// time has run out. An error is raised in it.
    pub(super) fn perform(&mut self, strand: usize, arm: usize) -> Result<Next, Value> {
        if let Some((arm, result)) = self.strands[strand].met.take() {
            return self.deliver(strand, arm, result);
        }
        if self.strands[strand].wish.is_blocking()
            && let Some(error) = self.take_error(strand)
        {
            return self.cancelled(strand, error);
        }
        if self.is_ready(strand) {
            return self.act(strand, arm);
        }
        if self.strands[strand].until.is_none()
            && let Some(error) = self.despair(strand)
        {
            return self.waited_in_vain(strand, error.into_inner());
        }
        if !self.strands[strand].arrived && super::ready::Ability::Go == self.ability(strand) {
            self.stand_in_line(strand);
            return Ok(Next::Stay);
        }
        self.pass_time(strand);
        self.time_out(strand)
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
            Request::JoinAny { of, .. } => self.join_any(&of),
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
        thing.count(&action);
        let reply = thing.primitive().act(who, action);
        if let Some((partner, action)) = self.met_partner.take() {
            let who = self.strands[partner].id;
            let met = self.things[number].primitive().act(who, action);
            let arm = self.arm_of(partner, number);
            self.strands[partner].met = Some((arm, met));
            self.leave_lines(partner);
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

    /// What an action on a primitive touches, or would.
    pub(super) fn touch_for(&mut self, number: usize, who: ThreadId, action: &Action, done: bool) {
        let thing = &self.things[number];
        let first = thing.resource;
        let new = |mode, order| Touch::new(first, mode, order);
        match (&thing.state, action) {
            (State::Queue(..), _) => return queues::touch(self, number, action, done),
            (_, Action::Look(_)) => self.touch(new(Mode::Read, Order::Acquire)),
            (State::Lock(_) | State::RLock(_), Action::Acquire { .. } | Action::Restore { .. }) => {
                let owner = thing.owner();
                let level = i64::from(owner.is_none());
                let touch = new(Mode::Write, Order::Acquire);
                let again = owner == Some(who);
                self.touch(if again { touch } else { touch.needs(1, level) });
            }
            (State::Lock(_) | State::RLock(_), _) => {
                self.touch(new(Mode::Write, Order::Release).gives(1));
            }
            (State::Semaphore(semaphore), Action::Acquire { count, .. }) => {
                let touch = new(Mode::Write, Order::Acquire).needs(*count, semaphore.value);
                self.touch(touch);
            }
            (State::Semaphore(semaphore), Action::Release { count, .. }) => {
                let mode = if semaphore.bound.is_some() { Mode::Write } else { Mode::Add };
                self.touch(new(mode, Order::Release).gives(*count));
            }
            // What readers release is for writers alone: readers do not order each other.
            (State::RwLock(_), Action::AcquireSide { write }) => {
                let mode = if *write { Mode::Write } else { Mode::Add };
                self.touch(new(mode, Order::Acquire));
                if *write {
                    self.touched(first + 1, Mode::Write, Order::Acquire);
                }
            }
            (State::RwLock(_), Action::ReleaseSide { write: true }) => {
                self.touch(new(Mode::Write, Order::Release));
            }
            (State::RwLock(_), Action::ReleaseSide { write: false }) => {
                self.touch(new(Mode::Add, Order::None));
                self.touched(first + 1, Mode::Add, Order::Release);
            }
            (State::Event(_), Action::Set) => self.touch(new(Mode::Add, Order::Release).gives(1)),
            (State::Event(_), Action::Wait { since }) => {
                let since_then = thing.sets.saturating_sub(*since) as i64;
                let level = thing.tally.max(since_then);
                self.touch(new(Mode::Read, Order::Acquire).needs(1, level));
            }
            (State::Latch(latch), Action::CountDown(by)) => {
                let mode = if *by < 1 { Mode::Read } else { Mode::Add };
                let _ = latch;
                self.touch(new(mode, Order::Release).gives(*by));
            }
            (State::Latch(latch), Action::Wait { .. }) => {
                // What was counted down beyond 0 counts too: any of it could have been left out.
                let level = if latch.count > 0 { -latch.count } else { thing.tally };
                self.touch(new(Mode::Read, Order::Acquire).needs(0, level));
            }
            (State::Barrier(_), Action::Abort | Action::Reset) => {
                self.touch(new(Mode::Write, Order::Both));
                self.touch_rounds(number);
            }
            (State::Pool(pool), Action::Join) => {
                let level = -(pool.unfinished as i64);
                let touch = Touch::new(first + 2, Mode::Read, Order::Acquire).needs(0, level);
                self.touch(touch);
            }
            _ => self.touch(new(Mode::Write, Order::Both)),
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
        object.site.store(self.strands[strand].site, Ordering::Relaxed);
        if let Body::Thing(number) = body(object) {
            self.things[*number].holder = Some(strand);
        }
    }

    // ---- Standing in line --------------------------------------------------------------------

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
                of.iter().map(|one| (one.clone(), Action::Join)).collect()
            }
            Wish::Ask(Request::Await { ticket, .. }) => self.awaits(ticket).into_iter().collect(),
            Wish::Ask(Request::Retake { ticket }) => self.retakes(ticket).into_iter().collect(),
            Wish::Round { barrier, round, .. } => {
                vec![(barrier.clone(), Action::Round { round: *round })]
            }
            _ => Vec::new(),
        }
    }

    fn stand_in_line(&mut self, strand: usize) {
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
            let first = thing.resource;
            let count = if matches!(thing.state, State::Queue(..)) { 2 } else { 1 };
            for resource in first..first + count {
                self.touched(resource, Mode::Write, Order::None);
            }
        }
        self.strands[strand].arrived = true;
    }

    /// Takes a strand out of the line of a primitive, with what it waits for there.
    fn leave_line(&mut self, number: usize, strand: usize) -> Option<Action> {
        let line = &mut self.things[number].line;
        let at = line.iter().position(|(other, ..)| *other == strand)?;
        Some(line.remove(at).2)
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

    /// What a wait that another's step has ended comes to.
    fn deliver(
        &mut self,
        strand: usize,
        arm: usize,
        result: Result<Reply, Misuse>,
    ) -> Result<Next, Value> {
        let wish = std::mem::replace(&mut self.strands[strand].wish, Wish::Nothing);
        let resource = self.strands[strand].signal_resource;
        self.touched(resource, Mode::Read, Order::Acquire);
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

    // ---- Waits that end otherwise ------------------------------------------------------------

    /// The strand was cancelled.
    fn cancelled(&mut self, strand: usize, error: Value) -> Result<Next, Value> {
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
    fn time_out(&mut self, strand: usize) -> Result<Next, Value> {
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
                let after = |arm: &crate::vm::SelectArm| matches!(arm, crate::vm::SelectArm::After(_));
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

    /// A wait that ends otherwise has looked at what it waited for.
    pub(super) fn touch_waits(&mut self, strand: usize) {
        for (object, action) in self.waits_on(strand) {
            match body(&object) {
                Body::Thing(number) => {
                    let thing = &self.things[*number];
                    let first = thing.resource;
                    let seen = self.strands[strand].arrived;
                    let mode = if seen { Mode::Write } else { Mode::Read };
                    let count = if matches!(thing.state, State::Queue(..) | State::Pool(_)) { 3 } else { 1 };
                    for resource in first..first + count {
                        self.touched(resource, mode, Order::None);
                    }
                    if let Action::Round { round } = action {
                        let resource = self.round_resource(*number, round);
                        self.touched(resource, Mode::Write, Order::None);
                    }
                    if let Action::Await { ticket } = action {
                        let resource = self.ticket_resource(*number, ticket);
                        self.touched(resource, Mode::Write, Order::None);
                        self.touched(first, Mode::Write, Order::None);
                    }
                }
                Body::Strand(other) => {
                    let resource = self.strands[*other].end_resource;
                    self.touched(resource, Mode::Read, Order::None);
                }
                Body::Timer(timer) => {
                    let resource = self.timers[*timer].resource;
                    self.touched(resource, Mode::Read, Order::None);
                }
            }
        }
        if let Wish::Children { scope, .. } = &self.strands[strand].wish {
            let ends = self.scopes[*scope].ends.clone();
            for resource in ends {
                self.touched(resource, Mode::Read, Order::None);
            }
        }
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
    fn described(&self, strand: usize, object: &Ref<Object>, action: &Action) -> String {
        let mut text = super::report::waits_for(object, action);
        let holders = self.holders_of(strand, object, action);
        let holders: Vec<String> = match (holders.as_slice(), body(object)) {
            ([], Body::Thing(number)) => {
                self.things[*number].owner().map(|id| self.strand_name(id)).into_iter().collect()
            }
            _ => holders.iter().map(|holder| self.strands[*holder].name.to_string()).collect(),
        };
        if !matches!(action, Action::Join) && !holders.is_empty() {
            text.push_str(", held by ");
            text.push_str(&holders.join(", "));
        }
        text
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

impl Thing {
    /// Counts what tells later which steps another one needed.
    fn count(&mut self, action: &Action) {
        match (&self.state, action) {
            (State::Event(_), Action::Set) => {
                self.tally += 1;
                self.sets += 1;
            }
            (State::Event(_), Action::Clear) => self.tally = 0,
            // Of a latch: by how much it was counted down beyond 0.
            (State::Latch(latch), Action::CountDown(by)) if *by > latch.count => {
                self.tally = self.tally.saturating_add(by - latch.count);
            }
            _ => {}
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
