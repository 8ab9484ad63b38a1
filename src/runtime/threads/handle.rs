//! Handles: the values by which scripts hold threads, tasks and timers. When the last handle to something is
//! gone, nobody can join it any more, and an error that nobody received is told.

use super::runtime::Runtime;
use super::strand::{Strand, StrandKind};
use super::timers::TimerBody;
use crate::primitives::Ended;
use crate::values::{Label, Object, ObjectKind, Ref, Value};
use parking_lot::Mutex;
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
pub struct Handles(Mutex<Weak<Guard>>);

/// What all handles to one thing hold together.
struct Guard {
    of: Joinable,
    runtime: Weak<Runtime>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.upgrade() {
            self.of.tell_if_lost(&runtime);
        }
    }
}

/// What the runtime keeps of a handle's object.
pub struct HandleBody {
    /// What it is of.
    pub of: Joinable,
    _guard: Arc<Guard>,
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

    /// A handle to it, as a value.
    pub fn value(&self, runtime: &Arc<Runtime>) -> Value {
        let mut weak = self.handles().0.lock();
        let guard = weak.upgrade().unwrap_or_else(|| {
            let guard = Arc::new(Guard { of: self.clone(), runtime: Arc::downgrade(runtime) });
            *weak = Arc::downgrade(&guard);
            guard
        });
        drop(weak);
        let (kind, id, name) = match self {
            Joinable::Strand(strand) if strand.kind == StrandKind::Task => (ObjectKind::Task, strand.id, &strand.name),
            Joinable::Strand(strand) => (ObjectKind::Thread, strand.id, &strand.name),
            Joinable::Timer(timer) => (ObjectKind::Timer, timer.id, &timer.name),
        };
        let body = HandleBody { of: self.clone(), _guard: guard };
        let object = Object::new(Label::new(id, Some(name)), kind, Box::new(body));
        Value::from(Ref::new(object))
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
        received.swap(true, std::sync::atomic::Ordering::SeqCst)
    }

    /// If it has failed, and nobody has received the error or can any more, the error is told.
    pub fn tell_if_lost(&self, runtime: &Arc<Runtime>) {
        if self.has_handles() {
            return;
        }
        if let Some(Ended::Failed(error)) = self.ended() {
            if !self.receive() {
                runtime.tell_uncaught(&error);
            }
        }
    }
}

/// What a handle's object is of.
pub fn of(object: &Object) -> Option<&Joinable> {
    object.body.downcast_ref::<HandleBody>().map(|body| &body.of)
}

/// The thread or task that a handle's object is of.
pub fn strand_of(object: &Object) -> Option<&Arc<Strand>> {
    match of(object) {
        Some(Joinable::Strand(strand)) => Some(strand),
        _ => None,
    }
}
