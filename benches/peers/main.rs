//! The comparison of conc with the languages people would use instead: `cargo bench --bench peers`. Runs each program by
//! conc and by every peer that the machine has, round by round, in a new order each time, checks that all work out the
//! same, and prints medians, ratios, peak memory, and which goals are met. `CONC=path` measures that binary instead of
//! the one just built.

#[path = "../measure/child.rs"]
mod child;
mod compare;
mod goals;
#[path = "../measure/machine.rs"]
mod machine;
mod native;
mod peer;
mod table;

use clap::Parser;
use compare::{Outcome, Plan};
use goals::{CONC, ROWS, Row};
use std::time::Duration;

/// Compares conc with its peers.
#[derive(Parser)]
struct Arguments {
    /// The programs to run, by the names of the files in `benches/programs`; all, if none is named.
    programs: Vec<String>,
    /// How often each is run.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The peers to run besides conc, as `Lua 5.4,native Rust`; all that are found, if none is named.
    #[arg(long, value_delimiter = ',')]
    peers: Vec<String>,
    /// Where to write the table.
    #[arg(long, value_name = "FILE")]
    markdown: Option<String>,
    /// How many seconds to wait, before each run, for other programs to leave the machine alone.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    calm: u64,
    /// Small sizes, only to see that all peers work out the same.
    #[arg(long)]
    small: bool,
    /// Runs a native peer in this process.
    #[arg(long, hide = true)]
    native: bool,
    /// What cargo tells every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    if arguments.native {
        let size = arguments.programs.get(1).and_then(|size| size.parse().ok());
        if !arguments.programs.first().is_some_and(|name| native::run(name, size)) {
            fail("no such program");
        }
        return;
    }
    if let Err(message) = compare(&arguments) {
        fail(&message);
    }
}

fn fail(message: &str) {
    eprintln!("{message}");
    std::process::exit(1);
}

fn compare(arguments: &Arguments) -> Result<(), String> {
    let mut peers = peer::found()?;
    if !arguments.peers.is_empty() {
        peers.retain(|peer| {
            peer.name == CONC || arguments.peers.iter().any(|name| name == peer.name)
        });
    }
    let wanted = |row: &&Row| {
        arguments.programs.is_empty() || arguments.programs.iter().any(|name| name == row.program)
    };
    let plan = Plan {
        rounds: arguments.rounds.max(1),
        patience: Duration::from_secs(arguments.calm),
        small: arguments.small,
    };
    let (load, busy) = (machine::load(), machine::Busy::now());
    let mut outcomes = Vec::new();
    for row in ROWS.iter().filter(wanted) {
        let outcome = Outcome::measure(row, &peers, &plan)?;
        if plan.small {
            println!("{:<14} all agree", row.program);
            continue;
        }
        println!("{}", table::line(&outcome));
        outcomes.push(outcome);
    }
    if plan.small {
        return Ok(());
    }
    let busy = busy.share().map_or(String::new(), |share| {
        format!(" Processors busy {:.0} % of the time, these programs included.", share * 100.0)
    });
    let about = format!(
        "Medians of {} rounds; conc's peak memory. {}. Load {load} before, {} after.{busy}",
        plan.rounds,
        machine::description(),
        machine::load(),
    );
    let table = table::markdown(&outcomes, &peers, &about);
    println!("\n{table}");
    match &arguments.markdown {
        Some(file) => std::fs::write(file, table).map_err(|error| format!("`{file}`: {error}")),
        None => Ok(()),
    }
}
