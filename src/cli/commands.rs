//! What the commands do.

use super::arguments::{Dump, Run};
use super::show::Show;
use crate::diagnostics::{Code, Report, nearest};
use crate::runtime::threads::{Config, Output, Standard, plain};
use crate::session::{Given, Session, tree};
use crate::vm::Limits;
use std::io::{Read, Write};

/// The script cannot be read or compiled, or the command line is wrong.
const REFUSED: i32 = 2;

fn given(file: &str) -> Result<Given, Report> {
    if file != "-" {
        return Given::file(file);
    }
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Given::bytes("<stdin>", bytes),
        Err(error) => {
            let message = format!("cannot read standard input: {}", plain(&error));
            Err(Report::error(Code::Unreadable, message))
        }
    }
}

/// `conc run`
pub fn run(run: Run, show: Show) -> i32 {
    let mut words = run.words;
    let given = match run.eval {
        Some(code) => Ok(Given::text("<command line>", &code)),
        None => match words.first().cloned() {
            None => given("-"),
            Some(file)
                if file.starts_with('-')
                    && file != "-"
                    && !std::path::Path::new(&file).exists() =>
            {
                Err(unknown_option(&file))
            }
            Some(file) => {
                words.remove(0);
                given(&file)
            }
        },
    };
    let mut session = Session::default();
    let unit = match given.map_err(|report| vec![report]).and_then(|given| session.load(&given)) {
        Ok(unit) => unit,
        Err(reports) => return show.refuse(&reports),
    };
    let limits = Limits { depth: run.max_depth as usize, ..Limits::default() };
    let render = Box::new(move |report: &Report| show.text(report));
    let config = Config {
        limits,
        max_threads: run.max_threads,
        seed: run.seed,
        timeout: run.timeout,
        stats: run.stats,
        hints: session.hints(),
        render,
        signals: true,
    };
    match session.run(unit, words, config, Output::new(Box::new(Standard::default()))) {
        Ok(status) => {
            if let Some(stats) = &status.stats {
                eprint!("{}", show.stats(stats));
            }
            status.code
        }
        Err(error) => {
            eprintln!("error: the system gives no thread: {}", plain(&error));
            1
        }
    }
}

fn unknown_option(word: &str) -> Report {
    const OPTIONS: [&str; 11] = [
        "--eval",
        "--seed",
        "--max-threads",
        "--max-depth",
        "--timeout",
        "--stats",
        "--color",
        "--json",
        "--quiet",
        "--help",
        "--version",
    ];
    let report = Report::error(Code::Usage, format!("there is no option `{word}`"));
    match nearest(word, OPTIONS) {
        Some(near) => report.help(format!("did you mean `{near}`?")),
        None => report.help("`conc --help` tells the options"),
    }
}

/// `conc check`
pub fn check(files: &[String], show: &Show) -> i32 {
    let mut status = 0;
    for file in files {
        let mut session = Session::default();
        let checked =
            given(file).map_err(|report| vec![report]).and_then(|given| session.load(&given));
        match checked {
            Ok(_) => show.tell(session.suspicions()),
            Err(reports) => status = show.refuse(&reports),
        }
    }
    status
}

/// `conc dump`
pub fn dump(dump: &Dump, show: &Show) -> i32 {
    let text = given(&dump.file).map_err(|report| vec![report]).and_then(|given| {
        if dump.ast { tree(&given) } else { Session::default().bytecode(&given) }
    });
    match text {
        Ok(text) => {
            // Nobody need read it to the end.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            0
        }
        Err(reports) => show.refuse(&reports),
    }
}

impl Show {
    fn tell(&self, reports: &[Report]) {
        for report in reports {
            eprint!("{}", self.text(report));
        }
    }

    /// Tells why a command does nothing; the exit status.
    pub fn refuse(&self, reports: &[Report]) -> i32 {
        self.tell(reports);
        REFUSED
    }
}
