//! What the command line may say.

use super::doc::{Doc, Explain};
use super::generated::{Completions, Man};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// A small language for concurrency: scripts on real threads, every deadlock told, no error lost.
#[derive(Parser, PartialEq, Debug)]
#[command(
    name = "conc",
    version,
    about,
    subcommand_required = true,
    after_help = "`conc FILE [ARGS…]` is `conc run FILE [ARGS…]`; without anything, `conc repl` on a terminal, \
                  and else standard input is run.\n\n\
                  Exit status: 0; 1 an error that nobody caught; 2 the script cannot be read or compiled, or the \
                  command line is wrong; 3 a deadlock; 124 `--timeout` was up; 130 interrupted; or what the script gives to \
                  `exit`."
)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that all commands take.
#[derive(Args, PartialEq, Debug)]
pub struct Common {
    /// When to colour reports.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Reports as JSON, one object a line.
    #[arg(long, global = true)]
    pub json: bool,
    /// One line a report.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR or CLICOLOR say otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Subcommand, PartialEq, Debug)]
pub enum Command {
    /// Run a script
    Run(Run),
    /// Enter a program piece by piece, at a prompt
    Repl(Repl),
    /// Tell all that is wrong with scripts and can be found before they run
    Check(Check),
    /// Print what a script is compiled to
    Dump(Dump),
    /// Show the language reference
    Doc(Doc),
    /// Tell what the code of a report means
    Explain(Explain),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the manual page
    Man(Man),
    /// Run a script by every interleaving of its threads, and tell what can go wrong
    Explore(Explore),
    /// Run a schedule that `explore` saved once more, step by step the same
    Replay(Replay),
}

/// How many threads may be alive at once, and how many calls open in one, unless that is said.
const MOST_THREADS: usize = 10_000;
const MOST_CALLS: usize = 10_000;

/// What a program may use.
#[derive(Args, PartialEq, Debug)]
pub struct Limits {
    /// Where the random numbers begin, so that they are the same in each run
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How many threads may be alive at once
    #[arg(long, value_name = "N", default_value_t = MOST_THREADS, value_parser = at_least_one)]
    pub max_threads: usize,
    /// How many calls may be open at once in a thread
    #[arg(long, value_name = "N", default_value_t = MOST_CALLS, value_parser = depth)]
    pub max_depth: usize,
}

#[derive(Args, PartialEq, Debug)]
pub struct Repl {
    #[command(flatten)]
    pub limits: Limits,
    /// A script that is run first: what it declares stays
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<String>,
}

#[derive(Args, PartialEq, Debug)]
pub struct Run {
    /// Run this text instead of a file
    #[arg(short, long, value_name = "CODE", allow_hyphen_values = true)]
    pub eval: Option<String>,
    #[command(flatten)]
    pub limits: Limits,
    /// End the run after so long, with a word on what every thread was doing, and status 124
    #[arg(long, value_name = "D", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// At the end, tell on standard error what the run cost: threads, time, and where they were blocked
    #[arg(long)]
    pub stats: bool,
    /// The script, `-` for standard input, and its arguments
    #[arg(
        value_name = "FILE [ARGS]",
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_hint = ValueHint::FilePath
    )]
    pub words: Vec<String>,
}

#[derive(Args, PartialEq, Debug)]
pub struct Check {
    /// The scripts; `-` for standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<String>,
}

#[derive(Args, PartialEq, Debug)]
pub struct Dump {
    /// The script; `-` for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: String,
    /// The tree instead of the bytecode
    #[arg(long)]
    pub ast: bool,
}

#[derive(Args, PartialEq, Debug)]
pub struct Explore {
    /// How schedules are chosen
    #[arg(long, value_name = "NAME", default_value = "all")]
    pub strategy: Strategy,
    /// How long to look at most
    #[arg(long, value_name = "D", value_parser = duration)]
    pub budget: Option<Duration>,
    /// How many schedules to run at most
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = at_least_one)]
    pub max_schedules: Option<usize>,
    /// Where chance begins, of the strategies and of the script
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    pub seed: u64,
    /// Whether a sleep may take longer than work that takes no time, and a limit run out before it
    #[arg(long, value_name = "HOW", default_value = "free")]
    pub time: Time,
    /// Leave out schedules with more switches away from a thread that could have gone on
    #[arg(long, value_name = "K", allow_negative_numbers = true)]
    pub preemptions: Option<usize>,
    /// Tell every output that the script can have
    #[arg(long)]
    pub outcomes: bool,
    /// Save a schedule of each finding, and of each outcome, in this directory
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub save: Option<PathBuf>,
    /// The script
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: String,
    /// Its arguments; those that begin with `-` go after `--`
    #[arg(value_name = "ARGS", allow_negative_numbers = true)]
    pub args: Vec<String>,
}

/// How schedules are chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Strategy {
    /// Dpor, and samples beside it
    All,
    /// Every interleaving, but for those that differ in nothing that matters
    Dpor,
    /// Every interleaving
    Dfs,
    /// A sample by partial orders
    Pos,
    /// A sample by priorities
    Pct,
    /// A sample by chance alone
    Random,
}

/// How time passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Time {
    /// A sleeping thread may go on, and a limit run out, at any moment
    Free,
    /// Time moves on only when nothing else can run
    Strict,
}

#[derive(Args, PartialEq, Debug)]
pub struct Replay {
    /// Walk through it step by step: a key goes on, `q` ends
    #[arg(long)]
    pub step: bool,
    /// The schedule
    #[arg(value_name = "SCHEDULE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

fn duration(text: &str) -> Result<Duration, String> {
    let nanoseconds = crate::syntax::duration_of(text)?;
    Ok(Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0)))
}

/// A number that counts what there must be one of.
fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "it is a whole number, 1 or more".to_owned())
}

fn depth(text: &str) -> Result<usize, String> {
    let depth = text.parse().ok().filter(|n| (1..=10_000_000).contains(n));
    depth.ok_or_else(|| "it is a whole number from 1 to 10,000,000".to_owned())
}

impl Cli {
    /// What `conc FILE [ARGS…]` says, where nothing need be looked up: to describe all commands takes as long as to read
    /// a short script. No command has a dot or a slash in its name.
    pub fn of_script(words: &[OsString]) -> Option<Cli> {
        let words: Option<Vec<String>> =
            words.get(1..)?.iter().map(|word| word.to_str().map(str::to_owned)).collect();
        let words = words?;
        let file = words.first()?;
        if file.starts_with('-') || !file.contains(['.', '/']) {
            return None;
        }
        let common = Common { color: Color::Auto, json: false, quiet: false };
        let limits = Limits { seed: None, max_threads: MOST_THREADS, max_depth: MOST_CALLS };
        let run = Run { eval: None, limits, timeout: None, stats: false, words };
        Some(Cli { common, command: Command::Run(run) })
    }
}

/// The command line with the command that was meant, where none is said: `conc FILE` is `conc run FILE`.
pub fn with_command(mut words: Vec<OsString>) -> Vec<OsString> {
    const OTHERS: [&str; 5] = ["help", "-h", "--help", "-V", "--version"];
    let cli = Cli::command();
    let is_command = |word: &str| OTHERS.contains(&word) || cli.find_subcommand(word).is_some();
    let mut at = 1;
    loop {
        match words.get(at).and_then(|word| word.to_str()) {
            Some("--color") => at += 2,
            Some("--json" | "-q" | "--quiet") => at += 1,
            Some(word) if word.starts_with("--color=") => at += 1,
            Some(word) if is_command(word) => return words,
            _ => break,
        }
    }
    // Where an option lacks its value, `run` is not to become it.
    if at <= words.len() {
        words.insert(at, "run".into());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn completed(line: &str) -> String {
        let words = with_command(words(line));
        words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn run_is_meant_where_no_command_is_said() {
        assert_eq!(completed("conc a.conc x"), "conc run a.conc x");
        assert_eq!(completed("conc"), "conc run");
        assert_eq!(completed("conc -e 1"), "conc run -e 1");
        assert_eq!(
            completed("conc --color never -q a.conc check"),
            "conc --color never -q run a.conc check"
        );
        assert_eq!(completed("conc --json check a"), "conc --json check a");
        assert_eq!(completed("conc --version"), "conc --version");
        assert_eq!(completed("conc -q doc lock"), "conc -q doc lock");
    }

    #[test]
    fn a_script_and_its_arguments_are_told_without_the_definitions_as_with_them() {
        for line in ["conc a.conc", "conc ./a x -q --json -e -- 1 --help", "conc a.conc -- check"] {
            let quick = Cli::of_script(&words(line)).expect("it is a script");
            let slow = Cli::try_parse_from(with_command(words(line))).expect("it is right");
            assert_eq!(quick, slow, "{line}");
        }
        for line in ["conc", "conc check", "conc a", "conc -e 1.5", "conc --json a.conc"] {
            assert_eq!(Cli::of_script(&words(line)), None, "{line}");
        }
    }

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }
}
