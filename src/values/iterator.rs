//! What a `for` goes over: a snapshot taken at its start.

use super::heap::{Plain, Ref};
use super::{Str, Value, View};
use std::cell::RefCell;

/// How far a `for` has come. It lies in a register of one machine, and is never a value of a script.
pub struct IterState(RefCell<Over>);

enum Over {
    /// The next number, the step, and how many are left.
    Numbers { next: i64, step: i64, left: u128 },
    /// Items, the last one first; with their indices, if `two`.
    Items { left: Vec<Value>, index: i64, two: bool },
    /// A string, and how many of its bytes are done.
    Characters { text: Ref<Str>, done: usize },
    /// Keys and values, the last pair first.
    Pairs { left: Vec<(Value, Value)> },
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
    /// that cannot be gone over so.
    #[must_use]
    pub fn new(value: &Value, two: bool) -> Option<IterState> {
        let over = match (value.view(), two) {
            (View::Range(range), false) => {
                Over::Numbers { next: range.start, step: range.step, left: range.count() }
            }
            (View::List(list), _) => {
                let mut left = list.to_vec();
                left.reverse();
                Over::Items { left, index: 0, two }
            }
            (View::Str(text), false) => Over::Characters { text: text.clone(), done: 0 },
            (View::Map(map), false) => {
                let mut left = map.keys();
                left.reverse();
                Over::Items { left, index: 0, two }
            }
            (View::Map(map), true) => {
                let mut left = map.to_vec();
                left.reverse();
                Over::Pairs { left }
            }
            (View::Object(object), false) if object.kind.is_queue() => Over::Queue(value.clone()),
            _ => return None,
        };
        Some(IterState(RefCell::new(over)))
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
            Over::Items { left, index, two } => match left.pop() {
                Some(item) if *two => {
                    *index += 1;
                    Step::Two(Value::int(*index - 1), item)
                }
                Some(item) => Step::One(item),
                None => Step::End,
            },
            Over::Characters { text, done } => match text.as_str()[*done..].chars().next() {
                Some(c) => {
                    *done += c.len_utf8();
                    Step::One(Value::str(c.encode_utf8(&mut [0; 4])))
                }
                None => Step::End,
            },
            Over::Pairs { left } => match left.pop() {
                Some((key, value)) => Step::Two(key, value),
                None => Step::End,
            },
            Over::Queue(queue) => Step::Receive(queue.clone()),
        }
    }
}

impl Plain for IterState {
    fn take_children(&mut self, out: &mut Vec<Value>) {
        match self.0.get_mut() {
            Over::Items { left, .. } => out.append(left),
            Over::Pairs { left } => {
                out.extend(left.drain(..).flat_map(|(key, value)| [key, value]))
            }
            Over::Numbers { .. } | Over::Characters { .. } | Over::Queue(_) => {}
        }
    }

    fn visit_children(&self, _: &mut dyn FnMut(&Value)) {
        unreachable!("an iterator stays in its machine's registers");
    }
}
