//! What is said of threads that wait in vain.

use super::strand::{Strand, StrandKind, Wish};
use super::thing::{Body, State, body};
use super::world::{Note, World};
use crate::diagnostics::{Code, Report};
use crate::primitives::Action;
use crate::runtime::cure::{
    Known, NO_WORKER_FREE, holds_already, in_circle, in_knot, joins_itself, listed, nobody_is_left,
    of_wait, queued_until, take_at_once, waits_for,
};
use crate::runtime::knot::Knot;
use crate::source::Place;
use crate::values::{ErrorKind, ErrorValue, Fault, Object, ObjectKind, Published, Ref, Value};

/// How many threads a report shows.
const MOST_THREADS: usize = 50;

/// What a strand is blocked on.
pub(super) fn waiting_for(world: &World, strand: usize) -> String {
    match &world.strands[strand].wish {
        Wish::Children { scope, .. } => {
            let names: Vec<String> = world.scopes[*scope]
                .children
                .iter()
                .map(|child| match child {
                    super::scope::Child::Strand(strand) => world.strands[*strand].name.to_string(),
                    super::scope::Child::Timer(timer) => world.timers[*timer].name.to_string(),
                })
                .collect();
            format!("the end of a scope with {}", listed(&names))
        }
        Wish::NextTask(_) => "a task".to_owned(),
        _ => {
            let all: Vec<String> = world
                .waits_on(strand)
                .iter()
                .map(|(object, action)| waits_for(object, action))
                .collect();
            if all.is_empty() { "the end of its sleep".to_owned() } else { all.join(" or ") }
        }
    }
}

fn described(strand: &Strand) -> String {
    match strand.kind {
        StrandKind::Main => "main".to_owned(),
        StrandKind::Task => format!("task {}", strand.name),
        _ => format!("thread {}", strand.name),
    }
}

fn deadlock(message: &str, report: Report) -> Published {
    let error = ErrorValue::new(ErrorKind::Deadlock.name(), message);
    error.set_detail(report);
    Published::new(error.into())
}

/// The part that a thread plays: where it waits, and for what; where that was taken, and by whom.
fn part_of(world: &World, strand: usize) -> Report {
    let of = &world.strands[strand];
    let mut waits = waiting_for(world, strand);
    let crew = crew(world, strand);
    if !crew.is_empty() {
        waits = format!("{waits}, {}", queued_until(&crew));
    }
    let mut report = Report::note(Code::Deadlock, format!("{} waits for {waits}", described(of)));
    if let Some(place) = world.place_of(strand) {
        report = report.label(place, format!("{} waits here", of.name));
    }
    if let [(object, action)] = world.waits_on(strand).as_slice()
        && !matches!(action, Action::Join)
    {
        let mut taken: Vec<(Place, Vec<String>)> = Vec::new();
        for holder in holders(world, strand, object, action) {
            let Some(place) = world.taken_at(holder, object) else { continue };
            let name = holder_name(&world.strands[holder]);
            match taken.iter_mut().find(|(known, _)| *known == place) {
                Some((_, names)) => names.push(name),
                None => taken.push((place, vec![name])),
            }
        }
        for (place, names) in taken {
            report = report.label(place, format!("{object} was taken here, by {}", listed(&names)));
        }
    }
    report
}

/// Who has what a strand waits for: of a lock taken by hand too, and who has ended.
fn holders(world: &World, strand: usize, object: &Ref<Object>, action: &Action) -> Vec<usize> {
    let mut holders = world.holders_of(strand, object, action);
    if let (true, Body::Thing(number)) = (holders.is_empty(), body(object)) {
        holders.extend(world.things[*number].owner().and_then(|id| world.strand_of(id)));
    }
    holders
}

fn holder_name(holder: &Strand) -> String {
    match holder.ended {
        Some(_) => format!("{}, which has ended", holder.name),
        None => holder.name.to_string(),
    }
}

/// A thread or a task joins itself, or a task its pool.
pub(super) fn self_join(world: &World, strand: usize, of: &Object) -> Value {
    let who = &world.strands[world.strands[strand].task.unwrap_or(strand)];
    let is_task = who.kind == StrandKind::Task;
    let (message, report) = joins_itself(&who.name, is_task, of, world.place_of(strand));
    deadlock(&message, report).into_inner()
}

/// A thread takes a lock that it holds already.
pub(super) fn held_already(
    world: &World,
    strand: usize,
    object: &Ref<Object>,
    fault: &Fault,
) -> Value {
    let taken = world.taken_at(strand, object);
    let report = holds_already(object, fault, world.place_of(strand), taken);
    deadlock(&fault.message, report).into_inner()
}

/// The error for the thread that closes a knot of threads which wait for one another: the first of these.
pub(super) fn knot(world: &World, knot: &Knot<usize>) -> Published {
    let threads = &knot.threads;
    let names: Vec<String> =
        threads.iter().map(|strand| world.strands[*strand].name.to_string()).collect();
    let tell = if knot.is_circle { in_circle } else { in_knot };
    let message = tell(&names, &waiting_for(world, threads[0]));
    let mut report = Report::error(Code::Deadlock, message.clone());
    for strand in threads.iter().take(MOST_THREADS) {
        report = report.with(part_of(world, *strand));
    }
    let lock = |strand: &usize| {
        let mut waits = world.waits_on(*strand).into_iter();
        let found =
            waits.find(|(object, _)| matches!(object.kind, ObjectKind::Lock | ObjectKind::RLock));
        found.map(|(object, _)| object)
    };
    if let Some(locks) = threads.iter().map(lock).collect::<Option<Vec<_>>>()
        && locks.len() > 1
    {
        report = report
            .help(take_at_once(&mut locks.iter().map(|lock| &lock.label).collect::<Vec<_>>()));
    }
    if let Some(cure) = of_pool(world, threads) {
        report = report.help(cure);
    }
    deadlock(&message, report)
}

/// The error for a thread that waits for what only a thread that has ended could release.
pub(super) fn ended_holder(
    world: &World,
    strand: usize,
    object: &Ref<Object>,
    action: &Action,
    holder: usize,
) -> Published {
    let what = waits_for(object, action);
    let (name, ended) = (&world.strands[strand].name, &world.strands[holder].name);
    let message = format!("{name} waits for {what}, whose owner {ended} has ended");
    let report = Report::error(Code::Deadlock, message.clone())
        .with(part_of(world, strand))
        .help("`lock m { … }` releases a lock however the block ends; `acquire` does not");
    deadlock(&message, report)
}

/// The error for the thread that is told that nobody can go on.
pub(super) fn all_blocked(world: &mut World, all: &[usize], victim: usize) -> Published {
    let waits = waiting_for(world, victim);
    let name = &world.strands[victim].name;
    let message = nobody_is_left(all.len(), name, &waits);
    let mut report = Report::error(Code::Deadlock, message.clone());
    if !std::mem::replace(&mut world.deadlock_told, true) {
        for strand in all.iter().take(MOST_THREADS) {
            report = report.with(part_of(world, *strand));
        }
    }
    for strand in all {
        if let Some(lost) = lost_wake_up(world, *strand) {
            report = report.with(lost);
        }
    }
    if let Some(cure) = cure(world, victim).or_else(|| of_pool(world, all)) {
        report = report.help(cure);
    }
    deadlock(&message, report)
}

/// The notification that came before a thread began to wait for it.
fn lost_wake_up(world: &World, strand: usize) -> Option<Report> {
    let waits = world.waits_on(strand);
    let [(object, Action::Await { .. })] = waits.as_slice() else { return None };
    let Body::Thing(number) = body(object) else { return None };
    if world.looks(strand) {
        return None;
    }
    let place = world.notes.iter().find_map(|note| match note {
        Note::NotifiedNobody(of, place) if of == number => Some(place.clone()),
        Note::NotifiedNobody(..) => None,
    })?;
    let name = &world.strands[strand].name;
    let message = format!("a lost wake-up: {object} was notified before {name} began to wait");
    let report = Report::note(Code::LostWakeUp, message);
    Some(match place {
        Some(place) => report.label(place, "nobody waited then: this notification was lost"),
        None => report,
    })
}

/// What would let a thread go on.
fn cure(world: &World, strand: usize) -> Option<String> {
    let waits = world.waits_on(strand);
    let [(object, action)] = waits.as_slice() else { return None };
    of_wait(object, action, known(world, strand, object))
}

/// If a strand waits for a task that is queued on a full pool, the workers there.
fn crew(world: &World, strand: usize) -> Vec<String> {
    let task = |(object, _): &(Ref<Object>, Action)| match body(object) {
        Body::Strand(task) => Some(world.crew_for(*task)),
        _ => None,
    };
    let mut crews = world.waits_on(strand).iter().filter_map(task).collect::<Vec<_>>().into_iter();
    let crew = crews.find(|crew| !crew.is_empty()).unwrap_or_default();
    crew.into_iter().map(|worker| world.strands[worker].name.to_string()).collect()
}

/// What would help where threads wait for tasks that no worker is free for.
fn of_pool(world: &World, strands: &[usize]) -> Option<String> {
    let waits = |strand: &usize| !crew(world, *strand).is_empty();
    strands.iter().any(waits).then(|| NO_WORKER_FREE.to_owned())
}

/// What there is to know of the object that a thread waits for.
fn known(world: &World, strand: usize, object: &Object) -> Known {
    let Body::Thing(number) = body(object) else { return Known::Nothing };
    let who = world.strands[strand].id;
    match &world.things[*number].state {
        State::Condition(condition) if condition.unheard && !world.looks(strand) => Known::Unheard,
        State::Barrier(barrier) => {
            let (wants, came) = barrier.attendance();
            Known::Attendance { wants, came }
        }
        State::Semaphore { is_signal: true, .. } => Known::Signal,
        State::Lock(lock) if lock.held.is_some_and(|(owner, _)| owner == who) => Known::Own,
        _ => Known::Nothing,
    }
}
