//! What the commands do.

use super::arguments::{Cli, Dump, Limits, Repl, Run};
use super::pager::through_pager;
use super::show::Show;
use super::streams::{print, tell};
use crate::diagnostics::{Code, Report, nearest};
use crate::repl;
use crate::runtime::plain;
use crate::runtime::threads::{Config, Output, Standard, Status};
use crate::session::{Given, Session, script_bytes, tree};
use crate::vm;
use clap::{Command, CommandFactory};
use std::io::IsTerminal;

/// The script cannot be read or compiled, or the command line is wrong.
pub const REFUSED: i32 = 2;

/// A script, or standard input.
pub fn given(file: &str) -> Result<Given, Report> {
    if file != "-" {
        return Given::file(file).map_err(|report| match meant_instead_of(file) {
            Some(meant) => report.help(format!("did you mean `{meant}`?")),
            None => report,
        });
    }
    match script_bytes(std::io::stdin().lock()) {
        Ok(bytes) => Given::bytes("<stdin>", bytes),
        Err(error) => {
            let message = format!("cannot read standard input: {}", plain(&error));
            Err(Report::error(Code::Unreadable, message))
        }
    }
}

/// What was likely meant by the name of a file that is not there: one beside it, or a command.
fn meant_instead_of(file: &str) -> Option<String> {
    let path = std::path::Path::new(file);
    if path.exists() {
        return None;
    }
    let folder = &file[..file.rfind('/').map_or(0, |slash| slash + 1)];
    let entries = std::fs::read_dir(if folder.is_empty() { "." } else { folder });
    let names = entries.into_iter().flatten().flatten().map(|entry| entry.file_name());
    let scripts = names.filter_map(|name| name.into_string().ok());
    let scripts: Vec<String> = scripts.filter(|name| name.ends_with(".conc")).collect();
    let wanted = &file[folder.len()..];
    let longer = format!("{wanted}.conc");
    let near = match scripts.contains(&longer) {
        true => Some(longer.as_str()),
        false => nearest(wanted, scripts.iter().map(String::as_str)),
    };
    if let Some(near) = near {
        return Some(format!("{folder}{near}"));
    }
    let cli = Cli::command();
    nearest(file, cli.get_subcommands().map(Command::get_name)).map(|near| format!("conc {near}"))
}

/// `conc run`
pub fn run(run: Run, show: Show) -> i32 {
    if run.eval.is_none() && run.words.is_empty() && on_terminal() {
        return repl(Repl { limits: run.limits, file: None }, show);
    }
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
    let leave = move |status: &Status| {
        if let Some(stats) = &status.stats {
            tell(&show.stats(stats));
        }
        std::process::exit(status.code)
    };
    let config = Config {
        timeout: run.timeout,
        stats: run.stats,
        hints: session.hints(),
        leave: Some(Box::new(leave)),
        ..config(&run.limits, show)
    };
    match session.run(unit, words, config, Output::new(Box::new(Standard::default()))) {
        Ok(status) => status.code,
        Err(error) => {
            let message = format!("the system gives no thread: {}", plain(&error));
            tell(&show.text(&Report::error(Code::Unreadable, message)));
            1
        }
    }
}

fn config(limits: &Limits, show: Show) -> Config {
    Config {
        limits: vm::Limits { depth: limits.max_depth, ..vm::Limits::default() },
        max_threads: limits.max_threads,
        seed: limits.seed,
        timeout: None,
        stats: false,
        hints: Vec::new(),
        render: Box::new(move |report: &Report| show.text(report)),
        signals: true,
        leave: None,
    }
}

/// Whether there is somebody to talk to.
fn on_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// `conc repl`
pub fn repl(given: Repl, show: Show) -> i32 {
    if !on_terminal() {
        if given.file.is_some() {
            let report =
                Report::error(Code::Usage, "a file is entered at a prompt only on a terminal");
            return show.refuse(&[report.help("`conc FILE` runs it")]);
        }
        let words = vec!["-".to_owned()];
        let limits = given.limits;
        return run(Run { eval: None, limits, timeout: None, stats: false, words }, show);
    }
    repl::run(repl::Options {
        config: Box::new(move || config(&given.limits, show)),
        render: Box::new(move |report: &Report| show.text(report)),
        page: Box::new(move || show.page()),
        through_pager: Box::new(through_pager),
        color: show.colours(),
        file: given.file,
    })
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
        Ok(text) => print(text.as_bytes(), 0, show),
        Err(reports) => show.refuse(&reports),
    }
}

impl Show {
    fn tell(&self, reports: &[Report]) {
        for report in reports {
            tell(&self.text(report));
        }
    }

    /// Tells why a command does nothing; the exit status.
    pub fn refuse(&self, reports: &[Report]) -> i32 {
        self.tell(reports);
        REFUSED
    }
}
