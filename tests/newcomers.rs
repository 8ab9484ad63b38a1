//! What is told to somebody who writes conc as if it were another language: one report for each mistake, at its
//! place, with what to write instead.
//!
//! Each file of `tests/newcomers` holds scripts, parted by lines of `---`. The lines of a script that begin with `> `
//! are the reports that `conc check` makes of it, in order: `LINE:COLUMN`, and a part of the help, or of the message
//! where there is no help.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn mistakes_from_other_languages_are_told_with_what_to_write() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/newcomers");
    let mut wrong = Vec::new();
    let mut scripts = 0;
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let text = std::fs::read_to_string(&path).expect("it is text");
        for block in text.split("\n---\n") {
            let (expected, lines): (Vec<&str>, Vec<&str>) =
                block.lines().partition(|line| line.starts_with("> "));
            let script = lines.join("\n") + "\n";
            let expected: Vec<&str> = expected.iter().map(|line| &line[2..]).collect();
            let told = reports(&script);
            let as_expected = expected.len() == told.len()
                && expected.iter().zip(&told).all(|(expected, (place, text))| {
                    let (at, part) = expected.split_once(' ').unwrap_or((expected, ""));
                    at == place && text.contains(part)
                });
            if !as_expected {
                wrong.push(format!("{script}expected {expected:#?}\ntold {told:#?}"));
            }
            scripts += 1;
        }
    }
    assert!(scripts > 60, "some scripts are missing");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The place of each report that `conc check` makes, and its help, or else its message.
fn reports(script: &str) -> Vec<(String, String)> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_conc"))
        .args(["--json", "check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("conc runs");
    let mut input = child.stdin.take().expect("it reads");
    input.write_all(script.as_bytes()).expect("it reads all");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(2), "{script}");
    let lines = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let report = |line: &str| {
        let report: serde_json::Value = serde_json::from_str(line).expect("a report is JSON");
        let place = format!("{}:{}", report["line"], report["column"]);
        let help = report["help"][0].as_str().or(report["message"].as_str());
        (place, help.unwrap_or_default().to_owned())
    };
    lines.lines().map(report).collect()
}
