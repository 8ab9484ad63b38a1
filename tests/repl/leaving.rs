//! Leaving, and standard input that is no terminal.

use super::terminal::{CTRL_D, Home, Session};
use rustix::process::Signal;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

#[test]
fn ctrl_d_leaves() {
    let mut session = Session::new();
    session.press(CTRL_D);
    assert_eq!(session.status(), 0);
    let mut session = Session::new();
    session.press(":quit\r");
    assert_eq!(session.status(), 0);
}

#[test]
fn with_threads_alive_it_asks_once() {
    let mut session = Session::new();
    session.enter(1, "let e = Event()");
    session.enter(2, "let ts = [spawn \"one\" { wait e }, spawn \"two\" { wait e }]");
    session.enter(3, "let d = spawn daemon \"three\" { wait e }");
    session.press(CTRL_D);
    session.wait_for("one, two are alive and would be stopped; once more leaves all the same");
    session.wait_for_prompt(4);
    // Something else in between, and it asks again.
    session.enter(4, "1");
    session.press(CTRL_D);
    session.wait_until("the second time", |screen| screen.matches("once more").count() == 2);
    session.wait_for_prompt(5);
    session.press(CTRL_D);
    assert_eq!(session.status(), 0);
}

#[test]
fn exit_ends_the_session_from_any_thread() {
    let mut session = Session::new();
    session.press("exit(7)\r");
    assert_eq!(session.status(), 7);
    let mut session = Session::new();
    session.enter(1, "let go = Event()");
    session.enter(2, "let t = spawn { wait go; exit(8) }");
    session.press("go.set()\r");
    assert_eq!(session.status(), 8);
}

#[test]
fn the_terminal_is_left_as_it_was_found() {
    let home = Arc::new(Home::new());
    let mut session = Session::start(&home, &[]);
    session.wait_for_prompt(1);
    assert!(!session.echoes());
    session.press("exit(0)\r");
    assert_eq!(session.status(), 0);
    assert!(session.echoes());
}

#[test]
fn signals_that_end_it_leave_the_terminal_as_it_was_found() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut session = Session::new();
        session.send(signal);
        assert_eq!(session.status(), status);
        assert!(session.echoes());
        let mut session = Session::new();
        session.press("print(\"asleep\"); sleep 1h\r");
        session.wait_for_line("asleep");
        session.send(signal);
        assert_eq!(session.status(), status);
        assert!(session.echoes());
    }
}

#[test]
fn signals_that_end_a_replay_leave_the_terminal_as_it_was_found() {
    let home = Arc::new(Home::new());
    home.file("waits.conc", "var x = 0\nspawn { x = 1 }\nspawn { x = 2 }\nwait Event()\n");
    let saved = Command::new(env!("CARGO_BIN_EXE_conc"))
        .args(["explore", "waits.conc", "--save", "saved"])
        .current_dir(home.path())
        .output()
        .expect("it runs");
    assert_eq!(saved.status.code(), Some(1));
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut session = Session::start(&home, &["replay", "--step", "saved/deadlock-1.schedule"]);
        session.wait_for("a key goes on");
        assert!(!session.echoes());
        session.send(signal);
        session.status();
        assert!(session.echoes(), "{signal:?}");
    }
}

#[test]
fn signals_that_end_it_end_the_pager() {
    let pager = "stty -echo < /dev/tty; trap 'stty echo < /dev/tty; exit' TERM HUP; echo paging; \
                 while true; do sleep 1 & wait; done";
    for signal in [Signal::TERM, Signal::HUP] {
        let mut session =
            Session::start_with_pager(&Arc::new(Home::new()), &["doc", "lock"], pager);
        session.wait_for("paging");
        session.send(Signal::QUIT);
        session.send(Signal::INT);
        assert!(!session.echoes());
        session.send(signal);
        session.status();
        assert!(session.echoes(), "{signal:?}");
    }
}

#[test]
fn piped_input_is_a_script() {
    for arguments in [&[][..], &["repl"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_conc"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("conc starts");
        child.stdin.take().expect("a pipe").write_all(b"1 + 1\nprint(\"a script\")\n").unwrap();
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "a script\n");
        assert!(output.status.success());
    }
}
