//! What a `for` goes over: a snapshot taken at its start, or what cannot change meanwhile.

use super::heap::{Plain, Ref};
use super::{List, Str, Value, View};
use std::cell::RefCell;
use std::vec::IntoIter;

/// How far a `for` has come. It lies in a register of one machine, and is never a value of a script.
pub struct IterState(RefCell<Over>);

enum Over {
    /// The next number, the step, and how many are left.
    Numbers { next: i64, step: i64, left: u128 },
    /// Items.
    Items { left: IntoIter<Value> },
    /// The items of a list that stays as it is, and the index of the next.
    Still { list: Ref<List>, next: usize },
    /// Items and their indices.
    Numbered { left: IntoIter<Value>, index: i64 },
    /// A string, and how many of its bytes are done.
    Characters { text: Ref<Str>, done: usize },
    /// Keys and values.
    Pairs { left: IntoIter<(Value, Value)> },
    /// What is received from a queue.
    Queue(Value),
}

/// What an iterator gives.
pub enum Step {
    /// One value.
    One(Value),
    /// A key or an index, and a value.
    Two(Value, Value),
    /// It is at its end.
    End,
    /// It goes over a queue: receive from it.
    Receive(Value),
}

impl IterState {
    /// An iterator over `value` that gives one value each time, or with `two` a key or an index too. `None` if
    /// that cannot be gone over so. `still`: unless other threads can reach it, it stays as it is until the end.
    #[must_use]
    pub fn new(value: &Value, two: bool, still: bool) -> Option<IterState> {
        let over = match (value.view(), two) {
            (View::Range(range), false) => {
                Over::Numbers { next: range.start, step: range.step, left: range.count() }
            }
            (View::List(list), false) if still && !list.is_shared() => {
                Over::Still { list: list.clone(), next: 0 }
            }
            (View::List(list), false) => Over::Items { left: list.to_vec().into_iter() },
            (View::List(list), true) => {
                Over::Numbered { left: list.to_vec().into_iter(), index: 0 }
            }
            (View::Str(text), false) => Over::Characters { text: text.clone(), done: 0 },
            (View::Map(map), false) => Over::Items { left: map.keys().into_iter() },
            (View::Map(map), true) => Over::Pairs { left: map.to_vec().into_iter() },
            (View::Object(object), false) if object.kind.is_queue() => Over::Queue(value.clone()),
            _ => return None,
        };
        Some(IterState(RefCell::new(over)))
    }

    /// The next item of a list, or the next key of a map; unset where there is none, or it goes over something
    /// else: then `step` tells.
    #[inline]
    #[must_use]
    pub fn next_item(&self) -> Value {
        match &mut *self.0.borrow_mut() {
            Over::Items { left } => left.next().unwrap_or(Value::UNSET),
            Over::Still { list, next } => {
                *next += 1;
                list.get(*next as i64 - 1).unwrap_or(Value::UNSET)
            }
            _ => Value::UNSET,
        }
    }

    /// The next step.
    pub fn step(&self) -> Step {
        match &mut *self.0.borrow_mut() {
            Over::Numbers { next, step, left } => {
                if *left == 0 {
                    return Step::End;
                }
                let number = *next;
                *left -= 1;
                *next = number.wrapping_add(*step);
                Step::One(Value::int(number))
            }
            Over::Items { left } => left.next().map_or(Step::End, Step::One),
            Over::Still { list, next } => {
                *next += 1;
                list.get(*next as i64 - 1).map_or(Step::End, Step::One)
            }
            Over::Numbered { left, index } => match left.next() {
                Some(item) => {
                    *index += 1;
                    Step::Two(Value::int(*index - 1), item)
                }
                None => Step::End,
            },
            Over::Characters { text, done } => match text.as_str()[*done..].chars().next() {
                Some(c) => {
                    *done += c.len_utf8();
                    Step::One(Value::str(c.encode_utf8(&mut [0; 4])))
                }
                None => Step::End,
            },
            Over::Pairs { left } => match left.next() {
                Some((key, value)) => Step::Two(key, value),
                None => Step::End,
            },
            Over::Queue(queue) => Step::Receive(queue.clone()),
        }
    }
}

impl IterState {
    /// What is left to give, as values that tell it.
    #[must_use]
    pub fn left(&self) -> Vec<Value> {
        match &*self.0.borrow() {
            Over::Numbers { next, step, left } => {
                let left = i64::try_from(*left).unwrap_or(i64::MAX);
                vec![Value::int(*next), Value::int(*step), Value::int(left)]
            }
            Over::Items { left } => left.as_slice().to_vec(),
            Over::Still { list, next } => list.to_vec().split_off((*next).min(list.len())),
            Over::Numbered { left, .. } => left.as_slice().to_vec(),
            Over::Characters { text, done } => vec![text.clone().into(), Value::int(*done as i64)],
            Over::Pairs { left } => left
                .as_slice()
                .iter()
                .flat_map(|(key, value)| [key.clone(), value.clone()])
                .collect(),
            Over::Queue(queue) => vec![queue.clone()],
        }
    }
}

impl Plain for IterState {
    fn take_children(&mut self, out: &mut Vec<Value>) {
        match self.0.get_mut() {
            Over::Items { left } | Over::Numbered { left, .. } => out.extend(left),
            Over::Pairs { left } => out.extend(left.flat_map(|(key, value)| [key, value])),
            Over::Numbers { .. }
            | Over::Still { .. }
            | Over::Characters { .. }
            | Over::Queue(_) => {}
        }
    }

    fn visit_children(&self, _: &mut dyn FnMut(&Value)) {
        unreachable!("an iterator stays in its machine's registers");
    }
}
