//! Who can go on, and what a request is before it becomes a step.

use super::config::Time;
use super::strand::Wish;
use super::thing::{Body, State, body};
use super::world::{Actor, Alone, Choice, TakenUp, World};
use crate::primitives::{Action, Primitive};
use crate::values::{Object, Ref, Value};
use crate::vm::{Answer, Limit, Part, Request, SelectArm, Target};

/// What a strand can do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// Nothing: it waits.
    None,
    /// What it wants.
    Ready,
    /// Something else at once: it was cancelled, it closes a circle, it stands in line.
    Go,
    /// Its time runs out.
    Time,
}

/// Whose ability a step may have changed, beside those of strands that go round: they wait for any change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stir {
    /// Anybody's.
    All,
    /// Only that of the strand that took it: nobody can wait for what it did.
    Own(usize),
    /// That of the strand that took it, and of those who wait for locks: it took one, or gave it back.
    Lock(usize),
}

impl World {
    /// All that can happen next, in the order of the actors.
    pub fn options(&mut self, options: &mut Vec<Choice>) {
        options.clear();
        self.time_passes = false;
        if self.ended.is_some() {
            return;
        }
        if !self.note_abilities() && self.options_of == self.actors.len() {
            options.extend_from_slice(&self.options);
            return;
        }
        let strict = self.config.time == Time::Strict;
        let mut timed = false;
        for actor in 0..self.actors.len() {
            let choice = Choice { actor: actor as u16, arm: 0 };
            match self.actors[actor] {
                Actor::Strand(strand) => match self.abilities[strand] {
                    Ability::None => {}
                    Ability::Ready => self.push_arms(strand, choice, options),
                    Ability::Go => options.push(choice),
                    Ability::Time if strict => timed = true,
                    Ability::Time => options.push(choice),
                },
                Actor::Timer(timer) => {
                    if self.timers[timer].due.is_none() {
                    } else if strict {
                        timed = true;
                    } else if !self.is_later_timer(timer) {
                        options.push(choice);
                    }
                }
                Actor::Scope(scope) => {
                    if self.scopes[scope].due.is_none() {
                    } else if strict {
                        timed = true;
                    } else {
                        options.push(choice);
                    }
                }
            }
        }
        if options.is_empty() && timed {
            self.time_passes = true;
            self.push_earliest(options);
        }
        self.options.clone_from(options);
        self.options_of = if self.time_passes { 0 } else { self.actors.len() };
    }

    /// Whose ability the next step of an actor may change.
    pub(super) fn stir_of(&self, actor: Actor) -> Stir {
        let Actor::Strand(strand) = actor else { return Stir::All };
        let target = match &self.strands[strand].wish {
            Wish::Ask(Request::Access(_)) => return Stir::Own(strand),
            Wish::Ask(Request::Acquire { target, .. } | Request::Release { target, .. }) => target,
            _ => return Stir::All,
        };
        let Body::Thing(thing) = body(lock_of(target.object())) else { return Stir::All };
        let is_lock = matches!(self.things[*thing].state, State::Lock(_) | State::RLock(_));
        if is_lock && self.is_known_ready(strand) { Stir::Lock(strand) } else { Stir::All }
    }

    /// Whether it is known since the options were looked at last that what a strand wants may happen.
    pub(super) fn is_known_ready(&self, strand: usize) -> bool {
        self.stir.is_none() && self.abilities.get(strand) == Some(&Ability::Ready)
    }

    /// Notes what each strand can do, of those whose ability may have changed. If the one that has taken the last step waits
    /// now, it may have closed a circle: then it may be any. Whether the options may be others than before.
    fn note_abilities(&mut self) -> bool {
        let mut abilities = std::mem::take(&mut self.abilities);
        let stirred = match self.stir.take() {
            _ if abilities.len() != self.strands.len() => None,
            Some(Stir::Own(strand)) => Some((strand, false)),
            Some(Stir::Lock(strand)) => Some((strand, true)),
            Some(Stir::All) | None => None,
        };
        let waits = |strand: usize, ability| {
            ability != Ability::Ready
                && !self.strands[strand].wish.is_access()
                && !self.is_ready(strand)
        };
        let mut differ = true;
        let own = stirred.map(|(strand, by_lock)| (strand, by_lock, self.ability(strand)));
        match own {
            Some((stirred, by_lock, own)) if !waits(stirred, own) => {
                // It had one choice.
                differ = self.strands[stirred].wish.has_arms();
                for (strand, ability) in abilities.iter_mut().enumerate() {
                    let of = &self.strands[strand];
                    let now = if strand == stirred {
                        own
                    } else if of.spin.goes_round || by_lock && of.wish.may_wait_for_locks() {
                        self.ability(strand)
                    } else {
                        continue;
                    };
                    differ |= std::mem::replace(ability, now) != now;
                }
            }
            _ => {
                abilities.clear();
                abilities.extend((0..self.strands.len()).map(|strand| self.ability(strand)));
            }
        }
        self.abilities = abilities;
        differ
    }

    /// Under strict time: whatever is due first.
    fn push_earliest(&mut self, options: &mut Vec<Choice>) {
        let mut first = i64::MAX;
        for actor in 0..self.actors.len() {
            let due = match self.actors[actor] {
                Actor::Strand(strand) if self.ability(strand) == Ability::Time => {
                    self.strands[strand].until
                }
                Actor::Strand(_) => None,
                Actor::Timer(timer) => self.timers[timer].due,
                Actor::Scope(scope) => self.scopes[scope].due,
            };
            let Some(due) = due else { continue };
            if due < first {
                options.clear();
                first = due;
            }
            if due == first {
                options.push(Choice { actor: actor as u16, arm: 0 });
            }
        }
    }

    /// A timer fires after those that the same thread started before it and that are due no later.
    fn is_later_timer(&self, timer: usize) -> bool {
        let this = &self.timers[timer];
        self.timers[..timer].iter().any(|other| {
            other.due.is_some_and(|due| Some(due) <= this.due)
                && other.started_by == this.started_by
        })
    }

    /// Whether the time of a strand's wait could have run out in place of what it waits for, at any moment since it waits.
    pub(super) fn may_time_out(&self, strand: usize) -> bool {
        self.config.time == Time::Free && self.strands[strand].until.is_some()
    }

    /// The choices of a strand that can go on: of a `select`, one for each arm that is ready.
    fn push_arms(&self, strand: usize, choice: Choice, options: &mut Vec<Choice>) {
        let of = &self.strands[strand];
        if let Wish::Ask(Request::Select(arms)) = &of.wish
            && of.met.is_none()
            && !of.signals.wants_error()
        {
            let before = options.len();
            for (number, arm) in arms.iter().enumerate() {
                if self.is_arm_ready(strand, arm) && !self.is_arm_closed(arm) {
                    options.push(Choice { actor: choice.actor, arm: number as u16 });
                }
            }
            if options.len() > before {
                return;
            }
        }
        options.push(choice);
    }

    /// What a strand can do now.
    pub(super) fn ability(&self, strand: usize) -> Ability {
        let of = &self.strands[strand];
        let wish = &of.wish;
        if matches!(wish, Wish::Nothing) {
            return Ability::None;
        }
        if of.spin.goes_round && self.is_spinning(strand) {
            return Ability::None;
        }
        if wish.is_access() || of.met.is_some() || self.is_ready(strand) {
            return Ability::Ready;
        }
        if of.signals.wants_error() && wish.is_blocking() {
            return Ability::Go;
        }
        if matches!(wish, Wish::NextTask(_)) {
            return Ability::None;
        }
        if of.until.is_none() && self.is_hopeless(strand) {
            return Ability::Go;
        }
        if !of.arrived && self.is_line_seen(strand) {
            return Ability::Go;
        }
        if of.until.is_some() { Ability::Time } else { Ability::None }
    }

    /// Whether what a strand wants may happen now.
    pub(super) fn is_ready(&self, strand: usize) -> bool {
        let of = &self.strands[strand];
        match &of.wish {
            Wish::Nothing => false,
            Wish::End(_) => true,
            Wish::NextTask(pool) => self.has_next_task(strand, *pool),
            Wish::Round { barrier, round, .. } => {
                self.may(strand, barrier, &Action::Round { round: *round })
            }
            Wish::Children { scope, .. } => self.scopes[*scope].children.is_empty(),
            Wish::Ask(request) => match request {
                Request::Acquire { target, count, hold, limit } => {
                    let action = acquire_action(target, *count, *hold, *limit);
                    self.may(strand, lock_of(target.object()), &action)
                }
                Request::Perform { object, action, .. } => self.is_done(strand, object, action),
                Request::Next { queue } => self.may(strand, queue, &Action::Recv),
                Request::Await { ticket, .. } => self.is_drawn(ticket),
                Request::Retake { ticket } => self.may_retake(strand, ticket),
                // To join oneself is told at once.
                Request::Join { of, .. } => {
                    self.is_self_join(strand, of) || self.is_done(strand, of, &Action::Join)
                }
                Request::JoinAll { of, .. } => {
                    of.iter().any(|one| self.is_self_join(strand, one))
                        || of.iter().all(|one| self.is_done(strand, one, &Action::Join))
                }
                Request::JoinAny { of, .. } => {
                    of.iter().all(|one| self.is_self_join(strand, one))
                        || of.iter().any(|one| self.is_done(strand, one, &Action::Join))
                }
                Request::Select(arms) => arms.iter().any(|arm| self.is_arm_ready(strand, arm)),
                Request::Sleep(nanoseconds) => *nanoseconds == 0,
                _ => true,
            },
        }
    }

    /// Whether an action on an object, of whatever kind, may happen now.
    pub(super) fn is_done(&self, strand: usize, object: &Ref<Object>, action: &Action) -> bool {
        match body(object) {
            Body::Thing(_) => self.may(strand, object, action),
            Body::Strand(other) => self.strands[*other].ended.is_some(),
            Body::Timer(timer) => self.timers[*timer].state.ready(0, action),
        }
    }

    /// Whether an action on a primitive may happen now.
    pub(super) fn may(&self, strand: usize, object: &Ref<Object>, action: &Action) -> bool {
        let Body::Thing(thing) = body(object) else { return true };
        let thing = &self.things[*thing];
        match &thing.state {
            State::Ticket(_) => true,
            _ => thing.may(strand, self.strands[strand].id, action),
        }
    }

    /// Whether others can see that a strand stands in line, so that to do so is a step.
    pub(super) fn is_line_seen(&self, strand: usize) -> bool {
        let discovered = self.config.discovered;
        let of = &self.strands[strand];
        if matches!(of.wish, Wish::NextTask(_) | Wish::End(_)) {
            return false;
        }
        let seen = |object: &Ref<Object>| match body(object) {
            Body::Thing(thing) => {
                self.things[*thing].is_line_seen(discovered.clears, discovered.many_permits)
            }
            _ => false,
        };
        discovered.looks
            || match &of.wish {
                Wish::Ask(Request::Acquire { target, .. }) => seen(lock_of(target.object())),
                Wish::Ask(Request::Perform { object, .. }) => seen(object),
                Wish::Ask(Request::Next { queue }) => seen(queue),
                Wish::Ask(Request::Select(arms)) => arms.iter().any(|arm| match arm {
                    SelectArm::On(on) => seen(super::select::object_of(on)),
                    _ => false,
                }),
                _ => false,
            }
    }

    /// Takes up a request: answers it at once if nobody else could see that, or makes it the strand's wish.
    pub(super) fn take_up(&mut self, strand: usize, request: Request) -> TakenUp {
        let value = |value: Value| TakenUp::Answer(Answer::Value(value));
        match request {
            Request::Make(make) => value(self.make(make)),
            Request::Deadline(within) => value(self.begin_limit(strand, within)),
            Request::WaitCheck { .. } if self.config.discovered.cancels => {
                TakenUp::Wish(Wish::Ask(request))
            }
            Request::WaitCheck { condition, within } => {
                match self.wait_check(strand, &condition, within) {
                    Ok(until) => value(until),
                    Err(error) => TakenUp::Raise(error),
                }
            }
            Request::ScopeEnter { within } => {
                self.enter_scope(strand, within);
                value(Value::NIL)
            }
            Request::ScopeExit { or_else } => match self.innermost(strand) {
                Some(scope) if self.has_repeating(scope) => TakenUp::Wish(Wish::Ask(request)),
                Some(scope) => TakenUp::Wish(Wish::Children { scope, failed: false, or_else }),
                None => value(Value::NIL),
            },
            Request::Sleep(0) if self.config.discovered.cancels => {
                TakenUp::Wish(Wish::Ask(request))
            }
            Request::Sleep(0) => match self.take_error(strand) {
                Some(error) => TakenUp::Raise(error),
                None => value(Value::TRUE),
            },
            Request::Access(access) if matches!(access.part, Part::Deep) => {
                if access.reached().is_empty() {
                    TakenUp::Answer(Answer::Continue)
                } else {
                    TakenUp::Wish(Wish::Ask(Request::Access(access)))
                }
            }
            Request::Accesses(all) => {
                let seen = |access: &crate::vm::Access| {
                    !matches!(access.part, Part::Deep) || !access.reached().is_empty()
                };
                if all.iter().any(seen) {
                    TakenUp::Wish(Wish::Ask(Request::Accesses(all)))
                } else {
                    TakenUp::Answer(Answer::Continue)
                }
            }
            Request::Host(call) => self.take_up_host(strand, call),
            Request::JoinAll { of, .. } if of.is_empty() => match self.take_error(strand) {
                Some(error) => TakenUp::Raise(error),
                None => self.join_nothing(),
            },
            request => {
                match &request {
                    Request::Perform { action: Action::Clear, .. } => self.discovered.clears = true,
                    Request::JoinAny { .. } => self.discovered.first_end = true,
                    Request::Perform { object, action: Action::TaskDone, .. } => {
                        self.discovered.marks |= !self.has_taken(strand, object);
                    }
                    Request::Acquire { count: Some(2..), .. } => {
                        self.discovered.many_permits = true
                    }
                    _ => {}
                }
                TakenUp::Wish(Wish::Ask(request))
            }
        }
    }

    /// The error to raise at a point that could block, if the strand was cancelled.
    pub(super) fn take_error(&mut self, strand: usize) -> Option<Value> {
        let resource = self.strands[strand].signal_resource;
        self.touched(resource, super::Mode::Read, super::Order::Acquire);
        self.strands[strand].signals.take_error().map(crate::values::Published::into_inner)
    }

    /// Notes when a wait for this ends.
    pub(super) fn arm(&mut self, strand: usize, wish: &Wish) {
        if wish.is_access() {
            self.strands[strand].until = None;
            self.strands[strand].length = 0;
            return;
        }
        let limit = match wish {
            Wish::Ask(Request::Sleep(nanoseconds)) => {
                Limit { within: Some(*nanoseconds), until: None, or_else: true }
            }
            Wish::Ask(Request::Select(arms)) => {
                let after = arms.iter().find_map(|arm| match arm {
                    SelectArm::After(delay) => Some(*delay),
                    _ => None,
                });
                Limit { within: after, until: None, or_else: false }
            }
            Wish::Ask(Request::Await { ticket, .. }) => self.ticket_limit(ticket),
            Wish::Ask(
                Request::Perform { limit, .. }
                | Request::Acquire { limit, .. }
                | Request::Join { limit, .. }
                | Request::JoinAll { limit, .. }
                | Request::JoinAny { limit, .. },
            ) => *limit,
            // It was armed when the thread arrived.
            Wish::Round { .. } => return,
            Wish::Ask(Request::Arrive { limit, .. }) => *limit,
            _ => Limit::NONE,
        };
        let now = self.time_of(strand);
        let of = &mut self.strands[strand];
        of.until = limit.until.or(limit.within.map(|within| now.saturating_add(within)));
        of.length = match (limit.within, of.until, of.last_limit) {
            (Some(within), ..) => within,
            (None, Some(until), Some((moment, within))) if moment == until => within,
            (None, Some(until), _) => until.saturating_sub(now).max(0),
            _ => 0,
        };
        if let Wish::Ask(Request::Await { ticket, .. }) = wish {
            self.strands[strand].length = self.ticket_length(ticket);
        }
    }

    /// What time it is for a strand.
    pub(super) fn time_of(&self, strand: usize) -> i64 {
        match self.config.time {
            Time::Free => self.strands[strand].now,
            Time::Strict => self.now,
        }
    }

    /// The moment at which a limit that begins now runs out, as a value.
    pub(super) fn begin_limit(&mut self, strand: usize, within: Option<i64>) -> Value {
        let Some(within) = within else { return Value::NIL };
        let until = self.time_of(strand).saturating_add(within);
        self.strands[strand].last_limit = Some((until, within));
        Value::duration(until)
    }

    /// A strand's time has run out: time moves on.
    pub(super) fn pass_time(&mut self, strand: usize) {
        if let Some(until) = self.strands[strand].until {
            self.set_time(strand, until);
        }
    }

    /// It is so late for a strand.
    pub(super) fn set_time(&mut self, strand: usize, moment: i64) {
        match self.config.time {
            Time::Free => self.strands[strand].now = self.strands[strand].now.max(moment),
            Time::Strict => {
                self.now = self.now.max(moment);
                self.alone = Alone::Forced;
            }
        }
    }
}

/// The lock that a lockable stands for: that of a condition, or itself.
pub(super) fn lock_of(object: &Ref<Object>) -> &Ref<Object> {
    match object.lock_of.as_ref().map(|lock| lock.get().view()) {
        Some(crate::values::View::Object(lock)) => lock,
        _ => object,
    }
}

/// The action of taking a lockable.
pub(super) fn acquire_action(
    target: &Target,
    count: Option<i64>,
    hold: crate::primitives::Hold,
    limit: Limit,
) -> Action {
    match target {
        Target::Object(_) => {
            Action::Acquire { count: count.unwrap_or(1), hold, limited: limit.is_limited() }
        }
        Target::Side(_, write) => Action::AcquireSide { write: *write },
    }
}
