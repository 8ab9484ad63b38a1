//! Timers. One service thread has all of them, in a heap by the moment they are due; a thread of the script's is
//! started only when one fires.

use super::driver::Here;
use super::handle::{Handles, Joinable};
use super::runtime::Runtime;
use super::scope::Scope;
use super::shell::Shell;
use super::spawn;
use super::strand::{Strand, StrandKind};
use crate::primitives::{Ended, ThreadId, Timer};
use crate::values::{ErrorValue, Fault, Published, Spawned, Value};
use crate::vm::{Job, TimerRequest};
use parking_lot::{Condvar, Mutex};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// What the runtime keeps of a timer.
pub struct TimerBody {
    /// Its number.
    pub id: ThreadId,
    /// Its name.
    pub name: Arc<str>,
    /// Its state, and who joins it.
    pub state: Shell<Timer>,
    /// Its handles.
    pub handles: Handles,
    /// Whether somebody has received its error.
    pub received: AtomicBool,
    /// The scope that waits for it.
    pub scope: Option<Arc<Scope>>,
    /// Of a repeating one, how often it fires.
    pub every: Option<Duration>,
    /// When it was over, among all that have ended; 0 before.
    pub end_order: AtomicU64,
    job: Job,
    spawned: Arc<Spawned>,
    running: Mutex<Option<Arc<Strand>>>,
}

/// Something to do at a moment.
pub enum Task {
    /// A timer fires.
    Fire(Arc<TimerBody>),
    /// The time of a scope is up.
    Expire(Weak<Scope>),
}

impl Task {
    /// Whether there will be nothing to do.
    fn is_off(&self) -> bool {
        match self {
            Task::Fire(timer) => timer.state.look(|state| state.cancelled),
            Task::Expire(scope) => scope.strong_count() == 0,
        }
    }
}

struct Due {
    at: Instant,
    order: u64,
    task: Task,
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// The service thread, started with the first timer, and what it has before it.
///
/// *No moment is missed.* Who brings a task enters it under the lock, and wakes the service if it is the earliest;
/// the service looks at the earliest and begins to wait for its moment under one hold of the lock.
#[derive(Default)]
pub struct Service(Arc<Shared>);

#[derive(Default)]
struct Shared {
    agenda: Mutex<Agenda>,
    changed: Condvar,
}

#[derive(Default)]
struct Agenda {
    /// Whether there is a service thread.
    begun: bool,
    /// Whether the runtime is gone.
    over: bool,
    heap: BinaryHeap<Reverse<Due>>,
    order: u64,
    /// How many were called off since the heap was swept: it is swept once they may be half of it.
    called_off: usize,
}

/// No heap is swept for fewer.
const MANY: usize = 1024;

impl Service {
    /// Sees to it that there is a service thread.
    ///
    /// # Errors
    ///
    /// If the system gives none.
    pub fn begin(&self, runtime: &Arc<Runtime>) -> Result<(), Fault> {
        let mut agenda = self.0.agenda.lock();
        if !agenda.begun {
            let (shared, runtime) = (self.0.clone(), Arc::downgrade(runtime));
            let thread =
                std::thread::Builder::new().name("conc-timers".to_owned()).stack_size(512 << 10);
            let made = thread.spawn(move || shared.serve(&runtime));
            made.map_err(|error| spawn::no_thread(&error))?;
            agenda.begun = true;
        }
        Ok(())
    }

    /// Lets `task` be done at a moment, by the service thread, which has begun.
    pub fn at(&self, moment: Instant, task: Task) {
        let mut agenda = self.0.agenda.lock();
        let is_first = agenda.heap.peek().is_none_or(|Reverse(first)| moment < first.at);
        agenda.order += 1;
        let order = agenda.order;
        agenda.heap.push(Reverse(Due { at: moment, order, task }));
        drop(agenda);
        if is_first {
            self.0.changed.notify_one();
        }
    }

    /// What waits for its moment will have nothing to do. On the whole it takes no longer than that took.
    pub fn one_called_off(&self) {
        let mut agenda = self.0.agenda.lock();
        agenda.called_off += 1;
        if agenda.called_off < MANY || agenda.called_off <= agenda.heap.len() / 2 {
            return;
        }
        agenda.called_off = 0;
        let all = std::mem::take(&mut agenda.heap).into_vec();
        let (off, left): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|Reverse(due)| due.task.is_off());
        agenda.heap = left.into();
        // What they hold goes once nobody waits for it.
        drop(agenda);
        drop(off);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.0.agenda.lock().over = true;
        self.0.changed.notify_one();
    }
}

impl Shared {
    fn serve(&self, runtime: &Weak<Runtime>) {
        while let Some(due) = self.next()
            && let Some(runtime) = runtime.upgrade()
        {
            match due.task {
                Task::Fire(timer) => timer.fire(&runtime, due.at),
                Task::Expire(scope) => {
                    if let Some(scope) = scope.upgrade() {
                        scope.expire(&runtime);
                    }
                }
            }
        }
    }

    /// Waits until there is something to do. `None` if there never will be.
    fn next(&self) -> Option<Due> {
        let mut agenda = self.agenda.lock();
        loop {
            match agenda.heap.peek().map(|Reverse(due)| due.at) {
                _ if agenda.over => return None,
                None => self.changed.wait(&mut agenda),
                Some(at) if at <= Instant::now() => {
                    return agenda.heap.pop().map(|Reverse(due)| due);
                }
                Some(at) => drop(self.changed.wait_until(&mut agenda, at)),
            }
        }
    }
}

/// A moment so far from another; one that the clock cannot tell is never reached.
pub fn later(from: Instant, nanoseconds: i64) -> Instant {
    let delay = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0));
    from.checked_add(delay).unwrap_or_else(|| from + Duration::from_secs(100 * 365 * 24 * 3600))
}

impl TimerBody {
    /// Starts a timer.
    pub fn start(
        runtime: &Arc<Runtime>,
        job: Job,
        delay: i64,
        every: bool,
        spawned: Arc<Spawned>,
        scope: Option<Arc<Scope>>,
    ) -> Arc<TimerBody> {
        let (id, name) = runtime.next_timer();
        let timer = Arc::new(TimerBody {
            id,
            name,
            state: Shell::new(Timer::default()),
            handles: Handles::default(),
            received: AtomicBool::new(false),
            scope: scope.clone(),
            every: every.then(|| Duration::from_nanos(u64::try_from(delay).unwrap_or(0))),
            end_order: AtomicU64::new(0),
            job,
            spawned,
            running: Mutex::new(None),
        });
        if let Some(scope) = scope {
            scope.add(runtime, Joinable::Timer(timer.clone()));
        }
        // A timer that is pending can let things happen; one that does not repeat keeps the program alive.
        runtime.waits.one_more_able();
        if timer.every.is_none() {
            runtime.keep_alive();
        }
        timer.arm(runtime, later(Instant::now(), delay));
        timer
    }

    fn arm(self: &Arc<TimerBody>, runtime: &Arc<Runtime>, due: Instant) {
        runtime.timers.at(due, Task::Fire(self.clone()));
    }

    fn fire(self: &Arc<TimerBody>, runtime: &Arc<Runtime>, due: Instant) {
        let cancelled = self.state.change(runtime, |state| {
            if !state.cancelled {
                state.fired = true;
                state.running = true;
            }
            state.cancelled
        });
        if cancelled {
            return;
        }
        let spawned = Some(self.spawned.clone());
        let strand = Strand::new(
            runtime.next_id(),
            StrandKind::Timer,
            self.name.clone(),
            false,
            spawned,
            None,
            None,
        );
        *self.running.lock() = Some(strand.clone());
        let timer = self.clone();
        let after: spawn::After = Box::new(move |runtime, ended| timer.ran(runtime, ended, due));
        if let Err(fault) = spawn::start(runtime, strand, self.job.clone(), Some(after)) {
            let error = Published::new(ErrorValue::of_fault(&fault).into());
            self.ran(runtime, &Ended::Failed(error), due);
        }
        // It is its thread that is able from now on, as long as it does not wait.
        runtime.waits.one_less_able(runtime);
    }

    /// A run is over.
    fn ran(self: &Arc<TimerBody>, runtime: &Arc<Runtime>, ended: &Ended, due: Instant) {
        // As before it fired, until it is over.
        runtime.waits.one_more_able();
        let goes_on = matches!(ended, Ended::Value(_)) && self.every.is_some();
        let cancelled = self.state.change(runtime, |state| {
            *self.running.lock() = None;
            state.running = false;
            if !goes_on {
                self.end_order.store(runtime.next_id(), Ordering::SeqCst);
                state.ended = Some(ended.clone());
            }
            state.cancelled
        });
        match self.every {
            Some(every) if goes_on && !cancelled => {
                // At a fixed rate; what was missed because a run took too long is left out.
                let now = Instant::now();
                let mut next = due + every;
                if next < now {
                    let missed = (now - next).as_nanos() / every.as_nanos().max(1) + 1;
                    next += every.saturating_mul(u32::try_from(missed).unwrap_or(u32::MAX));
                }
                self.arm(runtime, next);
            }
            _ => self.over(runtime, ended),
        }
    }

    /// It fires no more, and no run of it is under way.
    fn over(self: &Arc<TimerBody>, runtime: &Arc<Runtime>, ended: &Ended) {
        let joinable = Joinable::Timer(self.clone());
        if let Some(scope) = &self.scope {
            scope.child_ended(runtime, &joinable, ended);
        } else if ended.failure().is_some() {
            runtime.one_failed(&joinable, false);
        }
        if self.every.is_none() {
            runtime.let_die();
        }
        runtime.waits.one_less_able(runtime);
    }

    /// Cancels it; whether that stopped something.
    pub fn cancel(self: &Arc<TimerBody>, runtime: &Arc<Runtime>) -> bool {
        let repeats = self.every.is_some();
        let (stopped, idle) = self.state.change(runtime, |state| {
            let over = state.cancelled || state.ended.is_some() || (state.fired && !repeats);
            if !over {
                state.cancelled = true;
                self.end_order.store(runtime.next_id(), Ordering::SeqCst);
            }
            (!over, !state.running)
        });
        if stopped && idle {
            runtime.timers.one_called_off();
            // Otherwise the run that is under way does this when it is over.
            self.over(runtime, &Ended::Value(Published::new(Value::NIL)));
        }
        stopped
    }

    /// Of a run that is under way, the thread.
    pub fn running(&self) -> Option<Arc<Strand>> {
        self.running.lock().clone()
    }
}

impl Here<'_> {
    /// `timer`
    #[inline(never)]
    pub(super) fn timer(&mut self, request: TimerRequest) -> Result<Value, Fault> {
        self.runtime.timers.begin(self.runtime)?;
        let spawned = self.starts(request.place);
        let scope = self.scopes.last().cloned();
        let timer = TimerBody::start(
            self.runtime,
            request.job,
            request.delay,
            request.every,
            spawned,
            scope,
        );
        Ok(Joinable::Timer(timer).value(self.runtime))
    }
}
