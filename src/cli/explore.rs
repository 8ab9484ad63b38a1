//! `conc explore`: what the command line says, as an exploration.

use super::arguments::{Explore, Strategy, Time};
use super::commands::given;
use super::explored::told;
use super::json;
use super::save::{Saved, save};
use super::show::Show;
use super::streams::print;
use crate::explore::{Options, Schedule, Verdict, Which, hash};
use crate::runtime::controlled::{self, Choice, Config, Input};
use crate::session::Session;
use signal_hook::consts::SIGINT;
use signal_hook::flag::{register, register_conditional_shutdown};
use std::io::{BufRead, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Something goes wrong in some interleaving.
const FOUND: i32 = 1;
/// It was interrupted before it came to anything.
const INTERRUPTED: i32 = 130;

/// `conc explore`
pub fn explore(explore: &Explore, show: &Show) -> i32 {
    let file = &explore.file;
    let mut session = Session::default();
    let loaded = given(file)
        .map_err(|report| vec![report])
        .and_then(|given| Ok((session.load(&given)?, given)));
    let (unit, given) = match loaded {
        Ok(loaded) => loaded,
        Err(reports) => return show.refuse(&reports),
    };
    let mut config = config(explore.args.clone(), time(explore.time), explore.seed);
    config.prints = explore.outcomes;
    let interrupted = Arc::new(AtomicBool::new(false));
    // The first Ctrl-C has what was seen so far told, a second one ends the process. If no handler can be set, the first
    // does.
    let _ = register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(&interrupted));
    let _ = register(SIGINT, Arc::clone(&interrupted));
    let options = Options {
        interrupted: Arc::clone(&interrupted),
        which: which(explore.strategy),
        budget: explore.budget.unwrap_or(Duration::from_secs(30)),
        after_finding: explore.budget.unwrap_or(Duration::from_millis(500)),
        most_runs: explore.max_schedules.map(|n| n as u64),
        seed: explore.seed,
        preemptions: explore.preemptions,
        outcomes: explore.outcomes,
        ..Options::default()
    };
    let explored = session.explore(unit, &config, &options);
    let schedule = |choices: &[Choice]| Schedule {
        script: file.clone(),
        hash: hash(session.texts()),
        args: config.args.clone(),
        input: config.input.known(),
        time: config.time,
        seed: config.seed,
        prints: config.prints,
        known: explored.discovered,
        choices: choices.to_vec(),
    };
    let (saved, refused) = match save(explore.save.as_deref(), &explored, &schedule) {
        Ok(saved) => (saved, None),
        Err(report) => (Saved::default(), Some(report)),
    };
    let told = if show.is_json() {
        json::explored(&explored, &saved, given.source.name())
    } else {
        told(&explored, explore, &given, &saved, &show.on_stdout())
    };
    let status = match explored.verdict {
        Verdict::Found => FOUND,
        _ if interrupted.load(Ordering::Relaxed) => INTERRUPTED,
        _ => 0,
    };
    let status = print(told.as_bytes(), status, show);
    refused.map_or(status, |report| show.refuse(&[report]))
}

/// What runs of an exploration may use.
fn config(args: Vec<String>, time: controlled::Time, seed: u64) -> Config {
    Config { args, time, seed, input: Arc::new(Input::from_elsewhere(input)), ..Config::default() }
}

/// The next line, which each run reads. At a terminal nobody types any.
fn input() -> Option<String> {
    let stdin = std::io::stdin();
    let line = if stdin.is_terminal() { None } else { stdin.lock().lines().next() };
    line?.ok()
}

fn time(time: Time) -> controlled::Time {
    match time {
        Time::Free => controlled::Time::Free,
        Time::Strict => controlled::Time::Strict,
    }
}

fn which(strategy: Strategy) -> Which {
    match strategy {
        Strategy::All => Which::All,
        Strategy::Dpor => Which::Dpor,
        Strategy::Dfs => Which::Dfs,
        Strategy::Pos => Which::Pos,
        Strategy::Pct => Which::Pct,
        Strategy::Random => Which::Random,
    }
}
