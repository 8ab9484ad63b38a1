//! The constructors of the primitives.

use super::Table;
use super::arguments::{callable, given, int, str, wrong};
use crate::primitives::Semaphore;
use crate::values::{Atomic, Fault, Label, Local, ObjectKind, Ref, Value, View};
use crate::vm::{Context, Escape, Make, Request};

/// What is called so, if a name was given.
fn label(context: &Context<'_>, name: &Value) -> Result<Label, Fault> {
    let name =
        given(name).filter(|name| !name.is_nil()).map(|name| str(name, "name")).transpose()?;
    Ok(context.program.label(name))
}

fn make(
    kind: ObjectKind,
    label: Label,
    number: Option<i64>,
    with: Option<Value>,
) -> Result<Value, Escape> {
    Err(Request::Make(Make { kind, label, number, with }).into())
}

/// A count that is an int of at least `least`.
fn count(value: &Value, what: &str, least: i64) -> Result<i64, Fault> {
    let count = int(value, what)?;
    if count < least {
        return Err(Fault::value_error(format!("`{what}` needs at least {least}, not {count}")));
    }
    Ok(count)
}

/// How many permits a semaphore begins with.
fn permits(value: &Value, what: &str) -> Result<i64, Fault> {
    let most = Semaphore::MOST;
    let permits = given(value).map_or(Ok(1), |n| count(n, what, 0))?;
    if permits > most {
        return Err(Fault::value_error(format!("`{what}` takes at most {most}, not {permits}")));
    }
    Ok(permits)
}

pub fn register(table: &mut Table) {
    table.function("Lock", "name?", |cx, args| {
        make(ObjectKind::Lock, label(cx, &args[0])?, None, None)
    });
    table.function("RLock", "name?", |cx, args| {
        make(ObjectKind::RLock, label(cx, &args[0])?, None, None)
    });
    table.function("RwLock", "name?", |cx, args| {
        make(ObjectKind::RwLock, label(cx, &args[0])?, None, None)
    });
    table.function("Semaphore", "n? name?", |cx, args| {
        let permits = permits(&args[0], "Semaphore")?;
        make(ObjectKind::Semaphore, label(cx, &args[1])?, Some(permits), None)
    });
    table.function("BoundedSemaphore", "n? name?", |cx, args| {
        let permits = permits(&args[0], "BoundedSemaphore")?;
        make(ObjectKind::BoundedSemaphore, label(cx, &args[1])?, Some(permits), None)
    });
    table.function("Condition", "m? name?", |cx, args| {
        let lock = given(&args[0]).cloned();
        if let Some(lock) = &lock {
            let fits = matches!(lock.view(), View::Object(o) if matches!(o.kind, ObjectKind::Lock | ObjectKind::RLock));
            if !fits {
                return Err(wrong(lock, "Condition", "a Lock or an RLock").into());
            }
        }
        make(ObjectKind::Condition, label(cx, &args[1])?, None, lock)
    });
    table.function("Event", "name?", |cx, args| {
        make(ObjectKind::Event, label(cx, &args[0])?, None, None)
    });
    table.function("Barrier", "n action? name?", |cx, args| {
        let parties = count(&args[0], "Barrier", 1)?;
        let action =
            given(&args[1]).filter(|f| !f.is_nil()).map(|f| callable(f, "Barrier")).transpose()?;
        make(ObjectKind::Barrier, label(cx, &args[2])?, Some(parties), action)
    });
    table.function("Latch", "n name?", |cx, args| {
        make(ObjectKind::Latch, label(cx, &args[1])?, Some(count(&args[0], "Latch", 0)?), None)
    });
    table.function("Queue", "capacity? name?", |cx, args| {
        queue(cx, args, ObjectKind::Queue, "Queue")
    });
    table.function("LifoQueue", "capacity? name?", |cx, args| {
        queue(cx, args, ObjectKind::LifoQueue, "LifoQueue")
    });
    table.function("PriorityQueue", "capacity? name?", |cx, args| {
        queue(cx, args, ObjectKind::PriorityQueue, "PriorityQueue")
    });
    table.function("Pool", "workers? init? name?", |cx, args| {
        let workers = given(&args[0]).map(|n| count(n, "Pool", 1)).transpose()?;
        let init =
            given(&args[1]).filter(|f| !f.is_nil()).map(|f| callable(f, "Pool")).transpose()?;
        make(ObjectKind::Pool, label(cx, &args[2])?, workers, init)
    });
    table.function("Atomic", "v name?", |cx, args| {
        Ok(Value::from(Ref::new(Atomic::new(label(cx, &args[1])?, args[0].clone()))))
    });
    table.function("Local", "v? init? name?", |cx, args| {
        let (start, calls) = match (given(&args[0]), given(&args[1])) {
            (Some(start), None) => (start.clone(), false),
            (None, Some(init)) => (callable(init, "Local")?, true),
            _ => {
                return Err(
                    Fault::type_error("`Local` needs a value, or `init: f` to make one").into()
                );
            }
        };
        Ok(Value::from(Ref::new(Local { label: label(cx, &args[2])?, start, calls })))
    });
}

fn queue(cx: &Context<'_>, args: &[Value], kind: ObjectKind, what: &str) -> Result<Value, Escape> {
    let capacity =
        given(&args[0]).filter(|n| !n.is_nil()).map(|n| count(n, what, 0)).transpose()?;
    make(kind, label(cx, &args[1])?, capacity, None)
}
