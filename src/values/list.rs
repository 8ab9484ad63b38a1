//! Lists. One thread's own list is a plain growable array. A published one is read by any number of threads
//! at full speed, and changed under its guard.

use super::guard::{Guard, Held, Slot};
use super::heap::{Plain, Ref, publish};
use super::{Fault, Value};
use crate::memory;
use std::alloc::{Layout, alloc, dealloc, realloc};
use std::cell::UnsafeCell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// A list.
///
/// Invariant: the first `len` slots of the buffer hold values, and all that ever held one can be read. Once the list is published, `slots`, `len` and
/// the slots are changed only under the guard, and a buffer that was outgrown is kept until the list ends,
/// since a reader may still look at it; as buffers double, all of these together are no larger than the one
/// in use.
pub struct List {
    guard: Guard,
    slots: AtomicPtr<Slot>,
    len: AtomicUsize,
    /// How many slots the buffer has. Changed with `slots`.
    capacity: UnsafeCell<usize>,
    /// Buffers outgrown since the list was published, with their sizes.
    outgrown: UnsafeCell<Vec<(*mut Slot, usize)>>,
}

impl Default for List {
    fn default() -> List {
        List {
            guard: Guard::new(),
            slots: AtomicPtr::new(ptr::dangling_mut()),
            len: AtomicUsize::new(0),
            capacity: UnsafeCell::new(0),
            outgrown: UnsafeCell::new(Vec::new()),
        }
    }
}

/// There was no memory.
#[derive(Debug, PartialEq, Eq)]
pub struct NoMemory;

impl List {
    /// A new list of these values.
    #[must_use]
    pub fn from_values(values: impl ExactSizeIterator<Item = Value>) -> Option<Ref<List>> {
        let list = Ref::new(List::default());
        list.open().extend(values).ok()?;
        Some(list)
    }

    /// A new list of these values, as a value.
    ///
    /// # Errors
    ///
    /// If there is no memory for it.
    pub fn value(values: Vec<Value>) -> Result<Value, Fault> {
        List::from_values(values.into_iter())
            .map(Value::from)
            .ok_or_else(|| Fault::no_memory("list"))
    }

    /// The item at `index` of a published list, even where a writer is at work or it lies on the heap.
    #[inline(never)]
    fn get_slowly(&self, index: i64) -> Option<Value> {
        let (tag, bits) = self.guard.read(|| self.words_at(index))?;
        Value::scalar_from_words(tag, bits).or_else(|| {
            let _held = self.guard.lock();
            let at = resolve(index, self.len.load(Ordering::Relaxed))?;
            // SAFETY: the buffer has a slot at `at`, which cannot lose its value while the guard is held.
            Some(unsafe { (*self.slots.load(Ordering::Relaxed).add(at)).get() })
        })
    }

    /// The words of the item at `index`, as they are now.
    #[inline(always)]
    fn words_at(&self, index: i64) -> Option<(u64, *mut ())> {
        // The length first: the buffer found after it has been given at least as many values, as
        // writers store the buffer before the length, and buffers only grow.
        let len = self.len.load(Ordering::Acquire);
        let slots = self.slots.load(Ordering::Acquire);
        // SAFETY: the buffer has a slot at `at` that was given a value; it is kept while the list lives.
        resolve(index, len).map(|at| unsafe { (*slots.add(at)).words() })
    }

    fn layout(capacity: usize) -> Option<Layout> {
        Layout::array::<Slot>(capacity).ok()
    }

    /// Frees a buffer, not what its slots hold.
    ///
    /// # Safety
    ///
    /// The buffer was allocated with this capacity, and nobody uses it any more.
    unsafe fn free(slots: *mut Slot, capacity: usize) {
        if capacity > 0 {
            let layout = List::layout(capacity).expect("it was allocated once");
            // SAFETY: the caller's.
            unsafe { dealloc(slots.cast(), layout) };
        }
    }
}

impl Ref<List> {
    /// How many items it has.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        if self.is_shared() {
            return self.guard.read(|| self.len.load(Ordering::Relaxed));
        }
        self.len.load(Ordering::Relaxed)
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`, counted from the end if negative.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, index: i64) -> Option<Value> {
        if self.is_shared() {
            return self.get_shared(index);
        }
        let at = resolve(index, self.len.load(Ordering::Relaxed))?;
        // SAFETY: the list is this thread's own, and has a slot at `at`.
        Some(unsafe { (*self.slots.load(Ordering::Relaxed).add(at)).get() })
    }

    /// The same, of a published list.
    // So short that no register need be saved for it.
    #[inline(never)]
    fn get_shared(&self, index: i64) -> Option<Value> {
        let list: &List = self;
        if let Some(Some((tag, bits))) = list.guard.read_at_once(|| list.words_at(index))
            && let Some(scalar) = Value::scalar_from_words(tag, bits)
        {
            return Some(scalar);
        }
        list.get_slowly(index)
    }

    /// Puts `value` in the place of the item at `index`, counted from the end if negative; whether there is
    /// one.
    #[inline(always)]
    pub fn set(&self, index: i64, value: Value) -> bool {
        if self.is_shared() {
            return self.open().set(index, value);
        }
        let Some(at) = resolve(index, self.len.load(Ordering::Relaxed)) else { return false };
        // SAFETY: the list is this thread's own, and has a slot at `at`.
        drop(unsafe { (*self.slots.load(Ordering::Relaxed).add(at)).replace(value) });
        true
    }

    /// Appends a value.
    ///
    /// # Errors
    ///
    /// If there is no memory.
    #[inline]
    pub fn push(&self, value: Value) -> Result<(), NoMemory> {
        if !self.is_shared() {
            let len = self.len.load(Ordering::Relaxed);
            // SAFETY: the list is this thread's own; the slot at `len` is within the buffer, and holds nothing.
            unsafe {
                if len < *self.capacity.get() {
                    ptr::write(self.slots.load(Ordering::Relaxed).add(len), Slot::new(value));
                    self.len.store(len + 1, Ordering::Relaxed);
                    return Ok(());
                }
            }
        }
        self.open().push(value)
    }

    /// The items, as they are at one moment.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Value> {
        self.open().iter().collect()
    }

    /// Takes the guard, if the list is published, for several steps in one. Nothing of a script's may run
    /// meanwhile.
    #[inline]
    #[must_use]
    pub fn open(&self) -> OpenList<'_> {
        let held = self.is_shared().then(|| self.guard.lock());
        OpenList { list: self, held, dropped: Vec::new() }
    }
}

/// The place of an index, which counts from the end if it is negative.
#[inline(always)]
fn resolve(index: i64, len: usize) -> Option<usize> {
    let at = if index < 0 { index.wrapping_add(len as i64) } else { index };
    ((at as u64) < len as u64).then_some(at as usize)
}

/// A list whose guard is taken.
pub struct OpenList<'a> {
    list: &'a Ref<List>,
    held: Option<Held<'a>>,
    /// What was taken out: dropped after the guard is given back, since dropping may run anything.
    dropped: Vec<Value>,
}

impl OpenList<'_> {
    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len.load(Ordering::Relaxed)
    }

    fn slots(&self) -> &[Slot] {
        // SAFETY: the first `len` slots hold values; nobody changes them while the guard is taken, or the
        // list is this thread's own.
        unsafe { std::slice::from_raw_parts(self.list.slots.load(Ordering::Relaxed), self.len()) }
    }

    /// The items, counted once more.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Value> + '_ {
        self.slots().iter().map(Slot::get)
    }

    /// The item at `index`, counted from the end if negative.
    #[must_use]
    pub fn get(&self, index: i64) -> Option<Value> {
        Some(self.slots()[resolve(index, self.len())?].get())
    }

    fn store(&mut self, slot: usize, value: Value) {
        if self.held.is_some() {
            publish(&value);
        }
        let old = self.slots()[slot].replace(value);
        if old.is_heap() {
            self.dropped.push(old);
        }
    }

    /// Puts `value` into a slot that holds nothing.
    ///
    /// # Safety
    ///
    /// `slot` is within the buffer, and behind the items.
    unsafe fn fill(&self, slot: *mut Slot, value: Value) {
        if self.held.is_some() {
            publish(&value);
            // It may have held an item before, at which a reader still looks: what it reads is not used, but must
            // be written as it is read.
            // SAFETY: the caller's; a slot is two atomic words, whatever was there.
            unsafe { (*slot).overwrite(value) };
        } else {
            // SAFETY: the caller's, and the list is this thread's own.
            unsafe { ptr::write(slot, Slot::new(value)) };
        }
    }

    /// Puts `value` in the place of the item at `index`; whether there is one.
    pub fn set(&mut self, index: i64, value: Value) -> bool {
        let Some(at) = resolve(index, self.len()) else { return false };
        self.store(at, value);
        true
    }

    /// Appends a value.
    ///
    /// # Errors
    ///
    /// If there is no memory.
    pub fn push(&mut self, value: Value) -> Result<(), NoMemory> {
        self.reserve(1)?;
        let len = self.len();
        // SAFETY: there is room for one more, and the slot at `len` holds nothing.
        unsafe { self.fill(self.list.slots.load(Ordering::Relaxed).add(len), value) };
        self.list.len.store(len + 1, Ordering::Release);
        Ok(())
    }

    /// Appends values.
    ///
    /// # Errors
    ///
    /// If there is no memory for all of them; then none is appended.
    pub fn extend(&mut self, values: impl ExactSizeIterator<Item = Value>) -> Result<(), NoMemory> {
        let room = values.len();
        self.reserve(room)?;
        let mut len = self.len();
        let slots = self.list.slots.load(Ordering::Relaxed);
        for value in values.take(room) {
            // SAFETY: there is room for so many more, and the slots behind `len` hold nothing.
            unsafe { self.fill(slots.add(len), value) };
            len += 1;
        }
        self.list.len.store(len, Ordering::Release);
        Ok(())
    }

    /// Takes the last item out.
    pub fn pop(&mut self) -> Option<Value> {
        let last = self.len().checked_sub(1)?;
        let value = self.slots()[last].replace(Value::NIL);
        self.list.len.store(last, Ordering::Relaxed);
        Some(value)
    }

    /// Puts `value` in front of the item at `at`, which is at most the length.
    ///
    /// # Errors
    ///
    /// If there is no memory.
    pub fn insert(&mut self, at: usize, value: Value) -> Result<(), NoMemory> {
        self.push(value)?;
        let slots = self.slots();
        let last = slots.len() - 1;
        let value = slots[last].replace(Value::NIL);
        for i in (at..last).rev() {
            slots[i + 1].take_over(&slots[i]);
        }
        // The slot's old words live on in the next one.
        slots[at].overwrite(value);
        Ok(())
    }

    /// Takes the item at `at` out, which must be one.
    pub fn remove(&mut self, at: usize) -> Value {
        let slots = self.slots();
        let value = slots[at].replace(Value::NIL);
        for i in at..slots.len() - 1 {
            slots[i].take_over(&slots[i + 1]);
        }
        let last = slots.len() - 1;
        if last > at {
            slots[last].overwrite(Value::NIL);
        }
        self.list.len.store(last, Ordering::Relaxed);
        value
    }

    /// Takes all items out.
    pub fn clear(&mut self) {
        while let Some(value) = self.pop() {
            if value.is_heap() {
                self.dropped.push(value);
            }
        }
    }

    /// Puts other values, as many as there are items, in their places.
    pub fn replace_all(&mut self, values: Vec<Value>) {
        for (i, value) in values.into_iter().enumerate().take(self.len()) {
            self.store(i, value);
        }
    }

    fn reserve(&mut self, more: usize) -> Result<(), NoMemory> {
        let list = self.list;
        let len = self.len();
        // SAFETY: the guard is taken, or the list is this thread's own.
        let capacity = unsafe { *list.capacity.get() };
        let needed = len.checked_add(more).ok_or(NoMemory)?;
        if needed <= capacity {
            return Ok(());
        }
        let wanted = needed.max(capacity.saturating_mul(2)).max(4);
        let layout = List::layout(wanted).ok_or(NoMemory)?;
        if !memory::claim(layout.size()) {
            return Err(NoMemory);
        }
        let old = list.slots.load(Ordering::Relaxed);
        // SAFETY: the layout is not empty, and larger than the old one. The slots that hold values move over;
        // those of the old buffer are not dropped. The old buffer goes only if no other thread can look at it.
        unsafe {
            let slots = if self.held.is_none() && capacity > 0 {
                let before = List::layout(capacity).ok_or(NoMemory)?;
                realloc(old.cast(), before, layout.size()).cast::<Slot>()
            } else {
                alloc(layout).cast::<Slot>()
            };
            if slots.is_null() {
                return Err(NoMemory);
            }
            if self.held.is_some() && capacity > 0 {
                ptr::copy_nonoverlapping(old, slots, len);
                (*list.outgrown.get()).push((old, capacity));
            }
            list.slots.store(slots, Ordering::Release);
            *list.capacity.get() = wanted;
        }
        Ok(())
    }
}

impl Drop for OpenList<'_> {
    fn drop(&mut self) {
        self.held = None;
        // `dropped` goes after this, with nothing held.
    }
}

impl Plain for List {
    fn take_children(&mut self, out: &mut Vec<Value>) {
        let len = *self.len.get_mut();
        for i in 0..len {
            // SAFETY: the first `len` slots hold values, and nobody else uses the list any more.
            let value = unsafe { (*self.slots.get_mut().add(i)).replace(Value::NIL) };
            if value.is_heap() {
                out.push(value);
            }
        }
        *self.len.get_mut() = 0;
    }

    fn visit_children(&self, visit: &mut dyn FnMut(&Value)) {
        for i in 0..self.len.load(Ordering::Relaxed) {
            // SAFETY: the list was this thread's own until now.
            unsafe { (*self.slots.load(Ordering::Relaxed).add(i)).peek(|value| visit(value)) };
        }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: nobody else uses the list any more; the values were taken out before, or are left to leak.
        unsafe {
            List::free(*self.slots.get_mut(), *self.capacity.get_mut());
            for (slots, capacity) in self.outgrown.get_mut().drain(..) {
                List::free(slots, capacity);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Published, View};

    fn ints(list: &Ref<List>) -> Vec<i64> {
        list.to_vec().iter().map(|v| if let View::Int(i) = v.view() { i } else { -1 }).collect()
    }

    fn list(values: &[i64]) -> Ref<List> {
        List::from_values(values.iter().map(|i| Value::int(*i))).unwrap()
    }

    #[test]
    fn items_come_and_go() {
        let xs = list(&[1, 2, 3]);
        xs.open().insert(1, Value::int(9)).unwrap();
        assert_eq!(ints(&xs), [1, 9, 2, 3]);
        let removed = xs.open().remove(0);
        assert!(matches!(removed.view(), View::Int(1)));
        assert_eq!(ints(&xs), [9, 2, 3]);
        assert!(xs.set(-1, Value::int(7)) && !xs.set(3, Value::NIL) && !xs.set(-4, Value::NIL));
        assert!(matches!(xs.get(-1).unwrap().view(), View::Int(7)));
        assert!(xs.open().pop().is_some());
        xs.open().remove(1);
        assert_eq!(ints(&xs), [9]);
        xs.open().clear();
        assert!(xs.is_empty() && xs.open().pop().is_none());
    }

    #[test]
    fn values_on_the_heap_are_counted() {
        let xs = List::from_values([Value::str("a"), Value::str("b")].into_iter()).unwrap();
        xs.open().insert(0, Value::str("c")).unwrap();
        xs.open().remove(1);
        xs.set(0, Value::str("d"));
        for i in 0..100 {
            xs.push(Value::str(&i.to_string())).unwrap();
        }
        assert_eq!(xs.len(), 102);
    }

    #[test]
    fn a_deep_list_ends_without_recursion() {
        let mut inner = list(&[]);
        for _ in 0..1_000_000 {
            inner = List::from_values([Value::from(inner)].into_iter()).unwrap();
        }
        drop(inner);
    }

    #[test]
    fn published_lists_are_read_while_they_grow() {
        let xs = list(&[0]);
        let shared = Published::new(Value::from(xs));
        std::thread::scope(|scope| {
            for reader in 0..2 {
                let shared = shared.clone();
                scope.spawn(move || {
                    let value = shared.into_inner();
                    let View::List(xs) = value.view() else { panic!() };
                    loop {
                        let len = xs.len() as i64;
                        for i in 0..len {
                            match xs.get(i).unwrap().view() {
                                View::Int(n) => assert_eq!(n, i),
                                View::Str(text) => assert_eq!(text.as_str(), i.to_string()),
                                _ => panic!(),
                            }
                        }
                        if len >= 2_000 {
                            break;
                        }
                        let _ = reader;
                    }
                });
            }
            let View::List(xs) = shared.get().view() else { panic!() };
            for i in 1..2_000_i64 {
                let value = if i % 3 == 0 { Value::str(&i.to_string()) } else { Value::int(i) };
                xs.push(value).unwrap();
            }
        });
    }
}
