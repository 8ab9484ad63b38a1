//! The words for what threads do.

use crate::primitives::{Action, ThreadId};
use crate::runtime::cure::listed;
use crate::runtime::threads::handle;
use crate::runtime::threads::runtime::Runtime;
use crate::runtime::threads::strand::{Strand, StrandKind};
use crate::runtime::threads::waiter::{WaitKind, Waiter};
use crate::values::Object;

/// What an action waits for: `Lock guard`, `an item of Queue jobs`.
pub fn waits_for(object: &Object, action: &Action) -> String {
    match action {
        Action::Send(_) => format!("room in {object}"),
        Action::Recv => format!("an item of {object}"),
        Action::AcquireSide { write: true } => format!("the write side of {object}"),
        Action::AcquireSide { write: false } => format!("the read side of {object}"),
        Action::Join if handle::of(object).is_some() => format!("{object} to end"),
        Action::Join => format!("{object} to be done"),
        Action::Acquire { count, .. } if *count != 1 => format!("{count} permits of {object}"),
        Action::Await { .. } => format!("a notification of {object}"),
        _ => object.to_string(),
    }
}

/// What a thread is blocked on.
pub fn waiting_for(waiter: &Waiter) -> String {
    match waiter.kind {
        WaitKind::Sleep => "the end of its sleep".to_owned(),
        WaitKind::Scope => {
            let names = waiter.scope.as_ref().map(|scope| scope.open_names()).unwrap_or_default();
            format!("the end of a scope with {}", listed(&names))
        }
        WaitKind::Idle => "a task".to_owned(),
        WaitKind::Input => "input".to_owned(),
        WaitKind::Objects => {
            let all: Vec<String> =
                waiter.on.iter().map(|on| waits_for(on.object(), &on.action)).collect();
            if all.is_empty() { "nothing".to_owned() } else { all.join(" or ") }
        }
    }
}

/// A thread, with what kind it is.
pub fn described(strand: &Strand) -> String {
    match strand.kind {
        StrandKind::Main | StrandKind::Prompt => "main".to_owned(),
        StrandKind::Task => format!("task {}", strand.name),
        _ if strand.daemon && strand.kind != StrandKind::Worker => {
            format!("daemon thread {}", strand.name)
        }
        _ => format!("thread {}", strand.name),
    }
}

/// The name of a thread, and whether it has ended.
pub fn holder_name(runtime: &Runtime, id: ThreadId) -> String {
    let name = runtime.registry.name(id);
    if runtime.registry.is_alive(id) { name } else { format!("{name}, which has ended") }
}
