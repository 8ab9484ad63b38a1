//! How threads share what changes: guards and slots.
//!
//! A slot holds one value, which never tears, and reads and writes of all slots are sequentially
//! consistent, as the language promises. A guard keeps the slots of one object: it is a sequence lock.
//!
//! - States of a guard: even, free; odd, a writer is at work. Each write adds two.
//! - A writer takes it by a compare-and-swap from even to odd, and gives it back by a store.
//! - A reader of a scalar takes nothing: it reads the guard, the slot, and the guard again, and starts
//!   over unless both were the same even number. So any number of threads read one list at full speed.
//! - A value on the heap has to be counted before a writer can drop it, so its reader takes the guard.
//!
//! *Sequential consistency.* A write happens at its compare-and-swap, a read at its first look at the
//! guard; both are `SeqCst`, so they lie in one total order, and a read that comes after a write in it sees
//! an odd guard or a later one, never the slot as it was before.
//!
//! *Progress.* A guard is held for a few instructions, and by an operation on a whole list for as long as
//! that takes; nothing under it blocks. Who finds it held spins a little, then yields.

use super::Value;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};

/// The guard of an object that several threads may change.
pub struct Guard(AtomicU32);

impl Default for Guard {
    fn default() -> Guard {
        Guard::new()
    }
}

impl Guard {
    /// A free guard.
    #[must_use]
    pub const fn new() -> Guard {
        Guard(AtomicU32::new(0))
    }

    /// Takes the guard. It is given back when the result is dropped.
    #[inline]
    pub fn lock(&self) -> Held<'_> {
        let now = self.0.load(Ordering::Relaxed);
        let free = now & 1 == 0;
        if !free
            || self
                .0
                .compare_exchange(now, now.wrapping_add(1), Ordering::SeqCst, Ordering::Relaxed)
                .is_err()
        {
            self.lock_slowly();
        }
        // What the holder stores must not be seen before the guard is seen odd.
        fence(Ordering::Release);
        Held(self)
    }

    #[cold]
    fn lock_slowly(&self) {
        let mut backoff = Backoff::default();
        loop {
            let now = self.0.load(Ordering::Relaxed);
            if now & 1 == 0
                && self
                    .0
                    .compare_exchange_weak(
                        now,
                        now.wrapping_add(1),
                        Ordering::SeqCst,
                        Ordering::Relaxed,
                    )
                    .is_ok()
            {
                return;
            }
            backoff.wait();
        }
    }

    /// What `read` makes of the object at one moment, without taking the guard. It may see anything while a
    /// writer is at work, and is then called again.
    #[inline]
    pub fn read<R>(&self, mut read: impl FnMut() -> R) -> R {
        let mut backoff = Backoff::default();
        loop {
            let before = self.0.load(Ordering::SeqCst);
            if before & 1 == 0 {
                let result = read();
                fence(Ordering::Acquire);
                if self.0.load(Ordering::Relaxed) == before {
                    return result;
                }
            }
            backoff.wait();
        }
    }

    /// The same at one look: `None` if a writer is at work.
    // `read` is not written by this: it is part of the run loop, which came out 5 % slower so.
    #[inline(always)]
    pub fn read_at_once<R>(&self, read: impl FnOnce() -> R) -> Option<R> {
        let before = self.0.load(Ordering::SeqCst);
        if before & 1 != 0 {
            return None;
        }
        let result = read();
        fence(Ordering::Acquire);
        (self.0.load(Ordering::Relaxed) == before).then_some(result)
    }
}

/// A guard that is taken.
pub struct Held<'a>(&'a Guard);

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        let now = self.0.0.load(Ordering::Relaxed);
        self.0.0.store(now.wrapping_add(1), Ordering::Release);
    }
}

/// Waits a little, and longer each time.
#[derive(Default)]
struct Backoff(u32);

impl Backoff {
    #[cold]
    fn wait(&mut self) {
        if self.0 < 6 {
            for _ in 0..1 << self.0 {
                std::hint::spin_loop();
            }
            self.0 += 1;
        } else {
            std::thread::yield_now();
        }
    }
}

/// A place for one value, in the two words that a value is.
///
/// Invariant: the words are those of a value which the slot owns. While a thread writes a slot that others
/// can reach, it holds the slot's guard; so do those who read a value on the heap out of it.
#[repr(C)]
pub struct Slot {
    tag: AtomicU64,
    bits: AtomicPtr<()>,
}

impl Slot {
    /// A slot that holds `value`.
    #[inline(always)]
    #[must_use]
    pub fn new(value: Value) -> Slot {
        let (tag, bits) = value.into_words();
        Slot { tag: AtomicU64::new(tag), bits: AtomicPtr::new(bits) }
    }

    /// The words as they are now: those of one value if the caller holds the guard, reads under
    /// [`Guard::read`], or knows that no other thread can reach the slot.
    #[inline(always)]
    pub(super) fn words(&self) -> (u64, *mut ()) {
        (self.tag.load(Ordering::Relaxed), self.bits.load(Ordering::Relaxed))
    }

    /// The value, counted once more. The caller holds the guard, or knows that no other thread can reach the
    /// slot.
    #[inline(always)]
    pub fn get(&self) -> Value {
        let (tag, bits) = self.words();
        // SAFETY: the slot owns a value with these words, and cannot lose it meanwhile.
        unsafe { Value::clone_from_words(tag, bits) }
    }

    /// The value, for a look at it. The caller holds the guard, or knows that no other thread can reach the
    /// slot, and does not change it meanwhile.
    #[inline(always)]
    pub fn peek<R>(&self, look: impl FnOnce(&Value) -> R) -> R {
        let (tag, bits) = self.words();
        // SAFETY: the slot owns a value with these words; this copy is not dropped.
        let value = std::mem::ManuallyDrop::new(unsafe { Value::from_words(tag, bits) });
        look(&value)
    }

    /// Puts `value` in, and gives back what was there. The caller holds the guard, or knows that no other
    /// thread can reach the slot; and it has published `value` unless it knows that.
    #[inline(always)]
    pub fn replace(&self, value: Value) -> Value {
        let (old_tag, old_bits) = self.words();
        let (tag, bits) = value.into_words();
        self.tag.store(tag, Ordering::Relaxed);
        self.bits.store(bits, Ordering::Relaxed);
        // SAFETY: the slot owned a value with these words, and owns it no more.
        unsafe { Value::from_words(old_tag, old_bits) }
    }

    /// Puts `value` in without dropping what was there: it has moved elsewhere.
    pub(super) fn overwrite(&self, value: Value) {
        let (tag, bits) = value.into_words();
        self.tag.store(tag, Ordering::Relaxed);
        self.bits.store(bits, Ordering::Relaxed);
    }

    /// Copies the words of another slot, without counting and without dropping what was there: the values are
    /// being moved, and the other slot will not be dropped.
    #[inline(always)]
    pub(super) fn take_over(&self, other: &Slot) {
        let (tag, bits) = other.words();
        self.tag.store(tag, Ordering::Relaxed);
        self.bits.store(bits, Ordering::Relaxed);
    }
}

impl Drop for Slot {
    #[inline(always)]
    fn drop(&mut self) {
        drop(self.replace(Value::NIL));
    }
}

/// Reads a slot that other threads may be writing.
#[inline]
pub fn read_shared(guard: &Guard, slot: &Slot) -> Value {
    let (tag, bits) = guard.read(|| slot.words());
    match Value::scalar_from_words(tag, bits) {
        Some(scalar) => scalar,
        None => {
            let _held = guard.lock();
            slot.get()
        }
    }
}
