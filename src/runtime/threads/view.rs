//! What the threads of a program are doing, as plain data: for whoever shows it.

use super::deadlock;
use super::handle::Joinable;
use super::locks;
use super::report;
use super::runtime::Runtime;
use super::shell::Shell;
use super::strand::{Strand, StrandKind};
use super::waiter::{WaitKind, Waiter};
use crate::primitives::{Action, Primitive, RwLock, ThreadId};
use crate::source::Place;
use crate::values::{Object, ObjectKind, Ref};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A thread.
#[derive(Clone, Debug)]
pub struct ThreadView {
    /// Its number.
    pub id: ThreadId,
    /// Its name.
    pub name: String,
    /// What it is, where it is no plain thread: `daemon`, `worker`, `timer`.
    pub kind: &'static str,
    /// How it waits, if it does.
    pub wait: Option<WaitView>,
    /// Whether the program does not end without it.
    pub keeps: bool,
}

/// How a thread waits.
#[derive(Clone, Debug)]
pub struct WaitView {
    /// What for.
    pub what: String,
    /// The threads that have it: by number and name, and whether they are alive.
    pub holders: Vec<(ThreadId, String, bool)>,
    /// Where in the script.
    pub place: Option<Place>,
    /// For how long.
    pub since: Duration,
}

/// A primitive that somebody holds or waits for.
#[derive(Clone, Debug)]
pub struct ObjectView {
    /// Its number; no other primitive has it.
    pub id: u64,
    /// What it is, with its name.
    pub name: String,
    /// Who holds it.
    pub holders: Vec<(ThreadId, String, bool)>,
    /// Where it was taken.
    pub taken: Option<Place>,
    /// Who waits for it, the longest first.
    pub waiting: Vec<String>,
}

impl Runtime {
    /// The threads that are alive, idle workers aside: the first one first, then by number.
    #[must_use]
    pub fn view_threads(&self) -> Vec<ThreadView> {
        let threads = self.threads();
        threads.iter().filter(|strand| !strand.is_idle()).map(|s| self.view_thread(s)).collect()
    }

    fn view_thread(&self, strand: &Arc<Strand>) -> ThreadView {
        let kind = match strand.kind {
            StrandKind::Worker => "worker",
            StrandKind::Timer => "timer",
            _ if strand.daemon => "daemon",
            StrandKind::Main | StrandKind::Prompt | StrandKind::Thread | StrandKind::Task => "",
        };
        let is_first = matches!(strand.kind, StrandKind::Main | StrandKind::Prompt);
        ThreadView {
            id: strand.id,
            name: strand.name.to_string(),
            kind,
            wait: strand.waiter().map(|waiter| self.view_wait(&waiter)),
            keeps: !is_first && !strand.daemon,
        }
    }

    fn view_wait(&self, waiter: &Waiter) -> WaitView {
        let mut holders = deadlock::holders(waiter);
        if let ([on], WaitKind::Objects, true) =
            (waiter.on.as_slice(), waiter.kind, holders.is_empty())
        {
            holders.extend(owners(on.object()));
        }
        WaitView {
            what: report::waiting_for(waiter),
            holders: self.view_holders(holders),
            place: self.program.place_of_site(waiter.site),
            since: waiter.since.elapsed(),
        }
    }

    fn view_holders(&self, holders: Vec<ThreadId>) -> Vec<(ThreadId, String, bool)> {
        let view = |id: ThreadId| (id, self.thread_name(id), self.is_alive(id));
        holders.into_iter().map(view).collect()
    }

    /// Those of the primitives that somebody holds or waits for: of these, and of all that threads wait for.
    #[must_use]
    pub fn view_objects(&self, known: &[Ref<Object>]) -> Vec<ObjectView> {
        let mut waiters: Vec<Arc<Waiter>> =
            self.threads().iter().filter_map(|strand| strand.waiter()).collect();
        waiters.sort_by_key(|waiter| waiter.since);
        let mut objects: Vec<&Ref<Object>> = Vec::new();
        let waited_for = waiters.iter().flat_map(|waiter| &waiter.on).map(|on| on.object());
        for object in known.iter().chain(waited_for) {
            let is_thread =
                matches!(object.kind, ObjectKind::Thread | ObjectKind::Task | ObjectKind::Timer);
            let object = locks::lock_of(object);
            if !is_thread && !objects.iter().any(|other| other.same(object)) {
                objects.push(object);
            }
        }
        let mut views = Vec::new();
        for object in objects {
            let waiting: Vec<String> = waiters
                .iter()
                .filter(|w| w.on.iter().any(|on| locks::lock_of(on.object()).same(object)))
                .map(|waiter| waiter.strand.name.to_string())
                .collect();
            let holders = self.view_holders(owners(object));
            if waiting.is_empty() && holders.is_empty() {
                continue;
            }
            let taken = (!holders.is_empty())
                .then(|| self.program.place_of_site(object.site.load(Ordering::Relaxed)))
                .flatten();
            let (id, name) = (object.label.id, object.to_string());
            views.push(ObjectView { id, name, holders, taken, waiting });
        }
        views
    }

    /// Cancels the thread with this name or number; of several with one name, the oldest. Whether there was one.
    pub fn cancel_thread(self: &Arc<Runtime>, name: &str) -> bool {
        let threads = self.threads();
        let by_name = threads.iter().find(|strand| *strand.name == *name);
        let number: Option<ThreadId> = name.parse().ok();
        let found = by_name.or_else(|| threads.iter().find(|strand| Some(strand.id) == number));
        found.is_some_and(|strand| Joinable::Strand(strand.clone()).cancel(self))
    }
}

/// Who holds a lock, however it was taken.
fn owners(object: &Object) -> Vec<ThreadId> {
    if let Some(word) = locks::word_of(object) {
        return word.owner(object).into_iter().collect();
    }
    match object.body.downcast_ref::<Shell<RwLock>>() {
        // A writer must wait for whoever has either side.
        Some(shell) => shell.look(|state| state.holders(0, &Action::AcquireSide { write: true })),
        None => Vec::new(),
    }
}
