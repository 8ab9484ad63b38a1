//! What the threads of a program are doing, as plain data: for whoever shows it.

use super::handle::{self, Joinable};
use super::holding::{Holding, Holdings};
use super::report;
use super::runtime::Runtime;
use super::strand::{Strand, StrandKind};
use super::waiter::Waiter;
use super::{deadlock, locks};
use crate::primitives::ThreadId;
use crate::source::Place;
use std::sync::Arc;
use std::time::Duration;

/// A thread.
#[derive(Clone, Debug)]
pub struct ThreadView {
    /// Its number.
    pub id: ThreadId,
    /// Its name.
    pub name: String,
    /// What it is, where it is no plain thread: `daemon`, `worker`, `timer`, `prompt`.
    pub kind: &'static str,
    /// What it holds, the oldest lock first.
    pub holds: Vec<HeldView>,
    /// How it waits, if it does.
    pub wait: Option<WaitView>,
    /// Whether the program does not end without it.
    pub keeps: bool,
}

/// A lock that a thread holds.
#[derive(Clone, Debug)]
pub struct HeldView {
    /// The lock's number; no other primitive has it.
    pub id: u64,
    /// What it is.
    pub what: String,
    /// Where it was taken.
    pub taken: Option<Place>,
}

/// How a thread waits.
#[derive(Clone, Debug)]
pub struct WaitView {
    /// What for.
    pub what: String,
    /// The threads that have it.
    pub holders: Vec<HolderView>,
    /// Where in the script.
    pub place: Option<Place>,
    /// For how long.
    pub since: Duration,
}

/// A thread that has what others wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderView {
    /// Its number.
    pub id: ThreadId,
    /// Its name.
    pub name: String,
    /// Whether it has not ended.
    pub is_alive: bool,
}

/// A primitive that somebody holds or waits for.
#[derive(Clone, Debug)]
pub struct ObjectView {
    /// What it is, with its name.
    pub what: String,
    /// Who holds it, and where each has taken it.
    pub holders: Vec<(HolderView, Option<Place>)>,
    /// Who waits for it, the longest first.
    pub waiting: Vec<String>,
}

impl Runtime {
    /// The threads that are alive, idle workers aside: the first one first, then by number.
    #[must_use]
    pub fn view_threads(&self) -> Vec<ThreadView> {
        let holdings = Holdings::look(self);
        let threads = self.registry.all();
        let busy = threads.iter().filter(|strand| !strand.is_idle());
        busy.map(|strand| self.view_thread(strand, &holdings)).collect()
    }

    fn view_thread(&self, strand: &Arc<Strand>, holdings: &Holdings) -> ThreadView {
        let kind = match strand.kind {
            StrandKind::Worker => "worker",
            StrandKind::Timer => "timer",
            StrandKind::Prompt => "prompt",
            _ if strand.daemon => "daemon",
            StrandKind::Main | StrandKind::Thread | StrandKind::Task => "",
        };
        let is_first = matches!(strand.kind, StrandKind::Main | StrandKind::Prompt);
        ThreadView {
            id: strand.id,
            name: strand.name.to_string(),
            kind,
            holds: holdings.of(strand.id).iter().map(|held| self.view_held(held)).collect(),
            wait: strand.waiter().map(|waiter| self.view_wait(&waiter)),
            keeps: !is_first && !strand.daemon,
        }
    }

    fn view_held(&self, held: &Holding) -> HeldView {
        let taken = self.program.place_of_site(held.site);
        HeldView { id: held.lock, what: held.what.clone(), taken }
    }

    fn view_holder(&self, id: ThreadId) -> HolderView {
        HolderView { id, name: self.registry.name(id), is_alive: self.registry.is_alive(id) }
    }

    fn view_wait(&self, waiter: &Waiter) -> WaitView {
        let mut holders = deadlock::holders(waiter);
        if let ([on], true) = (waiter.on.as_slice(), holders.is_empty()) {
            // Anybody may release what was taken by hand, but that one is the most likely to.
            let object = on.object();
            holders.extend(locks::word_of(object).and_then(|word| word.owner(object)));
        }
        WaitView {
            what: report::waiting_for(waiter),
            holders: holders.into_iter().map(|id| self.view_holder(id)).collect(),
            place: self.program.place_of_site(waiter.calls.innermost()),
            since: waiter.since.elapsed(),
        }
    }

    /// The primitives that somebody holds or waits for, the oldest first.
    #[must_use]
    pub fn view_objects(&self) -> Vec<ObjectView> {
        let mut views: Vec<(u64, ObjectView)> = Vec::new();
        let mut view =
            |id: u64, what: String| match views.iter().position(|(known, _)| *known == id) {
                Some(at) => at,
                None => {
                    let view = ObjectView { what, holders: Vec::new(), waiting: Vec::new() };
                    views.push((id, view));
                    views.len() - 1
                }
            };
        let holdings = Holdings::look(self);
        let mut held = Vec::new();
        for (owner, holding) in holdings.all() {
            let place = self.program.place_of_site(holding.site);
            held.push((view(holding.lock, holding.what.clone()), self.view_holder(owner), place));
        }
        let mut waiters: Vec<Arc<Waiter>> =
            self.registry.all().iter().filter_map(|strand| strand.waiter()).collect();
        waiters.sort_by_key(|waiter| waiter.since);
        let mut waiting = Vec::new();
        for waiter in &waiters {
            for on in &waiter.on {
                let object = locks::lock_of(on.object());
                if handle::of(object).is_none() {
                    let at = view(object.label.id, object.to_string());
                    waiting.push((at, waiter.strand.name.to_string()));
                }
            }
        }
        for (at, holder, place) in held {
            views[at].1.holders.push((holder, place));
        }
        for (at, name) in waiting {
            views[at].1.waiting.push(name);
        }
        views.sort_by_key(|(id, _)| *id);
        views.into_iter().map(|(_, view)| view).collect()
    }

    /// Cancels the thread with this name or number; of several with one name, the oldest. Whether there was one.
    pub fn cancel_thread(self: &Arc<Runtime>, name: &str) -> bool {
        let threads = self.registry.all();
        let by_name = threads.iter().find(|strand| *strand.name == *name);
        let number: Option<ThreadId> = name.parse().ok();
        let found = by_name.or_else(|| threads.iter().find(|strand| Some(strand.id) == number));
        found.is_some_and(|strand| Joinable::Strand(strand.clone()).cancel(self))
    }
}
