//! Who can go on, and who waits for whom.
//!
//! *Able* is whoever could still let something happen: each live thread that does not sleep without a limit,
//! each timer that is pending. Who sleeps without a limit is entered in a table, and counted off; whoever ends
//! the wait of one that sleeps counts it back on, at the moment of the claim. So the count is 0 only if all
//! sleep and nobody is about to wake any of them: who wakes another is itself able until it has counted the
//! other on, and what is counted off is so after it was marked, never before.
//!
//! A knot is looked for when a thread enters the table. Of threads that wait for one another, one enters last, and by
//! then the others are in the table, and what they hold was taken before they entered. So it is with a task that waits
//! in the row of a full pool: it was queued before it was joined; that it is not taken, and that there are no workers but
//! those that wait, cannot change while all of them wait. A worker that is about to begin counts as one that can go on,
//! and looks for itself when it waits later. The table's lock orders the entries, so that the last one finds the knot,
//! and only it; of two that close a knot at once, the second. The one that is told is the one that began to wait last,
//! and so closed it: it need not be the one that entered last.

use super::deadlock;
use super::runtime::Runtime;
use super::waiter::{Outcome, WaitKind, Waiter};
use crate::primitives::ThreadId;
use crate::values::{Object, Ref};
use parking_lot::{Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Who waits, and how many could go on.
#[derive(Default)]
pub struct Waits {
    able: AtomicI64,
    table: Mutex<Table>,
}

/// Threads that sleep without a limit, by number: ascending, so the oldest first.
#[derive(Default)]
pub struct Table {
    /// How each waits.
    pub waiting: BTreeMap<ThreadId, Arc<Waiter>>,
    /// How many waits have begun that could close a knot: for something that certain threads must do.
    edges: u64,
}

impl Waits {
    /// Something more can let things happen: a thread about to start, a timer, one that is about to wake.
    pub fn one_more_able(&self) {
        self.able.fetch_add(1, Ordering::SeqCst);
    }

    /// Something can let nothing happen any more: a thread has ended, a timer was cancelled.
    pub fn one_less_able(&self, runtime: &Arc<Runtime>) {
        if self.able.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.none_able(runtime);
        }
    }

    /// The table.
    pub fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock()
    }

    /// The thread of the waiter sleeps without a limit from now on. Whether it was entered in the table: not if its
    /// wait has ended meanwhile.
    pub fn enter(&self, runtime: &Arc<Runtime>, waiter: &Arc<Waiter>) -> bool {
        let mut table = self.table.lock();
        if !waiter.park() {
            return false;
        }
        table.waiting.insert(waiter.strand.id, waiter.clone());
        let none_able = self.able.fetch_sub(1, Ordering::SeqCst) == 1;
        let may_close =
            || waiter.then.iter().next().is_some() || !deadlock::first_need(waiter).is_nobody();
        if waiter.kind != WaitKind::Idle && may_close() {
            table.edges += 1;
            let whole = waiter.then.look(table.edges);
            self.break_knots(runtime, &table, waiter, whole);
        }
        drop(table);
        if none_able {
            self.none_able(runtime);
        }
        true
    }

    /// The thread sleeps no more.
    pub fn leave(&self, waiter: &Waiter) {
        self.table.lock().waiting.remove(&waiter.strand.id);
    }

    /// One that stood in the line of an object has given up: others in it may wait for someone else now.
    pub fn line_changed(&self, runtime: &Arc<Runtime>, object: &Ref<Object>) {
        let table = self.table.lock();
        let concerned = |waiter: &&Arc<Waiter>| waiter.on.iter().any(|on| on.object().same(object));
        let waiters: Vec<_> = table.waiting.values().filter(concerned).cloned().collect();
        for waiter in waiters {
            self.break_knots(runtime, &table, &waiter, true);
        }
    }

    /// Tells those that can never go on because this one waits: it may be in several knots.
    fn break_knots(
        &self,
        runtime: &Arc<Runtime>,
        table: &Table,
        waiter: &Arc<Waiter>,
        whole: bool,
    ) {
        while let Some((victim, error)) = deadlock::of_newcomer(runtime, table, waiter, whole) {
            // What was held by those that were stopped at the end of the program comes free no more: nobody is told.
            if runtime.has_ended() {
                return;
            }
            victim.end(runtime, Outcome::Raise(error));
        }
    }

    /// Nobody could go on: if that is still so, one of those who wait is told.
    fn none_able(&self, runtime: &Arc<Runtime>) {
        let table = self.table.lock();
        if self.able.load(Ordering::SeqCst) != 0 || runtime.has_ended() {
            return;
        }
        // Some of the entries are of threads that were woken already and have not left the table.
        let Some(victim) = deadlock::victim(&table) else { return };
        let error = deadlock::of_all(runtime, &table, &victim);
        victim.end(runtime, Outcome::Raise(error));
    }

    /// A thread has ended while it held locks that only it could release: those who wait for them are told.
    pub fn holder_ended(&self, runtime: &Arc<Runtime>, ended: ThreadId) {
        let table = self.table.lock();
        for waiter in table.waiting.values() {
            if let Some(error) = deadlock::of_ended_holder(runtime, waiter, ended)
                && !runtime.has_ended()
            {
                waiter.end(runtime, Outcome::Raise(error));
            }
        }
    }
}
