//! How fast and how well scripts are explored: `cargo bench --bench explore`. Explores programs of `tests/explore`, and
//! the same programs with shuttle and loom, in turn, in one run; prints medians, and which goals are met. Everything is
//! measured on one core.

mod measured;
mod peers;

use measured::{Measured, complete, first_deadlock, rate};
use peers::{Peers, Tool};
use std::fmt::Write;
use std::process::exit;

/// How often each is measured, unless `--rounds N` says otherwise.
const ROUNDS: usize = 5;

/// How a measurement compares with a goal.
enum Goal {
    Exactly(f64),
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn judge(&self, reached: f64, unit: &str) -> (bool, String) {
        match self {
            Goal::Exactly(goal) => (reached == *goal, format!("{goal}{unit}")),
            Goal::AtMost(goal) => (reached <= *goal, format!("≤ {goal}{unit}")),
            Goal::AtLeast(goal) => (reached >= *goal, format!("≥ {goal}{unit}")),
        }
    }
}

/// One number, and what it should be.
struct Line {
    what: &'static str,
    reached: f64,
    unit: &'static str,
    must: Goal,
    aim: Option<Goal>,
    /// What the others come to.
    peers: String,
}

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let rounds = match (words.next().as_deref(), words.next().map(|number| number.parse())) {
        (None, _) => ROUNDS,
        (Some("--rounds"), Some(Ok(rounds))) if rounds > 0 => rounds,
        _ => {
            eprintln!("cargo bench --bench explore [-- --rounds N]");
            exit(2);
        }
    };
    let peers = Peers::built();
    if peers.is_none() {
        eprintln!("without shuttle and loom: they could not be built");
    }
    let lines = measure(rounds, peers.as_ref());
    print!("{}", table(&lines));
    println!("\nMedians of {rounds} rounds. {}", peers::VERSIONS);
    if lines.iter().any(|line| !line.must.judge(line.reached, "").0) {
        exit(1);
    }
}

/// A complete exploration of a program: how many schedules there are, and the time it takes.
struct Complete {
    program: &'static str,
    name: [&'static str; 2],
    schedules: f64,
    must: f64,
    aim: Option<f64>,
}

const COMPLETE: [Complete; 5] = [
    Complete {
        program: "locked_2x3",
        name: ["2 × 3 locked, schedules", "2 × 3 locked, ms"],
        schedules: 20.0,
        must: 10.0,
        aim: None,
    },
    Complete {
        program: "locked_3x3",
        name: ["3 × 3 locked, schedules", "3 × 3 locked, ms"],
        schedules: 1680.0,
        must: 100.0,
        aim: None,
    },
    Complete {
        program: "lost_update_3",
        name: ["lost update of 3, schedules", "lost update of 3, ms"],
        schedules: 36.0,
        must: 10.0,
        aim: None,
    },
    Complete {
        program: "lost_update_5",
        name: ["lost update of 5, schedules", "lost update of 5, ms"],
        schedules: 14400.0,
        must: 300.0,
        aim: Some(100.0),
    },
    Complete {
        program: "one_writer_13_readers",
        name: ["13 readers, schedules", "13 readers, ms"],
        schedules: 8192.0,
        must: 500.0,
        aim: Some(200.0),
    },
];

fn measure(rounds: usize, peers: Option<&Peers>) -> Vec<Line> {
    let mut lines = Vec::new();
    for row in &COMPLETE {
        let mut times = Vec::new();
        let mut schedules = 0;
        for _ in 0..rounds {
            let Measured { runs, seconds, .. } = complete(row.program);
            schedules = runs;
            times.push(seconds * 1e3);
        }
        let told = |tools: &[Tool], what| Peers::told(peers, row.program, tools, what);
        let every = [Tool::Dfs, Tool::Loom];
        lines.push(Line {
            what: row.name[0],
            reached: schedules as f64,
            unit: "",
            must: Goal::Exactly(row.schedules),
            aim: None,
            peers: told(&every, peers::executions),
        });
        lines.push(Line {
            what: row.name[1],
            reached: median(&mut times),
            unit: " ms",
            must: Goal::AtMost(row.must),
            aim: row.aim.map(Goal::AtMost),
            peers: told(&every, peers::milliseconds),
        });
    }
    let mut rates = Vec::new();
    let mut steps = Vec::new();
    for _ in 0..rounds {
        let measured = rate("locked_2x3");
        rates.push(measured.runs as f64 / measured.seconds);
        steps.push(measured.steps as f64 / measured.seconds);
    }
    lines.push(Line {
        what: "2 × 3 locked, random schedules a second",
        reached: median(&mut rates).round(),
        unit: "",
        must: Goal::AtLeast(100_000.0),
        aim: Some(Goal::AtLeast(300_000.0)),
        peers: Peers::told(peers, "locked_2x3", &[Tool::Random, Tool::Loom], peers::a_second),
    });
    lines.push(Line {
        what: "visible steps a second, in these",
        reached: median(&mut steps).round(),
        unit: "",
        must: Goal::AtLeast(1e6),
        aim: Some(Goal::AtLeast(3e6)),
        peers: String::new(),
    });
    let mut times: Vec<f64> =
        (0..rounds).map(|_| measured::named_deadlock("philosophers") * 1e3).collect();
    let finders = [Tool::Random, Tool::Dfs, Tool::Loom];
    lines.push(Line {
        what: "three philosophers, deadlock named, ms",
        reached: median(&mut times),
        unit: " ms",
        must: Goal::AtMost(10.0),
        aim: None,
        peers: Peers::told(peers, "philosophers", &finders, peers::executions),
    });
    let seeds = 20;
    let firsts: u64 = (0..seeds).map(|seed| first_deadlock("philosophers_5", seed)).sum();
    lines.push(Line {
        what: "five philosophers, first deadlock by pos, mean of 20 seeds",
        reached: firsts as f64 / seeds as f64,
        unit: "",
        must: Goal::AtMost(20.0),
        aim: Some(Goal::AtMost(7.0)),
        peers: Peers::means(peers, "philosophers_5", &[Tool::Random, Tool::Pct], seeds),
    });
    lines
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn number(number: f64) -> String {
    if number.fract() == 0.0 {
        return format!("{number}");
    }
    format!("{number:.1}")
}

/// The lines in Markdown.
fn table(lines: &[Line]) -> String {
    let mut text = String::from("| | conc | must | aim | others |\n|---|--:|---|---|---|\n");
    for line in lines {
        let judged = |goal: &Goal| {
            let (met, goal) = goal.judge(line.reached, line.unit);
            format!("{} {goal}", if met { "✓" } else { "✗" })
        };
        let (must, aim) = (judged(&line.must), line.aim.as_ref().map(judged).unwrap_or_default());
        let (what, reached, peers) = (line.what, number(line.reached), &line.peers);
        let _ = writeln!(text, "| {what} | {reached} | {must} | {aim} | {peers} |");
    }
    text
}
