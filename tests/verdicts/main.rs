//! No false report and none missed: structures of threads that wait for one another are made at random, an oracle
//! tells what must come of each, and the script of each must come to just that, in time.
//!
//! `cargo test --test verdicts` runs a few hundred, other ones each time. `VERDICTS=n` runs so many, `SEED=n` those
//! of a seed again; `CONC=path` tests that binary instead of the one just built. What fails is told with its seed
//! and its script.

mod deadlocks;
mod generator;
mod moment;
mod oracle;
mod script;
mod stillness;
mod structure;
mod wait_maker;
mod waits;

use oracle::{Kind, Note, Verdict};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use structure::{ActorKind, Structure};

/// A script that takes longer hangs: each takes some milliseconds, and a busy machine may be far slower.
const LONGEST: Duration = Duration::from_secs(60);

/// How many at once.
const AT_ONCE: usize = 3;

#[test]
fn random_structures_come_to_their_verdict() {
    let seed = number("SEED").unwrap_or_else(|| fastrand::u64(..1 << 32));
    let count = number("VERDICTS").unwrap_or(200) as usize;
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    if at >= count {
                        return;
                    }
                    let one = seed.wrapping_add(at as u64);
                    let (structure, verdict) = judged(one);
                    let wrong = check(&structure, &verdict);
                    tally.lock().expect("nobody panics").add(one, &verdict, wrong);
                }
            });
        }
    });
    tally.into_inner().expect("nobody panics").conclude(count);
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The first structure from a seed on that has a verdict; of every third one, that nobody is told of a deadlock.
fn judged(seed: u64) -> (Structure, Verdict) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let peaceful = seed.is_multiple_of(3);
    loop {
        let structure = generator::structure(&mut rng, peaceful);
        if let Some(verdict) = oracle::judge(&structure)
            && !(peaceful && verdict.deadlocks())
        {
            return (structure, verdict);
        }
    }
}

/// How many there were of each kind, and what went wrong.
#[derive(Debug, Default)]
struct Tally {
    circles: usize,
    kept: usize,
    blocked: usize,
    peaceful: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, seed: u64, verdict: &Verdict, wrong: Option<String>) {
        self.circles += usize::from(verdict.circles > 0);
        self.kept += usize::from(verdict.kept > 0);
        self.blocked += usize::from(verdict.blocked > 0);
        self.peaceful += usize::from(!verdict.deadlocks());
        if let Some(wrong) = wrong {
            // At once, too: if many hang, the end may not be waited for.
            eprintln!("SEED={seed} VERDICTS=1: {wrong}");
            self.wrong.push(format!("SEED={seed}"));
        }
    }

    fn conclude(self, count: usize) {
        let Tally { circles, kept, blocked, peaceful, wrong } = self;
        println!(
            "{count}: {circles} with circles, {kept} with holders that ended, {blocked} blocked, {peaceful} peaceful"
        );
        assert!(wrong.is_empty(), "{} of {count} went wrong, see above: {wrong:?}", wrong.len());
        // Else the test would say nothing.
        let least = count / 20;
        assert!(circles >= least && blocked >= least && peaceful >= least, "too much of one kind");
    }
}

/// What a run does that the verdict does not allow.
fn check(structure: &Structure, verdict: &Verdict) -> Option<String> {
    let script = script::script(structure, verdict);
    let (out, err, status) = run(&script);
    let mut wrong = Vec::new();
    match status {
        None => wrong.push("it hangs".to_owned()),
        Some(status) if !verdict.statuses.contains(&status) => {
            wrong.push(format!("exit status {status}, not {:?}", verdict.statuses));
        }
        Some(_) => {}
    }
    if let Some(difference) = difference(structure, verdict, &out) {
        wrong.push(difference);
    }
    if err.contains("panicked") {
        wrong.push("it panicked".to_owned());
    }
    let wrong = wrong.join("; ");
    (!wrong.is_empty()).then(|| {
        format!("{wrong}\n{script}--- told\n{:?}\n--- stdout\n{out}--- stderr\n{err}", verdict.told)
    })
}

/// Where the output is not what must be told: within each part the order is free, and a daemon need not come to
/// tell what it is told when the program ends.
fn difference(structure: &Structure, verdict: &Verdict, out: &str) -> Option<String> {
    let mut lines = out.lines().peekable();
    let last = verdict.told.len() - 1;
    for (at, part) in verdict.told.iter().enumerate() {
        let mut left: Vec<(String, bool)> = part
            .iter()
            .map(|note| {
                let may_miss = at == last && structure.actors[note.actor].kind == ActorKind::Daemon;
                (line_of(structure, note), may_miss)
            })
            .collect();
        while let Some(line) = lines.peek() {
            let Some(found) = left.iter().position(|(text, _)| fits(text, line)) else { break };
            left.remove(found);
            lines.next();
        }
        if let Some((missing, _)) = left.iter().find(|(_, may_miss)| !may_miss) {
            return Some(format!("not told in part {at}: `{missing}`; but {:?}", lines.peek()));
        }
    }
    lines.next().map(|line| format!("told: `{line}`"))
}

/// The line that an error is told by. A task's error is of the worker, whose name is not told: `*`.
fn line_of(structure: &Structure, note: &Note) -> String {
    let kind = match note.error.kind {
        Kind::Deadlock => "Deadlock",
        Kind::Closed => "Closed",
        Kind::BrokenBarrier => "BrokenBarrier",
        Kind::Cancelled => "Cancelled",
    };
    let from = match structure.actors[note.error.from].kind {
        ActorKind::Main => "main".to_owned(),
        ActorKind::Task => "*".to_owned(),
        _ => format!("t{}", note.error.from),
    };
    format!("t{}.{} {kind} {from}", note.actor, note.step)
}

fn fits(text: &str, line: &str) -> bool {
    match text.strip_suffix('*') {
        Some(start) => line.starts_with(start),
        None => line == text,
    }
}

/// What a script writes, and its exit status; none if it hangs.
fn run(script: &str) -> (String, String, Option<i32>) {
    let binary = std::env::var_os("CONC").unwrap_or_else(|| env!("CARGO_BIN_EXE_conc").into());
    let mut child = Command::new(binary)
        .args(["-q", "-e", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("conc runs");
    let (out, err) = (read(child.stdout.take()), read(child.stderr.take()));
    let status = wait(&mut child);
    let text = |reader: std::thread::JoinHandle<String>| reader.join().expect("it writes UTF-8");
    (text(out), text(err), status)
}

fn read(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = stream.map(|mut stream| stream.read_to_string(&mut text));
        text
    })
}

fn wait(child: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    let mut input = child.stdin.take();
    loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            return Some(status.code().unwrap_or(-1));
        }
        if begun.elapsed() > LONGEST {
            child.kill().expect("it can be ended");
            child.wait().expect("it has ended");
            return None;
        }
        // A line to read comes late: who waits for it is not stuck.
        if begun.elapsed() > Duration::from_millis(20)
            && let Some(mut input) = input.take()
        {
            // A script that does not read it has it closed.
            let _ = input.write_all(b"here\n");
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
