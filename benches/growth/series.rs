//! What is measured, and for which sizes.

use super::child::{Clock, Run};
use super::script::lines;
use std::path::Path;
use std::process::Command;

/// One curve.
pub struct Series {
    pub name: &'static str,
    sizes: [u64; 4],
    work: Work,
}

enum Work {
    /// The script of this name, given the size, says how long it took.
    Script,
    /// Reading a script of so many lines.
    Lines,
}

const fn of_script(name: &'static str, sizes: [u64; 4]) -> Series {
    Series { name, sizes, work: Work::Script }
}

const UP_TO_10_000: [u64; 4] = [10, 100, 1000, 10_000];
const UP_TO_100_000: [u64; 4] = [100, 1000, 10_000, 100_000];
const UP_TO_1_000_000: [u64; 4] = [1000, 10_000, 100_000, 1_000_000];

pub const SERIES: [Series; 9] = [
    of_script("live_threads", UP_TO_10_000),
    of_script("waiters", UP_TO_10_000),
    of_script("timers_fired", UP_TO_100_000),
    of_script("timers_cancelled", UP_TO_100_000),
    of_script("queue_length", UP_TO_1_000_000),
    of_script("list", UP_TO_1_000_000),
    of_script("map", UP_TO_1_000_000),
    of_script("string", UP_TO_1_000_000),
    Series { name: "script_lines", sizes: UP_TO_100_000, work: Work::Lines },
];

impl Series {
    /// The shortest time for each size, in milliseconds.
    ///
    /// # Errors
    ///
    /// In words, if a script cannot be run, or does not say how long it took.
    pub fn measure(&self, conc: &Path, rounds: usize) -> Result<Vec<(u64, f64)>, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/growth");
        let mut times: Vec<(u64, f64)> = self.sizes.iter().map(|size| (*size, f64::MAX)).collect();
        for _ in 0..rounds {
            for (size, least) in &mut times {
                let mut command = Command::new(conc);
                let clock = match self.work {
                    Work::Script => {
                        let file = folder.join(format!("{}.conc", self.name));
                        // All threads that wait, and the one that starts them.
                        command.args(["run", "--max-threads", "100001"]).arg(file);
                        command.arg(size.to_string());
                        Clock::Program
                    }
                    Work::Lines => {
                        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lines.conc");
                        std::fs::write(&file, lines(*size)).map_err(|error| error.to_string())?;
                        command.arg("check").arg(file);
                        Clock::Processor
                    }
                };
                let time = Run::of(&mut command)?.time(clock);
                let time = time.ok_or_else(|| format!("{} does not say its time", self.name))?;
                *least = least.min(time);
            }
        }
        Ok(times)
    }
}
