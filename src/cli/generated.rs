//! What is made of the definitions of the command line: completions for shells, and manual pages.

use super::arguments::Cli;
use super::show::Show;
use super::streams::print;
use crate::diagnostics::{Code, Report, nearest};
use crate::reference;
use clap::builder::PossibleValue;
use clap::{Arg, Args, Command, CommandFactory, ValueHint};
use clap_complete::Shell;

#[derive(Args, PartialEq, Debug)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

#[derive(Args, PartialEq, Debug)]
pub struct Man {
    /// The command that the page is to be about; without it, conc as a whole
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// `conc completions`
pub fn completions(completions: &Completions, show: &Show) -> i32 {
    // Any word may be asked for; these are those that lead to something.
    let topics: Vec<&str> = reference::TOPICS.iter().map(|topic| topic.name).collect();
    let codes = Code::ALL.iter().map(|code| code.name().trim_start_matches("conc::"));
    let codes: Vec<&str> = codes.collect();
    let cli = Cli::command()
        .subcommand_required(false)
        .mut_subcommand("doc", |doc| doc.mut_arg("topic", |topic| topic.value_parser(topics)))
        .mut_subcommand("explain", |explain| {
            explain.mut_arg("code", |code| code.value_parser(codes))
        });
    print(generate(completions.shell, cli).as_bytes(), 0, show)
}

/// The completions of the commands; where a command may stand, a script may stand as well.
fn generate(shell: Shell, mut cli: Command) -> String {
    // zsh counts the words: a place for a script before that of the command would be the command's.
    if shell != Shell::Zsh {
        let script = Arg::new("FILE").help("The script to run").value_hint(ValueHint::FilePath);
        cli = cli.arg(script);
    }
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut cli, "conc", &mut out);
    let text = String::from_utf8_lossy(&out).into_owned();
    match shell {
        Shell::Zsh => text.replacen(
            "\":: :_conc_commands\"",
            "\":: :{_alternative 'commands:command:_conc_commands' 'files:script:_files'}\"",
            1,
        ),
        Shell::Fish => text + &words_in_fish(&cli),
        _ => text,
    }
}

/// For fish, the words that may stand behind a command, of which `clap_complete` does not tell it.
fn words_in_fish(cli: &Command) -> String {
    let mut out = String::new();
    for command in cli.get_subcommands() {
        for place in command.get_positionals() {
            let words = place.get_possible_values();
            let words: Vec<&str> = words.iter().map(PossibleValue::get_name).collect();
            if !words.is_empty() {
                let (name, words) = (command.get_name(), words.join(" "));
                out.push_str(&format!(
                    "complete -c conc -n \"__fish_conc_using_subcommand {name}\" -f -a \"{words}\"\n"
                ));
            }
        }
    }
    out
}

/// `conc man`
pub fn man(man: &Man, show: &Show) -> i32 {
    let mut cli = Cli::command().name("conc");
    cli.build();
    let page = match &man.command {
        None => cli,
        Some(name) => match cli.find_subcommand(name) {
            Some(command) => command.clone().version(env!("CARGO_PKG_VERSION")),
            None => return show.refuse(&[unknown_command(name, &cli)]),
        },
    };
    let mut out = Vec::new();
    match clap_mangen::Man::new(page).render(&mut out) {
        Ok(()) => print(&out, 0, show),
        Err(error) => {
            let message = format!("no page can be made: {error}");
            show.refuse(&[Report::error(Code::Output, message)])
        }
    }
}

fn unknown_command(name: &str, cli: &Command) -> Report {
    let report = Report::error(Code::Usage, format!("there is no command `{name}`"));
    match nearest(name, cli.get_subcommands().map(Command::get_name)) {
        Some(near) => report.help(format!("did you mean `{near}`?")),
        None => report.help("`conc --help` tells the commands"),
    }
}
