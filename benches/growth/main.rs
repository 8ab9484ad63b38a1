//! How time grows with work: `cargo bench --bench growth`. Runs each script of this folder, and reads scripts of more and
//! more lines, for sizes ten times as large each; prints the times and how often the time of one size is that of the
//! size before, and draws `benches/growth.svg`. Where it is ten times, or less, growth is no worse than it must be.
//! `CONC=path` measures that binary instead of the one just built.

#[allow(dead_code, reason = "the comparison of languages asks for more")]
#[path = "../measure/child.rs"]
mod child;
#[allow(dead_code, reason = "the comparison of languages asks for more")]
#[path = "../measure/machine.rs"]
mod machine;
mod plot;
#[path = "../measure/script.rs"]
mod script;
mod series;

use clap::Parser;
use series::{SERIES, Series};
use std::path::PathBuf;

/// Measures how time grows with work.
#[derive(Parser)]
struct Arguments {
    /// What to measure, by the names of the scripts in `benches/growth`, and `script_lines`; all, if none is named.
    names: Vec<String>,
    /// How often each is run; the shortest time counts, since others only add to it.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where to draw the curves.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/growth.svg"))]
    svg: PathBuf,
    /// What cargo tells every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    if let Err(message) = measure(&Arguments::parse()) {
        eprintln!("{message}");
        std::process::exit(1);
    }
}

fn measure(arguments: &Arguments) -> Result<(), String> {
    let conc = std::env::var_os("CONC").map_or(env!("CARGO_BIN_EXE_conc").into(), PathBuf::from);
    let wanted = |series: &&Series| {
        arguments.names.is_empty() || arguments.names.iter().any(|name| name == series.name)
    };
    let mut curves = Vec::new();
    for series in SERIES.iter().filter(wanted) {
        let curve = series.measure(&conc, arguments.rounds.max(1))?;
        print!("{:<17}", series.name);
        let mut before: Option<f64> = None;
        for (size, time) in &curve {
            let step = before.map_or(String::new(), |before| format!(" (× {:.1})", time / before));
            print!(" {size}: {time:.2} ms{step} ");
            before = Some(*time);
        }
        println!();
        curves.push((series.name, curve));
    }
    let about = format!("{}, load {}", machine::description(), machine::load());
    std::fs::write(&arguments.svg, plot::svg(&curves, &about))
        .map_err(|error| format!("{}: {error}", arguments.svg.display()))
}
