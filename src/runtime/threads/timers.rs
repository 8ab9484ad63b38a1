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
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use parking_lot::Mutex;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
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

enum Message {
    At(Instant, Task),
    /// Many were called off.
    Sweep,
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

/// The service thread, started with the first timer.
#[derive(Default)]
pub struct Service {
    sender: Mutex<Option<Sender<Message>>>,
    /// How many were called off since the heap was swept: it is swept once they may be half of it.
    called_off: AtomicUsize,
}

/// Each time that so many were called off, the service thread looks whether to sweep.
const MANY: usize = 1024;

impl Service {
    /// Sees to it that there is a service thread.
    ///
    /// # Errors
    ///
    /// If the system gives none.
    pub fn begin(&self, runtime: &Arc<Runtime>) -> Result<(), Fault> {
        let mut known = self.sender.lock();
        if known.is_none() {
            let (sender, receiver) = unbounded();
            let runtime = Arc::downgrade(runtime);
            let thread =
                std::thread::Builder::new().name("conc-timers".to_owned()).stack_size(512 << 10);
            let made = thread.spawn(move || serve(&receiver, &runtime));
            made.map_err(|error| spawn::no_thread(&error))?;
            *known = Some(sender);
        }
        Ok(())
    }

    /// Lets `task` be done at a moment, by the service thread, which has begun.
    pub fn at(&self, moment: Instant, task: Task) {
        self.send(Message::At(moment, task));
    }

    fn send(&self, message: Message) {
        if let Some(sender) = &*self.sender.lock() {
            let _ = sender.send(message);
        }
    }

    /// What waits for its moment will have nothing to do.
    pub fn one_called_off(&self) {
        if (self.called_off.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(MANY) {
            self.send(Message::Sweep);
        }
    }

    /// Takes out what was called off. It takes no longer than that took.
    fn sweep(&self, heap: &mut BinaryHeap<Reverse<Due>>) {
        if self.called_off.load(Ordering::SeqCst) > heap.len() / 2 {
            self.called_off.store(0, Ordering::SeqCst);
            heap.retain(|Reverse(due)| !due.task.is_off());
        }
    }
}

fn serve(receiver: &Receiver<Message>, runtime: &Weak<Runtime>) {
    let mut heap: BinaryHeap<Reverse<Due>> = BinaryHeap::new();
    let mut order = 0;
    loop {
        let message = match heap.peek() {
            None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            // To receive with a moment that is past would look about all the same.
            Some(Reverse(due)) if due.at <= Instant::now() => Err(RecvTimeoutError::Timeout),
            Some(Reverse(due)) => receiver.recv_deadline(due.at),
        };
        let first = match message {
            Ok(first) => Some(first),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => None,
        };
        // All that were sent, before any is let go: a later one may be due earlier. But not those that are sent
        // meanwhile, which may have no end.
        let mut sweeps = false;
        let sent = receiver.len();
        for message in first.into_iter().chain(receiver.try_iter().take(sent)) {
            match message {
                Message::At(at, task) => {
                    order += 1;
                    heap.push(Reverse(Due { at, order, task }));
                }
                Message::Sweep => sweeps = true,
            }
        }
        if sweeps && let Some(runtime) = runtime.upgrade() {
            runtime.timers.sweep(&mut heap);
        }
        let now = Instant::now();
        if heap.peek().is_some_and(|Reverse(due)| due.at <= now) {
            let (Some(Reverse(due)), Some(runtime)) = (heap.pop(), runtime.upgrade()) else {
                return;
            };
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
        } else if matches!(ended, Ended::Failed(_)) {
            runtime.note_failed(joinable.clone());
            joinable.tell_if_lost(runtime);
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
    pub(super) fn timer(&mut self, request: TimerRequest) -> Result<Value, Fault> {
        self.runtime.timers.begin(self.runtime)?;
        let spawned =
            Arc::new(Spawned { by: self.strand.name.clone(), place: request.place, task: None });
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
