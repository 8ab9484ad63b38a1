//! The threads of a program as text: what each does, who holds what, and who waits for whom.

use crate::runtime::threads::{HolderView, ObjectView, ThreadView, WaitView};
use crate::source::Place;
use std::fmt::Write;
use std::time::Duration;

/// `:threads`
pub fn threads(threads: &[ThreadView]) -> String {
    let width = threads.iter().map(|thread| thread.name.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for thread in threads {
        let kind = match thread.kind {
            "" | "prompt" => String::new(),
            kind => format!("({kind}) "),
        };
        let held: Vec<&str> = thread.holds.iter().map(|held| held.what.as_str()).collect();
        let holds =
            if held.is_empty() { String::new() } else { format!("holds {} and ", held.join(", ")) };
        let does = match &thread.wait {
            None if thread.kind == "prompt" => "is here, at the prompt".to_owned(),
            None => "runs".to_owned(),
            Some(wait) => {
                let place = wait.place.as_ref().map(|place| format!("at {place}, "));
                let (place, since) = (place.unwrap_or_default(), duration(wait.since));
                let holders = held_by(&wait.holders);
                // A line of its own, so that the first does not get too long.
                let indent = " ".repeat(width + 4);
                format!("waits for {}{holders}\n{indent}{place}for {since}", wait.what)
            }
        };
        let _ = writeln!(out, "  {:width$}  {kind}{holds}{does}", thread.name);
    }
    out
}

fn held_by(holders: &[HolderView]) -> String {
    if holders.is_empty() { String::new() } else { format!(", held by {}", names(holders)) }
}

fn names(holders: &[HolderView]) -> String {
    holders.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn name(holder: &HolderView) -> String {
    if holder.is_alive { holder.name.clone() } else { format!("{}, which has ended", holder.name) }
}

/// `:locks`
pub fn locks(objects: &[ObjectView]) -> String {
    if objects.is_empty() {
        return "nothing is held, and nobody waits\n".to_owned();
    }
    let row = |object: &ObjectView| {
        let holder = |(holder, taken): &(HolderView, Option<Place>)| match taken {
            Some(place) => format!("{}, taken at {place}", name(holder)),
            None => name(holder),
        };
        let held: Vec<String> = object.holders.iter().map(holder).collect();
        let held =
            if held.is_empty() { String::new() } else { format!("held by {}", held.join("; ")) };
        let waiting = if object.waiting.is_empty() {
            String::new()
        } else {
            format!("awaited by {}", object.waiting.join(", "))
        };
        [object.what.clone(), held, waiting, String::new()]
    };
    columns(&objects.iter().map(row).collect::<Vec<_>>())
}

/// `:waits`: who waits for whom, and the circles among them.
pub fn waits(threads: &[ThreadView]) -> String {
    let circles = circles(threads);
    let waiting: Vec<(&ThreadView, &WaitView)> =
        threads.iter().filter_map(|thread| Some((thread, thread.wait.as_ref()?))).collect();
    if waiting.is_empty() {
        return "nobody waits\n".to_owned();
    }
    let row = |(thread, wait): &(&ThreadView, &WaitView)| {
        let in_circle = circles.iter().any(|circle| circle.contains(&thread.id));
        let to = if wait.holders.is_empty() {
            "→ nobody in particular".to_owned()
        } else {
            format!("→ {}", names(&wait.holders))
        };
        let mark = if in_circle { "in a circle" } else { "" };
        [thread.name.clone(), to, format!("for {}", wait.what), mark.to_owned()]
    };
    let mut out = columns(&waiting.iter().map(row).collect::<Vec<_>>());
    let name = |id: &u64| {
        threads.iter().find(|thread| thread.id == *id).map_or("?", |thread| thread.name.as_str())
    };
    for circle in &circles {
        let mut way: Vec<&str> = circle.iter().map(name).collect();
        way.push(way[0]);
        let _ = writeln!(
            out,
            "a circle: {}; `:cancel {}` would break it",
            way.join(" → "),
            way[way.len() - 2]
        );
    }
    out
}

/// The circles of threads that wait for one another: each once, from its first thread on.
fn circles(threads: &[ThreadView]) -> Vec<Vec<u64>> {
    let next = |id: u64| -> Vec<u64> {
        let wait = threads.iter().find(|t| t.id == id).and_then(|thread| thread.wait.as_ref());
        wait.map_or(Vec::new(), |wait| wait.holders.iter().map(|holder| holder.id).collect())
    };
    let mut found: Vec<Vec<u64>> = Vec::new();
    for thread in threads {
        if found.iter().any(|circle| circle.contains(&thread.id)) {
            continue;
        }
        // The shortest way from the thread back to itself.
        let mut ways = vec![vec![thread.id]];
        let mut seen = Vec::new();
        let mut at = 0;
        'search: while let Some(way) = ways.get(at).cloned() {
            at += 1;
            for holder in next(way[way.len() - 1]) {
                if holder == thread.id {
                    found.push(way);
                    break 'search;
                }
                if !seen.contains(&holder) {
                    seen.push(holder);
                    ways.push([way.as_slice(), &[holder]].concat());
                }
            }
        }
    }
    found
}

/// Rows in columns, as wide as they need to be.
fn columns(rows: &[[String; 4]]) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let mut out = String::new();
    for [a, b, c, d] in rows {
        let [wa, wb, wc] = widths;
        let line = format!("  {a:wa$}  {b:wb$}  {c:wc$}  {d}");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// How long something took, in the unit that fits.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match duration.as_nanos() {
        0..1_000 => format!("{}ns", duration.as_nanos()),
        1_000..1_000_000 => format!("{:.1}us", seconds * 1e6),
        1_000_000..1_000_000_000 => format!("{:.1}ms", seconds * 1e3),
        1_000_000_000..120_000_000_000 => format!("{seconds:.1}s"),
        _ => format!("{:.1}min", seconds / 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(id: u64, holders: &[u64]) -> ThreadView {
        let name = |id: u64| format!("t{id}");
        let wait = WaitView {
            what: format!("Lock m{id}"),
            holders: holders
                .iter()
                .map(|id| HolderView { id: *id, name: name(*id), is_alive: true })
                .collect(),
            place: None,
            since: Duration::ZERO,
        };
        ThreadView {
            id,
            name: name(id),
            kind: "",
            holds: Vec::new(),
            wait: Some(wait),
            keeps: true,
        }
    }

    #[test]
    fn circles_are_found_once() {
        let threads =
            [thread(1, &[2]), thread(2, &[3]), thread(3, &[2]), thread(4, &[]), thread(5, &[5])];
        assert_eq!(circles(&threads), vec![vec![2, 3], vec![5]]);
        let text = waits(&threads);
        assert!(text.contains("a circle: t2 → t3 → t2"), "{text}");
        assert_eq!(text.matches("in a circle").count(), 3);
        assert!(text.contains("t4  → nobody in particular  for Lock m4\n"), "{text}");
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        assert_eq!(duration(Duration::from_nanos(17)), "17ns");
        assert_eq!(duration(Duration::from_micros(1500)), "1.5ms");
        assert_eq!(duration(Duration::from_secs(3)), "3.0s");
        assert_eq!(duration(Duration::from_secs(150)), "2.5min");
    }
}
