//! Handles: the values by which scripts hold threads, tasks and timers. When the last handle to something is
//! gone, nobody can join it any more, and an error that nobody received is told.

use super::runtime::Runtime;
use super::scope::Scope;
use super::strand::{Strand, StrandKind};
use super::timers::TimerBody;
use crate::primitives::{Ended, ThreadId};
use crate::runtime::knot::Need;
use crate::values::{Label, Object, ObjectKind, Published, Ref, Value, View};
use parking_lot::Mutex;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

/// What a handle is of.
#[derive(Clone)]
pub enum Joinable {
    /// A thread or a task.
    Strand(Arc<Strand>),
    /// A timer.
    Timer(Arc<TimerBody>),
}

/// The handles there are to something.
#[derive(Default)]
pub struct Handles(Mutex<Weak<Handle>>);

/// What the objects of all handles to one thing hold together.
pub struct Handle {
    /// What they are of.
    pub of: Joinable,
    runtime: Weak<Runtime>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.upgrade() {
            self.of.tell_if_lost(&runtime);
        }
    }
}

impl Joinable {
    fn handles(&self) -> &Handles {
        match self {
            Joinable::Strand(strand) => strand.handles(),
            Joinable::Timer(timer) => &timer.handles,
        }
    }

    /// Whether any handle is left.
    pub fn has_handles(&self) -> bool {
        self.handles().0.lock().strong_count() > 0
    }

    /// Whether it is a task whose pool can still be joined.
    fn pool_may_be_joined(&self) -> bool {
        match self {
            Joinable::Strand(strand) => {
                strand.pool.as_ref().and_then(Weak::upgrade).is_some_and(|pool| pool.has_handle())
            }
            Joinable::Timer(_) => false,
        }
    }

    /// A handle to it, as a value.
    pub fn value(&self, runtime: &Arc<Runtime>) -> Value {
        let mut weak = self.handles().0.lock();
        let handle = weak.upgrade().unwrap_or_else(|| {
            let handle = Arc::new(Handle { of: self.clone(), runtime: Arc::downgrade(runtime) });
            *weak = Arc::downgrade(&handle);
            handle
        });
        drop(weak);
        let (kind, id, name) = match self {
            Joinable::Strand(strand) if strand.kind == StrandKind::Task => {
                (ObjectKind::Task, strand.id, &strand.name)
            }
            Joinable::Strand(strand) => (ObjectKind::Thread, strand.id, &strand.name),
            Joinable::Timer(timer) => (ObjectKind::Timer, timer.id, &timer.name),
        };
        Value::from(Ref::new(Object::new(Label::named(id, name.clone()), kind, handle)))
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<Ended> {
        match self {
            Joinable::Strand(strand) => strand.ended(),
            Joinable::Timer(timer) => timer.state.look(|state| state.ended.clone()),
        }
    }

    /// Notes that somebody has received its error; whether that was so before.
    pub fn receive(&self) -> bool {
        let received = match self {
            Joinable::Strand(strand) => &strand.received,
            Joinable::Timer(timer) => &timer.received,
        };
        received.swap(true, Ordering::SeqCst)
    }

    /// Whether somebody has received its error.
    pub fn is_received(&self) -> bool {
        match self {
            Joinable::Strand(strand) => strand.received.load(Ordering::SeqCst),
            Joinable::Timer(timer) => timer.received.load(Ordering::SeqCst),
        }
    }

    /// Its number.
    pub fn id(&self) -> ThreadId {
        match self {
            Joinable::Strand(strand) => strand.id,
            Joinable::Timer(timer) => timer.id,
        }
    }

    /// Its name.
    pub fn name(&self) -> &Arc<str> {
        match self {
            Joinable::Strand(strand) => &strand.name,
            Joinable::Timer(timer) => &timer.name,
        }
    }

    /// When it ended, among all that have.
    pub fn end_order(&self) -> Option<u64> {
        match self {
            Joinable::Strand(strand) => strand.ended().map(|_| strand.end_order()),
            Joinable::Timer(timer) => {
                let over = timer.state.look(|state| state.ended.is_some() || state.cancelled);
                over.then(|| timer.end_order.load(Ordering::SeqCst))
            }
        }
    }

    /// Who must go on so that it ends.
    pub fn need(&self) -> Need<ThreadId> {
        match self {
            Joinable::Strand(strand) => strand.need(),
            Joinable::Timer(timer) => Need::threads(timer.running().map(|run| run.id)),
        }
    }

    /// Cancels it; whether there was something to cancel.
    pub fn cancel(&self, runtime: &Arc<Runtime>) -> bool {
        match self {
            Joinable::Timer(timer) => timer.cancel(runtime),
            Joinable::Strand(strand) if strand.ended().is_some() => false,
            Joinable::Strand(strand) => {
                let pool = strand.pool.as_ref().and_then(Weak::upgrade);
                if !pool.is_some_and(|pool| pool.withdraw(runtime, strand)) {
                    strand.cancel(runtime);
                }
                true
            }
        }
    }

    /// Cancels it because its scope fails: of a timer, the run that is under way too.
    pub fn cancel_for_scope(&self, runtime: &Arc<Runtime>) {
        self.cancel(runtime);
        if let Joinable::Timer(timer) = self
            && let Some(run) = timer.running()
        {
            run.cancel(runtime);
        }
    }

    /// The scope that receives its error, if it was started in one.
    fn scope(&self) -> Option<&Arc<Scope>> {
        match self {
            Joinable::Strand(strand) => strand.scope.as_ref(),
            Joinable::Timer(timer) => timer.scope.as_ref(),
        }
    }

    /// If it has failed, and nobody has received the error or can any more, the error is told.
    pub fn tell_if_lost(&self, runtime: &Arc<Runtime>) {
        // A scope receives it, unless the program ends before.
        if self.scope().is_some() || self.has_handles() || self.pool_may_be_joined() {
            return;
        }
        if let Some(ended) = self.ended()
            && let Some(error) = ended.failure()
            && !(self.receive() || runtime.has_prompt() && was_told(error))
        {
            runtime.tell_uncaught(error);
        }
    }

    /// If it has failed, and nobody has received the error yet, the error is told. It may be received all the same.
    pub fn tell_unless_received(&self, runtime: &Arc<Runtime>) {
        if let Some(ended) = self.ended()
            && let Some(error) = ended.failure()
            && !self.is_received()
        {
            runtime.tell_uncaught(error);
        }
    }
}

/// Whether an error was reported.
pub fn was_told(error: &Published) -> bool {
    matches!(error.get().view(), View::Error(error) if error.was_told())
}

/// What a handle's object is of.
pub fn of(object: &Object) -> Option<&Joinable> {
    object.body.downcast_ref::<Handle>().map(|handle| &handle.of)
}

/// The thread or task that a handle's object is of.
pub fn strand_of(object: &Object) -> Option<&Arc<Strand>> {
    match of(object) {
        Some(Joinable::Strand(strand)) => Some(strand),
        _ => None,
    }
}
