//! Functions of lists and the like: `min max sum any all sorted zip`, and the work on items that calls a
//! function of the script's.

use super::Table;
use super::arguments::{bool, items, wrong};
use super::convert::new_list;
use crate::syntax::ast::BinaryOp;
use crate::values::{Fault, Value, View, binary, order, type_name};
use crate::vm::{Callback, CallbackStep, Escape, Outcome};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

type Locals = FxHashMap<u64, Value>;

pub fn register(table: &mut Table) {
    table.function("min", "1...", |_, args| {
        extreme(args, "min", Ordering::Less).map_err(Into::into)
    });
    table.function("max", "1...", |_, args| {
        extreme(args, "max", Ordering::Greater).map_err(Into::into)
    });
    table.function("sum", "xs", |_, args| {
        let mut all = items(&args[0], "sum")?.into_iter();
        let first = all.next().unwrap_or(Value::int(0));
        let addable = matches!(first.view(), View::Int(_) | View::Float(_) | View::Duration(_));
        if !addable {
            return Err(wrong(&first, "sum", "numbers or durations").into());
        }
        Ok(all.try_fold(first, |sum, item| binary(BinaryOp::Add, &sum, &item))?)
    });
    table.function("any", "xs", |_, args| {
        some(&items(&args[0], "any")?, "any", true).map_err(Into::into)
    });
    table.function("all", "xs", |_, args| {
        some(&items(&args[0], "all")?, "all", false).map_err(Into::into)
    });
    table.function("sorted", "xs", |_, args| {
        let mut all = items(&args[0], "sorted")?;
        sort(&mut all)?;
        new_list(all).map_err(Into::into)
    });
    table.function("zip", "...", |_, args| {
        let rows = args.iter().map(|row| items(row, "zip")).collect::<Result<Vec<_>, _>>()?;
        let len = rows.iter().map(Vec::len).min().unwrap_or(0);
        let pairs = (0..len).map(|i| new_list(rows.iter().map(|row| row[i].clone()).collect()));
        new_list(pairs.collect::<Result<Vec<_>, _>>()?).map_err(Into::into)
    });
}

/// The smallest or greatest: of one list, or of several values.
fn extreme(args: &[Value], what: &str, wanted: Ordering) -> Result<Value, Fault> {
    let all = match args {
        [one] => items(one, what)?,
        _ => args.to_vec(),
    };
    let mut all = all.into_iter();
    let mut best = all.next().ok_or_else(|| Fault::value_error(format!("`{what}` of nothing")))?;
    for item in all {
        if compare(&item, &best)? == wanted {
            best = item;
        }
    }
    Ok(best)
}

fn compare(a: &Value, b: &Value) -> Result<Ordering, Fault> {
    match order(a, b)? {
        Some(order) => Ok(order.unwrap_or(Ordering::Equal)),
        None => Err(Fault::type_error(format!(
            "`<` cannot order {} and {}",
            type_name(a),
            type_name(b)
        ))),
    }
}

/// Whether any of the bools is true, or all are.
pub fn some(all: &[Value], what: &str, wanted: bool) -> Result<Value, Fault> {
    for item in all {
        if bool(item, what)? == wanted {
            return Ok(Value::bool(wanted));
        }
    }
    Ok(Value::bool(!wanted))
}

/// Sorts values, equal ones as they were.
pub fn sort(values: &mut [Value]) -> Result<(), Fault> {
    let mut wrong = None;
    values.sort_by(|a, b| {
        if wrong.is_some() {
            return Ordering::Equal;
        }
        compare(a, b).unwrap_or_else(|fault| {
            wrong = Some(fault);
            Ordering::Equal
        })
    });
    wrong.map_or(Ok(()), Err)
}

/// Sorts values by keys, which it is given in the same order.
fn sort_by_keys(values: Vec<Value>, keys: &[Value]) -> Result<Vec<Value>, Fault> {
    let mut indices: Vec<usize> = (0..values.len()).collect();
    let mut wrong = None;
    indices.sort_by(|a, b| {
        compare(&keys[*a], &keys[*b]).unwrap_or_else(|fault| {
            wrong.get_or_insert(fault);
            Ordering::Equal
        })
    });
    match wrong {
        Some(fault) => Err(fault),
        None => Ok(indices.into_iter().map(|i| values[i].clone()).collect()),
    }
}

// ---- With a function of the script's ---------------------------------------------------------

/// What is made of the results of calling a function on each item.
pub enum Work {
    /// A list of the results.
    Map,
    /// A list of the items for which it is true.
    Filter,
    /// Whether it is `bool` for any; the other if for none.
    Some(bool),
    /// The list that is given is sorted by the results.
    SortBy(Value),
}

/// Calls `function` on each of `items`, and makes of it what `work` says.
pub fn for_each(function: Value, items: Vec<Value>, work: Work) -> Result<Value, Escape> {
    Err(Box::new(Outcome::Call(Box::new(ForEach {
        function,
        items,
        work,
        done: 0,
        kept: Vec::new(),
    }))))
}

struct ForEach {
    function: Value,
    items: Vec<Value>,
    work: Work,
    /// How many calls were made.
    done: usize,
    kept: Vec<Value>,
}

impl Callback for ForEach {
    fn step(&mut self, _: &mut Locals, result: Value) -> Result<CallbackStep, Fault> {
        if self.done > 0 {
            let item = &self.items[self.done - 1];
            match &self.work {
                Work::Map | Work::SortBy(_) => self.kept.push(result),
                Work::Filter => {
                    if bool(&result, "filter")? {
                        self.kept.push(item.clone());
                    }
                }
                Work::Some(wanted) => {
                    if bool(&result, if *wanted { "any" } else { "all" })? == *wanted {
                        return Ok(CallbackStep::Done(Value::bool(*wanted)));
                    }
                }
            }
        }
        if let Some(item) = self.items.get(self.done) {
            self.done += 1;
            return Ok(CallbackStep::Call(self.function.clone(), vec![item.clone()]));
        }
        let kept = std::mem::take(&mut self.kept);
        Ok(CallbackStep::Done(match &self.work {
            Work::Map | Work::Filter => new_list(kept)?,
            Work::Some(wanted) => Value::bool(!wanted),
            Work::SortBy(list) => {
                let sorted = sort_by_keys(std::mem::take(&mut self.items), &kept)?;
                if let View::List(list) = list.view() {
                    let mut open = list.open();
                    if open.len() != sorted.len() {
                        return Err(Fault::value_error("the list changed while it was sorted"));
                    }
                    open.replace_all(sorted);
                }
                Value::NIL
            }
        }))
    }
}

/// `xs.reduce(f, start)`
pub fn reduce(function: Value, items: Vec<Value>, start: Option<Value>) -> Result<Value, Escape> {
    let mut left = items;
    left.reverse();
    let start = match start {
        Some(start) => start,
        None => left
            .pop()
            .ok_or_else(|| Fault::value_error("`reduce` of an empty list needs a start"))?,
    };
    Err(Box::new(Outcome::Call(Box::new(Reduce { function, left, start: Some(start) }))))
}

struct Reduce {
    function: Value,
    /// The items to come, the last one first.
    left: Vec<Value>,
    /// The value to start from, before the first call.
    start: Option<Value>,
}

impl Callback for Reduce {
    fn step(&mut self, _: &mut Locals, result: Value) -> Result<CallbackStep, Fault> {
        let so_far = self.start.take().unwrap_or(result);
        Ok(match self.left.pop() {
            Some(item) => CallbackStep::Call(self.function.clone(), vec![so_far, item]),
            None => CallbackStep::Done(so_far),
        })
    }
}
