//! Whatever a program does, the machine does not panic, and the program comes to its end: on real threads, and by
//! schedules made by chance.

use crate::chance::tried;
use crate::making::program;
use crate::running::{TIMED_OUT, panics, run};
use conc::explore::{Options, Which};
use conc::runtime::controlled::{Config, Time};
use conc::session::{Given, Session};
use std::time::Duration;

#[test]
fn programs_come_to_their_end() {
    tried(60, |random| {
        let script = program(random, 30);
        let before = panics();
        let ran = run(&script, Some(Duration::from_secs(60)));
        let ran = ran.unwrap_or_else(|reports| panic!("{:?}\n{script}", reports[0]));
        assert!(matches!(ran.code, 0 | 1 | 3), "status {}\n{}\n{script}", ran.code, ran.err);
        assert_ne!(ran.code, TIMED_OUT, "{script}");
        assert!(ran.code == 0 || !ran.err.is_empty(), "status {}\n{script}", ran.code);
        assert_eq!(panics(), before, "{script}");
    });
}

#[test]
fn programs_are_explored() {
    tried(40, |random| {
        let script = program(random, 20);
        let mut session = Session::default();
        let given = Given::text("script.conc", &script);
        let unit =
            session.load(&given).unwrap_or_else(|reports| panic!("{:?}\n{script}", reports[0]));
        let mut config = Config {
            max_threads: 100,
            time: if random.bool() { Time::Strict } else { Time::Free },
            prints: random.bool(),
            ..Config::default()
        };
        let which = [Which::Random, Which::Pos, Which::Pct, Which::Dpor, Which::All];
        let options = Options {
            which: which[random.usize(..which.len())],
            budget: Duration::from_secs(10),
            most_runs: Some(10),
            most_steps: 1_000,
            outcomes: true,
            ..Options::default()
        };
        let explored = session.explore(unit, &config, &options);
        assert!(explored.runs + explored.redundant > 0, "{script}");
        config.discovered = explored.discovered;
        for outcome in &explored.outcomes {
            let again = session.replay(unit, &config, &outcome.schedule);
            let again = again.unwrap_or_else(|step| panic!("step {step}\n{script}"));
            assert_eq!(again.output, outcome.output, "{script}");
        }
    });
}
