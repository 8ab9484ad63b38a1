//! The command line.

mod allocator;
mod arguments;
mod commands;
mod doc;
mod explore;
mod explored;
mod generated;
mod json;
mod mistakes;
mod pager;
mod replay;
mod save;
mod show;
mod streams;
mod table;

use arguments::{Cli, Command};
use clap::Parser;
use show::Show;

/// Does what the command line says; the exit status of the process.
#[must_use]
pub fn main() -> i32 {
    show::tell_of_bugs();
    allocator::grow_in_large_steps();
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::of_script(&words) {
        Some(cli) => cli,
        None => {
            let words = arguments::with_command(words);
            match Cli::try_parse_from(&words) {
                Ok(cli) => cli,
                Err(error) => return mistakes::refuse(&error, &words),
            }
        }
    };
    let show = Show::new(&cli.common);
    match cli.command {
        Command::Run(run) => commands::run(run, show),
        Command::Repl(repl) => commands::repl(repl, show),
        Command::Check(check) => commands::check(&check.files, &show),
        Command::Dump(dump) => commands::dump(&dump, &show),
        Command::Doc(doc) => doc::doc(&doc, &show),
        Command::Explain(explain) => doc::explain(&explain, &show),
        Command::Completions(completions) => generated::completions(&completions, &show),
        Command::Man(man) => generated::man(&man, &show),
        Command::Explore(explore) => explore::explore(&explore, &show),
        Command::Replay(replay) => replay::replay(&replay, &show),
    }
}
