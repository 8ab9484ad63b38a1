//! The value: 16 bytes, a tag and a word.
//!
//! The word is a number, or a pointer to an object on the heap of which the value owns one count. Its type
//! is a pointer's, so that pointers keep their provenance; numbers lie in it as addresses. [`Value::view`]
//! gives the value as an enum to match on.

use super::heap::{Heap, Ref, WithHeap};
use super::{
    Atomic, BoundMethod, Cell, Closure, ErrorValue, Instance, IterState, List, Local, Map, Module,
    Object, Range, Side, Str, StructType,
};
use std::ptr;

/// A value of a script.
#[repr(C)]
pub struct Value {
    tag: u64,
    /// Invariant: if the tag has the bit `tag::HEAP`, a pointer from `Ref::into_raw` for the tag's type, with
    /// its count; else a number.
    bits: *mut (),
}

/// The tags.
pub(crate) mod tag {
    /// In the tag of a value on the heap.
    pub const HEAP: u64 = 0x40;
    /// Not a value of a script: an argument that was not given, a variable that is not set.
    pub const UNSET: u64 = 0;
    pub const NIL: u64 = 1;
    pub const BOOL: u64 = 2;
    pub const INT: u64 = 3;
    pub const FLOAT: u64 = 4;
    pub const DURATION: u64 = 5;
    pub const BUILTIN: u64 = 6;
    pub const STR: u64 = HEAP;
    pub const RANGE: u64 = HEAP + 1;
    pub const LIST: u64 = HEAP + 2;
    pub const MAP: u64 = HEAP + 3;
    pub const CLOSURE: u64 = HEAP + 4;
    pub const BOUND: u64 = HEAP + 5;
    pub const STRUCT: u64 = HEAP + 6;
    pub const INSTANCE: u64 = HEAP + 7;
    pub const ERROR: u64 = HEAP + 8;
    pub const MODULE: u64 = HEAP + 9;
    pub const ATOMIC: u64 = HEAP + 10;
    pub const LOCAL: u64 = HEAP + 11;
    pub const OBJECT: u64 = HEAP + 12;
    pub const SIDE: u64 = HEAP + 13;
    pub const CELL: u64 = HEAP + 14;
    pub const ITER: u64 = HEAP + 15;
}

macro_rules! heap_types {
    ($( $variant:ident $type:ty, $tag:ident; )*) => {
        /// A value, to match on.
        #[derive(Clone, Copy)]
        pub enum View<'a> {
            /// Not a value of a script: an argument that was not given.
            Unset,
            /// `nil`
            Nil,
            /// `true`, `false`
            Bool(bool),
            /// A whole number.
            Int(i64),
            /// A float.
            Float(f64),
            /// A duration in nanoseconds.
            Duration(i64),
            /// A built-in function, by its number.
            Builtin(u32),
            $(
                #[doc = concat!("A `", stringify!($type), "`.")]
                $variant(&'a Ref<$type>),
            )*
        }

        impl Value {
            /// The value as an enum.
            #[inline]
            #[must_use]
            pub fn view(&self) -> View<'_> {
                match self.tag {
                    tag::UNSET => View::Unset,
                    tag::NIL => View::Nil,
                    tag::BOOL => View::Bool(self.bits.addr() != 0),
                    tag::INT => View::Int(self.bits.addr() as i64),
                    tag::FLOAT => View::Float(f64::from_bits(self.bits.addr() as u64)),
                    tag::DURATION => View::Duration(self.bits.addr() as i64),
                    tag::BUILTIN => View::Builtin(self.bits.addr() as u32),
                    // SAFETY: the tag tells the type.
                    $( tag::$tag => View::$variant(unsafe { self.heap_ref::<$type>() }), )*
                    _ => unreachable!("a value has one of the tags"),
                }
            }

            /// Hands the reference of a value on the heap to `with`.
            pub(super) fn for_heap<W: WithHeap>(self, with: W) -> W::Result {
                let (tag, bits) = self.into_words();
                match tag {
                    // SAFETY: the tag tells the type, and the count goes over.
                    $( tag::$tag => with.owned(unsafe { Ref::<$type>::from_raw(bits) }), )*
                    _ => with.scalar(),
                }
            }
        }

        $(
            impl From<Ref<$type>> for Value {
                #[inline(always)]
                fn from(object: Ref<$type>) -> Value {
                    Value { tag: tag::$tag, bits: object.into_raw() }
                }
            }
        )*
    };
}

heap_types! {
    Str Str, STR;
    Range Range, RANGE;
    List List, LIST;
    Map Map, MAP;
    Function Closure, CLOSURE;
    Bound BoundMethod, BOUND;
    Struct StructType, STRUCT;
    Instance Instance, INSTANCE;
    Error ErrorValue, ERROR;
    Module Module, MODULE;
    Atomic Atomic, ATOMIC;
    Local Local, LOCAL;
    Object Object, OBJECT;
    Side Side, SIDE;
    Cell Cell, CELL;
    Iter IterState, ITER;
}

impl Value {
    /// `nil`
    pub const NIL: Value = Value { tag: tag::NIL, bits: ptr::null_mut() };
    /// Not a value of a script: an argument that was not given, a variable that is not set.
    pub const UNSET: Value = Value { tag: tag::UNSET, bits: ptr::null_mut() };
    /// `true`
    pub const TRUE: Value = Value::bool(true);
    /// `false`
    pub const FALSE: Value = Value::bool(false);

    #[inline(always)]
    const fn scalar(tag: u64, number: u64) -> Value {
        Value { tag, bits: ptr::without_provenance_mut(number as usize) }
    }

    /// A bool.
    #[inline(always)]
    #[must_use]
    pub const fn bool(value: bool) -> Value {
        Value::scalar(tag::BOOL, value as u64)
    }

    /// An int.
    #[inline(always)]
    #[must_use]
    pub const fn int(value: i64) -> Value {
        Value::scalar(tag::INT, value as u64)
    }

    /// A float.
    #[inline(always)]
    #[must_use]
    pub const fn float(value: f64) -> Value {
        Value::scalar(tag::FLOAT, value.to_bits())
    }

    /// A duration, in nanoseconds.
    #[inline(always)]
    #[must_use]
    pub const fn duration(nanoseconds: i64) -> Value {
        Value::scalar(tag::DURATION, nanoseconds as u64)
    }

    /// A built-in function.
    #[inline(always)]
    #[must_use]
    pub const fn builtin(number: u32) -> Value {
        Value::scalar(tag::BUILTIN, number as u64)
    }

    /// A string. Aborts the process if there is no memory for it: for texts that may be long, see
    /// [`Str::try_new`].
    #[must_use]
    pub fn str(text: &str) -> Value {
        Str::new(text).into()
    }

    /// Whether it lives on the heap.
    #[inline(always)]
    #[must_use]
    pub fn is_heap(&self) -> bool {
        self.tag & tag::HEAP != 0
    }

    /// The tag.
    #[inline(always)]
    pub(crate) fn tag(&self) -> u64 {
        self.tag
    }

    /// The word as a number.
    #[inline(always)]
    pub(crate) fn number(&self) -> u64 {
        self.bits.addr() as u64
    }

    /// The word as a float.
    #[inline(always)]
    pub(crate) fn float_bits(&self) -> f64 {
        f64::from_bits(self.number())
    }

    /// Whether it is something that holds others, and other threads may reach it.
    pub(crate) fn is_shared_container(&self) -> bool {
        match self.view() {
            View::List(list) => list.is_shared(),
            View::Map(map) => map.is_shared(),
            View::Instance(instance) => instance.is_shared(),
            View::Atomic(atomic) => atomic.is_shared(),
            _ => false,
        }
    }

    /// Whether it is there at all.
    #[inline(always)]
    #[must_use]
    pub fn is_unset(&self) -> bool {
        self.tag == tag::UNSET
    }

    /// Whether it is `nil`.
    #[inline(always)]
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.tag == tag::NIL
    }

    /// The reference that the value is.
    ///
    /// # Safety
    ///
    /// The tag must be that of `T`.
    #[inline(always)]
    pub(crate) unsafe fn heap_ref<T: Heap>(&self) -> &Ref<T> {
        // SAFETY: the word of such a value is the pointer of a `Ref<T>`, which is transparent.
        unsafe { &*(&raw const self.bits).cast::<Ref<T>>() }
    }

    /// The string that it is, if it is one.
    #[inline(always)]
    pub(crate) fn as_str(&self) -> Option<&Ref<Str>> {
        // SAFETY: the tag tells the type.
        (self.tag == tag::STR).then(|| unsafe { self.heap_ref::<Str>() })
    }

    /// The map that it is, if it is one.
    #[inline(always)]
    pub(crate) fn as_map(&self) -> Option<&Ref<Map>> {
        // SAFETY: the tag tells the type.
        (self.tag == tag::MAP).then(|| unsafe { self.heap_ref::<Map>() })
    }

    pub(super) fn is_unmarked_heap(&self) -> bool {
        struct IsUnmarked;
        impl WithHeap for IsUnmarked {
            type Result = bool;
            fn owned<T: Heap>(self, object: Ref<T>) -> bool {
                let unmarked = !object.is_shared();
                // The value that it came from still owns the count.
                std::mem::forget(object);
                unmarked
            }
            fn scalar(self) -> bool {
                false
            }
        }
        if !self.is_heap() {
            return false;
        }
        // SAFETY: the copy is forgotten by `IsUnmarked`, so the count is owned once.
        unsafe { Value::from_words(self.tag, self.bits) }.for_heap(IsUnmarked)
    }

    // ---- Words -------------------------------------------------------------------------------

    /// The two words, with the count that the value owned.
    #[inline(always)]
    pub(crate) fn into_words(self) -> (u64, *mut ()) {
        let words = (self.tag, self.bits);
        std::mem::forget(self);
        words
    }

    /// The value of two words, with its count.
    ///
    /// # Safety
    ///
    /// The words come from [`Value::into_words`], and their count is owned by nobody else.
    #[inline(always)]
    pub(crate) unsafe fn from_words(tag: u64, bits: *mut ()) -> Value {
        Value { tag, bits }
    }

    /// The value of two words, counted once more.
    ///
    /// # Safety
    ///
    /// The words are those of a value that somebody owns meanwhile.
    #[inline(always)]
    pub(crate) unsafe fn clone_from_words(tag: u64, bits: *mut ()) -> Value {
        let original = std::mem::ManuallyDrop::new(Value { tag, bits });
        Value::clone(&original)
    }

    /// The same value, without counting it.
    ///
    /// # Safety
    ///
    /// The result must be forgotten, not dropped, and before the value that it is an alias of can go.
    #[inline(always)]
    pub(crate) unsafe fn alias(&self) -> Value {
        Value { tag: self.tag, bits: self.bits }
    }

    /// Makes what it refers to live as long as the process, uncounted: something holds it for so long anyway, and those who
    /// use it shall not contend for its count.
    pub(crate) fn keep(&self) {
        if self.is_heap() {
            // SAFETY: the value owns a count, so its object is alive.
            unsafe { super::heap::keep(self.bits) };
        }
    }

    /// The value of two words, unless it is on the heap.
    #[inline(always)]
    pub(super) fn scalar_from_words(tag: u64, bits: *mut ()) -> Option<Value> {
        // Not `then_some`: a value on the heap must not even be made, since it would be dropped.
        if tag & tag::HEAP == 0 { Some(Value { tag, bits }) } else { None }
    }
}

impl Clone for Value {
    #[inline(always)]
    fn clone(&self) -> Value {
        if self.is_heap() {
            // SAFETY: the value owns a count, so its object is alive.
            unsafe { super::heap::retain(self.bits) };
        }
        Value { tag: self.tag, bits: self.bits }
    }
}

impl Drop for Value {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the value owns a count, and gives it back here only.
        if self.is_heap() && unsafe { super::heap::release(self.bits) } {
            drop_last(self.tag, self.bits);
        }
    }
}

/// Ends the object of a value that gave the last count back.
#[cold]
#[inline(never)]
fn drop_last(tag: u64, bits: *mut ()) {
    struct End;
    impl WithHeap for End {
        type Result = ();
        fn owned<T: Heap>(self, object: Ref<T>) {
            object.end_last();
        }
        fn scalar(self) {}
    }
    // SAFETY: nobody else owns a count any more; `end_last` does not give one back again.
    unsafe { Value::from_words(tag, bits) }.for_heap(End);
}

impl Default for Value {
    fn default() -> Value {
        Value::NIL
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&super::shown(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_16_bytes() {
        assert_eq!(size_of::<Value>(), 16);
        assert_eq!(size_of::<Option<View<'_>>>(), 16);
    }
}
