//! What single things cost: `cargo bench --bench micro`. Each script does one thing many times, in this process; the
//! throughput is that of the thing. Reading and compiling are measured on a script of 10,000 lines.

#[path = "../measure/script.rs"]
mod script;

use conc::runtime::threads::{Config, Output, Sink, Stream};
use conc::session::{Given, Session};
use conc::source::Source;
use conc::syntax::{STACK_BYTES, parse};
use conc::vm::{Limits, UnitId};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use std::io;

fn main() {
    divan::main();
}

/// Where nothing is kept.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, _: Stream, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn load(text: &str) -> (Session, UnitId) {
    let mut session = Session::default();
    match session.load(&Given::text("benchmark", text)) {
        Ok(unit) => (session, unit),
        Err(reports) => panic!("the script is wrong: {}", reports[0].message),
    }
}

fn run((session, unit): (Session, UnitId)) {
    let config = Config {
        limits: Limits::default(),
        max_threads: 100,
        seed: Some(0),
        timeout: None,
        stats: false,
        hints: Vec::new(),
        render: Box::new(|report| report.message.clone()),
        signals: false,
        leave: None,
    };
    let status = session.run(unit, Vec::new(), config, Output::new(Box::new(Nowhere)));
    assert_eq!(status.expect("there are threads").code, 0, "the script fails");
}

/// Runs a function of the script's, `times(n)`, which does the thing n times.
fn measure(bencher: Bencher<'_, '_>, n: u64, text: &str) {
    let text = format!("{text}\ntimes({n})\n");
    bencher.counter(ItemsCount::new(n)).with_inputs(|| load(&text)).bench_values(run);
}

/// A function that does the thing in a loop.
fn looped(before: &str, thing: &str) -> String {
    format!(
        "{before}\nfn times(n) {{\n  var i = 0\n  while i < n {{\n    {thing}\n    i += 1\n  }}\n}}"
    )
}

#[divan::bench]
fn start_and_end(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(|| load("nil")).bench_values(run);
}

#[divan::bench]
fn dispatch(bencher: Bencher<'_, '_>) {
    measure(bencher, 1_000_000, &looped("", ""));
}

#[divan::bench]
fn call(bencher: Bencher<'_, '_>) {
    measure(bencher, 1_000_000, &looped("fn same(x) { x }", "same(i)"));
}

#[divan::bench]
fn field_update(bencher: Bencher<'_, '_>) {
    measure(
        bencher,
        1_000_000,
        &looped("struct Box { value = 0 }\nlet one = Box()", "one.value += 1"),
    );
}

#[divan::bench]
fn list_item(bencher: Bencher<'_, '_>) {
    measure(bencher, 1_000_000, &looped("let xs = [1, 2, 3, 4]", "xs[i & 3]"));
}

#[divan::bench]
fn map_entry(bencher: Bencher<'_, '_>) {
    measure(bencher, 1_000_000, &looped("let m = {a: 1, b: 2}", "m[\"b\"]"));
}

#[divan::bench]
fn string_made(bencher: Bencher<'_, '_>) {
    measure(bencher, 100_000, &looped("", "\"item {i}\""));
}

/// A variable that another thread can see.
const SHARED: &str = "var shared = 1\njoin (spawn { shared += 1 })";

#[divan::bench]
fn shared_cell_read(bencher: Bencher<'_, '_>) {
    measure(bencher, 1_000_000, &looped(SHARED, "let _ = shared"));
}

#[divan::bench]
fn shared_cell_write(bencher: Bencher<'_, '_>) {
    measure(bencher, 1_000_000, &looped(SHARED, "shared = i"));
}

#[divan::bench]
fn lock_and_release(bencher: Bencher<'_, '_>) {
    measure(bencher, 1_000_000, &looped("let guard = Lock()", "lock guard { }"));
}

#[divan::bench]
fn semaphore_taken_and_released(bencher: Bencher<'_, '_>) {
    measure(bencher, 1_000_000, &looped("let permits = Semaphore(2)", "lock permits { }"));
}

#[divan::bench]
fn atomic_add(bencher: Bencher<'_, '_>) {
    measure(bencher, 1_000_000, &looped("let count = Atomic(0)", "count.add(1)"));
}

#[divan::bench]
fn spawn_and_join(bencher: Bencher<'_, '_>) {
    measure(bencher, 1000, &looped("", "join (spawn { nil })"));
}

#[divan::bench]
fn queue_send_and_recv(bencher: Bencher<'_, '_>) {
    measure(bencher, 100_000, &looped("let items = Queue()", "send items, i; recv items"));
}

#[divan::bench]
fn timer_started_and_cancelled(bencher: Bencher<'_, '_>) {
    let thing = "let t = timer 1h nothing()\n    t.cancel()";
    measure(bencher, 10_000, &looped("fn nothing() { nil }", thing));
}

const LINES: u64 = 10_000;

#[divan::bench]
fn parse_10_000_lines(bencher: Bencher<'_, '_>) {
    let text = script::lines(LINES);
    let source = Source::new("benchmark", &text);
    let read = || {
        let script = parse(&source).expect("the script is right");
        black_box(script.body.statements.len())
    };
    bencher.counter(ItemsCount::new(LINES)).bench(|| {
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            let thread = thread.spawn_scoped(scope, read).expect("there are threads");
            thread.join().expect("it does not panic")
        })
    });
}

#[divan::bench]
fn load_10_000_lines(bencher: Bencher<'_, '_>) {
    let text = script::lines(LINES);
    bencher.counter(ItemsCount::new(LINES)).bench(|| load(black_box(&text)));
}
