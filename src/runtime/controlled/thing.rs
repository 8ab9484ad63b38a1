//! Primitives under control: the same states as on real threads, each with the line of those who wait.

use super::footprint::Resource;
use crate::primitives::{
    Action, Barrier, Condition, Event, Hold, Latch, Line, Lock, Pool, Primitive, Queue, QueueOrder,
    RLock, RwLock, Semaphore, ThreadId,
};
use crate::values::{Object, ObjectKind, Published, Ref};

/// What an object's body is: where the world keeps what belongs to it.
pub enum Body {
    /// A primitive.
    Thing(usize),
    /// A handle of a thread or a task.
    Strand(usize),
    /// A handle of a timer.
    Timer(usize),
}

/// Where the world keeps what belongs to an object.
pub fn body(object: &Object) -> &Body {
    object.body.downcast_ref().expect("the controlled runtime made the object")
}

/// The state of a primitive.
pub enum State {
    Lock(Lock),
    RLock(RLock),
    RwLock(RwLock),
    /// `is_signal`: it began without permits.
    Semaphore {
        state: Semaphore,
        is_signal: bool,
    },
    Condition(Condition),
    Event(Event),
    Latch(Latch),
    Barrier(Barrier),
    Queue(Queue, QueueOrder),
    Pool(Pool),
    Ticket(Ticket),
}

/// What a thread waits with, on a condition.
pub struct Ticket {
    /// The condition.
    pub condition: Ref<Object>,
    /// Its number there.
    pub number: u64,
    /// How the lock was held.
    pub depth: i64,
    pub hold: Hold,
    /// Where it had been taken.
    pub site: u64,
    /// When its limit runs out, and how long that was.
    pub until: Option<i64>,
    pub length: i64,
    /// Whether the thread looks for itself whether it need wait.
    pub looks: bool,
}

/// A primitive.
pub struct Thing {
    /// The object; it stays for as long as the run.
    pub object: Ref<Object>,
    /// Its state.
    pub state: State,
    /// The first of its resources.
    pub resource: Resource,
    /// Who stands in line, in order: the thread, its number, and for what.
    pub line: Vec<(usize, ThreadId, Action)>,
    /// What was counted: sets since the last clear, count-downs, items sent and received. It tells which of several
    /// steps another one needed.
    pub tally: i64,
    pub sent: u64,
    pub received: u64,
    pub sets: u64,
    /// Of a queue: the threads that have taken items and not marked them as done, once for each.
    pub takers: Vec<usize>,
    /// Of a pool: its `init`, its workers and tasks, and what failed.
    pub pool: PoolBody,
    /// Who took it last, of a lock.
    pub holder: Option<usize>,
}

/// What belongs to a pool beside its row of tasks.
#[derive(Default)]
pub struct PoolBody {
    pub init: Option<Published>,
    pub started: usize,
    pub tasks: Vec<(ThreadId, usize, crate::vm::Job)>,
    pub failed: Vec<usize>,
    /// The error of `init`: all tasks fail with it.
    pub broken: Option<Published>,
    /// Whether one has, or who joined the pool received it.
    pub received: bool,
}

impl PoolBody {
    /// The error of `init`, if nobody has received it.
    pub fn unreceived(&self) -> Option<&Published> {
        self.broken.as_ref().filter(|_| !self.received)
    }
}

/// How many resources a primitive has.
pub const RESOURCES: u32 = 3;

impl Thing {
    /// A primitive that nobody waits for.
    pub fn new(object: Ref<Object>, state: State, resource: Resource) -> Thing {
        Thing {
            object,
            state,
            resource,
            line: Vec::new(),
            tally: 0,
            sent: 0,
            received: 0,
            sets: 0,
            takers: Vec::new(),
            pool: PoolBody::default(),
            holder: None,
        }
    }

    /// The state, as a primitive.
    pub fn primitive(&mut self) -> &mut dyn Primitive {
        match &mut self.state {
            State::Lock(state) => state,
            State::RLock(state) => state,
            State::RwLock(state) => state,
            State::Semaphore { state, .. } => state,
            State::Condition(state) => state,
            State::Event(state) => state,
            State::Latch(state) => state,
            State::Barrier(state) => state,
            State::Queue(state, _) => state,
            State::Pool(state) => state,
            State::Ticket(_) => unreachable!("a ticket is no primitive"),
        }
    }

    /// The state, as a primitive to look at.
    pub fn look(&self) -> &dyn Primitive {
        match &self.state {
            State::Lock(state) => state,
            State::RLock(state) => state,
            State::RwLock(state) => state,
            State::Semaphore { state, .. } => state,
            State::Condition(state) => state,
            State::Event(state) => state,
            State::Latch(state) => state,
            State::Barrier(state) => state,
            State::Queue(state, _) => state,
            State::Pool(state) => state,
            State::Ticket(_) => unreachable!("a ticket is no primitive"),
        }
    }

    /// Whether this may happen now: it is ready, and nobody stands before `who` in its line.
    pub fn may(&self, strand: usize, who: ThreadId, action: &Action) -> bool {
        let in_line = self.line.iter().position(|(other, ..)| *other == strand);
        let action = in_line.map_or(action, |at| &self.line[at].2);
        let state = self.look();
        if !state.ready(who, action) {
            return false;
        }
        let line = state.line(action);
        if line == Line::Open || self.line.is_empty() {
            return true;
        }
        let before = &self.line[..in_line.unwrap_or(self.line.len())];
        let mut before = before
            .iter()
            .filter(|(other, _, action)| *other != strand && state.line(action) == line);
        match (&self.state, in_line) {
            // What is free may be taken before one who was just woken gets there.
            (State::Lock(_) | State::RLock(_), None) => true,
            (State::Semaphore { .. }, None) => {
                before.next().is_none_or(|(_, who, action)| state.ready(*who, action))
            }
            _ => before.next().is_none(),
        }
    }

    /// Who holds a lock, however it was taken.
    pub fn owner(&self) -> Option<ThreadId> {
        match &self.state {
            State::Lock(lock) => lock.held.map(|(owner, _)| owner),
            State::RLock(lock) => lock.held.map(|(owner, _)| owner),
            _ => None,
        }
    }

    /// Whether waiting for it has to be seen by others: who stands in its line changes what they may do.
    pub fn is_line_seen(&self, cleared: bool, many: bool) -> bool {
        match &self.state {
            State::RwLock(_) => true,
            State::Queue(..) => self.is_rendezvous(),
            State::Event(_) => cleared,
            State::Semaphore { .. } => many,
            _ => false,
        }
    }

    /// Whether it is a queue of capacity 0.
    pub fn is_rendezvous(&self) -> bool {
        matches!(&self.state, State::Queue(queue, _) if queue.capacity() == Some(0))
    }

    /// Whether it is one that is first in, first out, and not a rendezvous: its two ends are then apart.
    pub fn is_row(&self) -> bool {
        matches!(&self.state, State::Queue(queue, QueueOrder::Fifo) if queue.capacity() != Some(0))
    }
}

/// Whether only its owner can release it.
pub fn is_owned(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::RLock | ObjectKind::RwLock)
}
