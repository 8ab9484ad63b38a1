//! What a run cost: `--stats`.
//!
//! Each thread counts its own waits, and they are put together when it ends, so threads do not contend for the
//! counting. Only a wait is counted, and only if that was asked for: what does not block costs nothing.

use super::runtime::Runtime;
use super::waiter::{WaitKind, Waiter};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

/// How many objects are told.
const MOST_OBJECTS: usize = 5;

/// How often threads were blocked, and how long in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// How often.
    pub times: u64,
    /// How long, in nanoseconds.
    pub nanoseconds: u64,
}

impl Blocked {
    fn add(&mut self, other: Blocked) {
        self.times += other.times;
        self.nanoseconds += other.nanoseconds;
    }
}

/// The waits of one thread, or of several.
#[derive(Default)]
pub struct Waited {
    by_kind: BTreeMap<&'static str, Blocked>,
    /// By the id of the object's label; with what it is called.
    by_object: HashMap<u64, (String, Blocked)>,
}

impl Waited {
    /// A wait is over, or has lasted until now.
    pub fn add(&mut self, waiter: &Waiter) {
        let nanoseconds = u64::try_from(waiter.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let blocked = Blocked { times: 1, nanoseconds };
        let kind = match (waiter.kind, waiter.on.as_slice()) {
            (WaitKind::Idle, _) => return,
            (WaitKind::Sleep, _) => "sleep",
            (WaitKind::Scope, _) => "scope",
            (WaitKind::Input, _) => "input",
            (WaitKind::Objects, [on]) => on.object().kind.name(),
            (WaitKind::Objects, _) => "select",
        };
        self.by_kind.entry(kind).or_default().add(blocked);
        if let [on] = waiter.on.as_slice() {
            let object = on.object();
            let known = self.by_object.entry(object.label.id);
            known.or_insert_with(|| (object.to_string(), Blocked::default())).1.add(blocked);
        }
    }

    /// Takes over what another has counted.
    pub fn merge(&mut self, other: Waited) {
        for (kind, blocked) in other.by_kind {
            self.by_kind.entry(kind).or_default().add(blocked);
        }
        for (id, (name, blocked)) in other.by_object {
            self.by_object.entry(id).or_insert((name, Blocked::default())).1.add(blocked);
        }
    }
}

/// What a run cost.
#[derive(Clone, Debug, Serialize)]
pub struct Stats {
    /// How many threads were started, the first one and workers too.
    pub threads_started: u64,
    /// How many were alive at once, at most.
    pub most_alive: usize,
    /// How long it took, in nanoseconds.
    pub wall: u64,
    /// How long processors worked for it, in nanoseconds.
    pub cpu: u64,
    /// How often threads were blocked and how long, by what they were blocked on.
    pub blocked: BTreeMap<&'static str, Blocked>,
    /// The objects on which threads were blocked longest.
    pub most_contended: Vec<Contended>,
}

/// An object, and how threads were blocked on it.
#[derive(Clone, Debug, Serialize)]
pub struct Contended {
    /// What it is called.
    pub object: String,
    /// How threads were blocked on it.
    #[serde(flatten)]
    pub blocked: Blocked,
}

impl Stats {
    /// What the run has cost until now.
    pub fn of(runtime: &Runtime) -> Stats {
        let mut waited = std::mem::take(&mut *runtime.waited.lock());
        for strand in runtime.registry.all() {
            waited.merge(strand.take_waited());
            // What it is blocked on now counts too: so it may have been all the time.
            if let Some(waiter) = strand.waiter() {
                waited.add(&waiter);
            }
        }
        let contended = |(object, blocked)| Contended { object, blocked };
        let mut most_contended: Vec<Contended> =
            waited.by_object.into_values().map(contended).collect();
        most_contended.sort_by_key(|contended| std::cmp::Reverse(contended.blocked.nanoseconds));
        most_contended.truncate(MOST_OBJECTS);
        let (threads_started, most_alive) = runtime.registry.counts();
        let cpu = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let cpu = Duration::new(
            u64::try_from(cpu.tv_sec).unwrap_or(0),
            u32::try_from(cpu.tv_nsec).unwrap_or(0),
        );
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Stats {
            threads_started,
            most_alive,
            wall: nanoseconds(runtime.started.elapsed()),
            cpu: nanoseconds(cpu),
            blocked: waited.by_kind,
            most_contended,
        }
    }
}

/// `1.234 s`
fn seconds(nanoseconds: u64) -> String {
    format!("{:.3} s", Duration::from_nanos(nanoseconds).as_secs_f64())
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "threads   {} started, {} alive at most",
            self.threads_started, self.most_alive
        )?;
        writeln!(f, "time      {}, processors {}", seconds(self.wall), seconds(self.cpu))?;
        let mut all = Blocked::default();
        self.blocked.values().for_each(|blocked| all.add(*blocked));
        writeln!(f, "blocked   {:>9} times {:>12}", all.times, seconds(all.nanoseconds))?;
        for (kind, blocked) in &self.blocked {
            line(f, kind, *blocked)?;
        }
        if !self.most_contended.is_empty() {
            writeln!(f, "longest on")?;
        }
        for contended in &self.most_contended {
            line(f, &contended.object, contended.blocked)?;
        }
        Ok(())
    }
}

fn line(f: &mut fmt::Formatter<'_>, what: &str, blocked: Blocked) -> fmt::Result {
    writeln!(f, "          {:>9} times {:>12}  {what}", blocked.times, seconds(blocked.nanoseconds))
}
