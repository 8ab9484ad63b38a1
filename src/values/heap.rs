//! Objects on the heap, and references that are counted.
//!
//! # Owned by one thread, until published
//!
//! Each object begins as one thread's own: its count, and what it holds, are then read and written
//! without atomic read-modify-writes and without locks. Before another thread can come to it, it is
//! *published*: [`publish`] marks it and all that can be reached from it, and from then on counting is
//! atomic and access is guarded (see [`super::guard`]). An object never goes back.
//!
//! The invariant: **an object that is not marked can be reached by one thread only.** It holds because
//! values are not [`Send`], and the ways by which one can still come to another thread publish it first:
//! - [`Published`], the only form in which a value may be sent: to a new thread, through a queue, as
//!   a result;
//! - storing into an object that is itself marked: cells, lists, maps, instances and atomics publish
//!   what is stored in them if they are.
//!
//! Constants of a program are *immortal*: marked, and not counted at all, so that threads which share
//! code do not contend for counts. They live as long as the process. So do the cells of its globals, which
//! stay the running thread's own until a second one is started (see `vm::Program`), and what those hold that never
//! change: the lock or the queue that all threads use.
//!
//! # Unsafe code
//!
//! This module allocates and frees blocks, and reads counts through shared pointers. A `Ref` points to a
//! live block since it owns one count of it; the block is freed when the last count is given back, which
//! exactly one `Ref` sees. For unmarked blocks the counting is not atomic, which the invariant allows. A
//! row behind a head ([`Tail`]) is reached through the pointer that the block was allocated with.

use super::Value;
use crate::memory;
use std::alloc::{self, Layout};
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, Ordering};

/// One thread's own, and counted.
const LOCAL: u32 = 0;
/// A bit: published, so that others may reach it.
const SHARED: u32 = 1;
/// A bit: never freed, and not counted.
const IMMORTAL: u32 = 2;
/// A bit, of immortal objects only: it changes no more, though others may reach it.
const SETTLED: u32 = 4;

/// A count this large makes an object immortal rather than overflow.
const MOST: u32 = u32::MAX / 2;

struct Header {
    count: AtomicU32,
    state: AtomicU32,
}

#[repr(C)]
struct Block<T> {
    /// First: whatever a block holds, its header is where its pointer points.
    header: Header,
    value: T,
}

/// What can live on the heap, for objects of a size of their own.
pub trait Plain {
    /// Moves the values that it holds to `out`, so that dropping it does not recurse into them. It is dropped
    /// right after.
    fn take_children(&mut self, out: &mut Vec<Value>);

    /// Calls `visit` with each value that can be reached from it directly.
    fn visit_children(&self, visit: &mut dyn FnMut(&Value));
}

/// What can live on the heap.
///
/// # Safety
///
/// `end` must drop all of the object, and tell the layout that it was allocated with.
pub unsafe trait Heap {
    /// Moves the values that the object holds to `out`, drops it in place, and tells its layout.
    ///
    /// # Safety
    ///
    /// `this` points to a whole object that nobody else uses, now or later.
    unsafe fn end(this: *mut Self, out: &mut Vec<Value>) -> Layout;

    /// Calls `visit` with each value that can be reached from it directly.
    ///
    /// # Safety
    ///
    /// `this` points to a whole object that no other thread can reach.
    unsafe fn visit(this: *const Self, visit: &mut dyn FnMut(&Value));
}

// SAFETY: an object of a type's own size is dropped as such.
unsafe impl<T: Plain> Heap for T {
    unsafe fn end(this: *mut T, out: &mut Vec<Value>) -> Layout {
        // SAFETY: the caller gives the object away.
        unsafe {
            (*this).take_children(out);
            ptr::drop_in_place(this);
        }
        Layout::new::<T>()
    }

    unsafe fn visit(this: *const T, visit: &mut dyn FnMut(&Value)) {
        // SAFETY: the object is alive.
        unsafe { (*this).visit_children(visit) };
    }
}

/// A counted reference to an object on the heap.
#[repr(transparent)]
pub struct Ref<T: Heap> {
    block: NonNull<Block<T>>,
    /// Not `Send`, not `Sync`: see the invariant.
    marker: PhantomData<*const T>,
}

impl<T: Heap> Ref<T> {
    /// A new object, this thread's own.
    pub fn new(value: T) -> Ref<T> {
        let header = Header { count: AtomicU32::new(1), state: AtomicU32::new(LOCAL) };
        let block = Box::new(Block { header, value });
        Ref { block: NonNull::from(Box::leak(block)), marker: PhantomData }
    }

    #[inline(always)]
    fn header(&self) -> &Header {
        // SAFETY: a `Ref` owns a count, so its block is alive.
        unsafe { &self.block.as_ref().header }
    }

    /// Whether other threads may reach the object.
    #[inline(always)]
    pub fn is_shared(&self) -> bool {
        self.header().state.load(Ordering::Relaxed) & SHARED != 0
    }

    /// Whether other threads may reach the object, and it was not said that it changes no more.
    #[inline(always)]
    pub(crate) fn may_change(&self) -> bool {
        self.header().state.load(Ordering::Relaxed) & (SHARED | SETTLED) == SHARED
    }

    /// Whether both refer to the same object.
    #[inline]
    pub fn same(&self, other: &Ref<T>) -> bool {
        self.block == other.block
    }

    /// The address, as a number that tells live objects apart.
    pub fn address(&self) -> usize {
        self.block.as_ptr() as usize
    }

    /// Makes the object live as long as the process, uncounted, and marks it and all that it holds.
    #[must_use]
    pub fn immortal(self) -> Ref<T>
    where
        Value: From<Ref<T>>,
    {
        publish(&Value::from(self.clone()));
        self.header().state.store(SHARED | IMMORTAL, Ordering::Relaxed);
        self
    }

    /// Makes the object live as long as the process, uncounted, but leaves it to the thread that runs: the
    /// program's globals are so until a second thread is started.
    #[must_use]
    pub fn immortal_local(self) -> Ref<T> {
        self.header().state.store(IMMORTAL, Ordering::Relaxed);
        self
    }

    /// Notes that an immortal object changes no more from now on.
    pub fn settle(&self) {
        let state = self.header().state.load(Ordering::Relaxed);
        self.header().state.store(state | SETTLED, Ordering::Relaxed);
    }

    /// Gives an object of [`Ref::immortal_local`] back to the thread that runs. No other may be left that reaches
    /// it, which the caller vouches for: the program's globals go back so before it is run again.
    pub(crate) fn take_back(&self) {
        self.header().state.store(IMMORTAL, Ordering::Relaxed);
    }

    /// The pointer, with its count.
    #[inline(always)]
    pub(super) fn into_raw(self) -> *mut () {
        let raw = self.block.as_ptr().cast();
        std::mem::forget(self);
        raw
    }

    /// The pointer, without its count.
    #[inline(always)]
    pub(crate) fn as_raw(&self) -> *mut () {
        self.block.as_ptr().cast()
    }

    /// The reference of a pointer, without its count.
    ///
    /// # Safety
    ///
    /// The pointer comes from [`Ref::as_raw`] of the same type, and the object outlives what is done with it.
    #[inline(always)]
    pub(crate) unsafe fn borrow_raw(raw: *mut ()) -> std::mem::ManuallyDrop<Ref<T>> {
        // SAFETY: its count stays with its owner, since it is not dropped.
        std::mem::ManuallyDrop::new(unsafe { Ref::from_raw(raw) })
    }

    /// The reference of a pointer, with its count.
    ///
    /// # Safety
    ///
    /// The pointer comes from [`Ref::into_raw`] for the same type, and its count is owned by nobody else.
    #[inline(always)]
    pub(super) unsafe fn from_raw(raw: *mut ()) -> Ref<T> {
        // SAFETY: it was the pointer of a `Ref`.
        Ref { block: unsafe { NonNull::new_unchecked(raw.cast()) }, marker: PhantomData }
    }

    /// Marks the object; whether it was unmarked.
    fn mark(&self) -> bool {
        let header = self.header();
        // Relaxed: only the owner marks, and the reference reaches other threads through something
        // that synchronizes.
        let state = header.state.load(Ordering::Relaxed);
        if state & SHARED != 0 {
            return false;
        }
        header.state.store(state | SHARED, Ordering::Relaxed);
        true
    }

    /// Ends the object after its last count was given back. What it held goes to `out`.
    ///
    /// # Safety
    ///
    /// No count may be left, and no one may use the block any more.
    #[cold]
    unsafe fn end(block: NonNull<Block<T>>, out: &mut Vec<Value>) {
        // SAFETY: the caller was the last to hold a count, so nobody else sees the block. The layout is that
        // of the allocation: the header, then the object with the layout it tells.
        unsafe {
            let layout = T::end(&raw mut (*block.as_ptr()).value, out);
            alloc::dealloc(block.as_ptr().cast(), block_layout(layout));
        }
    }

    /// Gives the count back, and what the object held, if this was the last, to `out`.
    fn release_into(self, out: &mut Vec<Value>) {
        let block = self.block;
        // SAFETY: `self` owns a count and is given up; if it was the last, the block is ended here.
        unsafe {
            if release(self.into_raw()) {
                Ref::end(block, out);
            }
        }
    }

    /// Ends an object whose last count was given back, and all that only it held, without recursion: a list
    /// may be nested a million deep.
    #[cold]
    #[inline(never)]
    pub(super) fn end_last(self) {
        let mut pending = Vec::new();
        let block = self.block;
        std::mem::forget(self);
        // SAFETY: the caller gave the last count back.
        unsafe { Ref::end(block, &mut pending) };
        while let Some(value) = pending.pop() {
            value.for_heap(Release(&mut pending));
        }
    }
}

/// Counts an object once more.
///
/// # Safety
///
/// `raw` is the pointer of a `Ref`, of any type, to a live object.
#[inline(always)]
pub(super) unsafe fn retain(raw: *mut ()) {
    // SAFETY: a block begins with its header, whatever it holds.
    let header = unsafe { &*raw.cast::<Header>() };
    let state = header.state.load(Ordering::Relaxed);
    if state == LOCAL {
        let count = header.count.load(Ordering::Relaxed) + 1;
        header.count.store(count, Ordering::Relaxed);
        if count > MOST {
            header.state.store(IMMORTAL, Ordering::Relaxed);
        }
    } else if state == SHARED && header.count.fetch_add(1, Ordering::Relaxed) > MOST {
        header.state.store(SHARED | IMMORTAL, Ordering::Relaxed);
    }
}

/// Makes an object live as long as the process, uncounted from now on.
///
/// # Safety
///
/// As for [`retain`].
pub(super) unsafe fn keep(raw: *mut ()) {
    // SAFETY: a block begins with its header, whatever it holds.
    let header = unsafe { &*raw.cast::<Header>() };
    let state = header.state.load(Ordering::Relaxed);
    header.state.store(state | IMMORTAL, Ordering::Relaxed);
}

/// Gives a count back; whether it was the last.
///
/// # Safety
///
/// `raw` is the pointer of a `Ref`, of any type, whose count the caller owns and gives up.
#[inline(always)]
pub(super) unsafe fn release(raw: *mut ()) -> bool {
    // SAFETY: a block begins with its header, whatever it holds.
    let header = unsafe { &*raw.cast::<Header>() };
    let state = header.state.load(Ordering::Relaxed);
    if state == LOCAL {
        let count = header.count.load(Ordering::Relaxed) - 1;
        header.count.store(count, Ordering::Relaxed);
        return count == 0;
    }
    // As in `Arc`: what this thread did with the object comes before its end, whoever ends it.
    if state & IMMORTAL != 0 || header.count.fetch_sub(1, Ordering::Release) != 1 {
        return false;
    }
    // As a fence would, which ThreadSanitizer does not know of.
    let _ = header.count.load(Ordering::Acquire);
    true
}

/// The layout of a header followed by an object.
fn block_layout(object: Layout) -> Layout {
    let (layout, _) =
        Layout::new::<Header>().extend(object).expect("an object's size was allocated once");
    layout.pad_to_align()
}

impl<T: Heap> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Ref<T> {
        // SAFETY: a `Ref` owns a count, so its block is alive.
        unsafe { retain(self.block.as_ptr().cast()) };
        Ref { block: self.block, marker: PhantomData }
    }
}

impl<T: Heap> Drop for Ref<T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the count that this reference owned is given back, once.
        if unsafe { release(self.block.as_ptr().cast()) } {
            Ref { block: self.block, marker: self.marker }.end_last();
        }
    }
}

impl<T: Heap + std::fmt::Display> std::fmt::Display for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Heap> Deref for Ref<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: a `Ref` owns a count, so its block is alive.
        unsafe { &self.block.as_ref().value }
    }
}

/// Something to do with a reference, whatever it refers to.
pub(super) trait WithHeap {
    type Result;
    fn owned<T: Heap>(self, object: Ref<T>) -> Self::Result;
    fn scalar(self) -> Self::Result;
}

struct Release<'a>(&'a mut Vec<Value>);

impl WithHeap for Release<'_> {
    type Result = ();
    fn owned<T: Heap>(self, object: Ref<T>) {
        object.release_into(self.0);
    }
    fn scalar(self) {}
}

// ---- Publishing ------------------------------------------------------------------------------

/// Marks all that can be reached from `value`, so that other threads may come to it.
#[inline(always)]
pub fn publish(value: &Value) {
    // Most are numbers, or marked already.
    if value.is_unmarked_heap() {
        publish_all(value);
    }
}

#[inline(never)]
fn publish_all(value: &Value) {
    let mut pending = Vec::new();
    mark(value, &mut pending);
    while let Some(value) = pending.pop() {
        mark(&value, &mut pending);
    }
}

fn mark(value: &Value, pending: &mut Vec<Value>) {
    struct Mark<'a>(&'a mut Vec<Value>);
    impl WithHeap for Mark<'_> {
        type Result = ();
        fn owned<T: Heap>(self, object: Ref<T>) {
            if object.mark() {
                let mut visit = |child: &Value| {
                    if child.is_unmarked_heap() {
                        self.0.push(child.clone());
                    }
                };
                // SAFETY: the object is alive, and was this thread's own until now.
                unsafe { T::visit(&raw const (*object.block.as_ptr()).value, &mut visit) };
            }
        }
        fn scalar(self) {}
    }
    if value.is_unmarked_heap() {
        value.clone().for_heap(Mark(pending));
    }
}

/// A value that may go to another thread.
#[derive(Clone)]
#[repr(transparent)]
pub struct Published(Value);

// SAFETY: all that can be reached from the value is marked: its counts are atomic, and access to what
// changes is guarded.
unsafe impl Send for Published {}
// SAFETY: as above.
unsafe impl Sync for Published {}

impl Published {
    /// Publishes a value.
    #[must_use]
    pub fn new(value: Value) -> Published {
        publish(&value);
        Published(value)
    }

    /// A value that the caller vouches for: no two threads use it at once before it is published.
    #[must_use]
    pub(crate) fn vouch(value: Value) -> Published {
        Published(value)
    }

    /// The value.
    #[must_use]
    pub fn get(&self) -> &Value {
        &self.0
    }

    /// The value.
    #[must_use]
    pub fn into_inner(self) -> Value {
        self.0
    }
}

impl std::fmt::Debug for Published {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&super::shown(&self.0))
    }
}

// ---- Objects with a tail ---------------------------------------------------------------------

/// An object whose size is known when it is made: a head, and a row of `E`, in one block.
#[repr(C)]
pub struct Tail<H, E> {
    /// What stands before the row.
    pub head: H,
    len: usize,
    row: [E; 0],
}

/// What the head and the row of a [`Tail`] hold.
pub trait TailParts<E> {
    /// Moves the values that the head and the row hold to `out`.
    fn take_children(&mut self, row: &mut [E], out: &mut Vec<Value>);

    /// Calls `visit` with each value that can be reached directly.
    fn visit_children(&self, row: &[E], visit: &mut dyn FnMut(&Value));
}

impl<H, E> Tail<H, E> {
    fn layout_for(len: usize) -> Option<Layout> {
        let (layout, _) = Layout::new::<Tail<H, E>>().extend(Layout::array::<E>(len).ok()?).ok()?;
        Some(layout.pad_to_align())
    }

    /// The row of the object at `this`.
    ///
    /// # Safety
    ///
    /// `this` must be the pointer that the whole object was allocated with, and the object alive.
    #[inline(always)]
    unsafe fn row_at(this: *const Self) -> *const [E] {
        // SAFETY: the caller vouches for the object; its row lies behind its head.
        unsafe { ptr::slice_from_raw_parts((&raw const (*this).row).cast::<E>(), (*this).len) }
    }
}

// SAFETY: `end` drops the row and the head, and tells the layout for a row of that length.
unsafe impl<H: TailParts<E>, E> Heap for Tail<H, E> {
    unsafe fn end(this: *mut Self, out: &mut Vec<Value>) -> Layout {
        // SAFETY: the caller gives the object away.
        unsafe {
            let row = Tail::row_at(this).cast_mut();
            (*this).head.take_children(&mut *row, out);
            let layout = Tail::<H, E>::layout_for((*this).len).expect("it was allocated once");
            ptr::drop_in_place(row);
            ptr::drop_in_place(&raw mut (*this).head);
            layout
        }
    }

    unsafe fn visit(this: *const Self, visit: &mut dyn FnMut(&Value)) {
        // SAFETY: the object is alive.
        unsafe { (*this).head.visit_children(&*Tail::row_at(this), visit) };
    }
}

impl<H: TailParts<E>, E> Ref<Tail<H, E>> {
    /// The row.
    #[inline(always)]
    pub fn row(&self) -> &[E] {
        // SAFETY: a `Ref` owns a count, so its block is alive; its pointer is that of the allocation.
        unsafe { &*Tail::row_at(&raw const (*self.block.as_ptr()).value) }
    }

    /// A new object with a row of `len` items that `fill` writes. `None` if there is no memory for it.
    ///
    /// # Safety
    ///
    /// `fill` must initialize the whole row it is given.
    unsafe fn with_row(head: H, len: usize, fill: impl FnOnce(*mut E)) -> Option<Self> {
        let layout = block_layout(Tail::<H, E>::layout_for(len)?);
        if !memory::claim(layout.size()) {
            return None;
        }
        // SAFETY: the layout is that of a block with a row of `len`. All of it is initialized before a
        // reference to it is made; should `fill` panic, the block leaks.
        unsafe {
            let block = NonNull::new(alloc::alloc(layout).cast::<Block<Tail<H, E>>>())?;
            let raw = block.as_ptr();
            let header = Header { count: AtomicU32::new(1), state: AtomicU32::new(LOCAL) };
            ptr::write(&raw mut (*raw).header, header);
            ptr::write(&raw mut (*raw).value.head, head);
            ptr::write(&raw mut (*raw).value.len, len);
            fill((&raw mut (*raw).value.row).cast::<E>());
            Some(Ref { block, marker: PhantomData })
        }
    }

    /// A new object with a row of `len` items, made one by one. `None` if there is no memory for it.
    pub fn with_items(head: H, len: usize, mut item: impl FnMut(usize) -> E) -> Option<Self> {
        // SAFETY: each item is written.
        unsafe {
            Ref::with_row(head, len, |row| {
                for i in 0..len {
                    ptr::write(row.add(i), item(i));
                }
            })
        }
    }

    /// A new object whose row is copied from slices, one after the other. `None` if there is no memory for it.
    pub fn with_slices(head: H, slices: &[&[E]]) -> Option<Self>
    where
        E: Copy,
    {
        let len = slices.iter().try_fold(0_usize, |sum, slice| sum.checked_add(slice.len()))?;
        // SAFETY: the slices fill the row.
        unsafe {
            Ref::with_row(head, len, |row| {
                let mut at = 0;
                for slice in slices {
                    ptr::copy_nonoverlapping(slice.as_ptr(), row.add(at), slice.len());
                    at += slice.len();
                }
            })
        }
    }
}
