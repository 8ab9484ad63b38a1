//! A thread of the script's, as the runtime keeps it.

use super::holding::SideHeld;
use super::pool::PoolBody;
use super::runtime::Runtime;
use super::scope::Scope;
use super::shell::Shell;
use super::stats::Waited;
use super::waiter::{Outcome, Waiter};
use crate::primitives::{Ended, Thread, ThreadId};
use crate::runtime::knot::Need;
use crate::values::{ErrorKind, ErrorValue, Published, Spawned, Value, View};
use crate::vm::Calls;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};

/// What a strand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrandKind {
    /// The first thread.
    Main,
    /// The first thread of a program that is entered at a prompt.
    Prompt,
    /// One that was spawned.
    Thread,
    /// The run of a timer.
    Timer,
    /// A worker of a pool.
    Worker,
    /// A task of a pool: it runs on a worker's thread.
    Task,
}

/// A thread, or a task: something that runs, ends, and can be joined and cancelled.
pub struct Strand {
    /// Its number: ascending, never used again.
    pub id: ThreadId,
    /// What it is.
    pub kind: StrandKind,
    /// Its name.
    pub name: Arc<str>,
    /// Whether the program does not wait for it.
    pub daemon: bool,
    /// Who started it, and where.
    pub spawned: Option<Arc<Spawned>>,
    /// Its end, and who waits for it.
    pub end: Shell<Thread>,
    /// The scope that waits for it.
    pub scope: Option<Arc<Scope>>,
    /// Of a task, the pool.
    pub pool: Option<Weak<PoolBody>>,
    /// Whether somebody has received its error.
    pub received: AtomicBool,
    /// How many reentrant and readers–writer locks it has taken by hand: they are to be looked at when it ends.
    pub taken_by_hand: AtomicUsize,
    /// Whether its machine should look what is to be done, at a point where it could block. It says no more than
    /// that: the signals tell what.
    pub attention: Arc<AtomicBool>,
    /// When it ended, among all that have; 0 before.
    end_order: AtomicU64,
    /// The sides of readers–writer locks that it holds.
    sides: Mutex<Vec<SideHeld>>,
    /// The calls that were open when that was asked the last time, and which time that was.
    calls: Mutex<(u64, Calls)>,
    /// Its waits, if they are counted.
    waited: Mutex<Waited>,
    signals: Mutex<Signals>,
    system: OnceLock<std::thread::Thread>,
    handles: super::handle::Handles,
}

/// What others want of a strand.
#[derive(Default)]
struct Signals {
    /// It is to raise `Cancelled` at its next blocking point.
    cancelled: bool,
    /// Scopes of its that have failed or run out of time, and whether `Cancelled` was raised for that: it is to
    /// be, once, at its next blocking point within the scope.
    scopes: Vec<(u64, bool)>,
    /// It is to raise `Interrupted`, wherever it is.
    interrupted: bool,
    /// It is to stop where it is.
    killed: bool,
    /// How it waits, if it does.
    current: Option<Arc<Waiter>>,
    /// Of a task, the worker's strand that runs it.
    worker: Option<Arc<Strand>>,
    /// The last `Cancelled` that was raised in it because it was wanted.
    raised: Option<Published>,
}

impl Strand {
    /// A strand that has not begun to run.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        id: ThreadId,
        kind: StrandKind,
        name: Arc<str>,
        daemon: bool,
        spawned: Option<Arc<Spawned>>,
        scope: Option<Arc<Scope>>,
        pool: Option<Weak<PoolBody>>,
    ) -> Arc<Strand> {
        Arc::new(Strand {
            id,
            kind,
            name,
            daemon,
            spawned,
            end: Shell::new(Thread::default()),
            scope,
            pool,
            received: AtomicBool::new(false),
            taken_by_hand: AtomicUsize::new(0),
            attention: Arc::new(AtomicBool::new(false)),
            end_order: AtomicU64::new(0),
            sides: Mutex::default(),
            calls: Mutex::default(),
            waited: Mutex::default(),
            signals: Mutex::new(Signals::default()),
            system: OnceLock::new(),
            handles: super::handle::Handles::default(),
        })
    }

    /// Where its handles are counted.
    pub fn handles(&self) -> &super::handle::Handles {
        &self.handles
    }

    /// Tells it the system's thread that it runs on: the present one.
    pub fn begin(&self) {
        let _ = self.system.set(std::thread::current());
    }

    /// Whether it runs on the present thread of the system's.
    pub fn is_here(&self) -> bool {
        self.system.get().is_some_and(|system| system.id() == std::thread::current().id())
    }

    /// Wakes the system's thread that it runs on.
    pub fn unpark(&self) {
        if let Some(system) = self.system.get() {
            system.unpark();
        }
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        self.end.look(|thread| thread.ended.clone())
    }

    /// Notes that it ends now.
    pub fn note_end(&self, runtime: &Runtime) {
        self.end_order.store(runtime.next_id(), Ordering::SeqCst);
    }

    /// When it ended, among all that have.
    pub fn end_order(&self) -> u64 {
        self.end_order.load(Ordering::SeqCst)
    }

    /// Who must go on so that this one ends: itself; of a task, the worker that runs it, or one of those that could.
    pub fn need(&self) -> Need<ThreadId> {
        if self.kind != StrandKind::Task {
            return Need::Thread(self.id);
        }
        let worker = self.signals.lock().worker.as_ref().map(|worker| worker.id);
        match worker {
            Some(worker) => Need::Thread(worker),
            None => Need::any(self.crew().into_iter().map(Need::Thread)),
        }
    }

    /// Of a task that waits in the row of a full pool, the pool's workers.
    pub fn crew(&self) -> Vec<ThreadId> {
        let pool = self.pool.as_ref().and_then(Weak::upgrade);
        pool.map(|pool| pool.crew_for(self.id)).unwrap_or_default()
    }

    /// Whether this error is the `Cancelled` that was raised in it because it was wanted.
    pub fn was_cancelled_by(&self, error: &Published) -> bool {
        self.signals.lock().raised.as_ref().is_some_and(|raised| raised.get().is_same(error.get()))
    }

    /// Whether it is a task that no worker has begun.
    pub fn is_queued(&self) -> bool {
        self.kind == StrandKind::Task && self.signals.lock().worker.is_none()
    }

    /// Whether it is blocked, asleep too.
    pub fn is_blocked(&self) -> bool {
        self.waiter().is_some()
    }

    /// How it waits, if it does.
    pub fn waiter(&self) -> Option<Arc<Waiter>> {
        let signals = self.signals.lock();
        let worker = signals.worker.clone();
        let own = signals.current.clone();
        drop(signals);
        worker.map_or(own, |worker| worker.waiter())
    }

    // ---- What it holds -----------------------------------------------------------------------

    /// The sides of readers–writer locks that it holds.
    pub fn sides(&self) -> Vec<SideHeld> {
        self.sides.lock().clone()
    }

    /// It has taken a side of a readers–writer lock.
    pub fn note_side(&self, side: SideHeld) {
        self.sides.lock().push(side);
    }

    /// It has given back its side of a readers–writer lock.
    pub fn forget_side(&self, lock: u64) {
        self.sides.lock().retain(|side| side.lock != lock);
    }

    /// A wait of its is over, and is to be counted.
    pub fn note_waited(&self, waiter: &Waiter) {
        self.waited.lock().add(waiter);
    }

    /// The waits that were counted since the last time.
    pub fn take_waited(&self) -> Waited {
        std::mem::take(&mut *self.waited.lock())
    }

    /// Tells which calls are open, for the time that it was asked so.
    pub fn tell_calls(&self, asked: u64, calls: Calls) {
        *self.calls.lock() = (asked, calls);
    }

    /// The calls that were open when it was asked that time, if it has told.
    pub fn told_calls(&self, asked: u64) -> Option<Calls> {
        let (told, calls) = *self.calls.lock();
        (told == asked).then_some(calls)
    }

    // ---- Waiting -----------------------------------------------------------------------------

    /// Notes that the thread is about to wait, so that others can end the wait; unless it is to raise an error at
    /// once, or to stop.
    pub fn begin_wait(&self, runtime: &Runtime, waiter: &Arc<Waiter>) -> Option<Outcome> {
        let mut signals = self.signals.lock();
        if signals.killed {
            return waiter.claim(runtime).then_some(Outcome::Killed);
        }
        // If the wait has ended meanwhile, the error is for the next blocking point.
        if waiter.cancellable && signals.wants_error() && waiter.stop() {
            let error = signals.take_error();
            self.settle_attention(&signals);
            return Some(error.map_or(Outcome::Retry, Outcome::Raise));
        }
        signals.current = Some(waiter.clone());
        None
    }

    /// The thread waits no more.
    pub fn end_wait(&self) {
        self.signals.lock().current = None;
    }

    fn settle_attention(&self, signals: &Signals) {
        let wanted = signals.wants_error() || signals.killed;
        self.attention.store(wanted, Ordering::Release);
    }

    /// The error to raise at a point that could block, though it need not wait.
    pub fn take_error(&self) -> Option<Published> {
        if !self.attention.load(Ordering::Relaxed) {
            return None;
        }
        let mut signals = self.signals.lock();
        let error = signals.take_error();
        self.settle_attention(&signals);
        error
    }

    /// What was raised was not: it is to be at the next point that could block.
    pub fn put_back(&self, error: &Value) {
        let mut signals = self.signals.lock();
        let View::Error(raised) = error.view() else { return };
        if raised.is(ErrorKind::Interrupted) {
            signals.interrupted = true;
        } else if raised.is(ErrorKind::Cancelled) {
            signals.cancelled = true;
        }
        self.settle_attention(&signals);
    }

    /// The error to raise though the thread computes: an interrupt.
    pub fn take_interrupt(&self) -> Option<Published> {
        if !self.attention.load(Ordering::Relaxed) {
            return None;
        }
        let mut signals = self.signals.lock();
        if !std::mem::take(&mut signals.interrupted) {
            return None;
        }
        self.settle_attention(&signals);
        Some(interrupted())
    }

    /// An interrupt that came for what is over is not for what comes next.
    pub fn forget_interrupt(&self) {
        let mut signals = self.signals.lock();
        signals.interrupted = false;
        self.settle_attention(&signals);
    }

    /// Whether it is to stop where it is.
    pub fn is_killed(&self) -> bool {
        self.attention.load(Ordering::Relaxed) && self.signals.lock().killed
    }

    // ---- What others want --------------------------------------------------------------------

    fn signal(&self, runtime: &Runtime, set: impl FnOnce(&mut Signals)) {
        let mut signals = self.signals.lock();
        set(&mut signals);
        let Some(waiter) = signals.current.clone() else {
            self.settle_attention(&signals);
            return;
        };
        if signals.killed {
            waiter.end(runtime, Outcome::Killed);
        } else if waiter.cancellable && waiter.claim(runtime) {
            match signals.take_error() {
                Some(error) => waiter.deliver(Outcome::Raise(error)),
                // Nothing to raise after all: let it look again.
                None => waiter.deliver(Outcome::Retry),
            }
        }
        self.settle_attention(&signals);
    }

    /// Raises `Cancelled` in it at its next or present blocking point.
    pub fn cancel(&self, runtime: &Runtime) {
        // The lock is held meanwhile, so that the worker does not go on to another task.
        let task = self.signals.lock();
        match task.worker.clone() {
            Some(worker) => worker.signal(runtime, |signals| signals.cancelled = true),
            None => {
                drop(task);
                self.signal(runtime, |signals| signals.cancelled = true);
            }
        }
    }

    /// Raises `Cancelled` in it at its next or present blocking point, as long as that scope is open.
    pub fn cancel_in_scope(&self, runtime: &Runtime, scope: u64) {
        self.signal(runtime, |signals| signals.scopes.push((scope, false)));
    }

    /// The scope is about to close: what it wanted raised is wanted no more. Whether it was raised.
    pub fn leave_scope(&self, scope: u64) -> bool {
        let mut signals = self.signals.lock();
        let raised = signals.scopes.iter().any(|(id, raised)| *id == scope && *raised);
        signals.scopes.retain(|(id, _)| *id != scope);
        self.settle_attention(&signals);
        raised
    }

    /// Raises `Interrupted` in it, wherever it is.
    pub fn interrupt(&self, runtime: &Runtime) {
        self.signal(runtime, |signals| signals.interrupted = true);
    }

    /// Stops it where it is.
    pub fn kill(&self, runtime: &Runtime) {
        self.signal(runtime, |signals| signals.killed = true);
    }

    /// Of a task: it runs on this worker from now on. What was wanted of it goes over.
    pub fn run_on(&self, worker: &Arc<Strand>) {
        let mut signals = self.signals.lock();
        signals.worker = Some(worker.clone());
        if std::mem::take(&mut signals.cancelled) {
            let mut signals = worker.signals.lock();
            signals.cancelled = true;
            worker.settle_attention(&signals);
        }
    }

    /// Of a task: it is over. What was wanted of it and not raised is not for the worker's next task.
    pub fn leave_worker(&self) {
        let mut signals = self.signals.lock();
        if let Some(worker) = signals.worker.take() {
            let mut signals = worker.signals.lock();
            signals.cancelled = false;
            worker.settle_attention(&signals);
        }
    }
}

impl Signals {
    /// Whether there is an error to raise.
    fn wants_error(&self) -> bool {
        self.interrupted || self.cancelled || self.scopes.iter().any(|(_, raised)| !raised)
    }

    /// The error that is wanted most.
    fn take_error(&mut self) -> Option<Published> {
        if std::mem::take(&mut self.interrupted) {
            return Some(interrupted());
        }
        if !std::mem::take(&mut self.cancelled) {
            let (_, raised) = self.scopes.iter_mut().find(|(_, raised)| !raised)?;
            *raised = true;
        }
        self.raised = Some(cancelled());
        self.raised.clone()
    }
}

fn interrupted() -> Published {
    Published::new(
        ErrorValue::new(ErrorKind::Interrupted.name(), "interrupted from the keyboard").into(),
    )
}

/// The error of a thread that is cancelled.
pub fn cancelled() -> Published {
    Published::new(ErrorValue::new(ErrorKind::Cancelled.name(), "this thread was cancelled").into())
}
