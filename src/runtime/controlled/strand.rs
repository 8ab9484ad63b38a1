//! A thread of the script's under control: a machine that is put aside, and what it wants next.

use crate::primitives::{Ended, Misuse, Reply, ThreadId};
use crate::values::{ErrorKind, ErrorValue, Object, Published, Ref, Spawned, Value};
use crate::vm::{Limit, Machine, Request};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a strand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrandKind {
    Main,
    Thread,
    /// The run of a timer.
    Timer,
    /// A worker of a pool.
    Worker,
    /// A task of a pool: a worker runs it.
    Task,
}

/// What a strand wants to do next.
pub enum Wish {
    /// Nothing: it has ended, or is a task.
    Nothing,
    /// What its machine asks for.
    Ask(Request),
    /// To go on from a barrier where it has arrived.
    Round { barrier: Ref<Object>, index: i64, round: u64, limit: Limit },
    /// To leave a scope, once nothing is left in it.
    Children { scope: usize, failed: bool, or_else: bool },
    /// To take a task of this pool.
    NextTask(usize),
    /// To end.
    End(Ended),
}

/// A thread, or a task.
pub struct Strand {
    pub id: ThreadId,
    /// Its number among what a schedule can choose.
    pub actor: usize,
    pub kind: StrandKind,
    pub name: Arc<str>,
    pub daemon: bool,
    pub spawned: Option<Arc<Spawned>>,
    /// The scope that waits for it.
    pub scope: Option<usize>,
    /// Of a task or a worker, the pool.
    pub pool: Option<usize>,
    pub machine: Option<Box<Machine>>,
    pub wish: Wish,
    /// When its wait ends, and how long it was to be.
    pub until: Option<i64>,
    pub length: i64,
    /// Whether it stands in line for what it wishes.
    pub arrived: bool,
    /// What it waited for has happened already, with another's step: the arm, and what came of it.
    pub met: Option<(usize, Result<Reply, Misuse>)>,
    /// Where it is in the script.
    pub site: u64,
    /// Its time.
    pub now: i64,
    pub ended: Option<Ended>,
    /// When it ended, among all that have.
    pub end_order: u64,
    /// Whether somebody has received its error.
    pub received: bool,
    /// The scopes that it has opened, innermost last.
    pub scopes: Vec<usize>,
    /// The rounds of barriers whose action it runs.
    pub rounds: Vec<(usize, u64)>,
    /// Locks that it could not take again after a `wait`.
    pub lost: Vec<(usize, i64)>,
    /// Where it took a side of each readers–writer lock the last time: others may be inside too.
    pub sides: Vec<(usize, u64)>,
    /// The last limit that began: when it runs out, and how long it is.
    pub last_limit: Option<(i64, i64)>,
    /// Of a task that runs, its worker; of a worker with a task, the task.
    pub worker: Option<usize>,
    pub task: Option<usize>,
    /// What a worker's tasks have in `Local`s.
    pub locals: FxHashMap<u64, Value>,
    pub random: fastrand::Rng,
    pub signals: Signals,
    pub spin: super::spin::Spin,
    /// Of a timer's run, the timer.
    pub timer: Option<usize>,
    /// Its resources: its end, and what is wanted of it.
    pub end_resource: u32,
    pub signal_resource: u32,
}

/// What others want of a strand.
#[derive(Default)]
pub struct Signals {
    /// It is to raise `Cancelled` at its next blocking point.
    pub cancelled: bool,
    /// How often something was wanted since the last time that it was done.
    pub wanted: i64,
    /// Scopes of its that have failed or run out of time, and whether `Cancelled` was raised for that.
    pub scopes: Vec<(usize, bool)>,
    /// The last `Cancelled` that was raised in it because it was wanted.
    pub raised: Option<Published>,
}

impl Signals {
    /// Whether there is an error to raise.
    pub fn wants_error(&self) -> bool {
        self.cancelled || self.scopes.iter().any(|(_, raised)| !raised)
    }

    /// The error to raise, if there is one.
    pub fn take_error(&mut self) -> Option<Published> {
        if !std::mem::take(&mut self.cancelled) {
            let (_, raised) = self.scopes.iter_mut().find(|(_, raised)| !raised)?;
            *raised = true;
        }
        self.raised = Some(cancelled());
        self.raised.clone()
    }

    /// The scope is about to close: whether an error was raised for it.
    pub fn leave_scope(&mut self, scope: usize) -> bool {
        let raised = self.scopes.iter().any(|(id, raised)| *id == scope && *raised);
        self.scopes.retain(|(id, _)| *id != scope);
        raised
    }

    /// Whether this error is the `Cancelled` that was raised because it was wanted.
    pub fn raised(&self, error: &Published) -> bool {
        self.raised.as_ref().is_some_and(|raised| raised.get().is_same(error.get()))
    }
}

/// The error of a thread that is cancelled.
pub fn cancelled() -> Published {
    Published::new(ErrorValue::new(ErrorKind::Cancelled.name(), "this thread was cancelled").into())
}

impl Wish {
    /// Whether it is to read or write something that nobody can wait for.
    pub fn is_access(&self) -> bool {
        matches!(self, Wish::Ask(Request::Access(_)))
    }

    /// Whether there may be several ways in which it comes about.
    pub fn has_arms(&self) -> bool {
        matches!(self, Wish::Ask(Request::Select(_)))
    }

    /// Whether it may have to do with locks: not if it is about variables, or about the ends of threads.
    pub fn may_wait_for_locks(&self) -> bool {
        match self {
            Wish::Ask(request) => !matches!(
                request,
                Request::Access(_) | Request::Join { .. } | Request::JoinAll { .. }
            ),
            Wish::Nothing | Wish::End(_) | Wish::Children { .. } => false,
            Wish::NextTask(_) | Wish::Round { .. } => true,
        }
    }

    /// Whether it is a point where a thread could block, so that a cancelled one stops there.
    pub fn is_blocking(&self) -> bool {
        use crate::primitives::Action;
        match self {
            Wish::Ask(request) => match request {
                Request::Acquire { .. }
                | Request::Enrol { .. }
                | Request::Await { .. }
                | Request::Arrive { .. }
                | Request::Next { .. }
                | Request::Join { .. }
                | Request::JoinAll { .. }
                | Request::JoinAny { .. }
                | Request::Select(_)
                | Request::Sleep(_) => true,
                Request::Perform { action, .. } => {
                    matches!(action, Action::Wait { .. } | Action::Send(_) | Action::Recv)
                }
                Request::Host(call) => matches!(call, crate::vm::HostCall::Input(_)),
                _ => false,
            },
            Wish::Round { .. } => true,
            Wish::Children { failed, .. } => !failed,
            Wish::Nothing | Wish::NextTask(_) | Wish::End(_) => false,
        }
    }
}
