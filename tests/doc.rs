//! `conc doc`, `conc explain`, `conc completions` and `conc man` as people meet them.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

fn conc(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conc"));
    command.args(arguments).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PAGER", "LESS", "LC_ALL", "LANG"] {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> (String, String, i32) {
    let output = conc(arguments).output().expect("conc runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code().unwrap_or(-1))
}

#[test]
fn without_a_topic_all_are_listed() {
    let (out, err, status) = run(&["doc"]);
    assert_eq!((err.as_str(), status), ("", 0));
    for topic in ["start", "lock", "deadlock", "coming-from-python"] {
        assert!(out.contains(&format!("\n{topic}  ")), "{out}");
    }
    assert!(!out.contains('\u{1b}'), "a pipe has no colours");
}

#[test]
fn a_topic_is_shown_by_its_name_and_by_what_it_explains() {
    let (lock, _, status) = run(&["doc", "lock"]);
    assert!(status == 0 && lock.starts_with("Lock\n════\n"), "{lock}");
    assert_eq!(run(&["doc", "Lock"]).0, lock);
    assert_eq!(run(&["doc", "release"]).0, lock);
    assert_eq!(run(&["doc", "time", "limits"]).0, run(&["doc", "within"]).0);
    assert!(lock.contains("\n    let guard = Lock()\n"), "code is indented: {lock}");
    assert!(lock.lines().all(|line| line.chars().count() <= 100), "{lock}");
    let colored = run(&["--color", "always", "doc", "lock"]).0;
    assert!(colored.contains("\u{1b}[34mlock\u{1b}[0m"), "{colored}");
}

#[test]
fn a_word_is_looked_for() {
    let (out, err, status) = run(&["doc", "--search", "rendezvous"]);
    assert_eq!((err.as_str(), status), ("", 0));
    assert!(out.starts_with("queue\n  Queue: "), "{out}");
    let (out, err, status) = run(&["doc", "--search", "zyzzyva"]);
    assert_eq!((out.as_str(), status), ("", 2));
    assert_eq!(err, "error: the reference has no word `zyzzyva`\n");
    let out = run(&["doc", "--search", "first", "thread"]).0;
    assert!(out.contains("first thread"), "{out}");
    let err = run(&["doc", "--search", "queue", "zyzzyva"]).1;
    assert_eq!(err, "error: the reference has no line with `queue zyzzyva`\n");
}

#[test]
fn unknown_topics_and_codes_suggest_near_ones() {
    let (out, err, status) = run(&["doc", "semafore"]);
    assert_eq!((out.as_str(), status), ("", 2));
    assert_eq!(err, "error: there is no topic `semafore` (did you mean `semaphore`?)\n");
    let err = run(&["doc", "xyzzy"]).1;
    assert!(err.contains("--search xyzzy"), "{err}");
    let (out, err, status) = run(&["explain", "conc::deadlok"]);
    assert_eq!((out.as_str(), status), ("", 2));
    assert_eq!(err, "error: there is no code `conc::deadlok` (did you mean `deadlock`?)\n");
    assert!(run(&["explain", "BrokenBarrier"]).1.contains("`conc doc barrier`"));
}

#[test]
fn codes_are_explained() {
    let (out, err, status) = run(&["explain", "conc::deadlock"]);
    assert_eq!((err.as_str(), status), ("", 0));
    assert!(out.starts_with("conc::deadlock\n══════════════\n"), "{out}");
    assert!(out.contains("Two locks in two orders"), "{out}");
    assert_eq!(run(&["explain", "DEADLOCK"]).0, out);
    let (list, _, status) = run(&["explain"]);
    assert!(status == 0 && list.contains("conc::too_large  "), "{list}");
}

#[test]
fn completions_know_the_commands_and_options() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (out, err, status) = run(&["completions", shell]);
        assert_eq!((err.as_str(), status), ("", 0), "{shell}");
        for word in ["explain", "completions", "max-threads", "search"] {
            assert!(out.contains(word), "{shell} does not know {word}");
        }
    }
    let (_, err, status) = run(&["completions", "tcsh"]);
    assert!(status == 2 && err.contains("fish"), "{err}");
}

#[test]
fn in_zsh_a_command_or_a_script_is_the_first_word() {
    let out = run(&["completions", "zsh"]).0;
    assert!(out.contains("'commands:command:_conc_commands' 'files:script:_files'"), "{out}");
    // What follows is completed by what the first word is.
    assert!(out.contains("case $line[1] in\n            (run)"), "{out}");
}

#[test]
fn fish_knows_the_words_behind_a_command() {
    let out = run(&["completions", "fish"]).0;
    for (command, word) in [("doc", "semaphore"), ("explain", "deadlock"), ("completions", "zsh")] {
        let condition = format!("\"__fish_conc_using_subcommand {command}\" -f -a \"");
        let line = out.lines().find(|line| line.contains(&condition)).unwrap_or_default();
        assert!(line.split([' ', '"']).any(|known| known == word), "{word}: {out}");
    }
}

#[test]
fn bash_completes_what_it_is_given() {
    let script = run(&["completions", "bash"]).0;
    let asked = "COMP_WORDS=(conc exp); COMP_CWORD=1; _conc conc exp conc; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["-c", &format!("{script}\n{asked}")])
        .output()
        .expect("bash runs");
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.lines().any(|word| word == "explain"), "{out}");
    assert!(!out.lines().any(|word| word == "doc"), "{out}");
    for (line, expected) in [("doc sem", "semaphore"), ("explain dead", "deadlock")] {
        let [command, begun] = line.split(' ').collect::<Vec<_>>()[..] else { unreachable!() };
        let asked = format!(
            "COMP_WORDS=(conc {line}); COMP_CWORD=2; _conc conc {begun} {command}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash").args(["-c", &format!("{script}\n{asked}")]).output();
        let out = output.expect("bash runs").stdout;
        assert_eq!(String::from_utf8_lossy(&out).trim(), expected, "{line}");
    }
}

#[test]
fn the_manual_page_tells_of_all_commands() {
    let (out, err, status) = run(&["man"]);
    assert_eq!((err.as_str(), status), ("", 0));
    assert!(out.contains(".TH conc 1"), "{out}");
    for word in [".SH NAME", ".SH SYNOPSIS", ".SH SUBCOMMANDS", "conc\\-explain(1)", "Exit status"]
    {
        assert!(out.contains(word), "{word} is missing: {out}");
    }
    let (out, _, status) = run(&["man", "run"]);
    assert!(status == 0 && out.contains(".TH conc-run 1") && out.contains("max\\-depth"), "{out}");
    let (_, err, status) = run(&["man", "rum"]);
    assert_eq!(
        (err.as_str(), status),
        ("error: there is no command `rum` (did you mean `run`?)\n", 2)
    );
}

/// What a command writes on a terminal with so many rows.
fn on_terminal(mut command: Command, rows: u16) -> String {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&screen).expect("it is ours");
    unlockpt(&screen).expect("it can be used");
    let size = Winsize { ws_row: rows, ws_col: 72, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&screen, size).expect("it has a size");
    let name = ptsname(&screen, Vec::new()).expect("it has a name");
    let name = name.into_string().expect("its name is plain");
    let terminal = File::options().read(true).write(true).open(name).expect("it can be opened");
    command.env("TERM", "xterm").stdout(terminal);
    let mut child = command.spawn().expect("conc runs");
    // The command holds the terminal open as long as it lives.
    drop(command);
    let mut shown = Vec::new();
    let mut screen = File::from(screen);
    let mut some = [0; 4096];
    // A terminal that nobody has open any more reads as an error.
    while let Ok(read @ 1..) = screen.read(&mut some) {
        shown.extend_from_slice(&some[..read]);
    }
    assert!(child.wait().expect("it ends").success());
    String::from_utf8(shown).expect("it writes UTF-8").replace("\r\n", "\n")
}

#[test]
fn what_does_not_fit_on_the_screen_goes_through_the_pager() {
    let with_pager = |pager: &str, arguments: &[&str]| {
        let mut command = conc(arguments);
        command.env("PAGER", pager);
        command
    };
    let shown = on_terminal(with_pager("sed 's/^/paged: /'", &["doc", "lock"]), 24);
    assert!(shown.lines().all(|line| line.starts_with("paged: ")), "{shown}");
    assert!(shown.contains("\u{1b}[36macquire m\u{1b}[0m"), "colours go through: {shown}");
    let shown = on_terminal(with_pager("sed 's/^/paged: /'", &["doc", "lock"]), 500);
    assert!(shown.contains("Lock") && !shown.contains("paged: "), "{shown}");
    let shown = on_terminal(with_pager("no-such-pager 2> /dev/null", &["doc", "lock"]), 24);
    assert!(shown.contains("Several at once"), "{shown}");
    let shown = on_terminal(with_pager("true", &["doc", "lock"]), 24);
    assert_eq!(shown, "", "a pager may be left before the end");
    let shown = on_terminal(with_pager("cat", &["--color", "never", "doc", "lock"]), 24);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 72), "{shown}");
}
