//! The states that a script's first thread can be in when a signal comes, and the script that brings it there.

/// What `main` does when the signal comes.
pub struct State {
    pub name: &'static str,
    /// What is made before; `keep` is waited for by the daemons that hold things.
    pub setup: &'static str,
    /// Where it is.
    pub at: &'static str,
    /// What holds after an interrupt.
    pub after: &'static str,
    /// What lets it go on.
    pub undo: &'static str,
}

const fn state(
    name: &'static str,
    setup: &'static str,
    at: &'static str,
    after: &'static str,
    undo: &'static str,
) -> State {
    State { name, setup, at, after, undo }
}

/// All that a thread can be blocked in, and some that it cannot.
pub const STATES: &[State] = &[
    state("computing", "var on = true", "print(\"ready\"); while on { }", "true", "on = false"),
    state(
        "in a callback",
        "var on = true",
        "[1].map(fn(x) { print(\"ready\"); while on { } })",
        "true",
        "on = false",
    ),
    state("sleep", "", "sleep 1h", "true", "print(\"end\"); exit(0)"),
    state("input", "", "input()", "true", ""),
    state(
        "lock",
        "let m = Lock(); hold(fn() { acquire m })",
        "lock m { nil }",
        "m.waiting() == 0 and m.owner() != main_thread()",
        "release m",
    ),
    state("acquire", "let m = Lock(); acquire m", "acquire m", "m.waiting() == 0", "release m"),
    state(
        "lock of several",
        "let [a, m] = [Lock(), Lock()]; hold(fn() { acquire m })",
        "lock a, m { nil }",
        "m.waiting() == 0 and not a.locked()",
        "release m",
    ),
    state(
        "rlock",
        "let r = RLock(); let go = Event(); hold(fn() { lock r { held.set(); wait go; nil } })",
        "lock r { nil }",
        "r.waiting() == 0 and r.owner() != main_thread()",
        "go.set()",
    ),
    state(
        "read side",
        "let rw = RwLock(); let go = Event(); hold(fn() { lock rw.write { held.set(); wait go } })",
        "lock rw.read { nil }",
        "rw.waiting() == 0",
        "go.set()",
    ),
    state(
        "write side",
        "let rw = RwLock(); let go = Event(); hold(fn() { lock rw.read { held.set(); wait go } })",
        "acquire rw.write; release rw.write",
        "rw.waiting() == 0",
        "go.set()",
    ),
    state(
        "semaphore",
        "let s = Semaphore(1)",
        "acquire s, 2",
        "s.waiting() == 0 and s.value() == 1",
        "release s",
    ),
    state(
        "bounded semaphore",
        "let s = BoundedSemaphore(1); acquire s",
        "lock s { nil }",
        "s.waiting() == 0 and s.value() == 0",
        "release s",
    ),
    state(
        "condition",
        "let c = Condition()",
        "lock c { try { wait c } finally { assert c.owner() == main_thread() } }",
        "c.waiting() == 0 and not c.locked()",
        "lock c { notify c }",
    ),
    state(
        "condition until",
        "let c = Condition(Lock()); var met = false",
        "lock c { try { wait c until met } finally { assert c.owner() == main_thread() } }",
        "c.waiting() == 0 and not c.locked()",
        "lock c { met = true; notify c }",
    ),
    state(
        "condition, deep",
        "let r = RLock(); let c = Condition(r)",
        "lock c { lock c { try { wait c } finally { assert r.depth() == 2 } } }",
        "r.depth() == 0",
        "lock c { notify c }",
    ),
    state("event", "let e = Event()", "wait e", "e.waiting() == 0", "e.set()"),
    state(
        "latch",
        "let l = Latch(1)",
        "wait l",
        "l.waiting() == 0 and l.count() == 1",
        "l.count_down()",
    ),
    state(
        "barrier",
        "let b = Barrier(2)",
        "barrier b",
        "b.waiting() == 0 and b.broken()",
        "if not b.broken() { barrier b }",
    ),
    state("recv", "let q = Queue()", "recv q", "q.waiting() == 0", "send q, 1"),
    state(
        "send",
        "let q = Queue(1); send q, 1",
        "send q, 2",
        "q.waiting() == 0 and q.len() == 1",
        "recv q",
    ),
    state(
        "recv at a meeting",
        "let q = Queue(0)",
        "recv q",
        "q.waiting() == 0 and (send q, 1 within 0s else { false }) == false",
        "send q, 1",
    ),
    state(
        "send at a meeting",
        "let q = Queue(0)",
        "send q, 1",
        "q.waiting() == 0 and (recv q within 0s else { nil }) == nil",
        "recv q",
    ),
    state("for over a queue", "let q = Queue()", "for x in q { }", "q.waiting() == 0", "q.close()"),
    state(
        "join of a queue",
        "let q = Queue(); send q, 1",
        "join q",
        "q.waiting() == 0",
        "q.task_done()",
    ),
    state(
        "join",
        "let e = Event(); let t = spawn daemon { wait e }",
        "join t",
        "t.is_alive()",
        "e.set()",
    ),
    state(
        "join of a list",
        "let e = Event(); let ts = [spawn daemon { 1 }, spawn daemon { wait e }]",
        "join ts",
        "ts[1].is_alive()",
        "e.set()",
    ),
    state(
        "join any",
        "let e = Event(); let ts = [spawn daemon { wait e }, spawn daemon { wait e }]",
        "join any ts",
        "ts[1].is_alive()",
        "e.set()",
    ),
    state(
        "join of a task",
        "let e = Event(); let pool = Pool(1); let t = spawn on pool { wait e }",
        "join t",
        "t.is_alive()",
        "e.set()",
    ),
    state(
        "join of a queued task",
        "let e = Event(); let pool = Pool(1); spawn on pool { wait e }; let t = spawn on pool { 1 }",
        "join t",
        "t.state() == \"queued\"",
        "e.set()",
    ),
    state(
        "join of a pool",
        "let e = Event(); let pool = Pool(1); spawn on pool { wait e }",
        "join pool",
        "pool.waiting() == 0",
        "e.set()",
    ),
    state(
        "join of a timer",
        "let t = timer every 1h { 1 }",
        "join t",
        "t.state() == \"pending\"",
        "t.cancel()",
    ),
    state(
        "end of a scope",
        "let e = Event()",
        "scope { spawn { wait e } }",
        "e.waiting() == 0",
        "e.set()",
    ),
    state(
        "end of nested scopes",
        "let e = Event()",
        "scope { spawn { wait e }; scope { spawn daemon { wait e } } }",
        "e.waiting() == 0",
        "e.set()",
    ),
    state(
        "end of a scope with a limit",
        "let e = Event()",
        "scope within 1h { spawn { wait e } }",
        "e.waiting() == 0",
        "e.set()",
    ),
    state(
        "select",
        "let [q, m, e] = [Queue(), Queue(0), Event()]",
        "select { recv q { nil }; send m, 1 { nil }; wait e { nil }; join current { nil } }",
        "q.waiting() + m.waiting() + e.waiting() == 0",
        "e.set()",
    ),
    state(
        "select with after",
        "let e = Event()",
        "select { wait e { nil }; after 1h { nil } }",
        "e.waiting() == 0",
        "e.set()",
    ),
    state(
        "a wait with a limit",
        "let e = Event()",
        "wait e within 1h",
        "e.waiting() == 0",
        "e.set()",
    ),
    state(
        "finally",
        "let e = Event()",
        "try { 1 } finally { wait e }",
        "e.waiting() == 0",
        "e.set()",
    ),
    state(
        "finally after an error",
        "let e = Event()",
        "try { try { raise \"first\" } finally { wait e } } catch e: Error { }",
        "e.waiting() == 0",
        "e.set()",
    ),
];

/// The script: it prints `ready` when `main` is where it must be.
pub fn script(state: &State, body: &str) -> String {
    let State { setup, undo, .. } = state;
    // Who computes says itself that it is there.
    let ready = if state.at.contains("ready") {
        ""
    } else {
        "while main_thread().waiting_for() == nil { sleep 0s }; print(\"ready\")"
    };
    let reader = if undo.is_empty() { String::new() } else { format!("input(); {undo}") };
    format!(
        "let held = Event()
let current = spawn daemon {{ sleep 1h }}
fn hold(take) {{ spawn daemon {{ take(); held.set(); sleep 1h }}; wait held }}
{setup}
spawn daemon {{ {ready}; {reader}; loop {{ sleep 1s }} }}
{body}
"
    )
}
