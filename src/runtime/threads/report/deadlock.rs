//! Deadlocks: what each thread concerned holds and since where, what it waits for and who has that, and what
//! would help.

use super::cure;
use super::words::{described, holder_name, waiting_for};
use crate::diagnostics::{Code, Report};
use crate::primitives::{Action, ThreadId};
use crate::runtime::cure::{
    holds_already, in_circle, in_knot, joins_itself, listed, nobody_is_left, queued_until,
    waits_for,
};
use crate::runtime::threads::deadlock::holders_of_object;
use crate::runtime::threads::handle;
use crate::runtime::threads::holding::Holdings;
use crate::runtime::threads::locks;
use crate::runtime::threads::runtime::Runtime;
use crate::runtime::threads::strand::{Strand, StrandKind};
use crate::runtime::threads::waiter::Waiter;
use crate::source::Place;
use crate::values::{ErrorKind, ErrorValue, Fault, Object, ObjectKind, Published};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How many threads a report shows.
const MOST_THREADS: usize = 50;
/// How many locks of a thread a report shows.
const MOST_LOCKS: usize = 4;

/// A thread takes a lock that it holds already.
pub fn held_already(
    runtime: &Runtime,
    object: &Object,
    fault: &Fault,
    place: Option<Place>,
    who: ThreadId,
) -> Published {
    let taken = taken_at(runtime, object, who);
    deadlock(&fault.message, holds_already(object, fault, place, taken))
}

/// A thread or a task joins itself, or a task its pool.
pub fn self_join(who: &Strand, of: &Object, place: Option<Place>) -> Published {
    let is_task = who.kind == StrandKind::Task;
    let (message, report) = joins_itself(&who.name, is_task, of, place);
    deadlock(&message, report)
}

/// The error for the thread that closes a knot of threads which wait for one another: the first of these.
pub fn knot(runtime: &Arc<Runtime>, knot: &[Arc<Waiter>], is_circle: bool) -> Published {
    let names: Vec<String> = knot.iter().map(|waiter| waiter.strand.name.to_string()).collect();
    let tell = if is_circle { in_circle } else { in_knot };
    let message = tell(&names, &waiting_for(&knot[0]));
    let mut report = Shown::of(runtime, knot).tell(&message, &knot[0]);
    for cure in cure::of_knot(knot, is_circle) {
        report = report.help(cure);
    }
    deadlock(&message, report)
}

/// The error for a thread that waits for what only a thread that has ended could release.
pub fn ended_holder(runtime: &Arc<Runtime>, waiter: &Arc<Waiter>, holder: ThreadId) -> Published {
    let message = match waiter.on.first() {
        Some(on) => {
            let what = waits_for(on.object(), &on.action);
            format!(
                "{} waits for {what}, whose owner {} has ended",
                waiter.strand.name,
                runtime.registry.name(holder)
            )
        }
        None => format!("{} waits for a thread that has ended", waiter.strand.name),
    };
    let report = Shown::of(runtime, std::slice::from_ref(waiter))
        .tell(&message, waiter)
        .help("`lock m { … }` releases a lock however the block ends; `acquire` does not");
    deadlock(&message, report)
}

/// The error for the thread that is told that nobody can go on.
pub fn all_blocked(runtime: &Arc<Runtime>, all: &[Arc<Waiter>], victim: &Arc<Waiter>) -> Published {
    let waits = waiting_for(victim);
    let message = nobody_is_left(all.len(), &victim.strand.name, &waits);
    let told = runtime.deadlock_told.swap(true, Ordering::SeqCst);
    let parts = if told { std::slice::from_ref(victim) } else { all };
    let mut report = Shown::of(runtime, parts).tell(&message, victim);
    for cure in cure::of_all(all, victim) {
        report = report.help(cure);
    }
    deadlock(&message, report)
}

fn deadlock(message: &str, report: Report) -> Published {
    let error = ErrorValue::new(ErrorKind::Deadlock.name(), message);
    error.set_detail(report);
    Published::new(error.into())
}

/// Where a thread took a lock, or its side of one.
fn taken_at(runtime: &Runtime, object: &Object, holder: ThreadId) -> Option<Place> {
    let site = if object.kind == ObjectKind::RwLock {
        let lock = object.label.id;
        runtime.registry.get(holder)?.sides().into_iter().find(|side| side.lock == lock)?.site
    } else {
        object.site.load(Ordering::Relaxed)
    };
    runtime.program.place_of_site(site)
}

/// The threads that a report shows.
pub struct Shown<'a> {
    runtime: &'a Runtime,
    waiters: &'a [Arc<Waiter>],
    holdings: Holdings,
}

impl<'a> Shown<'a> {
    /// Shows these, and what all threads hold now.
    pub fn of(runtime: &'a Runtime, waiters: &'a [Arc<Waiter>]) -> Shown<'a> {
        Shown { runtime, waiters, holdings: Holdings::look(runtime) }
    }

    /// The report for one of them: its own part first, then those of the others.
    fn tell(&self, message: &str, victim: &Arc<Waiter>) -> Report {
        let mut report = self.places(Report::error(Code::Deadlock, message), victim);
        let others = || self.waiters.iter().filter(|waiter| !Arc::ptr_eq(waiter, victim));
        for waiter in others().take(MOST_THREADS) {
            let part = Report::note(Code::Deadlock, self.sentence(waiter));
            report = report.with(self.places(part, waiter));
        }
        match others().count().saturating_sub(MOST_THREADS) {
            0 => report,
            more => report.help(format!("{more} more threads wait")),
        }
    }

    /// `thread a holds Lock left and waits for Lock right, held by main`
    pub fn sentence(&self, waiter: &Waiter) -> String {
        let strand = &waiter.strand;
        format!("{} {}waits for {}", described(strand), self.held_by(strand), self.wanted(waiter))
    }

    /// `holds Lock left and `, or nothing.
    pub fn held_by(&self, strand: &Strand) -> String {
        let held: Vec<String> =
            self.holdings.of(strand.id).iter().map(|held| held.what.clone()).collect();
        if held.is_empty() { String::new() } else { format!("holds {} and ", listed(&held)) }
    }

    /// What a thread waits for, and who has it.
    fn wanted(&self, waiter: &Waiter) -> String {
        let mut text = waiting_for(waiter);
        let names: Vec<String> =
            holders(waiter).into_iter().map(|holder| holder_name(self.runtime, holder)).collect();
        if !names.is_empty() {
            text = format!("{text}, held by {}", listed(&names));
        }
        let crew = self.crew(waiter);
        if !crew.is_empty() {
            text = format!("{text}, {}", queued_until(&crew));
        }
        text
    }

    /// If a thread waits for a task that is queued on a full pool, the workers there.
    fn crew(&self, waiter: &Waiter) -> Vec<String> {
        let tasks = waiter.on.iter().filter_map(|on| handle::strand_of(on.object()));
        let crew = tasks.map(|task| task.crew()).find(|crew| !crew.is_empty()).unwrap_or_default();
        crew.into_iter().map(|worker| self.runtime.registry.name(worker)).collect()
    }

    /// Adds where a thread waits and for what, where it took what it holds, and where those that are not shown took
    /// what it waits for.
    pub fn places(&self, mut report: Report, waiter: &Waiter) -> Report {
        let name = &waiter.strand.name;
        if let Some(at) = self.runtime.program.place_of_site(waiter.calls.innermost()) {
            report = report.label(at, format!("{name} waits here for {}", self.wanted(waiter)));
        }
        report = self.held_places(report, &waiter.strand);
        let object = || waiter.on.first().map(|on| on.object());
        // Permits have no owner: where the last one was taken is what there is to tell.
        if let Some(object) = object().filter(|object| is_semaphore(object))
            && let Some(at) =
                self.runtime.program.place_of_site(object.site.load(Ordering::Relaxed))
            && !report.labels.iter().any(|label| label.place == at)
        {
            report = report.label(at, format!("a permit of {object} was taken here the last time"));
        }
        for holder in holders(waiter) {
            let shown = self.waiters.iter().any(|other| other.strand.id == holder);
            if !shown
                && let Some(object) = object()
                && let Some(at) = taken_at(self.runtime, object, holder)
            {
                let name = holder_name(self.runtime, holder);
                report = report.label(at, format!("{object} was taken here, by {name}"));
            }
        }
        report
    }

    /// Adds where a thread took what it holds.
    pub fn held_places(&self, mut report: Report, strand: &Strand) -> Report {
        let mut held: Vec<_> = self.holdings.of(strand.id).iter().collect();
        held.sort_by_key(|held| !self.is_wanted(held.lock));
        for held in held.iter().take(MOST_LOCKS) {
            if let Some(at) = self.runtime.program.place_of_site(held.site) {
                report =
                    report.label(at, format!("{} holds {} since here", strand.name, held.what));
            }
        }
        report
    }

    /// Whether one of those who are shown waits for this lock.
    fn is_wanted(&self, lock: u64) -> bool {
        self.waiters.iter().any(|waiter| waiter.on.iter().any(|on| on.object().label.id == lock))
    }
}

fn is_semaphore(object: &Object) -> bool {
    matches!(object.kind, ObjectKind::Semaphore | ObjectKind::BoundedSemaphore)
}

/// Who has what a thread waits for, as far as that is known: of a lock taken by hand too, and who has ended.
fn holders(waiter: &Waiter) -> Vec<ThreadId> {
    let [on] = waiter.on.as_slice() else { return Vec::new() };
    let object = on.object();
    if matches!(on.action, Action::Join) {
        return Vec::new();
    }
    let mut holders = holders_of_object(waiter.strand.id, object, &on.action);
    if holders.is_empty() {
        holders.extend(locks::word_of(object).and_then(|word| word.owner(object)));
    }
    holders
}
