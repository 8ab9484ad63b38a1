//! The primitives of a run that are alive: reports tell by it who holds what, and what the queues hold.
//!
//! An object enters when it is made, and leaves when its last reference is gone; nothing is counted or kept alive
//! here, and what a script does with an object costs nothing more.
//!
//! # Unsafe code
//!
//! A census points to objects that it does not own. An object leaves in its `Heap::end`, before anything of it is
//! dropped, and to leave it takes the lock that is held while objects are visited: so each that is visited is
//! whole, and nobody ends it meanwhile. What is visited must not take another lock, since who ends an object may
//! hold that while it waits to leave.

use super::heap::Ref;
use super::object::Object;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The objects that are alive.
#[derive(Default)]
pub struct Census {
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    /// Invariant: each pointer is to an object that has not begun to end.
    all: Vec<Option<NonNull<Object>>>,
    free: Vec<usize>,
}

// SAFETY: an object's fields may be read by any thread; the pointers are followed under the lock alone.
unsafe impl Send for Slots {}

/// An object's place in a census.
pub struct Entry {
    census: Arc<Census>,
    slot: usize,
}

impl Census {
    /// Enters an object that was just made.
    pub fn enter(self: &Arc<Census>, object: &Ref<Object>) {
        let mut slots = self.lock();
        let pointer = Some(NonNull::from(&**object));
        let slot = match slots.free.pop() {
            Some(slot) => {
                slots.all[slot] = pointer;
                slot
            }
            None => {
                slots.all.push(pointer);
                slots.all.len() - 1
            }
        };
        if object.entry.set(Entry { census: self.clone(), slot }).is_err() {
            // It was entered before: one place is enough.
            slots.all[slot] = None;
            slots.free.push(slot);
        }
    }

    /// Looks at all objects. What `look` does must not wait for anything.
    pub fn visit(&self, mut look: impl FnMut(&Object)) {
        for object in self.lock().all.iter().flatten() {
            // SAFETY: it is there, so it has not begun to end, and cannot as long as the lock is held.
            look(unsafe { object.as_ref() });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        // A visitor that panics has changed nothing here.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Leaves: the object is about to end.
    pub(super) fn leave(&self) {
        let mut slots = self.census.lock();
        slots.all[self.slot] = None;
        slots.free.push(self.slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Label, ObjectKind};

    fn labels(census: &Census) -> Vec<u64> {
        let mut all = Vec::new();
        census.visit(|object| all.push(object.label.id));
        all
    }

    fn object(id: u64) -> Ref<Object> {
        Ref::new(Object::new(Label::new(id, None), ObjectKind::Lock, Arc::new(())))
    }

    #[test]
    fn who_is_alive_is_visited() {
        let census = Arc::new(Census::default());
        let (one, two) = (object(1), object(2));
        census.enter(&one);
        census.enter(&two);
        census.enter(&two);
        assert_eq!(labels(&census), [1, 2]);
        let again = one.clone();
        drop(one);
        assert_eq!(labels(&census), [1, 2]);
        drop(again);
        assert_eq!(labels(&census), [2]);
        let three = object(3);
        census.enter(&three);
        assert_eq!(labels(&census).len(), 2);
        drop((two, three));
        assert!(labels(&census).is_empty());
    }
}
