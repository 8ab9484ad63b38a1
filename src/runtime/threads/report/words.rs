//! The words for what threads do.

use crate::primitives::ThreadId;
use crate::runtime::cure::{listed, waits_for};
use crate::runtime::threads::runtime::Runtime;
use crate::runtime::threads::strand::{Strand, StrandKind};
use crate::runtime::threads::waiter::{WaitKind, Waiter};

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
