//! shuttle and loom on the same programs. They are built apart, so that nothing else has to be built with them, and
//! run as processes of their own: some of them abort.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How long a tool may look at a program.
const SECONDS: &str = "5";

pub const VERSIONS: &str =
    "shuttle 0.9, all schedules (`dfs`) or a sample; loom 0.7; 5 s at most for each.";

/// A tool, and how it chooses schedules.
#[derive(Clone, Copy)]
pub enum Tool {
    Dfs,
    Random,
    Pct,
    Loom,
}

impl Tool {
    fn word(self) -> &'static str {
        match self {
            Tool::Dfs => "dfs",
            Tool::Random => "random",
            Tool::Pct => "pct",
            Tool::Loom => "loom",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Tool::Dfs => "shuttle dfs",
            Tool::Random => "shuttle random",
            Tool::Pct => "shuttle PCT 3",
            Tool::Loom => "loom",
        }
    }
}

/// What came of a program.
pub struct Ran {
    executions: u64,
    seconds: f64,
    end: String,
}

/// The executions it took.
pub fn executions(ran: &Ran) -> String {
    let number = ran.executions;
    match ran.end.as_str() {
        "complete" => number.to_string(),
        "failed" => format!("fails at the {number}th"),
        _ => format!("> {number}"),
    }
}

/// The time it took.
pub fn milliseconds(ran: &Ran) -> String {
    let time = ran.seconds * 1e3;
    match ran.end.as_str() {
        "complete" => format!("{time:.1} ms"),
        "failed" => "cannot".to_owned(),
        _ => format!("> {time:.0} ms"),
    }
}

/// Executions a second.
pub fn a_second(ran: &Ran) -> String {
    format!("{:.0}", ran.executions as f64 / ran.seconds)
}

/// The executable file that holds their programs.
pub struct Peers {
    file: PathBuf,
}

impl Peers {
    /// Builds them.
    pub fn built() -> Option<Peers> {
        let manifest =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/explore/crates/Cargo.toml");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explore-crates");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
            .arg(manifest)
            .arg("--target-dir")
            .arg(&target)
            .status();
        let file = target.join("release/explore-crates");
        built.is_ok_and(|status| status.success()).then_some(Peers { file })
    }

    fn ran(&self, program: &str, tool: Tool, seed: u64) -> Option<Ran> {
        let output = Command::new(&self.file)
            .args([tool.word(), program, SECONDS, &seed.to_string()])
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut words = text.split_whitespace();
        let executions = words.next()?.parse().ok()?;
        let seconds = words.next()?.parse().ok()?;
        Some(Ran { executions, seconds, end: words.next()?.to_owned() })
    }

    /// What some tools come to, in words.
    pub fn told(
        peers: Option<&Peers>,
        program: &str,
        tools: &[Tool],
        what: fn(&Ran) -> String,
    ) -> String {
        let Some(peers) = peers else { return String::new() };
        let told = |tool: &Tool| {
            let ran = peers.ran(program, *tool, 0);
            format!("{} {}", tool.name(), ran.as_ref().map_or("aborts".to_owned(), what))
        };
        tools.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    /// At which execution a program fails, on the average of some seeds.
    pub fn means(peers: Option<&Peers>, program: &str, tools: &[Tool], seeds: u64) -> String {
        let Some(peers) = peers else { return String::new() };
        let told = |tool: &Tool| {
            let all: Option<Vec<Ran>> =
                (0..seeds).map(|seed| peers.ran(program, *tool, seed)).collect();
            let mean = all
                .filter(|all| all.iter().all(|ran| ran.end == "failed"))
                .map(|all| all.iter().map(|ran| ran.executions).sum::<u64>() as f64 / seeds as f64);
            let mean = mean.map_or("?".to_owned(), |mean| format!("{mean:.1}"));
            format!("{} {mean}", tool.name())
        };
        tools.iter().map(told).collect::<Vec<_>>().join(", ")
    }
}
