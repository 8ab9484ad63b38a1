//! Pools: tasks wait in a row for a worker, a thread that runs one after the other.
//!
//! A worker that finds no task stands in the row of idle workers, under the pool's lock; who queues a task takes
//! one out of it, under that lock too, and wakes it. So no task waits while a worker is idle.

use super::block::block;
use super::driver::{self, Here, Stop};
use super::ending;
use super::handle::Joinable;
use super::joining::add_other;
use super::runtime::Runtime;
use super::shell::Shell;
use super::spawn;
use super::strand::{Strand, StrandKind, cancelled};
use super::waiter::{Outcome, WaitKind, Waiter};
use crate::primitives::{Ended, Next, Pool, ThreadId};
use crate::runtime::knot::Need;
use crate::source::Place;
use crate::values::{
    ErrorValue, Fault, Label, List, Object, ObjectKind, Published, Ref, Spawned, Value,
};
use crate::vm::{Answer, Calls, Job};
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

/// What the runtime keeps of a pool.
pub struct PoolBody {
    /// The row of tasks, and who joins the pool.
    pub state: Shell<Pool>,
    init: Option<Published>,
    inside: Mutex<Inside>,
    has_handle: AtomicBool,
    /// How many workers were ever started: for their names.
    started: AtomicUsize,
}

/// It is taken while the lock of `state` is held, never the other way round.
#[derive(Default)]
struct Inside {
    tasks: HashMap<ThreadId, (Arc<Strand>, Job)>,
    idle: Vec<Arc<Waiter>>,
    /// Who is a worker now. Invariant: these have begun, and the pool's state counts them.
    workers: Vec<ThreadId>,
    /// Those of them that are done with `init`.
    at_work: Vec<ThreadId>,
    /// The tasks that have failed, in order of submission.
    failed: Vec<Arc<Strand>>,
    /// That `init` failed, as the end of a task: all tasks fail with its error, and if none does, it is as one of them.
    broken: Option<Arc<Strand>>,
}

impl Inside {
    /// All workers, if there can be no more.
    fn crew(&self, limit: usize) -> Vec<ThreadId> {
        if self.workers.len() == limit { self.workers.clone() } else { Vec::new() }
    }

    fn leave(&mut self, worker: ThreadId) {
        self.workers.retain(|id| *id != worker);
        self.at_work.retain(|id| *id != worker);
    }
}

/// What the scripts' value holds. When the last is gone, nobody can queue or join any more.
pub struct PoolHandle {
    /// The pool.
    pub pool: Arc<PoolBody>,
    runtime: Weak<Runtime>,
}

impl Drop for PoolHandle {
    fn drop(&mut self) {
        self.pool.has_handle.store(false, Ordering::SeqCst);
        let Some(runtime) = self.runtime.upgrade() else { return };
        self.pool.dismiss(&runtime);
        let failed = std::mem::take(&mut self.pool.inside.lock().failed);
        for task in failed {
            Joinable::Strand(task).tell_if_lost(&runtime);
        }
    }
}

/// Makes a pool.
pub fn make(
    runtime: &Arc<Runtime>,
    label: Label,
    workers: usize,
    init: Option<Published>,
) -> Object {
    let pool = Arc::new(PoolBody {
        state: Shell::new(Pool::new(workers)),
        init,
        inside: Mutex::default(),
        has_handle: AtomicBool::new(true),
        started: AtomicUsize::new(0),
    });
    Object::new(
        label,
        ObjectKind::Pool,
        Arc::new(PoolHandle { pool, runtime: Arc::downgrade(runtime) }),
    )
}

/// Queues a task.
pub fn submit(
    here: &Here<'_>,
    on: &Ref<Object>,
    job: Job,
    name: Option<String>,
    place: &Place,
) -> Result<Value, Fault> {
    let runtime = here.runtime;
    let handle = on.body.downcast_ref::<PoolHandle>().expect("a pool's body");
    let pool = &handle.pool;
    let name: Arc<str> = name.map_or_else(|| runtime.task_default_name(), Into::into);
    let scope = here.scopes.last().cloned();
    let id = runtime.next_id();
    let weak = Some(Arc::downgrade(pool));
    let by = here.strand.name.clone();
    let spawned = Arc::new(Spawned { by, place: place.clone(), task: Some(Arc::clone(&name)) });
    let strand = Strand::new(id, StrandKind::Task, name, false, Some(spawned), scope.clone(), weak);
    let joinable = Joinable::Strand(strand.clone());
    let value = joinable.value(runtime);
    let (start, fails) = {
        let mut state = pool.state.lock();
        let start = state
            .state
            .submit(id)
            .map_err(|misuse| misuse.fault(&on.to_string(), |_| String::new()))?;
        // It is part of the scope before it can end.
        let fails = scope.is_some_and(|scope| scope.enter(joinable.clone()));
        runtime.keep_alive();
        let mut inside = pool.inside.lock();
        inside.tasks.insert(id, (strand.clone(), job));
        pool.wake_idle(runtime, &mut state.state, &mut inside);
        (start, fails)
    };
    if start && let Err(fault) = start_worker(runtime, pool) {
        let left = pool.state.change(runtime, |state| {
            state.left();
            state.workers
        });
        // The other workers take it, if there are any.
        if left == 0 && pool.withdraw(runtime, &strand) {
            return Err(fault);
        }
    }
    // To take it out of the row needs the pool's lock.
    if fails {
        joinable.cancel_for_scope(runtime);
    }
    Ok(value)
}

fn start_worker(runtime: &Arc<Runtime>, pool: &Arc<PoolBody>) -> Result<(), Fault> {
    let number = pool.started.fetch_add(1, Ordering::SeqCst) + 1;
    let name = format!("pool-{number}").into();
    // The program does not wait for workers, but for tasks.
    let strand = Strand::new(runtime.next_id(), StrandKind::Worker, name, true, None, None, None);
    let run = {
        let (runtime, strand, pool) = (runtime.clone(), strand.clone(), pool.clone());
        move |thread: std::io::Result<()>| {
            pool.inside.lock().workers.push(strand.id);
            let mut worker = Worker {
                runtime: &runtime,
                pool: &pool,
                strand: &strand,
                locals: FxHashMap::default(),
            };
            match thread {
                Ok(()) => {
                    strand.begin();
                    worker.work();
                }
                Err(error) => worker.give_up(&spawn::no_thread(&error)),
            }
            pool.inside.lock().leave(strand.id);
            ending::end(&runtime, &strand, Some(Ended::Value(Published::new(Value::NIL))), None);
        }
    };
    spawn::launch(runtime, &strand, Box::new(run))
}

/// A worker at work.
struct Worker<'a> {
    runtime: &'a Arc<Runtime>,
    pool: &'a Arc<PoolBody>,
    strand: &'a Arc<Strand>,
    /// What this thread has in `Local`s.
    locals: FxHashMap<u64, Value>,
}

impl Worker<'_> {
    fn work(&mut self) {
        if let Some(init) = self.pool.init.clone() {
            let job = Job { callee: init, arguments: Vec::new() };
            match self.run(None, job) {
                Some(Ended::Value(_)) => {}
                Some(Ended::Failed(error) | Ended::Cancelled(error)) => {
                    self.pool.init_failed(self.runtime, error);
                }
                None => return,
            }
        }
        self.pool.inside.lock().at_work.push(self.strand.id);
        while let Some((task, job)) = self.next() {
            task.run_on(self.strand);
            let broken = self.pool.inside.lock().broken.clone();
            let ended = match broken.map(Joinable::Strand) {
                Some(init) => {
                    init.receive();
                    init.ended()
                }
                None => self.run(Some(&task), job),
            };
            task.leave_worker();
            let Some(ended) = ended else { return };
            self.pool.ended(self.runtime, &task, ended);
        }
    }

    /// There is no thread for it. If it was the only worker, nobody will do what is queued.
    fn give_up(&mut self, fault: &Fault) {
        let mut state = self.pool.state.lock();
        state.state.left();
        self.pool.inside.lock().leave(self.strand.id);
        let mut queued = Vec::new();
        if state.state.workers == 0 {
            while let Some(Next::Run(id)) = state.state.take_next() {
                queued.extend(self.pool.inside.lock().tasks.remove(&id));
            }
        }
        drop(state);
        let error = Published::new(ErrorValue::of_fault(fault).into());
        for (task, _) in queued {
            self.pool.ended(self.runtime, &task, Ended::Failed(error.clone()));
        }
    }

    fn run(&mut self, task: Option<&Arc<Strand>>, job: Job) -> Option<Ended> {
        let mut machine = driver::machine(self.runtime, job);
        machine.set_locals(std::mem::take(&mut self.locals));
        let mut here = Here::new(self.runtime, self.strand, task, machine);
        let ended = driver::drive(&mut here);
        self.locals = here.machine.take_locals();
        ended
    }

    /// The next task, when there is one; `None` if the worker is to leave.
    fn next(&self) -> Option<(Arc<Strand>, Job)> {
        loop {
            let mut state = self.pool.state.lock();
            let mut inside = self.pool.inside.lock();
            match state.state.take_next() {
                Some(Next::Run(id)) => return inside.tasks.remove(&id),
                Some(Next::Leave) => {
                    // Both at once: another may be started now.
                    state.state.left();
                    inside.leave(self.strand.id);
                    return None;
                }
                None => {}
            }
            let waiter =
                Arc::new(Waiter::new(self.strand, Vec::new(), WaitKind::Idle, Calls::default()));
            inside.idle.push(waiter.clone());
            state.state.free += 1;
            drop(inside);
            drop(state);
            let outcome = block(self.runtime, &waiter, None);
            if !matches!(outcome, Outcome::Retry) || !self.was_taken(&waiter) {
                // Cancelled or killed: nobody took it out of the row.
                let mut state = self.pool.state.lock();
                let mut inside = self.pool.inside.lock();
                let before = inside.idle.len();
                inside.idle.retain(|idle| !Arc::ptr_eq(idle, &waiter));
                if inside.idle.len() < before {
                    state.state.free -= 1;
                }
            }
            if matches!(outcome, Outcome::Killed) {
                self.pool.state.lock().state.left();
                return None;
            }
        }
    }

    fn was_taken(&self, waiter: &Arc<Waiter>) -> bool {
        !self.pool.inside.lock().idle.iter().any(|idle| Arc::ptr_eq(idle, waiter))
    }
}

impl PoolBody {
    /// Whether a script still has it.
    pub fn has_handle(&self) -> bool {
        self.has_handle.load(Ordering::SeqCst)
    }

    /// The workers, one of which must take this task: if it waits in the row, and there can be no more workers than
    /// those that have begun.
    pub fn crew_for(&self, task: ThreadId) -> Vec<ThreadId> {
        let state = self.state.lock();
        let inside = self.inside.lock();
        let waits = inside.tasks.contains_key(&task);
        if waits { inside.crew(state.state.limit) } else { Vec::new() }
    }

    /// Who must go on so that all tasks end: the workers that run one, as far as they wait (one that waits for a task
    /// waits for nobody); and one of all, if a task waits in the row.
    pub fn need(&self) -> Need<ThreadId> {
        let state = self.state.lock();
        let inside = self.inside.lock();
        let crew =
            if inside.tasks.is_empty() { Vec::new() } else { inside.crew(state.state.limit) };
        let row = Need::any(crew.into_iter().map(Need::Thread));
        Need::all([Need::threads(inside.at_work.iter().copied()), row])
    }

    /// Wakes an idle worker, if there is one.
    fn wake_idle(&self, runtime: &Runtime, state: &mut Pool, inside: &mut Inside) {
        while let Some(idle) = inside.idle.pop() {
            state.free -= 1;
            if idle.end(runtime, Outcome::Retry) {
                return;
            }
        }
    }

    /// Lets the workers go once there is nothing left to do.
    fn dismiss(&self, runtime: &Runtime) {
        let mut state = self.state.lock();
        state.state.dismiss();
        let mut inside = self.inside.lock();
        while !inside.idle.is_empty() {
            self.wake_idle(runtime, &mut state.state, &mut inside);
        }
    }

    /// Takes a queued task out; whether it was there.
    pub fn withdraw(&self, runtime: &Arc<Runtime>, task: &Arc<Strand>) -> bool {
        let mut state = self.state.lock();
        let withdrawn = state.state.withdraw(task.id);
        let job = if withdrawn { self.inside.lock().tasks.remove(&task.id) } else { None };
        drop(state);
        // It may hold the last handle of the pool, which takes these locks.
        drop(job);
        if withdrawn {
            self.ended(runtime, task, Ended::Cancelled(cancelled()));
        }
        withdrawn
    }

    /// `init` has failed.
    fn init_failed(self: &Arc<PoolBody>, runtime: &Arc<Runtime>, error: Published) {
        let pool = Some(Arc::downgrade(self));
        let name = Arc::from("init");
        let init = Strand::new(runtime.next_id(), StrandKind::Task, name, false, None, None, pool);
        init.end.change(runtime, |end| end.ended = Some(Ended::Failed(error)));
        let mut inside = self.inside.lock();
        if inside.broken.is_none() {
            inside.broken = Some(init.clone());
            runtime.note_failed(Joinable::Strand(init));
        }
    }

    /// A task is over.
    fn ended(&self, runtime: &Arc<Runtime>, task: &Arc<Strand>, ended: Ended) {
        if ended.failure().is_some() && self.has_handle() && task.scope.is_none() {
            let mut inside = self.inside.lock();
            let at = inside.failed.partition_point(|other| other.id < task.id);
            inside.failed.insert(at, task.clone());
        }
        ending::publish(runtime, task, &ended);
        // Whoever joins the pool finds the end of all its tasks.
        self.state.change(runtime, |state| state.unfinished -= 1);
        runtime.let_die();
    }
}

impl Here<'_> {
    /// All tasks of a pool are over: its workers go, and the first error that nobody has received is raised.
    pub(super) fn join_pool(&mut self, pool: &Arc<PoolBody>) -> Result<(), Stop> {
        pool.dismiss(self.runtime);
        let failed: Vec<Arc<Strand>> = {
            let mut inside = pool.inside.lock();
            let failed = std::mem::take(&mut inside.failed);
            inside.broken.iter().cloned().chain(failed).collect()
        };
        let mut first: Option<Value> = None;
        for task in failed {
            let joinable = Joinable::Strand(task);
            let Some(ended) = joinable.ended() else { continue };
            let Some(error) = ended.failure().filter(|_| !joinable.receive()) else { continue };
            let error = self.note_received(error);
            match &first {
                None => first = Some(error),
                Some(first) => add_other(first, &error),
            }
        }
        first.map_or(Ok(()), |error| Err(Stop::Raise(error)))
    }

    /// `pool.close()`
    pub(super) fn close_pool(&mut self, on: &Ref<Object>, cancel: bool) {
        let Some(handle) = on.body.downcast_ref::<PoolHandle>() else { return };
        let pool = &handle.pool;
        let queued: Vec<Arc<Strand>> = {
            let mut state = pool.state.lock();
            state.state.closed = true;
            let inside = pool.inside.lock();
            let queued = state.state.queued.iter();
            queued
                .filter(|_| cancel)
                .filter_map(|id| Some(inside.tasks.get(id)?.0.clone()))
                .collect()
        };
        for task in queued {
            pool.withdraw(self.runtime, &task);
        }
    }

    /// `pool.map(f, xs)`
    pub(super) fn map_pool(
        &mut self,
        on: &Ref<Object>,
        jobs: Vec<Job>,
        place: &Place,
    ) -> Result<Answer, Stop> {
        let tasks: Result<Vec<Value>, Fault> =
            jobs.into_iter().map(|job| submit(self, on, job, None, place)).collect();
        Ok(Answer::Value(List::value(tasks?)?))
    }
}
