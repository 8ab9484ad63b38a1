//! Objects whose behaviour lies with the runtime: threads, and the primitives of synchronization.

use super::census::Entry;
use super::heap::{Heap, Plain, Ref};
use super::{Published, Value};
use std::alloc::Layout;
use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // Each is the type of that name.
pub enum ObjectKind {
    Lock,
    RLock,
    RwLock,
    Semaphore,
    BoundedSemaphore,
    Condition,
    Event,
    Barrier,
    Latch,
    Queue,
    LifoQueue,
    PriorityQueue,
    Pool,
    Thread,
    Task,
    Timer,
    /// What a thread waits with, on a condition: never a value of a script.
    Ticket,
}

impl ObjectKind {
    /// What `type(x)` gives.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ObjectKind::Lock => "Lock",
            ObjectKind::RLock => "RLock",
            ObjectKind::RwLock => "RwLock",
            ObjectKind::Semaphore => "Semaphore",
            ObjectKind::BoundedSemaphore => "BoundedSemaphore",
            ObjectKind::Condition => "Condition",
            ObjectKind::Event => "Event",
            ObjectKind::Barrier => "Barrier",
            ObjectKind::Latch => "Latch",
            ObjectKind::Queue => "Queue",
            ObjectKind::LifoQueue => "LifoQueue",
            ObjectKind::PriorityQueue => "PriorityQueue",
            ObjectKind::Pool => "Pool",
            ObjectKind::Thread => "thread",
            ObjectKind::Task => "task",
            ObjectKind::Timer => "timer",
            ObjectKind::Ticket => "ticket",
        }
    }

    /// Whether it is one of the queues.
    #[must_use]
    pub fn is_queue(self) -> bool {
        matches!(self, ObjectKind::Queue | ObjectKind::LifoQueue | ObjectKind::PriorityQueue)
    }
}

/// What a primitive is called in reports: its name, or else its number.
pub struct Label {
    /// Tells it apart from all others of the program. Handles to one thread have one id.
    pub id: u64,
    name: OnceLock<Arc<str>>,
}

impl Label {
    /// A label. The name may be told later.
    #[must_use]
    pub fn new(id: u64, name: Option<&str>) -> Label {
        let name = name.map_or_else(OnceLock::new, |name| OnceLock::from(Arc::from(name)));
        Label { id, name }
    }

    /// The label of something that has its name already.
    #[must_use]
    pub fn named(id: u64, name: Arc<str>) -> Label {
        Label { id, name: OnceLock::from(name) }
    }

    /// The name, if there is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.get().map(|name| &**name)
    }

    /// Calls it after what it is bound to, unless it has a name.
    pub fn bind(&self, name: &str) {
        let _ = self.name.set(name.into());
    }
}

/// `guard`, `#7`
impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "#{}", self.id),
        }
    }
}

/// An object of the runtime's.
pub struct Object {
    /// What it is called.
    pub label: Label,
    /// What it is.
    pub kind: ObjectKind,
    /// The state of a lock or a semaphore that is free or taken without a wait: the runtime's fast path
    /// changes it by compare-and-swap. See `primitives`.
    pub word: AtomicU64,
    /// Where its present holder took it, as the runtime notes it.
    pub site: AtomicU64,
    /// Of a condition, the lock that belongs to it.
    pub lock_of: Option<Published>,
    /// What the runtime keeps of it.
    pub body: Body,
    /// Its place in the census, if it is a primitive.
    pub(super) entry: OnceLock<Entry>,
}

impl Object {
    /// An object.
    #[must_use]
    pub fn new(label: Label, kind: ObjectKind, body: Body) -> Object {
        Object {
            label,
            kind,
            word: AtomicU64::new(0),
            site: AtomicU64::new(0),
            lock_of: None,
            body,
            entry: OnceLock::new(),
        }
    }

    /// Sets the state word before anyone else sees the object.
    #[must_use]
    pub fn with_word(self, word: u64) -> Object {
        self.word.store(word, Ordering::Relaxed);
        self
    }
}

/// `Lock guard`, `Lock #7`, `thread worker-1`.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.label)
    }
}

// SAFETY: it is dropped as what it is, and its layout is that of its type.
unsafe impl Heap for Object {
    unsafe fn end(this: *mut Object, _: &mut Vec<Value>) -> Layout {
        // SAFETY: the caller gives the object away. Whoever visits the census may look at it until it has left.
        unsafe {
            if let Some(entry) = (*this).entry.get() {
                entry.leave();
            }
            let body = (*this).body.clone();
            std::ptr::drop_in_place(this);
            end_body(body);
        }
        Layout::new::<Object>()
    }

    unsafe fn visit(_: *const Object, _: &mut dyn FnMut(&Value)) {}
}

type Body = Arc<dyn Any + Send + Sync>;

thread_local! {
    /// While this thread ends a body: those that come to their end with it, and wait for it.
    static ENDING: RefCell<Option<Vec<Body>>> = const { RefCell::new(None) };
}

/// Ends a body, and all that only it held, without recursion: queues in queues may be nested a million deep.
fn end_body(body: Body) {
    let mut next = ENDING.with_borrow_mut(|ending| match ending {
        Some(waiting) => {
            waiting.push(body);
            None
        }
        None => {
            *ending = Some(Vec::new());
            Some(body)
        }
    });
    while let Some(body) = next {
        drop(body);
        next = ENDING.with_borrow_mut(|ending| {
            let next = ending.as_mut().and_then(Vec::pop);
            if next.is_none() {
                *ending = None;
            }
            next
        });
    }
}

/// One side of a readers–writer lock: `rw.read`, `rw.write`.
pub struct Side {
    /// The lock.
    pub lock: Published,
    /// Whether it is the side of the writers.
    pub write: bool,
}

impl Side {
    /// The lock's object.
    #[must_use]
    pub fn object(&self) -> Option<&Ref<Object>> {
        match self.lock.get().view() {
            super::View::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl Plain for Side {
    fn take_children(&mut self, _: &mut Vec<Value>) {}
    fn visit_children(&self, _: &mut dyn FnMut(&Value)) {}
}
