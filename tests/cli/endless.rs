//! What is read and has no end: it is refused before all memory is taken.

use super::{conc, file, told};
use std::fs::File;
use std::process::{Command, Stdio};

const ZEROS: &str = "/dev/zero";

#[test]
fn a_script_without_end_is_too_large() {
    let (_, err, status) = told(conc(&[ZEROS]).output().expect("conc runs"));
    assert_eq!((err.as_str(), status), ("error: `/dev/zero` is larger than 64 megabytes\n", 2));
    let zeros = File::open(ZEROS).expect("it is there");
    let (_, err, status) = told(conc(&["check", "-"]).stdin(zeros).output().expect("conc runs"));
    assert_eq!((err.as_str(), status), ("error: `<stdin>` is larger than 64 megabytes\n", 2));
}

#[test]
fn a_schedule_without_end_is_too_large() {
    let (_, err, status) = told(conc(&["replay", ZEROS]).output().expect("conc runs"));
    let expected = "error: cannot replay `/dev/zero`: it is larger than 64 megabytes\n";
    assert_eq!((err.as_str(), status), (expected, 2));
}

/// Runs `code` with little memory, and zeros without end for its input.
fn with_little_memory(code: &str) -> (String, String, i32) {
    let shell = "ulimit -v 1000000; exec \"$0\" -e \"$1\"";
    let output = Command::new("sh")
        .args(["-c", shell, env!("CARGO_BIN_EXE_conc"), code])
        .stdin(Stdio::from(File::open(ZEROS).expect("it is there")))
        .output();
    told(output.expect("a shell runs"))
}

#[test]
fn a_string_without_end_is_an_error() {
    for call in ["read_file(\"/dev/zero\")", "input()"] {
        let (out, err, status) =
            with_little_memory(&format!("try {{ {call} }} catch e {{ print(e) }}"));
        let expected = "LimitError: there is no memory for this string\n";
        assert_eq!((out.as_str(), status), (expected, 0), "{call} {err}");
    }
}

#[test]
fn threads_without_end_are_an_error() {
    let code =
        "let gate = Event(); try { loop { spawn daemon { wait gate } } } catch e { print(e) }";
    let (out, err, status) = with_little_memory(code);
    assert_eq!(out, "LimitError: the system gives no more threads: out of memory\n");
    // Some had been taken on before it was known that the system has no thread for them.
    assert!(status <= 1 && err.lines().all(|line| line.contains("LimitError")), "{status} {err}");
}

#[test]
fn explore_reads_no_more_lines_than_are_asked_for() {
    let path = file("one_line.conc", b"spawn { assert input() == \"y\" }\n");
    let output = Command::new("sh")
        .args(["-c", "yes | \"$0\" explore \"$1\"", env!("CARGO_BIN_EXE_conc")])
        .arg(path)
        .output();
    let (out, err, status) = told(output.expect("a shell runs"));
    assert!(status == 0 && out.starts_with("verified"), "{out}{err}");
}
