//! Signals sent to a real process in every state that its first thread can be in: what is raised, what is told, how
//! it ends. That a state is there is known by what the process prints, never by time.

#![cfg(unix)]

mod process;
mod states;

use process::Process;
use rustix::process::Signal;
use states::{STATES, State, script};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does the same for every state, some at once.
fn in_every_state(check: impl Fn(&State) -> Result<(), String> + Sync) {
    let next = AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(state) = STATES.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Err(what) = check(state) {
                        let what = format!("{}: {what}", state.name);
                        wrong.lock().expect("nobody panics").push(what);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody panics");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A process with this body, where it must be.
fn ready(state: &State, body: &str) -> Result<Process, String> {
    let mut process = Process::start(&script(state, body));
    if process.line() == "ready" {
        return Ok(process);
    }
    let ended = process.end()?;
    Err(format!("never ready: {ended:?}"))
}

#[test]
fn an_interrupt_is_raised_in_main_and_ends_the_program() {
    in_every_state(|state| {
        let body =
            format!("try {{ {} }} finally {{ print(\"after:\", {}) }}", state.at, state.after);
        let mut process = ready(state, &body)?;
        process.send(Signal::INT);
        if process.line() != "after: true" {
            return Err(format!("not raised: {:?}", process.end()?));
        }
        // One that ends the program could come before `main` does.
        if !state.undo.contains("exit") {
            process.line_of_input();
        }
        let (out, err, status) = process.end()?;
        let fits =
            matches!(out.as_str(), "" | "end\n") && status == 130 && err.contains("Interrupted");
        if fits { Ok(()) } else { Err(format!("{out:?} {err:?} {status}")) }
    });
}

#[test]
fn an_interrupt_can_be_caught() {
    in_every_state(|state| {
        let body = format!(
            "try {{ {} }} catch raised: Interrupted {{ print(\"caught\", {}) }}",
            state.at, state.after
        );
        let mut process = ready(state, &body)?;
        process.send(Signal::INT);
        if process.line() != "caught true" {
            return Err(format!("not caught: {:?}", process.end()?));
        }
        process.line_of_input();
        let (out, err, status) = process.end()?;
        let fits = matches!(out.as_str(), "" | "end\n") && err.is_empty() && status == 0;
        if fits { Ok(()) } else { Err(format!("{out:?} {err:?} {status}")) }
    });
}

/// Loops whose first instruction is also the first of what is protected.
const LOOPS: [&str; 6] = [
    "try { loop { rounds += 1 } } finally { print(\"after\") }",
    "try { while rounds >= 0 { rounds += 1 } } catch e: Interrupted { print(\"after\") }",
    "try { for i in 0..10**18 { rounds += i } } catch e: Interrupted { print(\"after\") }",
    "try { lock m { loop { rounds += 1 } } } catch e: Interrupted { if not m.locked() { print(\"after\") } }",
    "fn on() { loop { rounds += 1 } }; try { on() } finally { print(\"after\") }",
    "fn on(n) { rounds += n; on2(n) }; fn on2(n) { return n }; try { loop { on(1) } } finally { print(\"after\") }",
];

#[test]
fn an_interrupt_is_raised_within_the_loop_that_computes() {
    for script in LOOPS {
        let script = format!(
            "let m = Lock()\nvar rounds = 0\nspawn daemon {{ while rounds < 1000 {{ sleep 1ms }}; print(\"ready\") }}\n{script}"
        );
        let mut process = Process::start(&script);
        assert_eq!(process.line(), "ready", "{script}");
        process.send(Signal::INT);
        let (out, _, _) = process.end().expect("it ends");
        assert_eq!(out, "after\n", "{script}");
    }
}

#[test]
fn a_second_interrupt_ends_the_program_at_once() {
    in_every_state(|state| {
        let at = state.at;
        let body = format!(
            "try {{ try {{ {at} }} catch e: Interrupted {{ print(\"first\"); sleep 1h }} }} finally {{ print(\"no\") }}"
        );
        let mut process = ready(state, &body)?;
        process.send(Signal::INT);
        if process.line() != "first" {
            return Err("the first is not caught".to_owned());
        }
        process.send(Signal::INT);
        let (out, _, status) = process.end()?;
        if out.is_empty() && status == 130 { Ok(()) } else { Err(format!("{out:?} {status}")) }
    });
}

#[test]
fn a_termination_runs_nothing_more() {
    in_every_state(|state| {
        let body = format!("try {{ {} }} finally {{ print(\"no\") }}", state.at);
        let process = ready(state, &body)?;
        process.send(Signal::TERM);
        let (out, _, status) = process.end()?;
        if out.is_empty() && status == 143 { Ok(()) } else { Err(format!("{out:?} {status}")) }
    });
}

fn a_dump_and_on(signal: Signal) {
    in_every_state(|state| {
        let body = format!("{}\nprint(\"end\")", state.at);
        let mut process = ready(state, &body)?;
        for _ in 0..2 {
            process.send(signal);
            process.told("main")?;
        }
        process.line_of_input();
        let (out, _, status) = process.end()?;
        if out == "end\n" && status == 0 { Ok(()) } else { Err(format!("{out:?} {status}")) }
    });
}

#[test]
fn a_quit_tells_what_all_do_and_they_go_on() {
    a_dump_and_on(Signal::QUIT);
}

#[test]
fn the_first_signal_of_the_user_does_the_same() {
    a_dump_and_on(Signal::USR1);
}

/// Many threads, all blocked: each ends with a report of its own.
const MANY_REPORTS: &str = "
let e = Event()
for i in 0..60 { spawn { wait e } }
print(\"ready\")
wait e
";

#[test]
fn reports_of_deadlocks_are_told_whatever_signal_comes_meanwhile() {
    for (signal, statuses) in [
        (Signal::QUIT, &[3][..]),
        (Signal::USR1, &[3]),
        (Signal::INT, &[3, 130]),
        (Signal::TERM, &[3, 143]),
    ] {
        for round in 0..6 {
            let mut process = Process::start(MANY_REPORTS);
            assert_eq!(process.line(), "ready");
            let again = if signal == Signal::INT { 1 } else { 1 + round % 3 };
            if round % 2 == 0 {
                process.told("Deadlock").expect("it is told");
            }
            for _ in 0..again {
                // It may have ended meanwhile, but is there as long as nobody waited for it.
                process.send(signal);
            }
            let (out, err, status) = process.end().expect("it ends");
            assert!(statuses.contains(&status), "{signal:?}: status {status}, {out}{err}");
            assert!(!err.contains("panicked"), "{err}");
        }
    }
}
