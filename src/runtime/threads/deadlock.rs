//! Deadlocks: knots of threads that wait for one another, locks whose holder has ended, and programs in
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
use crate::runtime::knot::{self, Need};
use crate::values::{Object, ObjectKind, Published};
use std::sync::Arc;

/// Who must go on before the wait can end, and alone can let it.
pub fn need(waiter: &Waiter) -> Need<ThreadId> {
    let open = waiter.then.iter().filter(|on| !has_ended(on.object()));
    let rest = open.map(|on| need_of(waiter.strand.id, on));
    Need::all(std::iter::once(first_need(waiter)).chain(rest))
}

/// The same, of a `join a, b, c` before the one can end that is waited for now.
pub fn first_need(waiter: &Waiter) -> Need<ThreadId> {
    match waiter.kind {
        WaitKind::Scope => waiter.scope.as_ref().map_or(Need::NOBODY, |scope| scope.need()),
        WaitKind::Objects => Need::any(waiter.on.iter().map(|on| need_of(waiter.strand.id, on))),
        WaitKind::Sleep | WaitKind::Idle | WaitKind::Input => Need::NOBODY,
    }
}

/// The threads each of which must do something before the wait can end.
pub fn holders(waiter: &Waiter) -> Vec<ThreadId> {
    need(waiter).each()
}

/// Whether it is the handle of something that has ended.
fn has_ended(object: &Object) -> bool {
    handle::of(object).is_some_and(|joinable| joinable.end_order().is_some())
}

fn need_of(who: ThreadId, on: &On) -> Need<ThreadId> {
    let object = on.object();
    if let (Action::Join, Some(joinable)) = (&on.action, handle::of(object)) {
        return joinable.need();
    }
    match (&on.action, object.body.downcast_ref::<PoolHandle>()) {
        (Action::Join, Some(handle)) => handle.pool.need(),
        _ => Need::threads(holders_of_object(who, object, &on.action)),
    }
}

/// The threads that must do something before `who` can take this lock, and that alone can.
pub fn holders_of_object(who: ThreadId, object: &Object, action: &Action) -> Vec<ThreadId> {
    if let Some(word) = object.body.downcast_ref::<WordBody>() {
        return word.holders(object, who, action);
    }
    if let Some(shell) = object.body.downcast_ref::<Shell<RwLock>>() {
        return shell.look(|state| state.holders(who, action));
    }
    Vec::new()
}

/// A thread that never can go on because this one waits, and the error for it: the one that closed a knot by
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
    // First what can never come, whatever the others do; a knot with it is none once this one was told.
    if is_kept_by_ended(waiter)
        && let Some(ended) =
            holders(waiter).into_iter().find(|holder| !runtime.registry.is_alive(*holder))
    {
        // It may have released what it held before it ended: what it holds now, it holds for ever.
        if holders(waiter).contains(&ended) && waiter.is_parked() {
            return Some((waiter.clone(), report::ended_holder(runtime, waiter, ended)));
        }
    }
    let need_of = |thread: ThreadId| {
        let next = table.waiting.get(&thread).filter(|next| next.is_parked());
        next.map(|next| need(next))
    };
    // What came apart while it was looked at is looked for again; who was let go on meanwhile closes nothing.
    while waiter.is_parked() {
        let need = if whole { need(waiter) } else { first_need(waiter) };
        let knot = knot::closed_by(waiter.strand.id, need, need_of)?;
        let of = knot.threads.iter().filter_map(|thread| table.waiting.get(thread));
        let mut waiters: Vec<Arc<Waiter>> = of.cloned().collect();
        if !still_holds(&waiters) {
            continue;
        }
        // The lock after a `wait` is to be taken again in any case, if there is another to be told.
        let key = |at: &usize| (waiters[*at].cancellable, waiters[*at].began);
        let last = (0..waiters.len()).max_by_key(key)?;
        waiters.rotate_left(last);
        return Some((waiters[0].clone(), report::knot(runtime, &waiters, knot.is_circle)));
    }
    None
}

/// Whether each of a knot waits for others of it at one and the same moment. They were found one after the other, and
/// what each waited for may have changed; but all that are parked after the last look were so during it, and who is
/// parked gives nothing back.
fn still_holds(knot: &[Arc<Waiter>]) -> bool {
    let goes_on = |thread| knot.iter().all(|waiter| waiter.strand.id != thread);
    knot.iter().all(|waiter| !need(waiter).is_met(&goes_on))
        && knot.iter().all(|waiter| waiter.is_parked())
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
