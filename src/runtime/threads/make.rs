//! New primitives.

use super::pool;
use super::runtime::Runtime;
use super::shell::Shell;
use super::word::{WordBody, WordKind};
use crate::primitives::{Barrier, Condition, Event, Latch, Primitive, Queue, QueueOrder, RwLock};
use crate::values::{Label, Object, ObjectKind, Published, Ref, Value};
use crate::vm::Make;
use std::sync::Arc;

/// Makes a primitive.
#[inline(never)]
pub fn make(runtime: &Arc<Runtime>, make: Make) -> Value {
    let Make { kind, label, number, with } = make;
    let with = with.map(Published::new);
    let object = match kind {
        ObjectKind::Lock => lock(label, kind, WordKind::Lock),
        ObjectKind::RLock => lock(label, kind, WordKind::RLock),
        ObjectKind::Semaphore => semaphore(label, kind, number, None),
        ObjectKind::BoundedSemaphore => semaphore(label, kind, number, Some(number.unwrap_or(1))),
        ObjectKind::RwLock => shell(label, kind, RwLock::default()),
        ObjectKind::Event => shell(label, kind, Event::default()),
        ObjectKind::Latch => shell(label, kind, Latch { count: number.unwrap_or(0) }),
        ObjectKind::Barrier => shell(label, kind, Barrier::new(number.unwrap_or(1), with)),
        ObjectKind::Queue => queue(label, kind, QueueOrder::Fifo, number),
        ObjectKind::LifoQueue => queue(label, kind, QueueOrder::Lifo, number),
        ObjectKind::PriorityQueue => queue(label, kind, QueueOrder::Priority, number),
        ObjectKind::Condition => {
            let lock = with.unwrap_or_else(|| own_lock(runtime));
            let mut condition = shell(label, kind, Condition::default());
            condition.lock_of = Some(lock);
            condition
        }
        ObjectKind::Pool => {
            let workers =
                number.and_then(|n| usize::try_from(n).ok()).unwrap_or_else(super::host::cpu_count);
            pool::make(runtime, label, workers, with)
        }
        ObjectKind::Thread | ObjectKind::Task | ObjectKind::Timer | ObjectKind::Ticket => {
            unreachable!("scripts make these by other ways")
        }
    };
    entered(runtime, object)
}

/// The lock of a condition that was given none: it is called after the condition.
fn own_lock(runtime: &Arc<Runtime>) -> Published {
    let label = runtime.program.label(None);
    Published::new(entered(runtime, lock(label, ObjectKind::RLock, WordKind::RLock)))
}

fn entered(runtime: &Runtime, object: Object) -> Value {
    let object = Ref::new(object);
    runtime.census.enter(&object);
    Value::from(object)
}

fn lock(label: Label, kind: ObjectKind, word: WordKind) -> Object {
    Object::new(label, kind, Arc::new(WordBody::new(word)))
}

fn semaphore(label: Label, kind: ObjectKind, permits: Option<i64>, bound: Option<i64>) -> Object {
    let permits = permits.unwrap_or(1);
    let word = WordKind::Semaphore { bound, is_signal: permits == 0 };
    Object::new(label, kind, Arc::new(WordBody::new(word))).with_word(permits as u64)
}

fn shell<P: Primitive + Send + 'static>(label: Label, kind: ObjectKind, state: P) -> Object {
    Object::new(label, kind, Arc::new(Shell::new(state)))
}

fn queue(label: Label, kind: ObjectKind, order: QueueOrder, capacity: Option<i64>) -> Object {
    let capacity = capacity.and_then(|capacity| usize::try_from(capacity).ok());
    shell(label, kind, Queue::new(order, capacity))
}
