//! `conc replay`: a schedule that was saved, once more.

use super::arguments::Replay;
use super::commands::given;
use super::explore::config;
use super::show::Show;
use super::table::table;
use crate::diagnostics::{Code, Report};
use crate::explore::{Counterexample, Schedule, hash};
use crate::session::Session;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::io::{IsTerminal, Read};

/// `conc replay`
pub fn replay(replay: &Replay, show: &Show) -> i32 {
    let refuse = |why: String| {
        let message = format!("cannot replay `{}`: {why}", replay.file.display());
        show.refuse(&[Report::error(Code::Usage, message)])
    };
    let text = match std::fs::read_to_string(&replay.file) {
        Ok(text) => text,
        Err(error) => return refuse(crate::runtime::threads::plain(&error)),
    };
    let schedule = match Schedule::parse(&text) {
        Ok(schedule) => schedule,
        Err(refused) => return refuse(refused.0),
    };
    let mut session = Session::default();
    let loaded = given(&schedule.script)
        .map_err(|report| vec![report])
        .and_then(|given| Ok((session.load(&given)?, given)));
    let (unit, given) = match loaded {
        Ok(loaded) => loaded,
        Err(reports) => return show.refuse(&reports),
    };
    if hash(given.source.text()) != schedule.hash {
        return refuse(format!("{} has changed since the schedule was saved", schedule.script));
    }
    let config = config(schedule.args.clone(), schedule.time, schedule.seed);
    let replayed = match session.replay(unit, &config, &schedule.choices) {
        Ok(replayed) => replayed,
        Err(step) => {
            return refuse(format!("step {} is not possible: the script does otherwise", step + 1));
        }
    };
    if replay.step {
        walk(&replayed.table, show);
    } else {
        print!("{}", table(&replayed.table, show.style()));
    }
    if !replayed.output.is_empty() {
        println!("\nprinted:");
        replayed.output.lines().for_each(|line| println!("  {line}"));
    }
    for finding in &replayed.findings {
        println!();
        print!("{}", show.text(&finding.report));
    }
    i32::from(!replayed.findings.is_empty())
}

/// Shows the table row by row: a key goes on, `q` ends.
fn walk(whole: &Counterexample, show: &Show) {
    let keys = std::io::stdin().is_terminal();
    let before = tcgetattr(std::io::stdin()).ok();
    if let (true, Some(before)) = (keys, &before) {
        let mut raw = before.clone();
        raw.local_modes
            .remove(rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO);
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &raw);
    }
    let text = table(whole, show.style());
    let mut lines = text.lines().peekable();
    // The names of the threads, and the rule below.
    for line in lines.by_ref().take(2) {
        println!("{line}");
    }
    let is_note = |line: &str| line.contains('↳') || line.contains("> ");
    'rows: while let Some(line) = lines.next() {
        println!("{line}");
        while let Some(note) = lines.next_if(|line| is_note(line)) {
            println!("{note}");
        }
        if keys && lines.peek().is_some() {
            let mut key = [0];
            match std::io::stdin().read(&mut key) {
                Ok(1) if key[0] != b'q' && key[0] != 3 => {}
                _ => break 'rows,
            }
        }
    }
    if let (true, Some(before)) = (keys, &before) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
    }
}
