//! Much of everything, again and again in one process: at the end there is no more memory and there are no more threads
//! than near the beginning. `SOAK=SECONDS` goes on for longer.
#![cfg(target_os = "linux")]

#[path = "running/mod.rs"]
mod running;

use running::{panics, run};
use std::fs::read_to_string;
use std::time::{Duration, Instant};

/// How long it takes, if nothing else is said.
const SHORT: Duration = Duration::from_secs(4);
/// What may be more at the end, in KiB: what lies between pieces of memory that are in use.
const SLACK: usize = 4 << 10;
/// Threads without work are kept for so long, and a little more on a busy machine.
const THREADS_LEAVE: Duration = Duration::from_secs(30);

/// A program that uses what there is, some thousands of times a round.
const SCRIPT: &str = r#"
var m = Lock()
var q = Queue(4)
let r = RLock()
let rw = RwLock()
let z = Queue(0)
let pq = PriorityQueue()
let s = Semaphore(2)
let c = Condition()
let at = Atomic(0)
var shared = 0
var deep = 0
var seen = {}

fn locks(n) {
  for i in 0..n {
    lock m { shared += 1 }
    lock r { lock r { deep += 1 } }
    lock rw.write { seen["k{i % 50}"] = [i, "{i}"] }
    lock rw.read { len(seen) }
    acquire s
    release s
    at.add(1)
  }
}

fn spawns(n) {
  for i in 0..n {
    let t = spawn "t{i}" { [i, "{i}" * 100] }
    assert (join t)[0] == i
    let bad = spawn { raise "no" }
    try { join bad } catch e { assert e.message == "no" }
    let idle = spawn daemon { wait Event() }
    idle.cancel()
  }
}

fn queues(n) {
  let takes = spawn { var sum = 0; for x in q { sum += x[0] }; sum }
  let met = spawn { var got = 0; for i in 0..n { got += recv z }; got }
  for i in 0..n {
    send q, [i, "x" * 100]
    send z, i
    send pq, -i
  }
  q.close()
  for i in 0..n { recv pq }
  [join takes, join met]
}

fn limits(n) {
  let never = Event()
  let none = Queue()
  for i in 0..n {
    let late = wait never within 10us else { "late" }
    assert late == "late"
    let t = timer 10us { i }
    join t
    let off = timer 10s { i }
    assert off.cancel()
    let got = select { wait never { 1 }; recv none as x { x }; after 10us { 2 } }
    assert got == 2
  }
  let beats = Atomic(0)
  let beat = timer every 100us { beats.add(1) }
  while beats.get() < 20 { sleep 100us }
  beat.cancel()
}

fn cancels(n) {
  for i in 0..n {
    let held = Lock()
    let t = spawn { lock held { try { wait Event() } finally { i } } }
    t.cancel()
    try { join t } catch e: Cancelled { e.kind }
    lock held { i }
    try {
      scope {
        spawn { wait Event() }
        raise "over"
      }
    } catch e { assert e.message == "over" }
  }
}

fn pools(n) {
  let p = Pool(3)
  let tasks = []
  for i in 0..n { tasks.push(spawn on p { i * i }) }
  let sum = sum(join tasks)
  join p
  sum
}

fn waits(n) {
  var turn = 0
  let other = spawn { for i in 0..n { lock c { wait c until turn == 1; turn = 0; notify all c } } }
  for i in 0..n { lock c { wait c until turn == 0; turn = 1; notify all c } }
  join other
}

fn round() {
  let me = Lock()
  try { lock me { lock me { } } } catch e { assert e.kind == "Deadlock" }
  m = Lock()
  q = Queue(4)
  shared = 0
  deep = 0
  seen = {}
  let all = [
    spawn locks(600), spawn locks(600), spawn spawns(60), spawn queues(200), spawn limits(40), spawn cancels(40),
    spawn pools(200), spawn waits(100),
  ]
  let results = join all
  assert len(results) == 8 and shared == 1200 and deep == 1200
  assert results[3] == [19900, 19900] and results[6] == 2646700
}

var rounds = 0
while clock() < SECONDS {
  round()
  rounds += 1
}
print(rounds)
"#;

/// What `/proc/self/status` has of the process: a number.
fn status(name: &str) -> usize {
    let status = read_to_string("/proc/self/status").expect("it can be read");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("it is there");
    line.trim_end_matches("kB").trim().parse().expect("a number")
}

/// The threads of the process, once those without work have left.
fn threads_left(most: usize) -> usize {
    let begun = Instant::now();
    while status("Threads:") > most && begun.elapsed() < THREADS_LEAVE {
        std::thread::sleep(Duration::from_millis(100));
    }
    status("Threads:")
}

/// The least memory that the process has during a while, in KiB.
fn least(during: Duration) -> usize {
    let begun = Instant::now();
    let mut least = usize::MAX;
    while begun.elapsed() < during {
        least = least.min(status("VmRSS:"));
        std::thread::sleep(Duration::from_millis(20));
    }
    least
}

#[test]
fn memory_and_threads_stay_the_same() {
    let wanted = std::env::var("SOAK").ok().and_then(|text| text.parse().ok());
    let longest = wanted.map_or(SHORT, Duration::from_secs);
    assert_eq!(panics(), 0);
    let threads = status("Threads:");
    let script = SCRIPT.replace("SECONDS", &format!("{}ms", longest.as_millis()));
    // Two sessions at once, which do not meet.
    let sessions: Vec<_> = (0..2)
        .map(|_| {
            let script = script.clone();
            std::thread::spawn(move || run(&script, Some(Duration::from_secs(24 * 3600))))
        })
        .collect();
    // After a quarter of the time it has all that it keeps for later.
    std::thread::sleep(longest / 4);
    let part = longest / 8;
    let before = least(part);
    let mut between = Vec::new();
    for _ in 0..4 {
        between.push(least(part));
    }
    let after = least(part);
    let mut rounds = 0;
    for session in sessions {
        let ran = session.join().expect("it does not panic").expect("the script is right");
        assert_eq!((ran.code, &*ran.err), (0, ""), "{}", ran.out);
        rounds += ran.out.trim().parse::<usize>().expect("a number");
    }
    let left = threads_left(threads);
    println!(
        "{rounds} rounds: {before} KiB, {between:?}, {after} KiB; {left} threads are left of {threads}"
    );
    assert!(rounds >= 2);
    assert_eq!(left, threads, "threads are left");
    assert!(after <= before + SLACK, "memory grows: from {before} to {after} KiB");
    assert_eq!(panics(), 0);
}
