//! Maps, which keep the order in which keys were added.
//!
//! The entries lie in a row in that order; a hash table tells where each key's entry is. A removed entry
//! leaves a gap, and when gaps are as many as entries the row is closed up, so that removing costs no more
//! than adding.

use super::guard::{Guard, Held};
use super::heap::{Plain, Ref, publish};
use super::list::NoMemory;
use super::{Value, View, equals, tag};
use crate::memory;
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::cell::UnsafeCell;
use std::hash::{Hash, Hasher};

/// A map.
#[derive(Default)]
pub struct Map {
    guard: Guard,
    /// Invariant: used by one thread at a time: the owner's, or the one that holds the guard.
    entries: UnsafeCell<Entries>,
}

#[derive(Default)]
struct Entries {
    /// Indices into `row`, by the hash of the key.
    index: HashTable<u32>,
    /// In the order of their adding; `None` where one was removed.
    row: Vec<Option<Entry>>,
    live: usize,
}

struct Entry {
    hash: u64,
    key: Value,
    value: Value,
}

/// The value cannot be a key.
#[derive(Debug, PartialEq, Eq)]
pub struct BadKey;

/// What can go wrong when an entry is added.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// The value cannot be a key.
    BadKey,
    /// There was no memory.
    NoMemory,
}

impl From<BadKey> for Refused {
    fn from(_: BadKey) -> Refused {
        Refused::BadKey
    }
}

impl From<NoMemory> for Refused {
    fn from(_: NoMemory) -> Refused {
        Refused::NoMemory
    }
}

/// The hash of a key: the same for keys that are equal.
fn hash_key(key: &Value) -> Result<u64, BadKey> {
    if let Some(text) = key.as_str() {
        return Ok(spread(text.hash()));
    }
    let mut hasher = FxHasher::default();
    match key.view() {
        View::Int(number) => hasher.write_u64(number as u64),
        View::Nil => hasher.write_u8(1),
        View::Bool(value) => hasher.write_u8(2 + u8::from(value)),
        View::Duration(nanoseconds) => (4_u8, nanoseconds).hash(&mut hasher),
        View::Range(range) => (5_u8, range.holds()).hash(&mut hasher),
        _ => return Err(BadKey),
    }
    Ok(spread(hasher.finish()))
}

/// The table takes its control bits from the top, where a multiplicative hash is best, and its place from the
/// bottom, where it is worst.
fn spread(hash: u64) -> u64 {
    hash ^ hash >> 32
}

/// Whether two keys are the same: like `==`, within one type.
fn same_key(a: &Value, b: &Value) -> bool {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a.same(b) || a.as_str() == b.as_str(),
        _ if a.tag() == tag::INT => b.tag() == tag::INT && a.number() == b.number(),
        _ => a.tag() == b.tag() && equals(a, b).unwrap_or(false),
    }
}

impl Entries {
    fn find(&self, hash: u64, key: &Value) -> Option<usize> {
        let same = |i: &u32| {
            let entry = self.row[*i as usize].as_ref();
            entry.is_some_and(|entry| entry.hash == hash && same_key(&entry.key, key))
        };
        self.index.find(hash, same).map(|i| *i as usize)
    }

    fn close_up(&mut self) {
        self.row.retain(Option::is_some);
        self.index.clear();
        for (i, entry) in self.row.iter().enumerate() {
            let hash = |i: &u32| self.row[*i as usize].as_ref().map_or(0, |entry| entry.hash);
            if let Some(entry) = entry {
                self.index.insert_unique(entry.hash, i as u32, hash);
            }
        }
    }
}

impl Map {
    /// A map without entries.
    #[must_use]
    #[allow(clippy::new_ret_no_self)]
    pub fn new() -> Ref<Map> {
        Ref::new(Map::default())
    }
}

impl Ref<Map> {
    /// Takes the guard, if the map is published, for several steps in one. Nothing of a script's may run
    /// meanwhile.
    #[must_use]
    pub fn open(&self) -> OpenMap<'_> {
        let held = self.is_shared().then(|| self.guard.lock());
        OpenMap { map: self, held, dropped: Vec::new() }
    }

    /// The value of a key.
    ///
    /// # Errors
    ///
    /// If it cannot be a key.
    #[inline]
    pub fn get(&self, key: &Value) -> Result<Option<Value>, BadKey> {
        let hash = hash_key(key)?;
        let _held = self.is_shared().then(|| self.guard.lock());
        // SAFETY: the guard is taken, or the map is this thread's own; no script runs meanwhile.
        let entries = unsafe { &*self.entries.get() };
        let found = entries.find(hash, key).and_then(|i| entries.row[i].as_ref());
        Ok(found.map(|entry| entry.value.clone()))
    }

    /// Whether there is an entry with this key.
    ///
    /// # Errors
    ///
    /// If it cannot be a key.
    pub fn contains(&self, key: &Value) -> Result<bool, BadKey> {
        let hash = hash_key(key)?;
        Ok(self.open().entries().find(hash, key).is_some())
    }

    /// Adds or replaces an entry.
    ///
    /// # Errors
    ///
    /// If `key` cannot be one, or there is no memory.
    pub fn set(&self, key: Value, value: Value) -> Result<(), Refused> {
        self.open().set(key, value)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open().entries().live
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys and values, as they are at one moment.
    #[must_use]
    pub fn to_vec(&self) -> Vec<(Value, Value)> {
        let open = self.open();
        let live = open.entries().row.iter().flatten();
        live.map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }

    /// The keys, as they are at one moment.
    #[must_use]
    pub fn keys(&self) -> Vec<Value> {
        let open = self.open();
        open.entries().row.iter().flatten().map(|entry| entry.key.clone()).collect()
    }

    /// The values, as they are at one moment.
    #[must_use]
    pub fn values(&self) -> Vec<Value> {
        let open = self.open();
        open.entries().row.iter().flatten().map(|entry| entry.value.clone()).collect()
    }
}

/// A map whose guard is taken.
pub struct OpenMap<'a> {
    map: &'a Ref<Map>,
    held: Option<Held<'a>>,
    /// What was taken out: dropped after the guard is given back, since dropping may run anything.
    dropped: Vec<Value>,
}

impl OpenMap<'_> {
    fn entries(&self) -> &Entries {
        // SAFETY: the guard is taken, or the map is this thread's own; no script runs meanwhile.
        unsafe { &*self.map.entries.get() }
    }

    fn entries_mut(&mut self) -> &mut Entries {
        // SAFETY: as above, and `self` is borrowed for as long as the entries are.
        unsafe { &mut *self.map.entries.get() }
    }

    /// Adds or replaces an entry.
    ///
    /// # Errors
    ///
    /// If `key` cannot be one, or there is no memory.
    pub fn set(&mut self, key: Value, value: Value) -> Result<(), Refused> {
        let hash = hash_key(&key)?;
        if self.held.is_some() {
            publish(&key);
            publish(&value);
        }
        let entries = self.entries_mut();
        if let Some(i) = entries.find(hash, &key) {
            if let Some(entry) = &mut entries.row[i] {
                let old = std::mem::replace(&mut entry.value, value);
                if old.is_heap() {
                    self.dropped.push(old);
                }
            }
            return Ok(());
        }
        let at = u32::try_from(entries.row.len()).map_err(|_| Refused::NoMemory)?;
        if entries.row.len() == entries.row.capacity() {
            let wanted = 2 * entries.row.capacity() * (size_of::<Entry>() + size_of::<u32>());
            if !memory::claim(wanted) {
                return Err(Refused::NoMemory);
            }
            entries.row.try_reserve(1).map_err(|_| Refused::NoMemory)?;
        }
        let Entries { index, row, live } = entries;
        let hash_of = |i: &u32| row[*i as usize].as_ref().map_or(0, |entry| entry.hash);
        index.try_reserve(1, hash_of).map_err(|_| Refused::NoMemory)?;
        index.insert_unique(hash, at, hash_of);
        row.push(Some(Entry { hash, key, value }));
        *live += 1;
        Ok(())
    }

    /// Takes the entry of a key out; its value.
    ///
    /// # Errors
    ///
    /// If it cannot be a key.
    pub fn remove(&mut self, key: &Value) -> Result<Option<Value>, BadKey> {
        let hash = hash_key(key)?;
        let entries = self.entries_mut();
        let Some(at) = entries.find(hash, key) else { return Ok(None) };
        if let Ok(found) = entries.index.find_entry(hash, |i| *i as usize == at) {
            found.remove();
        }
        let removed = entries.row[at].take();
        entries.live -= 1;
        if entries.row.len() > 8 && entries.live * 2 < entries.row.len() {
            entries.close_up();
        }
        Ok(removed.map(|entry| {
            self.dropped.push(entry.key);
            entry.value
        }))
    }

    /// Takes all entries out.
    pub fn clear(&mut self) {
        let entries = std::mem::take(self.entries_mut());
        for entry in entries.row.into_iter().flatten() {
            self.dropped.push(entry.key);
            self.dropped.push(entry.value);
        }
    }
}

impl Drop for OpenMap<'_> {
    fn drop(&mut self) {
        self.held = None;
        // `dropped` goes after this, with nothing held.
    }
}

impl Plain for Map {
    fn take_children(&mut self, out: &mut Vec<Value>) {
        for entry in std::mem::take(self.entries.get_mut()).row.into_iter().flatten() {
            for value in [entry.key, entry.value] {
                if value.is_heap() {
                    out.push(value);
                }
            }
        }
    }

    fn visit_children(&self, visit: &mut dyn FnMut(&Value)) {
        // SAFETY: the map was this thread's own until now.
        for entry in unsafe { &*self.entries.get() }.row.iter().flatten() {
            visit(&entry.key);
            visit(&entry.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_when_entries_go() {
        let map = Map::new();
        for i in 0..100 {
            map.set(Value::int(i), Value::int(i * i)).unwrap();
        }
        for i in (0..100).filter(|i| i % 7 != 0) {
            assert!(map.open().remove(&Value::int(i)).unwrap().is_some());
        }
        assert!(map.open().remove(&Value::int(1)).unwrap().is_none());
        map.set(Value::int(7), Value::NIL).unwrap();
        map.set(Value::int(1), Value::NIL).unwrap();
        let keys: Vec<u64> = map.keys().iter().map(Value::number).collect();
        assert_eq!(keys, [0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 91, 98, 1]);
        assert_eq!(map.len(), 16);
    }

    #[test]
    fn keys_of_different_types_are_different() {
        let map = Map::new();
        for key in [Value::NIL, Value::TRUE, Value::int(1), Value::str("1"), Value::duration(1)] {
            map.set(key, Value::NIL).unwrap();
        }
        assert_eq!(map.len(), 5);
        assert!(map.contains(&Value::str("1")).unwrap());
        assert_eq!(map.get(&Value::float(1.0)).err(), Some(BadKey));
    }
}
