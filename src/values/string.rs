//! Strings: immutable UTF-8, the bytes behind the head in one block.

use super::Value;
use super::heap::{Ref, Tail, TailParts};
use rustc_hash::FxHasher;
use std::hash::Hasher;
use std::sync::atomic::{AtomicU64, Ordering};

/// A string.
pub type Str = Tail<StrHead, u8>;

/// What stands before a string's bytes.
pub struct StrHead {
    /// The hash of the bytes, or 0 while nobody has asked for it.
    hash: AtomicU64,
    /// Whether each character is one byte.
    ascii: bool,
}

impl TailParts<u8> for StrHead {
    fn take_children(&mut self, _: &mut [u8], _: &mut Vec<Value>) {}
    fn visit_children(&self, _: &[u8], _: &mut dyn FnMut(&Value)) {}
}

impl Str {
    /// A string. Aborts the process if there is no memory for it.
    #[must_use]
    #[allow(clippy::new_ret_no_self)]
    pub fn new(text: &str) -> Ref<Str> {
        match Str::try_new(&[text]) {
            Some(new) => new,
            None => std::alloc::handle_alloc_error(std::alloc::Layout::for_value(text)),
        }
    }

    /// The texts, one behind the other. `None` if there is no memory for them.
    #[must_use]
    pub fn try_new(texts: &[&str]) -> Option<Ref<Str>> {
        let ascii = texts.iter().all(|text| text.is_ascii());
        let head = StrHead { hash: AtomicU64::new(0), ascii };
        match texts {
            [one] => Ref::with_slices(head, &[one.as_bytes()]),
            [one, two] => Ref::with_slices(head, &[one.as_bytes(), two.as_bytes()]),
            _ => {
                let slices: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
                Ref::with_slices(head, &slices)
            }
        }
    }
}

impl Ref<Str> {
    /// The text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        // SAFETY: the bytes were copied from `str`s.
        unsafe { std::str::from_utf8_unchecked(self.row()) }
    }

    /// A hash of the bytes; the same for the same text, never 0.
    #[inline]
    #[must_use]
    pub fn hash(&self) -> u64 {
        let known = self.head.hash.load(Ordering::Relaxed);
        if known != 0 {
            return known;
        }
        let mut hasher = FxHasher::default();
        hasher.write(self.row());
        let hash = hasher.finish() | 1;
        self.head.hash.store(hash, Ordering::Relaxed);
        hash
    }

    /// How many characters it has.
    #[must_use]
    pub fn char_count(&self) -> usize {
        if self.head.ascii { self.row().len() } else { self.as_str().chars().count() }
    }

    /// The text of the characters from `start` up to `end`, which is cut to the length.
    #[must_use]
    pub fn chars_between(&self, start: usize, end: usize) -> &str {
        let text = self.as_str();
        if start >= end {
            return "";
        }
        if self.head.ascii {
            return &text[start.min(text.len())..end.min(text.len())];
        }
        let mut offsets = text.char_indices().map(|(at, _)| at);
        let from = offsets.nth(start).unwrap_or(text.len());
        let to = offsets.nth(end - start - 1).unwrap_or(text.len());
        &text[from..to]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_not_bytes() {
        let text = Str::new("aéz");
        assert_eq!(text.char_count(), 3);
        assert_eq!(text.chars_between(1, 2), "é");
        assert_eq!(text.chars_between(1, 9), "éz");
        assert_eq!(text.chars_between(2, 1), "");
        assert_eq!(text.chars_between(3, 4), "");
        assert_eq!(Str::new("abc").chars_between(1, 3), "bc");
    }

    #[test]
    fn pieces_are_joined() {
        assert_eq!(Str::try_new(&["a", "", "bé", "c"]).unwrap().as_str(), "abéc");
        assert_eq!(Str::try_new(&[]).unwrap().as_str(), "");
        assert_eq!(Str::new("ab").hash(), Str::try_new(&["a", "b"]).unwrap().hash());
    }
}
