//! What is to hold for any bytes that are given for a script: each target takes some, and panics if it does not.

use conc::diagnostics::{Report, Style, json_line, render};
use conc::explore::{Options, Which};
use conc::runtime::controlled::{Config, Time};
use conc::session::{Given, Session, wants_more};
use conc::source::Source;
use conc::syntax::{parse, print};
use conc::vm::Limits;
use std::time::Duration;

fn given(bytes: &[u8]) -> Option<Given> {
    match Given::bytes("fuzz.conc", bytes.to_vec()) {
        Ok(given) => Some(given),
        Err(report) => {
            shown(&report);
            None
        }
    }
}

/// A report can be shown in each way, and says something.
fn shown(report: &Report) {
    assert!(!report.message.is_empty());
    let narrow = Style { color: true, unicode: false, width: 20, widest: 20 };
    assert!(!render(report, Style::PLAIN).is_empty() && !render(report, narrow).is_empty());
    assert!(!json_line(report).is_empty());
}

/// It is read, or told what is wrong; what is read can be printed, and that is read as the same. To be called on a
/// stack of [`conc::syntax::STACK_BYTES`].
pub fn read(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match parse(&Source::new("fuzz.conc", text)) {
        Ok(script) => {
            let printed = print(&script);
            let again = parse(&Source::new("printed.conc", &*printed));
            let again = again.unwrap_or_else(|wrong| panic!("{}\n{printed}", wrong[0].message));
            assert_eq!(print(&again), printed);
        }
        Err(reports) => {
            assert!(!reports.is_empty());
            reports.iter().for_each(shown);
        }
    }
}

/// It is compiled, or told what is wrong.
pub fn check(bytes: &[u8]) {
    let Some(given) = given(bytes) else { return };
    let _ = wants_more(given.source.text());
    let mut session = Session::default();
    match session.bytecode(&given) {
        Ok(listing) => {
            assert!(!listing.is_empty());
            session.suspicions().iter().for_each(shown);
        }
        Err(reports) => {
            assert!(!reports.is_empty());
            reports.iter().for_each(shown);
        }
    }
}

/// It is run, with little fuel and few steps, by two schedules: nothing is left behind, as files are changed in memory
/// alone.
pub fn run(bytes: &[u8]) {
    let Some(given) = given(bytes) else { return };
    let mut session = Session::default();
    let Ok(unit) = session.load(&given) else { return };
    let config = Config {
        limits: Limits { depth: 200, fuel: 200 },
        max_threads: 50,
        time: Time::Strict,
        args: vec!["3".to_owned()],
        prints: true,
        ..Config::default()
    };
    let options = Options {
        which: Which::Random,
        budget: Duration::from_secs(5),
        most_runs: Some(2),
        most_steps: 400,
        outcomes: true,
        minimize: false,
        ..Options::default()
    };
    for finding in session.explore(unit, &config, &options).findings {
        shown(&finding.report);
    }
}
