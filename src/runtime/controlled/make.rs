//! New primitives.

use super::thing::{Body, RESOURCES, State, Thing};
use super::world::World;
use crate::primitives::{
    Barrier, Condition, Event, Latch, Lock, Pool, Queue, QueueOrder, RLock, RwLock, Semaphore,
};
use crate::values::{Label, Object, ObjectKind, Published, Ref, Value};
use crate::vm::Make;
use std::sync::Arc;

impl World {
    /// A new primitive.
    pub(super) fn make(&mut self, make: Make) -> Value {
        let Make { kind, label, number, with } = make;
        let with = with.map(Published::new);
        let count = |number: Option<i64>| number.and_then(|n| usize::try_from(n).ok());
        let permits = number.unwrap_or(1);
        let mut lock_of = None;
        let mut init = None;
        let state = match kind {
            ObjectKind::Lock => State::Lock(Lock::default()),
            ObjectKind::RLock => State::RLock(RLock::default()),
            ObjectKind::Semaphore | ObjectKind::BoundedSemaphore => {
                let bound = (kind == ObjectKind::BoundedSemaphore).then_some(permits);
                let state = Semaphore { value: permits, bound };
                State::Semaphore { state, is_signal: permits == 0 }
            }
            ObjectKind::RwLock => State::RwLock(RwLock::default()),
            ObjectKind::Event => State::Event(Event::default()),
            ObjectKind::Latch => State::Latch(Latch { count: number.unwrap_or(0) }),
            ObjectKind::Barrier => State::Barrier(Barrier::new(permits, with)),
            ObjectKind::Queue => {
                State::Queue(Queue::new(QueueOrder::Fifo, count(number)), QueueOrder::Fifo)
            }
            ObjectKind::LifoQueue => {
                State::Queue(Queue::new(QueueOrder::Lifo, count(number)), QueueOrder::Lifo)
            }
            ObjectKind::PriorityQueue => {
                State::Queue(Queue::new(QueueOrder::Priority, count(number)), QueueOrder::Priority)
            }
            ObjectKind::Condition => {
                lock_of = Some(with.unwrap_or_else(|| {
                    let label = self.program.label(None);
                    Published::new(self.add_thing(
                        label,
                        ObjectKind::RLock,
                        State::RLock(RLock::default()),
                        None,
                    ))
                }));
                State::Condition(Condition::default())
            }
            ObjectKind::Pool => {
                init = with;
                State::Pool(Pool::new(count(number).unwrap_or_else(super::host::cpu_count)))
            }
            ObjectKind::Thread | ObjectKind::Task | ObjectKind::Timer | ObjectKind::Ticket => {
                unreachable!("scripts make these by other ways")
            }
        };
        let value = self.add_thing(label, kind, state, lock_of);
        if let Some(thing) = self.things.last_mut() {
            thing.pool.init = init;
        }
        value
    }

    pub(super) fn add_thing(
        &mut self,
        label: Label,
        kind: ObjectKind,
        state: State,
        lock_of: Option<Published>,
    ) -> Value {
        let number = self.things.len();
        let mut object = Object::new(label, kind, Arc::new(Body::Thing(number)));
        object.lock_of = lock_of;
        let object = Ref::new(object);
        let value = Value::from(object.clone());
        let resource = self.new_resources(RESOURCES);
        self.things.push(Thing::new(object, state, resource));
        value
    }
}
