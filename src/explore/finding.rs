//! What went wrong in a run.

use super::counterexample::Counterexample;
use super::race::Race;
use super::seen::Run;
use crate::diagnostics::{Code, Report};
use crate::runtime::controlled::{Choice, End, Leak, World};
use crate::runtime::told;
use crate::source::Place;
use crate::values::{ErrorKind, ErrorValue, Published, View};

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    Deadlock,
    /// An assertion that failed.
    Assertion,
    /// Another error that nobody caught.
    Error,
    Race,
    LostWakeUp,
    LeakedLock,
    Livelock,
}

impl FindingKind {
    /// What it is called in one word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::Deadlock => "deadlock",
            FindingKind::Assertion => "assertion",
            FindingKind::Error => "error",
            FindingKind::Race => "race",
            FindingKind::LostWakeUp => "lost wake-up",
            FindingKind::LeakedLock => "leaked lock",
            FindingKind::Livelock => "livelock",
        }
    }
}

/// Something that goes wrong in some schedules.
pub struct Finding {
    pub kind: FindingKind,
    /// What it is, for a person.
    pub report: Report,
    /// In how many runs it was seen.
    pub runs: u64,
    /// In which run it was seen first, from 1.
    pub first: u64,
    /// A schedule that leads to it: the shortest that was seen, or the minimal one.
    pub schedule: Vec<Choice>,
    /// The schedule as a table, once it was looked for.
    pub counterexample: Option<Counterexample>,
    /// The run of the shortest schedule.
    pub(super) shortest: u64,
    pub(super) key: Key,
}

/// What tells findings apart: the kind, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    kind: FindingKind,
    places: Vec<(String, u32)>,
}

impl Key {
    /// Whether it is a wait that never ends.
    pub fn is_deadlock(&self) -> bool {
        matches!(self.kind, FindingKind::Deadlock | FindingKind::LostWakeUp)
    }

    /// Whether it is what threads do at its places that leads to it, whatever others do.
    pub fn is_of_places(&self) -> bool {
        matches!(self.kind, FindingKind::Livelock | FindingKind::LeakedLock)
    }

    pub fn has_place(&self, place: &Place) -> bool {
        self.places.contains(&spot(place))
    }
}

fn spot(place: &Place) -> (String, u32) {
    (place.source.name().to_owned(), place.span.start)
}

/// What went wrong in a run that is over: each with what tells it apart, and how its report is made.
pub fn of_run(world: &World, races: &[Race], found: &mut Vec<(Key, Source)>) {
    found.clear();
    for error in world.uncaught() {
        let View::Error(raised) = error.get().view() else { continue };
        // A `Cancelled` that displaced an error stands for that one.
        if !(raised.is(ErrorKind::Cancelled) && raised.came_with_failure()) {
            found.push((error_key(raised), Source::Error(error.clone())));
        }
        // What came with it is not lost either; but who was cancelled has not failed, and a deadlock after another only
        // follows from it.
        for other in raised.all_others() {
            if let View::Error(raised) = other.view()
                && !raised.is(ErrorKind::Cancelled)
            {
                let key = error_key(raised);
                let is_known =
                    |known: &Key| *known == key || known.is_deadlock() && key.is_deadlock();
                if !found.iter().any(|(known, _)| is_known(known)) {
                    found.push((key, Source::Error(Published::new(other))));
                }
            }
        }
    }
    for race in races {
        let key = race_key(world, *race);
        if !found.iter().any(|(known, _)| *known == key) {
            found.push((key, Source::Race(*race)));
        }
    }
    if world.end() == Some(End::Livelock) {
        let named = |(actor, place)| (world.actor_name(actor), place);
        let round: Vec<_> = world.going_round().into_iter().map(named).collect();
        let mut places: Vec<_> = round.iter().filter_map(|(_, p)| p.as_ref().map(spot)).collect();
        places.sort();
        found.push((Key { kind: FindingKind::Livelock, places }, Source::Round(round)));
    }
    for leak in world.leaks() {
        let places = leak.taken.as_ref().map(spot).into_iter().collect();
        found.push((Key { kind: FindingKind::LeakedLock, places }, Source::Leak(leak)));
    }
}

/// What tells an error apart.
fn error_key(error: &ErrorValue) -> Key {
    let lost = |detail: &Report| detail.related.iter().any(|part| part.code == Code::LostWakeUp);
    let kind = if error.is(ErrorKind::Deadlock) {
        match error.detail().is_some_and(lost) {
            true => FindingKind::LostWakeUp,
            false => FindingKind::Deadlock,
        }
    } else if error.is(ErrorKind::AssertionFailed) {
        FindingKind::Assertion
    } else {
        FindingKind::Error
    };
    let mut places: Vec<(String, u32)> = Vec::new();
    if let (FindingKind::Deadlock, Some(detail)) = (kind, error.detail()) {
        // Whoever closes the circle, it is the same.
        let parts = detail.related.iter().filter_map(|part| part.labels.first());
        places.extend(parts.map(|label| spot(&label.place)));
    }
    if places.is_empty()
        && let Some(first) = error.origin().and_then(|origin| origin.trace.first())
    {
        places.push(spot(&first.place));
    }
    // However many wait at a place, it is the same.
    places.sort();
    places.dedup();
    Key { kind, places }
}

/// What tells a race apart.
pub fn race_key(world: &World, race: Race) -> Key {
    let places = [race.first.0, race.second.0];
    let mut places: Vec<_> =
        places.iter().filter_map(|site| world.place_of_site(*site)).map(|p| spot(&p)).collect();
    places.sort();
    Key { kind: FindingKind::Race, places }
}

/// What a finding is made of.
pub enum Source {
    Error(Published),
    Race(Race),
    Leak(Leak),
    Round(Vec<(String, Option<Place>)>),
}

impl Finding {
    /// A finding that was met for the first time.
    pub(super) fn new(key: Key, source: &Source, world: &World, run: &Run<'_>) -> Finding {
        let report = match source {
            Source::Error(error) => error_report(error),
            Source::Race(race) => race_report(world, *race),
            Source::Leak(leak) => leak_report(world, leak),
            Source::Round(round) => round_report(round),
        };
        Finding {
            kind: key.kind,
            report,
            runs: 1,
            first: run.number,
            schedule: run.schedule.to_vec(),
            counterexample: None,
            shortest: run.number,
            key,
        }
    }

    /// It was met again.
    pub(super) fn seen_again(&mut self, run: &Run<'_>) {
        self.runs += 1;
        if run.schedule.len() < self.schedule.len() {
            self.schedule.clear();
            self.schedule.extend_from_slice(run.schedule);
            self.shortest = run.number;
        }
    }

    /// The same finding was met in other runs.
    pub(super) fn merge(&mut self, other: Finding) {
        self.runs += other.runs;
        if other.first < self.first {
            self.first = other.first;
            self.report = other.report;
        }
        if (other.schedule.len(), other.shortest) < (self.schedule.len(), self.shortest) {
            self.schedule = other.schedule;
            self.shortest = other.shortest;
        }
    }
}

fn error_report(error: &Published) -> Report {
    match error.get().view() {
        View::Error(error) => told(error, true),
        _ => Report::error(Code::Uncaught, "an error that nobody caught"),
    }
}

fn race_report(world: &World, race: Race) -> Report {
    let name = |actor: u16| world.actor_name(usize::from(actor));
    let does = |write: bool| if write { "writes" } else { "reads" };
    let place = |site: u64| world.place_of_site(site);
    let what = match place(race.second.0) {
        Some(place) => {
            format!(" in `{}`", place.source.slice(place.span).lines().next().unwrap_or(""))
        }
        None => String::new(),
    };
    let mut report = Report::error(
        Code::DataRace,
        format!(
            "a data race{what}: {} {} and {} {} the same thing, and nothing orders the two",
            name(race.actors.0),
            does(race.first.1),
            name(race.actors.1),
            does(race.second.1)
        ),
    );
    for (actor, (site, write)) in [(race.actors.1, race.second), (race.actors.0, race.first)] {
        if let Some(place) = place(site) {
            report = report.label(place, format!("{} {} it here", name(actor), does(write)));
        }
    }
    report.help("a lock round both, or an Atomic, orders them")
}

fn round_report(round: &[(String, Option<Place>)]) -> Report {
    let names: Vec<&str> = round.iter().map(|(name, _)| name.as_str()).collect();
    let (verb, what) = if names.len() == 1 { ("goes", "it looks") } else { ("go", "they look") };
    let message = format!(
        "a livelock: {} {verb} round for ever, and nobody is left to change what {what} at",
        names.join(" and ")
    );
    let mut report = Report::error(Code::Livelock, message);
    for (name, place) in round {
        if let Some(place) = place {
            report = report.label(place.clone(), format!("{name} looks here again and again"));
        }
    }
    report
}

fn leak_report(world: &World, leak: &Leak) -> Report {
    let holder = world.actor_name(leak.holder);
    let message = format!("{} is still held by {holder}, which has ended", leak.lock);
    let mut report = Report::error(Code::LeakedLock, message);
    if let Some(place) = &leak.taken {
        report = report.label(place.clone(), format!("{holder} took it here"));
    }
    report.help("`lock m { … }` releases a lock however the block ends; `acquire` does not")
}
