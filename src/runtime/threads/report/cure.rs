//! What would help against a deadlock.

use crate::primitives::{Action, Barrier, Condition};
use crate::runtime::cure::take_at_once;
use crate::runtime::threads::handle;
use crate::runtime::threads::locks;
use crate::runtime::threads::shell::Shell;
use crate::runtime::threads::waiter::{WaitKind, Waiter};
use crate::runtime::threads::word::{WordBody, WordKind};
use crate::values::{Label, Object, ObjectKind, Ref};
use std::sync::Arc;

/// Against a circle of threads which wait for one another.
pub fn of_circle(circle: &[Arc<Waiter>]) -> Vec<String> {
    if let Some(cure) = of_pool(circle) {
        return vec![cure];
    }
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
    waiters.iter().any(queued).then(|| {
        "a task that waits for another of its own pool keeps a worker from it: give the pool more workers, or start the \
         other by `spawn` alone"
            .to_owned()
    })
}

/// Whether a thread that waits for a lock has taken that by hand itself.
fn holds(waiter: &Waiter, lock: &Object) -> bool {
    locks::word_of(lock).and_then(|word| word.owner(lock)) == Some(waiter.strand.id)
}

/// Whether it is a semaphore that is released by others than those who acquire it.
fn is_signal(object: &Object) -> bool {
    let body = object.body.downcast_ref::<WordBody>();
    body.is_some_and(|body| matches!(body.kind, WordKind::Semaphore { is_signal: true, .. }))
}

/// What would let a thread go on.
fn of_wait(waiter: &Waiter) -> Option<String> {
    if waiter.kind != WaitKind::Objects {
        return None;
    }
    let [on] = waiter.on.as_slice() else { return None };
    let object = on.object();
    let label = &object.label;
    Some(match object.kind {
        ObjectKind::Event => format!("nobody is left to call `{label}.set()`"),
        ObjectKind::Latch => format!("nobody is left to call `{label}.count_down()`"),
        ObjectKind::Condition => {
            let shell = object.body.downcast_ref::<Shell<Condition>>()?;
            if shell.look(|condition| condition.unheard) {
                format!(
                    "it was notified while nobody waited, and that is lost: `wait {label} until …` looks before it waits"
                )
            } else {
                format!("nobody is left to `notify {label}`")
            }
        }
        ObjectKind::Barrier => {
            let shell = object.body.downcast_ref::<Shell<Barrier>>()?;
            let (wants, came) = shell.look(Barrier::attendance);
            format!("{object} waits for {wants}, only {came} came, and nobody is left to come")
        }
        ObjectKind::Semaphore | ObjectKind::BoundedSemaphore if is_signal(object) => {
            format!("nobody is left to `release {label}`")
        }
        ObjectKind::Lock if holds(waiter, object) => format!(
            "it holds {object} itself: an RLock can be taken again by the thread that holds it"
        ),
        ObjectKind::Lock | ObjectKind::Semaphore | ObjectKind::BoundedSemaphore => format!(
            "nobody is left to `release {label}`; `lock {label} {{ … }}` releases it by itself"
        ),
        kind if kind.is_queue() => match on.action {
            Action::Recv => {
                format!("nobody is left to send; `{label}.close()` ends the receivers")
            }
            Action::Send(_) => format!("nobody is left to receive from {object}"),
            _ => format!("nobody is left to call `{label}.task_done()`"),
        },
        _ => return None,
    })
}
