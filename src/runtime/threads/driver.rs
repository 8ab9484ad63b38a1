//! The loop of a thread of the script's: it runs the machine, and lets happen what that asks for.

use super::block::block;
use super::locks::Lost;
use super::runtime::Runtime;
use super::scope::Scope;
use super::strand::Strand;
use super::waiter::{On, Outcome, WaitKind, Waiter};
use crate::memory;
use crate::primitives::Ended;
use crate::source::Place;
use crate::values::{ErrorKind, ErrorValue, Fault, Published, Spawned, Value};
use crate::vm::{Answer, Free, Job, Limit, Machine, Pause, Request};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The thread of the script's that runs on this thread of the system's.
pub struct Here<'a> {
    /// The runtime.
    pub runtime: &'a Arc<Runtime>,
    /// The thread.
    pub strand: &'a Arc<Strand>,
    /// Of a worker, the task that it runs.
    pub task: Option<&'a Arc<Strand>>,
    /// The scopes that are open, innermost last.
    pub scopes: Vec<Arc<Scope>>,
    /// The rounds of barriers whose action this thread runs.
    pub rounds: Vec<(usize, u64)>,
    /// Locks that it could not take again after a `wait`.
    pub lost: Lost,
    /// Where it is in the script.
    pub site: u64,
    /// Its machine: it rests while something is done for it here. It lies apart, since a thread that waits holds
    /// every page of its stack that was ever touched.
    pub machine: Box<Machine>,
    /// The last time that it told its calls because that was asked.
    told: u64,
    /// The last limit that began, and the moment at which it runs out.
    pub last_limit: Option<(i64, i64)>,
    /// When it last looked how much memory is left.
    memory_looked: Instant,
    /// That it started something, and where in the script, the last time.
    started: Option<(u64, Arc<Spawned>)>,
}

/// How often a thread that computes looks how much memory is left.
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Why a request is not answered.
pub enum Stop {
    /// It raises this error.
    Raise(Value),
    /// The thread is to stop where it is.
    Killed,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Raise(ErrorValue::of_fault(&fault).into())
    }
}

impl From<Published> for Stop {
    fn from(error: Published) -> Stop {
        Stop::Raise(error.into_inner())
    }
}

/// A machine that runs a job.
#[inline(never)]
pub fn machine(runtime: &Runtime, job: Job) -> Box<Machine> {
    Box::new(Machine::new(runtime.program.clone(), runtime.config.limits, job))
}

/// Runs the thread's machine to its end; `None` if the thread is to stop where it is.
pub fn drive(here: &mut Here<'_>) -> Option<Ended> {
    let strand = here.strand;
    here.machine.set_thread(
        strand.id,
        strand.name.clone(),
        here.spawned(),
        strand.attention.clone(),
    );
    let mut answer = Answer::Continue;
    loop {
        let pause = here.machine.resume::<Free>(answer);
        here.tell_calls();
        answer = match pause {
            Pause::Ask(request) => {
                here.site = here.machine.site();
                match here.perform(request) {
                    Ok(answer) => answer,
                    Err(Stop::Raise(error)) => Answer::Raise(error),
                    Err(Stop::Killed) => return None,
                }
            }
            Pause::OutOfFuel => {
                if strand.is_killed() {
                    return None;
                }
                match strand.take_interrupt().or_else(|| here.look_at_memory()) {
                    Some(error) => Answer::Raise(error.into_inner()),
                    None => Answer::Continue,
                }
            }
            Pause::Done(value) => return Some(Ended::Value(Published::new(value))),
            Pause::Failed(error) => {
                let error = Published::new(error);
                let ended = if strand.was_cancelled_by(&error) {
                    Ended::Cancelled(error)
                } else {
                    Ended::Failed(error)
                };
                return Some(ended);
            }
        };
    }
}

impl<'a> Here<'a> {
    /// The thread, before it has done anything.
    pub fn new(
        runtime: &'a Arc<Runtime>,
        strand: &'a Arc<Strand>,
        task: Option<&'a Arc<Strand>>,
        machine: Box<Machine>,
    ) -> Here<'a> {
        Here {
            runtime,
            strand,
            task,
            scopes: Vec::new(),
            rounds: Vec::new(),
            lost: Lost::default(),
            site: 0,
            machine,
            told: 0,
            last_limit: None,
            memory_looked: Instant::now(),
            started: None,
        }
    }

    /// That it starts something, at the place in the script where it is: most start many at one place.
    pub fn starts(&mut self, place: Place) -> Arc<Spawned> {
        match &self.started {
            Some((site, spawned)) if *site == self.site => spawned.clone(),
            _ => {
                let by = self.strand.name.clone();
                let spawned = Arc::new(Spawned { by, place, task: None });
                self.started = Some((self.site, spawned.clone()));
                spawned
            }
        }
    }

    /// Who started it, and where; of a worker with a task, who queued that.
    fn spawned(&self) -> Option<Arc<Spawned>> {
        self.task.unwrap_or(self.strand).spawned.clone()
    }

    /// Lets happen what the machine asks for. What it calls stands apart, so that a thread that waits does not hold
    /// room for all of it.
    fn perform(&mut self, request: Request) -> Result<Answer, Stop> {
        if self.strand.attention.load(Ordering::Relaxed) {
            if self.strand.is_killed() {
                return Err(Stop::Killed);
            }
            // What blocks looks for itself; what gives back is never refused.
            if matches!(request, Request::Host(_) | Request::Make(_) | Request::Spawn(_))
                && let Some(error) = self.strand.take_interrupt()
            {
                return Err(error.into());
            }
        }
        match request {
            Request::Make(make) => Ok(Answer::Value(super::make::make(self.runtime, make))),
            Request::Perform { object, action, limit } => self.act_on(&object, action, limit),
            Request::Acquire { target, count, hold, limit } => {
                self.acquire(&target, count, hold, limit)
            }
            Request::Release { target, count, hold } => self.release(&target, count, hold),
            Request::Enrol { condition, limit, looks } => self.enrol(&condition, limit, looks),
            Request::WaitCheck { condition, within } => self.wait_check(&condition, within),
            Request::Await { ticket, or_else } => self.await_ticket(&ticket, or_else),
            Request::Retake { ticket } => self.retake(&ticket),
            Request::Notify { condition, count } => self.notify(&condition, count),
            Request::Arrive { barrier, limit } => self.arrive(&barrier, limit),
            Request::Depart { barrier } => self.depart(&barrier),
            Request::BreakBarrier { barrier } => self.break_barrier(&barrier),
            Request::Next { queue } => self.next_item(&queue),
            Request::Join { of, limit } => self.join(&of, limit),
            Request::JoinAll { of, limit } => self.join_all(&of, limit),
            Request::JoinAny { of, limit } => self.join_any(&of, limit),
            Request::Select(arms) => self.select(arms),
            Request::Sleep(nanoseconds) => self.sleep(nanoseconds),
            Request::Deadline(within) => Ok(Answer::Value(self.begin_limit(within))),
            Request::Spawn(request) => Ok(Answer::Value(self.spawn(request)?)),
            Request::Timer(request) => Ok(Answer::Value(self.timer(request)?)),
            Request::ScopeEnter { within } => Ok(Answer::Value(self.enter_scope(within)?)),
            Request::ScopeExit { or_else } => self.exit_scope(None, or_else),
            Request::ScopeFail { error, or_else } => self.exit_scope(Some(error), or_else),
            Request::Host(call) => self.host(call),
            // Free machines do not ask for it.
            Request::Access(_) | Request::Accesses(_) => Ok(Answer::Continue),
        }
    }

    /// The error to raise if hardly any memory is left.
    fn look_at_memory(&mut self) -> Option<Published> {
        if self.memory_looked.elapsed() < BETWEEN_LOOKS {
            return None;
        }
        self.memory_looked = Instant::now();
        memory::is_scarce()
            .then(|| Runtime::error(ErrorKind::LimitError, "there is hardly any memory left"))
    }

    /// Where it is in the script.
    pub fn place(&self) -> Option<Place> {
        self.runtime.program.place_of_site(self.site)
    }

    /// A point at which the thread could block: if it was cancelled or interrupted, that is raised now.
    pub fn blocking_point(&self) -> Result<(), Stop> {
        match self.strand.take_error() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// A wait of this thread's, here; `more` tells the rest of it.
    #[inline(never)]
    pub fn waiter(
        &self,
        on: Vec<On>,
        kind: WaitKind,
        more: impl FnOnce(&mut Waiter),
    ) -> Arc<Waiter> {
        let mut waiter = Waiter::new(self.strand, on, kind, self.machine.calls());
        more(&mut waiter);
        Arc::new(waiter)
    }

    /// Tells its calls, if that was asked since the last time.
    fn tell_calls(&mut self) {
        let asked = self.runtime.asked.load(Ordering::Relaxed);
        if asked != self.told {
            self.told = asked;
            self.strand.tell_calls(asked, self.machine.calls());
        }
    }

    // ---- Time --------------------------------------------------------------------------------

    /// The moment at which a limit that begins now runs out, as a value.
    pub fn begin_limit(&mut self, within: Option<i64>) -> Value {
        let Some(within) = within else { return Value::NIL };
        let since = i64::try_from(self.runtime.started.elapsed().as_nanos()).unwrap_or(i64::MAX);
        let until = since.saturating_add(within);
        self.last_limit = Some((until, within));
        Value::duration(until)
    }

    /// When a limit runs out.
    pub fn deadline(&self, limit: Limit) -> Option<Instant> {
        match (limit.until, limit.within) {
            (Some(until), _) => Some(super::timers::later(self.runtime.started, until)),
            (None, Some(within)) => Some(super::timers::later(Instant::now(), within)),
            (None, None) => None,
        }
    }

    /// How long a limit is, as was said; or how long the thread has waited, since then.
    pub fn limit_length(&self, limit: Limit, since: Instant) -> i64 {
        match (limit.within, limit.until, self.last_limit) {
            (Some(within), ..) => within,
            (None, Some(until), Some((moment, within))) if until == moment => within,
            _ => rounded(i64::try_from(since.elapsed().as_nanos()).unwrap_or(i64::MAX)),
        }
    }

    #[inline(never)]
    fn sleep(&mut self, nanoseconds: i64) -> Result<Answer, Stop> {
        self.blocking_point()?;
        if nanoseconds == 0 {
            std::thread::yield_now();
            return Ok(Answer::Value(Value::TRUE));
        }
        let waiter = self.waiter(Vec::new(), WaitKind::Sleep, |_| {});
        let deadline = super::timers::later(waiter.since, nanoseconds);
        match block(self.runtime, &waiter, Some(deadline)) {
            Outcome::Raise(error) => Err(error.into()),
            Outcome::Killed => Err(Stop::Killed),
            _ => Ok(Answer::Value(Value::TRUE)),
        }
    }
}

/// How long something took, to a second, a millisecond or a microsecond: for reports.
fn rounded(nanoseconds: i64) -> i64 {
    let duration = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0));
    let unit = if duration >= Duration::from_secs(1) {
        10_000_000
    } else if duration >= Duration::from_millis(1) {
        1_000_000
    } else {
        1000
    };
    (nanoseconds / unit).max(1) * unit
}
