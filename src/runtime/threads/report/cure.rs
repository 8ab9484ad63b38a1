//! What would help against a deadlock.

use crate::primitives::{Barrier, Condition};
use crate::runtime;
use crate::runtime::cure::{Known, NO_WORKER_FREE, take_at_once};
use crate::runtime::threads::handle;
use crate::runtime::threads::locks;
use crate::runtime::threads::shell::Shell;
use crate::runtime::threads::waiter::{WaitKind, Waiter};
use crate::runtime::threads::word::{WordBody, WordKind};
use crate::values::{Label, Object, ObjectKind, Ref};
use std::sync::Arc;

/// Against a knot of threads which wait for one another.
pub fn of_knot(knot: &[Arc<Waiter>], is_circle: bool) -> Vec<String> {
    match of_pool(knot) {
        Some(cure) => vec![cure],
        None if is_circle => of_circle(knot),
        None => Vec::new(),
    }
}

fn of_circle(circle: &[Arc<Waiter>]) -> Vec<String> {
    let (locks, joins): (Vec<_>, Vec<_>) =
        circle.iter().partition(|waiter| waiter.on.iter().any(|on| is_lock(on.object())));
    let cure = match (locks.as_slice(), joins.as_slice()) {
        ([_], []) => return Vec::new(),
        (locks, []) => {
            let objects: Vec<&Ref<Object>> =
                locks.iter().flat_map(|waiter| waiter.on.iter().map(|on| on.object())).collect();
            take_at_once(&mut labels(&objects))
        }
        ([], _) => "`join` waits for the whole thread: none of these can end before the others; let one of them go \
                    without its `join`, or a thread outside the circle join them all"
            .to_owned(),
        ([lock, ..], [join, ..]) => match lock.on.first() {
            Some(on) => format!(
                "{} waits for a thread that needs {}: let go of it before the wait",
                join.strand.name,
                on.object()
            ),
            None => return Vec::new(),
        },
    };
    vec![cure]
}

/// What locks are called, if `lock` takes all of them by their names alone.
fn labels<'a>(objects: &[&'a Ref<Object>]) -> Vec<&'a Label> {
    let is_whole = |object: &&Ref<Object>| object.kind != ObjectKind::RwLock;
    match objects.iter().all(is_whole) {
        true => objects.iter().map(|object| &object.label).collect(),
        false => Vec::new(),
    }
}

fn is_lock(object: &Ref<Object>) -> bool {
    locks::word_of(object).is_some() || object.kind == ObjectKind::RwLock
}

/// Against a state in which nobody can go on, for the one that is told.
pub fn of_all(all: &[Arc<Waiter>], victim: &Waiter) -> Vec<String> {
    of_wait(victim).or_else(|| of_pool(all)).into_iter().collect()
}

/// What would help where threads wait for tasks that no worker is free for.
fn of_pool(waiters: &[Arc<Waiter>]) -> Option<String> {
    let queued = |waiter: &Arc<Waiter>| {
        waiter
            .on
            .iter()
            .any(|on| handle::strand_of(on.object()).is_some_and(|strand| strand.is_queued()))
    };
    waiters.iter().any(queued).then(|| NO_WORKER_FREE.to_owned())
}

/// Whether a thread that waits for a lock has taken that by hand itself.
fn holds(waiter: &Waiter, lock: &Object) -> bool {
    locks::word_of(lock).and_then(|word| word.owner(lock)) == Some(waiter.strand.id)
}

/// What would let a thread go on.
fn of_wait(waiter: &Waiter) -> Option<String> {
    if waiter.kind != WaitKind::Objects {
        return None;
    }
    let [on] = waiter.on.as_slice() else { return None };
    runtime::cure::of_wait(on.object(), &on.action, known(waiter, on.object()))
}

/// What there is to know of the object that a thread waits for.
fn known(waiter: &Waiter, object: &Object) -> Known {
    let body = &object.body;
    if let Some(condition) = body.downcast_ref::<Shell<Condition>>() {
        let is_lost = !waiter.looks && condition.look(|condition| condition.unheard);
        return if is_lost { Known::Unheard } else { Known::Nothing };
    }
    if let Some(barrier) = body.downcast_ref::<Shell<Barrier>>() {
        let (wants, came) = barrier.look(Barrier::attendance);
        return Known::Attendance { wants, came };
    }
    match body.downcast_ref::<WordBody>().map(|body| body.kind) {
        Some(WordKind::Semaphore { is_signal: true, .. }) => Known::Signal,
        Some(WordKind::Lock) if holds(waiter, object) => Known::Own,
        _ => Known::Nothing,
    }
}
