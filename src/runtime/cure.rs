//! What is told of waits and of deadlocks, and would help against these, in words that both runtimes have.

use crate::diagnostics::{Code, Report};
use crate::primitives::Action;
use crate::source::Place;
use crate::values::{Fault, Label, Object, ObjectKind};

/// No more names than these are put into the help.
const MOST_NAMES: usize = 4;

/// What an action waits for: `Lock guard`, `an item of Queue jobs`.
pub fn waits_for(object: &Object, action: &Action) -> String {
    match action {
        Action::Send(_) => format!("room in {object}"),
        Action::Recv => format!("an item of {object}"),
        Action::AcquireSide { write: true } => format!("the write side of {object}"),
        Action::AcquireSide { write: false } => format!("the read side of {object}"),
        Action::Join => match object.kind {
            ObjectKind::Thread | ObjectKind::Task | ObjectKind::Timer => {
                format!("{object} to end")
            }
            _ => format!("{object} to be done"),
        },
        Action::Acquire { count, .. } if *count != 1 => format!("{count} permits of {object}"),
        Action::Await { .. } => format!("a notification of {object}"),
        _ => object.to_string(),
    }
}

/// What it waits for, and who has that.
pub fn waits_for_held(object: &Object, action: &Action, holders: &[String]) -> String {
    let what = waits_for(object, action);
    if matches!(action, Action::Join) || holders.is_empty() {
        return what;
    }
    format!("{what}, held by {}", holders.join(", "))
}

/// Against threads that take locks in different orders: take them at once. The locks are called by their names, if each has
/// one of its own that a script could write.
pub fn take_at_once(locks: &mut [&Label]) -> String {
    locks.sort_by_key(|label| label.id);
    let names: Option<Vec<&str>> = locks.iter().map(|label| label.name()).collect();
    let is_name = |name: &&str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let are_apart = |names: &[&str]| (1..names.len()).all(|at| !names[..at].contains(&names[at]));
    match names {
        Some(names)
            if (2..=MOST_NAMES).contains(&names.len())
                && names.iter().all(is_name)
                && are_apart(&names) =>
        {
            let number = if names.len() == 2 { "both" } else { "all" };
            let names = names.join(", ");
            format!(
                "`lock {names} {{ … }}` takes {number} at once, in an order that cannot deadlock"
            )
        }
        _ => "`lock a, b { … }` takes several locks at once, in an order that cannot deadlock"
            .to_owned(),
    }
}

/// What is told of a thread that takes a lock, or a side of it, at `place` although it has it since `taken`.
pub fn holds_already(
    object: &Object,
    fault: &Fault,
    place: Option<Place>,
    taken: Option<Place>,
) -> Report {
    let mut report = Report::error(Code::Deadlock, fault.message.clone());
    if let Some(place) = place {
        report = report.label(place, "it would wait for itself here");
    }
    if let Some(taken) = taken {
        report = report.label(taken, format!("{object} was taken here"));
    }
    report.help(match object.kind {
        ObjectKind::Lock => "an RLock can be taken again by the thread that holds it",
        _ => "a thread has one side of an RwLock at a time: give back the one before it takes the other",
    })
}

/// What is told of a thread or a task, called `who`, that joins itself, or of a task that joins its pool: in a sentence,
/// and as a report.
pub fn joins_itself(
    who: &str,
    is_task: bool,
    of: &Object,
    place: Option<Place>,
) -> (String, Report) {
    let what = if is_task { "task" } else { "thread" };
    let (other, cure) = match of.kind {
        ObjectKind::Pool => (
            format!("{of} while it runs there"),
            "join the pool in the thread that has queued the tasks",
        ),
        _ => (
            "itself".to_owned(),
            "only another thread can join it; `ts.filter(fn(t) { t != current_thread() })` leaves this one out",
        ),
    };
    let message = format!("{who} waits for itself: a {what} cannot join {other}");
    let mut report = Report::error(Code::Deadlock, message.clone());
    if let Some(place) = place {
        report = report.label(place, "it would wait for itself here");
    }
    (message, report.help(cure))
}

/// What is told of threads that wait for one another in a circle, of which the first, which closes it, waits for `what`.
pub fn in_circle(names: &[String], what: &str) -> String {
    match names {
        [one] => format!("{one} waits for {what}, and keeps it from going on"),
        [a, b] => format!("{a} and {b} wait for each other"),
        _ => format!("{} wait for one another in a circle", listed(names)),
    }
}

/// What is told of threads that wait for one another where one would be enough to let another go on, when the first
/// waits for `what`.
pub fn in_knot(names: &[String], what: &str) -> String {
    let mut all = names.to_vec();
    all.sort();
    format!(
        "{} waits for {what}, and of {} none can go on before another does",
        names[0],
        listed(&all)
    )
}

/// Where a task is that is waited for, when these workers are all that could take it.
pub fn queued_until(names: &[String]) -> String {
    match names {
        [one] => format!("queued until {one} is free"),
        all => format!("queued until one of {} is free", listed(all)),
    }
}

/// Against threads that wait for tasks which no worker is free for.
pub const NO_WORKER_FREE: &str = "a task that waits for another of its own pool keeps a worker from it: give the pool more \
                                  workers, or start the other by `spawn` alone";

/// What is told of the one that waits for `what` when so many threads wait, and nobody else is left.
pub fn nobody_is_left(threads: usize, name: &str, what: &str) -> String {
    match threads {
        1 => format!("{name} waits for {what}, and nobody is left to let it go on"),
        2 => format!("both threads wait: {name} for {what}"),
        n => format!("all {n} threads wait: {name} for {what}"),
    }
}

/// What a runtime knows of an object that is waited for in vain.
#[derive(Clone, Copy)]
pub enum Known {
    /// Nothing that matters.
    Nothing,
    /// A condition was notified while nobody waited, and the one who waits has not looked.
    Unheard,
    /// A barrier wants so many, and so many came.
    Attendance { wants: i64, came: i64 },
    /// A semaphore began without permits: it is there to be released, not borrowed from.
    Signal,
    /// The one who waits for a lock has taken it by hand itself.
    Own,
}

/// What would let a thread go on that waits to do `action` with `object`, when nobody is left.
pub fn of_wait(object: &Object, action: &Action, known: Known) -> Option<String> {
    // What has no name stands under none in the script.
    let label = object.label.name().unwrap_or("it");
    Some(match (object.kind, known) {
        (ObjectKind::Event, _) => format!("nobody is left to call `{label}.set()`"),
        (ObjectKind::Latch, _) => format!("nobody is left to call `{label}.count_down()`"),
        (ObjectKind::Condition, Known::Unheard) => format!(
            "it was notified while nobody waited, and that is lost: `wait {label} until …` looks before it waits"
        ),
        (ObjectKind::Condition, _) => format!("nobody is left to `notify {label}`"),
        (ObjectKind::Barrier, Known::Attendance { wants, came }) => {
            format!("{object} waits for {wants}, only {came} came, and nobody is left to come")
        }
        (ObjectKind::Semaphore | ObjectKind::BoundedSemaphore, Known::Signal) => {
            format!("nobody is left to `release {label}`")
        }
        (ObjectKind::Lock, Known::Own) => {
            format!(
                "it holds {object} itself: an RLock can be taken again by the thread that holds it"
            )
        }
        (ObjectKind::Lock | ObjectKind::Semaphore | ObjectKind::BoundedSemaphore, _) => format!(
            "nobody is left to `release {label}`; `lock {label} {{ … }}` releases it by itself"
        ),
        (kind, _) if kind.is_queue() => match action {
            Action::Recv => {
                format!("nobody is left to send; `{label}.close()` ends the receivers")
            }
            Action::Send(_) => format!("nobody is left to receive from {object}"),
            _ => format!("nobody is left to call `{label}.task_done()`"),
        },
        _ => return None,
    })
}

/// `a, b and c`; a long list is cut.
pub fn listed(names: &[String]) -> String {
    const MOST: usize = 10;
    match names {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        _ if names.len() > MOST => {
            format!("{} and {} more", names[..MOST].join(", "), names.len() - MOST)
        }
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cure(names: &[Option<&str>]) -> String {
        let labels: Vec<Label> =
            names.iter().zip(1..).map(|(name, id)| Label::new(id, *name)).collect();
        take_at_once(&mut labels.iter().rev().collect::<Vec<_>>())
    }

    #[test]
    fn locks_are_named_where_that_can_be_written() {
        assert!(
            cure(&[Some("left"), Some("right")]).starts_with("`lock left, right { … }` takes both")
        );
        assert!(
            cure(&[Some("a"), Some("b"), Some("c")]).starts_with("`lock a, b, c { … }` takes all")
        );
        for names in [
            &[Some("guard"), Some("guard")][..],
            &[Some("guard"), None],
            &[Some("front door"), Some("b")],
            &[Some("a"); 5],
        ] {
            assert!(cure(names).starts_with("`lock a, b { … }` takes several"), "{names:?}");
        }
    }
}
