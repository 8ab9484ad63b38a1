//! Variables, fields, items: what a step that reads or writes them touches.

use super::footprint::{Mode, Order, Touch};
use super::strand::Wish;
use super::world::World;
use crate::values::{Value, View};
use crate::vm::{Access, Part, Request};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// The part of a list or map that stands for all of it.
const WHOLE: u64 = u64::MAX;

impl World {
    /// What a wish is about to touch gets its number.
    pub(super) fn number_wish(&mut self, wish: &Wish) {
        let number = |world: &mut World, access: &Access| match access.part {
            Part::Deep => access.reached().iter().for_each(|value| {
                world.number_of(value);
            }),
            _ => {
                world.number_of(&access.of);
            }
        };
        match wish {
            Wish::Ask(Request::Access(access)) => number(self, access),
            Wish::Ask(Request::Accesses(all)) => all.iter().for_each(|access| number(self, access)),
            _ => {}
        }
    }

    /// The machine is about to read or write something shared.
    pub(super) fn access(&mut self, access: &Access) {
        match &access.part {
            Part::Slot(slot) => {
                let mode = if access.write { Mode::Write } else { Mode::Read };
                let number = self.number_of(&access.of);
                let resource = self.place(number, u64::from(*slot));
                self.touch(Touch::new(resource, mode, Order::Plain).gives(i64::from(access.write)));
            }
            Part::Item(index) => self.item(access, index),
            Part::Whole => self.whole(&access.of, access.write),
            Part::Swap(old) => {
                let holds = matches!(access.of.view(), View::Atomic(atomic) if atomic.holds(old));
                self.whole(&access.of, holds);
            }
            Part::Deep => {
                for value in access.reached() {
                    self.look_into(&value);
                }
            }
        }
    }

    fn item(&mut self, access: &Access, index: &Value) {
        let (part, adds) = match access.of.view() {
            View::List(list) => match index.view() {
                View::Int(at) if at < 0 => (at.wrapping_add(list.len() as i64) as u64, false),
                View::Int(at) => (at as u64, false),
                // A slice.
                _ => return self.whole(&access.of, access.write),
            },
            View::Map(map) => {
                // An entry that is new changes the order of all.
                let adds = access.write && matches!(map.contains(index), Ok(false));
                (key(index), adds)
            }
            _ => return self.whole(&access.of, access.write),
        };
        let number = self.number_of(&access.of);
        let whole = self.place(number, WHOLE);
        let mode = match (access.write, adds) {
            (_, true) => Mode::Write,
            (true, false) => Mode::ItemWrite,
            (false, _) => Mode::ItemRead,
        };
        self.touched(whole, mode, Order::None);
        let item = self.place(number, part);
        let mode = if access.write { Mode::Write } else { Mode::Read };
        self.touch(Touch::new(item, mode, Order::Plain).gives(i64::from(access.write)));
    }

    fn whole(&mut self, of: &Value, write: bool) {
        let number = self.number_of(of);
        let whole = self.place(number, WHOLE);
        // An atomic orders what is done before with what is done after.
        let order = match (of.view(), write) {
            (View::Atomic(_), true) => Order::Both,
            (View::Atomic(_), false) => Order::Acquire,
            _ => Order::None,
        };
        let mode = if write { Mode::Write } else { Mode::Read };
        self.touch(Touch::new(whole, mode, order).gives(i64::from(write)));
    }

    fn look_into(&mut self, value: &Value) {
        match value.view() {
            View::Instance(instance) => {
                let number = self.number_of(value);
                for slot in 0..instance.head.structure.fields.list.len() {
                    let resource = self.place(number, slot as u64);
                    self.touched(resource, Mode::Read, Order::Plain);
                }
            }
            _ => self.whole(value, false),
        }
    }
}

/// A number for a key of a map: two that are equal have the same.
fn key(key: &Value) -> u64 {
    let mut hasher = FxHasher::default();
    match key.view() {
        View::Str(text) => (0_u8, text.as_str()).hash(&mut hasher),
        View::Range(_) => (1_u8, crate::values::shown(key)).hash(&mut hasher),
        _ => (2_u8, key.tag(), key.number()).hash(&mut hasher),
    }
    // The part that stands for all is no entry's.
    hasher.finish() >> 1
}
