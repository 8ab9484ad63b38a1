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
fn a_string_without_end_is_an_error() {
    for call in ["read_file(\"/dev/zero\")", "input()"] {
        let code = format!("try {{ {call} }} catch e {{ print(e) }}");
        let output = Command::new("sh")
            .args([
                "-c",
                "ulimit -v 1000000; exec \"$0\" -e \"$1\"",
                env!("CARGO_BIN_EXE_conc"),
                &code,
            ])
            .stdin(Stdio::from(File::open(ZEROS).expect("it is there")))
            .output();
        let (out, err, status) = told(output.expect("a shell runs"));
        assert_eq!(
            (out.as_str(), status),
            ("LimitError: there is no memory for this string\n", 0),
            "{call} {err}"
        );
    }
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
