//! Leaving, and standard input that is no terminal.

use super::terminal::{CTRL_D, Home, Session};
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
