//! Deadlocks: circles of threads that wait for one another, locks whose holder has ended, and programs in
//! which nobody can go on.

use super::handle;
use super::pool::PoolHandle;
use super::report;
use super::runtime::Runtime;
use super::shell::Shell;
use super::strand::StrandKind;
use super::waiter::{On, WaitKind, Waiter};
use super::waits::Table;
use super::word::WordBody;
use crate::primitives::{Action, Primitive, RwLock, ThreadId};
use crate::values::{Object, ObjectKind, Published};
use std::collections::HashSet;
use std::sync::Arc;

/// The threads that must do something before the wait can end, and that alone can do it.
pub fn holders(waiter: &Waiter) -> Vec<ThreadId> {
    let mut holders = first_holders(waiter);
    let open = waiter.then.iter().filter(|on| !has_ended(on.object()));
    holders.extend(open.flat_map(|on| holders_of(waiter.strand.id, on)));
    holders
}

/// The same, of a `join a, b, c` those of the one that is waited for now.
pub fn first_holders(waiter: &Waiter) -> Vec<ThreadId> {
    match waiter.kind {
        WaitKind::Scope => {
            waiter.scope.as_ref().map(|scope| scope.open_children()).unwrap_or_default()
        }
        WaitKind::Objects => match waiter.on.as_slice() {
            [on] => holders_of(waiter.strand.id, on),
            // Of several, any could let it go on: only all together are a deadlock.
            _ => Vec::new(),
        },
        WaitKind::Sleep | WaitKind::Idle | WaitKind::Input => Vec::new(),
    }
}

/// Whether it is the handle of something that has ended.
fn has_ended(object: &Object) -> bool {
    handle::of(object).is_some_and(|joinable| joinable.end_order().is_some())
}

fn holders_of(who: ThreadId, on: &On) -> Vec<ThreadId> {
    holders_of_object(who, on.object(), &on.action)
}

/// The threads that must do something before `who` can do this with an object, and that alone can.
pub fn holders_of_object(who: ThreadId, object: &Object, action: &Action) -> Vec<ThreadId> {
    if let Some(word) = object.body.downcast_ref::<WordBody>() {
        return word.holders(object, who, action);
    }
    if let Some(shell) = object.body.downcast_ref::<Shell<RwLock>>() {
        return shell.look(|state| state.holders(who, action));
    }
    match (action, handle::of(object)) {
        (Action::Join, Some(joinable)) => joinable.runs_on().into_iter().collect(),
        (Action::Join, None) => {
            let pool = object.body.downcast_ref::<PoolHandle>();
            pool.map(|pool| pool.pool.at_work()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The circle that `start` closes by waiting: the waiters on it, `start` first. `first` are those that it waits for.
fn circle(table: &Table, start: &Arc<Waiter>, first: Vec<ThreadId>) -> Option<Vec<Arc<Waiter>>> {
    let mut seen = HashSet::new();
    // The way so far: each waiter, and those of its holders that were not looked at.
    let mut path = vec![(start.clone(), first)];
    while let Some((_, left)) = path.last_mut() {
        let Some(holder) = left.pop() else {
            path.pop();
            continue;
        };
        if holder == start.strand.id {
            return Some(path.into_iter().map(|(waiter, _)| waiter).collect());
        }
        let next = table.waiting.get(&holder).filter(|waiter| waiter.is_parked());
        if let Some(next) = next.filter(|_| seen.insert(holder)) {
            path.push((next.clone(), holders(next)));
        }
    }
    None
}

/// A thread that never can go on because this one waits, and the error for it: the one that closed a circle by
/// waiting, or this one, if what it waits for is held by a thread that has ended. `whole` tells whether all of a
/// `join a, b, c` is to be looked at.
pub fn of_newcomer(
    runtime: &Arc<Runtime>,
    table: &Table,
    waiter: &Arc<Waiter>,
    whole: bool,
) -> Option<(Arc<Waiter>, Published)> {
    if !waiter.is_parked() {
        return None;
    }
    // First what can never come, whatever the others do; a circle through it is none once this one was told.
    if is_kept_by_ended(waiter)
        && let Some(ended) =
            holders(waiter).into_iter().find(|holder| !runtime.registry.is_alive(*holder))
    {
        // It may have released what it held before it ended: what it holds now, it holds for ever.
        if holders(waiter).contains(&ended) && waiter.is_parked() {
            return Some((waiter.clone(), report::ended_holder(runtime, waiter, ended)));
        }
    }
    let first = if whole { holders(waiter) } else { first_holders(waiter) };
    let mut circle = circle(table, waiter, first).filter(|circle| still_holds(circle))?;
    // The lock after a `wait` is to be taken again in any case, if there is another to be told.
    let last = (0..circle.len()).max_by_key(|at| (circle[*at].cancellable, circle[*at].began))?;
    circle.rotate_left(last);
    Some((circle[0].clone(), report::circle(runtime, &circle)))
}

/// Whether each of the circle waits for the next at one and the same moment. They were found one after the other,
/// and what each waited for may have changed; but all that are parked after the last look were so during it, and who is
/// parked gives nothing back.
fn still_holds(circle: &[Arc<Waiter>]) -> bool {
    let next = |at: usize| circle[(at + 1) % circle.len()].strand.id;
    let waits = circle.iter().enumerate().all(|(at, waiter)| holders(waiter).contains(&next(at)));
    waits && circle.iter().all(|waiter| waiter.is_parked())
}

/// The error for a thread that waits for what `ended` held.
pub fn of_ended_holder(
    runtime: &Arc<Runtime>,
    waiter: &Arc<Waiter>,
    ended: ThreadId,
) -> Option<Published> {
    let concerned = is_kept_by_ended(waiter) && holders(waiter).contains(&ended);
    concerned.then(|| report::ended_holder(runtime, waiter, ended))
}

/// Whether it waits for a lock that only its holder can release.
fn is_kept_by_ended(waiter: &Waiter) -> bool {
    matches!(waiter.on.as_slice(), [on] if matches!(on.object().kind, ObjectKind::RLock | ObjectKind::RwLock))
}

/// Of those who wait when nobody can go on, the one that is told: the oldest that waits for something other than
/// threads, or else the oldest. At a prompt, it is the thread of the prompt: what is entered next may let the others
/// go on.
pub fn victim(table: &Table) -> Option<Arc<Waiter>> {
    let candidates =
        || table.waiting.values().filter(|w| w.is_parked() && w.kind != WaitKind::Idle);
    candidates()
        .find(|waiter| waiter.strand.kind == StrandKind::Prompt)
        .or_else(|| candidates().find(|waiter| !waits_for_threads(waiter)))
        .or_else(|| candidates().next())
        .cloned()
}

fn waits_for_threads(waiter: &Waiter) -> bool {
    match waiter.kind {
        WaitKind::Scope => true,
        _ => {
            // The items of a queue are no threads, though they are waited for by `join` too.
            let is_thread =
                |on: &On| matches!(on.action, Action::Join) && !on.object().kind.is_queue();
            !waiter.on.is_empty() && waiter.on.iter().all(is_thread)
        }
    }
}

/// The error for the thread that is told that nobody can go on.
pub fn of_all(runtime: &Arc<Runtime>, table: &Table, victim: &Arc<Waiter>) -> Published {
    let all: Vec<Arc<Waiter>> = table
        .waiting
        .values()
        .filter(|waiter| waiter.is_parked() && waiter.kind != WaitKind::Idle)
        .cloned()
        .collect();
    report::all_blocked(runtime, &all, victim)
}
