//! How many instructions the programs of one thread take: `cargo bench --bench instructions`. Counted by callgrind, so
//! the same each time whatever else the machine does, and a change can be compared exactly. Writes
//! `benches/instructions.tsv`, and prints how each number changed. `CONC=path` measures that binary instead of the one
//! just built, and leaves the file alone, as does naming programs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs, and sizes with which running takes far longer than starting, but seconds under callgrind.
const PROGRAMS: [(&str, &str); 9] = [
    ("hello", ""),
    ("fib", "22"),
    ("loop", "200000"),
    ("sieve", "50000"),
    ("mandel", "40"),
    ("nbody", "1000"),
    ("words", "20000"),
    ("qsort", "10000"),
    ("lock", "50000"),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let Err(message) = count(&wanted) {
        eprintln!("{message}");
        std::process::exit(1);
    }
}

fn count(wanted: &[String]) -> Result<(), String> {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
    let file = benches.join("instructions.tsv");
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let other = std::env::var_os("CONC");
    let conc = other.clone().map_or(env!("CARGO_BIN_EXE_conc").into(), PathBuf::from);
    let mut table = String::from("program\tsize\tinstructions\n");
    for (program, size) in PROGRAMS {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == program) {
            continue;
        }
        let script = benches.join("programs").join(format!("{program}.conc"));
        let instructions = instructions(&conc, &script, size)?;
        let _ = writeln!(table, "{program}\t{size}\t{instructions}");
        let change = match then(&before, program, size) {
            Some(then) => format!("{:+.2} %", (instructions as f64 / then as f64 - 1.0) * 100.0),
            None => "new".to_owned(),
        };
        println!("{program:<8} {size:>8} {instructions:>14} {change:>10}");
    }
    if other.is_none() && wanted.is_empty() {
        std::fs::write(&file, table).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// The number that the file has for a program of this size.
fn then(file: &str, program: &str, size: &str) -> Option<u64> {
    let mut rows = file.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let row = rows.find(|row| row.len() == 3 && row[..2] == [program, size])?;
    row[2].parse().ok()
}

fn instructions(conc: &Path, script: &Path, size: &str) -> Result<u64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(conc)
        .arg(script)
        .args(size.split_whitespace())
        .output()
        .map_err(|error| format!("valgrind cannot be started: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let collected = told.lines().find_map(|line| line.split_once("Collected : "));
    collected
        .filter(|_| output.status.success())
        .and_then(|(_, number)| number.trim().parse().ok())
        .ok_or_else(|| format!("{}: {told}", script.display()))
}
