//! Small programs made by chance: what `dpor` explores is what `dfs` explores, what real threads do is among it, and
//! each schedule can be replayed. `CONC_PROGRAMS=N` tries so many, from the seed `CONC_SEED`; `CONC_SCHEDULES=N` sets how many
//! schedules a program may have to be compared; with `CONC_REDUNDANT=1`, programs are shown of which runs had to be given up.

mod running;

use conc::explore::{Explored, Options, Verdict, Which};
use conc::runtime::controlled::{Config, Time};
use conc::session::{Given, Session};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::{Duration, Instant};

/// How many programs are tried if nothing else is said, and how long.
const PROGRAMS: u64 = 200;
const LONGEST: Duration = Duration::from_secs(8);
/// So many are compared, however long it takes.
const FEWEST: usize = 20;
/// A program with more schedules than this is left out: `dfs` would take too long.
const MOST_SCHEDULES: u64 = 5_000;
/// How often a program is run on real threads.
const REAL_RUNS: usize = 3;

fn config(kind: Kind) -> Config {
    Config {
        time: if kind == Kind::Strict { Time::Strict } else { Time::Free },
        ..Config::default()
    }
}

fn explored(script: &str, which: Which, most: u64, kind: Kind) -> Explored {
    let mut session = Session::default();
    let unit = session.load(&Given::text("random.conc", script)).unwrap_or_else(|reports| {
        panic!("{}:\n{script}", reports[0].message);
    });
    let options = Options {
        which,
        budget: Duration::from_secs(60),
        after_finding: Duration::from_secs(60),
        most_runs: Some(most),
        most_steps: 500,
        outcomes: true,
        minimize: false,
        ..Options::default()
    };
    session.explore(unit, &config(kind), &options)
}

/// What an exploration has seen: the outputs, and what went wrong where.
fn seen(explored: &Explored) -> (BTreeSet<String>, BTreeSet<String>) {
    let outputs = explored.outcomes.iter().map(|outcome| outcome.output.clone()).collect();
    let findings = explored.findings.iter().map(|finding| {
        let mut lines: Vec<usize> =
            finding.report.labels.iter().map(|label| label.place.line()).collect();
        lines.sort_unstable();
        format!("{} at {lines:?}", finding.kind.name())
    });
    (outputs, findings.collect())
}

/// What a program is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    /// With limits, timers, scopes and cancels.
    Timed,
    /// The same, under strict time.
    Strict,
    /// Of few variables, that all threads use.
    Dense,
}

impl Kind {
    fn of(seed: u64) -> Kind {
        match seed % 4 {
            0 => Kind::Plain,
            1 => Kind::Timed,
            2 => Kind::Dense,
            _ => Kind::Strict,
        }
    }
}

struct Maker {
    random: fastrand::Rng,
}

impl Maker {
    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.random.usize(..of.len())]
    }

    fn step(&mut self, depth: usize) -> String {
        let k = self.random.u32(1..4);
        match self.random.u32(0..if depth < 2 { 25 } else { 12 }) {
            0 => "x += 1".to_owned(),
            1 => format!("x = {k}"),
            2 => "y = x".to_owned(),
            3 => "x = y + 1".to_owned(),
            4 => format!("xs.push({k})"),
            5 => format!("ys[0] = {k}"),
            6 => "y = ys[-2]".to_owned(),
            7 => "n.add(1)".to_owned(),
            8 => "y = n.get()".to_owned(),
            9 => format!("y = len(xs) + {k}"),
            10 => format!("at[\"k{k}\"] = {k}"),
            11 => format!("n.compare_swap({}, {k})", k - 1),
            12 | 13 => {
                let lock = self.pick(&["m", "o", "r"]);
                format!("lock {lock} {{ {} }}", self.step(depth + 1))
            }
            14 => format!("lock m, o {{ {} }}", self.step(depth + 1)),
            15 => format!("if x == {k} {{ {} }}", self.step(depth + 1)),
            16 => format!("send q, {k}"),
            17 => "y = (recv q within 2ms else { 9 })".to_owned(),
            18 => format!("acquire s within 2ms else {{ y = {k} }}"),
            19 => "release s".to_owned(),
            20 => "e.set()".to_owned(),
            21 => "y = if (wait e within 2ms else { false }) { 5 } else { 6 }".to_owned(),
            22 => format!("lock rw.read {{ {} }}", self.step(depth + 1)),
            23 => format!("lock rw.write {{ {} }}", self.step(depth + 1)),
            _ => match self.random.u32(0..7) {
                6 => "try { y = join (spawn on p { x + 1 }) } catch e { said.push(e.kind) }"
                    .to_owned(),
                5 => "try { q.task_done() } catch e { said.push(e.kind) }".to_owned(),
                0 => "lock c { notify c }".to_owned(),
                1 => "lock c { y = if (wait c within 2ms else { false }) { 7 } else { 8 } }"
                    .to_owned(),
                2 => "e.clear()".to_owned(),
                3 => self
                    .pick(&[
                        "y = s.waiting()",
                        "y = c.waiting()",
                        "y = m.waiting()",
                        "y = s.value()",
                    ])
                    .to_owned(),
                _ => "y = select { recv q as v { v }; wait e { 4 }; else { 3 } }".to_owned(),
            },
        }
    }

    /// A step with time in it, or with what ends waits from outside.
    fn timed(&mut self, depth: usize, thread: usize) -> String {
        let k = self.random.u32(1..4);
        let limit = self.pick(&["1ms", "2ms", "2ms", "3ms"]);
        match self.random.u32(0..if depth < 2 { 25 } else { 16 }) {
            0 => format!("sleep {limit}"),
            1 => format!("y = (recv z within {limit} else {{ 9 }})"),
            2 => format!("send z, {k} within {limit} else {{ y = {k} }}"),
            3 => format!("send q, {k} within {limit} else {{ y = {k} }}"),
            4 => format!(
                "y = select {{ recv z as v {{ v }}; recv q as v {{ v }}; after {limit} {{ 7 }} }}"
            ),
            5 => format!(
                "y = select {{ send z, {k} {{ 1 }}; wait e {{ 4 }}; after {limit} {{ 8 }} }}"
            ),
            6 => format!("barrier b within {limit} else {{ y = {k} }}"),
            7 => "l.count_down()".to_owned(),
            8 => format!("wait l within {limit} else {{ y = {k} }}"),
            9 => format!("acquire s within {limit} else {{ y = {k} }}"),
            10 => "x = z.len()".to_owned(),
            11 if thread > 0 => "h[0].cancel()".to_owned(),
            12 if thread > 0 => format!("y = (join h[0] within {limit} else {{ {k} }})"),
            13 => "release s".to_owned(),
            14 => self.pick(&["y = (recv q)", "acquire s", "wait e", "y = (recv z)"]).to_owned(),
            15 => "e.set()".to_owned(),
            16 => format!(
                "lock m within {limit} {{ {} }} else {{ y = {k} }}",
                self.timed(depth + 1, thread)
            ),
            17 => format!(
                "scope within {limit} {{ {} }} else {{ y = {k} }}",
                self.timed(depth + 1, thread)
            ),
            18 => format!(
                "try {{ {} }} catch e {{ said.push(e.kind) }}",
                self.timed(depth + 1, thread)
            ),
            19 => {
                let (one, two) = (self.timed(depth + 1, thread), self.step(depth + 1));
                format!("if true {{ let w = timer {limit} {{ {one} }}\n {two}\n w.cancel() }}")
            }
            20 => format!("timer {limit} {{ {} }}", self.step(depth + 1)),
            21 => format!(
                "lock c {{ y = if (wait c until x == {k} within {limit} else {{ false }}) {{ 7 }} else {{ 8 }} }}"
            ),
            22 => format!("lock c {{ x = {k}; notify all c }}"),
            23 => format!("spawn daemon {{ {} }}", self.step(depth + 1)),
            _ => format!("lock m {{ {} }}", self.timed(depth + 1, thread)),
        }
    }

    /// A program of few variables that all threads use.
    fn dense(&mut self) -> String {
        let mut script = String::from("var x = 0\nvar y = 0\nlet n = Atomic(0)\nlet m = Lock()\n");
        script.push_str("fn go() {\n");
        let threads = self.random.usize(2..4);
        for thread in 0..threads {
            let _ = writeln!(script, "let t{thread} = spawn {{");
            for _ in 0..self.random.usize(1..if threads == 2 { 4 } else { 2 }) {
                let k = self.random.u32(1..3);
                let step = match self.random.u32(0..9) {
                    0 => "x += 1".to_owned(),
                    1 => format!("x = {k}"),
                    2 => "y = x".to_owned(),
                    3 => "x = y + 1".to_owned(),
                    4 => "n.add(1)".to_owned(),
                    5 => "y = n.get()".to_owned(),
                    6 => format!("n.compare_swap({}, {k})", k - 1),
                    7 => format!("if x == {k} {{ y = {k} }}"),
                    _ => "lock m { x += 1 }".to_owned(),
                };
                let _ = writeln!(script, "  {step}");
            }
            let _ = writeln!(script, "}}");
        }
        let handles: Vec<String> = (0..threads).map(|thread| format!("t{thread}")).collect();
        let _ = writeln!(script, "join {}\n}}\ngo()\nprint(x, y, n.get())", handles.join(", "));
        script
    }

    fn script(&mut self, kind: Kind) -> String {
        if kind == Kind::Dense {
            return self.dense();
        }
        let mut script = String::from(
            "var x = 0\nvar y = 0\nlet xs = []\nlet ys = [0, 0]\nlet at = {}\nlet n = Atomic(0)\n\
             let m = Lock()\nlet o = Lock()\nlet r = RLock()\nlet rw = RwLock()\nlet s = Semaphore(1)\n\
             let q = Queue(1)\nlet e = Event()\nlet c = Condition()\nlet said = []\n\
             let z = Queue(0)\nlet b = Barrier(2)\nlet l = Latch(1)\nlet h = [nil]\n",
        );
        let _ = writeln!(script, "let p = Pool({})", self.random.u32(1..3));
        // In a function, so that the handles are nobody else's: fewer steps, and fewer schedules for `dfs`.
        script.push_str("fn go() {\n");
        let threads = self.random.usize(2..4);
        for thread in 0..threads {
            let on = self.pick(&["", "", "", " on p"]);
            let _ = writeln!(script, "let t{thread} = spawn{on} {{");
            for _ in 0..self.random.usize(1..if threads == 2 { 4 } else { 2 }) {
                let timed = kind != Kind::Plain && self.random.bool();
                let step = if timed { self.timed(0, thread) } else { self.step(0) };
                let _ = writeln!(script, "  {step}");
            }
            let _ = writeln!(script, "}}");
            if thread == 0 && kind != Kind::Plain {
                let _ = writeln!(script, "h[0] = t0");
            }
        }
        for thread in 0..threads {
            let _ = writeln!(script, "try {{ join t{thread} }} catch e {{ said.push(e.kind) }}");
        }
        script.push_str("}\ngo()\n");
        script.push_str("print(x, y, xs, ys, at, n.get(), s.value(), q.len(), e.is_set(), said)\n");
        script
    }
}

/// What a run on real threads prints.
fn really(script: &str) -> String {
    running::run(script, None).expect("it was loaded before").out
}

#[test]
fn strategies_and_real_threads_agree() {
    let wanted = std::env::var("CONC_PROGRAMS").ok().and_then(|n| n.parse().ok());
    let first = std::env::var("CONC_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let most = std::env::var("CONC_SCHEDULES").ok().and_then(|n| n.parse().ok());
    let most = most.unwrap_or(MOST_SCHEDULES);
    let (started, mut compared) = (Instant::now(), 0_usize);
    let (mut runs, mut redundant) = (0, 0);
    for seed in first..first + wanted.unwrap_or(PROGRAMS) {
        if wanted.is_none() && compared >= FEWEST && started.elapsed() > LONGEST {
            break;
        }
        let kind = Kind::of(seed);
        let script = Maker { random: fastrand::Rng::with_seed(seed) }.script(kind);
        let dfs = explored(&script, Which::Dfs, most, kind);
        if !dfs.complete {
            continue;
        }
        let dpor = explored(&script, Which::Dpor, most, kind);
        compared += 1;
        runs += dpor.runs;
        redundant += dpor.redundant;
        if dpor.redundant > 0 && std::env::var_os("CONC_REDUNDANT").is_some() {
            println!("seed {seed}: {} redundant beside {}\n{script}", dpor.redundant, dpor.runs);
        }
        assert!(dpor.runs <= dfs.runs, "seed {seed}: {} of {}\n{script}", dpor.runs, dfs.runs);
        assert_eq!(seen(&dpor), seen(&dfs), "seed {seed}: dpor (left) is not dfs\n{script}");
        // On real threads, work takes time.
        for _ in 0..if kind == Kind::Strict { 0 } else { REAL_RUNS } {
            let output = really(&script);
            let known = dfs.outcomes.iter().any(|outcome| outcome.output == output);
            assert!(known, "seed {seed}: real threads print {output}{script}\n{:?}", seen(&dfs).0);
        }
    }
    println!("{compared} programs compared, {runs} runs, and {redundant} were redundant");
    assert!(wanted.is_some() || compared >= FEWEST, "only {compared} programs were small enough");
}

#[test]
fn schedules_are_replayed_exactly() {
    for seed in 0..40 {
        let kind = Kind::of(seed);
        let script = Maker { random: fastrand::Rng::with_seed(seed) }.script(kind);
        let mut session = Session::default();
        let unit = session.load(&Given::text("random.conc", &script)).expect("it is right");
        let options = Options {
            which: Which::Random,
            most_runs: Some(30),
            seed,
            outcomes: true,
            minimize: false,
            ..Options::default()
        };
        let explored = session.explore(unit, &config(kind), &options);
        for outcome in &explored.outcomes {
            let config = Config { discovered: explored.discovered, ..config(kind) };
            let again = session.replay(unit, &config, &outcome.schedule);
            let again = again.unwrap_or_else(|step| panic!("seed {seed}: step {step}\n{script}"));
            assert_eq!(again.output, outcome.output, "seed {seed}\n{script}");
        }
    }
}

#[test]
fn all_strategies_find_the_lost_update() {
    let script = "var x = 0\nfn work() { x += 1 }\nlet a = spawn work()\nlet b = spawn work()\njoin a, b\nassert x == 2\n";
    for which in [Which::All, Which::Dpor, Which::Dfs, Which::Pos, Which::Pct, Which::Random] {
        let explored = explored(script, which, 500, Kind::Plain);
        assert_eq!(explored.verdict, Verdict::Found, "{}", which.name());
        assert_eq!(explored.findings.len(), 2, "{}", which.name());
    }
}
