//! What is wrong with a command line, as a report: clap finds it, the words are conc's.

use super::arguments::{Cli, Color, Common};
use super::show::Show;
use super::streams::tell;
use crate::diagnostics::{Code, Report, nearest};
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Command, CommandFactory};
use std::error::Error as _;
use std::ffi::OsString;
use std::num::{IntErrorKind, ParseIntError};

/// Tells what clap has to say: help and the version, which were asked for, or what is wrong; the exit status.
pub fn refuse(error: &Error, words: &[OsString]) -> i32 {
    let show = Show::new(&wanted(words));
    if !error.use_stderr() {
        return match error.print() {
            Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => {
                tell(&show.text(&super::streams::failed(&why)));
                1
            }
            _ => 0,
        };
    }
    show.refuse(&[report(error, words)])
}

/// How reports are to look, as far as a command line tells that cannot be read as a whole.
fn wanted(words: &[OsString]) -> Common {
    let is_there =
        |name: &str| words.iter().take_while(|word| *word != "--").any(|word| word == name);
    Common {
        color: Color::Auto,
        json: is_there("--json"),
        quiet: is_there("-q") || is_there("--quiet"),
    }
}

fn report(error: &Error, words: &[OsString]) -> Report {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let argument = of(ContextKind::InvalidArg).unwrap_or_default();
    let (name, takes) = argument.split_once(' ').unwrap_or((&argument, "a value"));
    let (name, takes) = (name.trim_matches(['<', '>']), takes.trim_matches(['<', '>', '.']));
    let value = of(ContextKind::InvalidValue).unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            format!("there is no option `{argument}`")
        }
        ErrorKind::UnknownArgument => format!("`{argument}` is one word too many"),
        ErrorKind::InvalidSubcommand => {
            let command = of(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("there is no command `{command}`")
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("`{name}` wants {takes} after it"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("`{name}` cannot be `{value}`")
        }
        ErrorKind::MissingRequiredArgument => {
            format!("{} is missing", argument.replace(['<', '>'], "").replace("...", "…"))
        }
        ErrorKind::ArgumentConflict => {
            let other = of(ContextKind::PriorArg).unwrap_or_default();
            if other == argument {
                return Report::error(Code::Usage, format!("`{name}` is given twice"));
            }
            format!("{} and {} do not go together", quoted(&argument), quoted(&other))
        }
        ErrorKind::InvalidUtf8 => "the command line is not UTF-8 text".to_owned(),
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            line.trim_start_matches("error: ").to_owned()
        }
    };
    Report::error(Code::Usage, message).help(help(error, &of, words))
}

/// An option by its name, anything else by what it is called.
fn quoted(argument: &str) -> String {
    let name = argument.split(' ').next().unwrap_or_default();
    match name.strip_prefix('[') {
        Some(_) => name.trim_matches(['[', ']', '.']).to_owned(),
        None => format!("`{name}`"),
    }
}

/// What would be right.
fn help(error: &Error, of: &dyn Fn(ContextKind) -> Option<String>, words: &[OsString]) -> String {
    let suggested =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let values = of(ContextKind::ValidValue).filter(|values| !values.is_empty());
    match (suggested.into_iter().find_map(of), values) {
        (Some(meant), Some(values)) => {
            return format!("did you mean `{meant}`? it can be {values}");
        }
        (Some(meant), None) => return format!("did you mean `{meant}`?"),
        (None, Some(values)) => return format!("it can be {values}"),
        (None, None) => {}
    }
    if let Some(source) = error.source() {
        return match source.downcast_ref::<ParseIntError>().map(ParseIntError::kind) {
            Some(IntErrorKind::PosOverflow) => "that is too large".to_owned(),
            Some(_) => "it is a whole number, and not below 0".to_owned(),
            None => source.to_string(),
        };
    }
    let cli = Cli::command();
    if let Some(command) = of(ContextKind::InvalidSubcommand) {
        let known = cli.get_subcommands().map(Command::get_name);
        return match nearest(&command, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`conc --help` tells the commands".to_owned(),
        };
    }
    let mut words = words.iter().skip(1).filter_map(|word| word.to_str());
    match words.find(|word| cli.find_subcommand(word).is_some()) {
        Some(command) => format!("`conc {command} --help` tells how it is called"),
        None => "`conc --help` tells how it is called".to_owned(),
    }
}
