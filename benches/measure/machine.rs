//! What the measurements were taken on, and how much else that machine was doing.

use std::fs::read_to_string;
use std::time::Duration;

/// The processors by name and number, and the system.
pub fn description() -> String {
    let processor = read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let processor = processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    format!("{cores} × {processor}, {} {}", std::env::consts::OS, kernel.trim())
}

/// A moment, from which to count what the processors do.
pub struct Busy(Option<(u64, u64)>);

impl Busy {
    pub fn now() -> Busy {
        Busy(ticks())
    }

    /// The share of the time since then in which processors were not idle.
    pub fn share(&self) -> Option<f64> {
        let ((busy, all), (busy_then, all_then)) = (ticks()?, self.0?);
        let passed = all.checked_sub(all_then).filter(|passed| *passed > 0)?;
        Some(busy.saturating_sub(busy_then) as f64 / passed as f64)
    }
}

/// Those in which processors were busy, and all, since the system began.
fn ticks() -> Option<(u64, u64)> {
    let text = read_to_string("/proc/stat").ok()?;
    let numbers = text.lines().next()?.split_whitespace().skip(1).take(8);
    let ticks: Vec<u64> = numbers.map_while(|number| number.parse().ok()).collect();
    let all = ticks.iter().sum();
    let idle = ticks.get(3)? + ticks.get(4)?;
    Some((all - idle, all))
}

/// Waits until others leave three quarters of the processors idle, but no longer than this.
pub fn wait_for_calm(longest: Duration) {
    const LOOK: Duration = Duration::from_millis(200);
    for _ in 0..longest.as_millis() / LOOK.as_millis() {
        let start = Busy::now();
        std::thread::sleep(LOOK);
        if start.share().is_none_or(|share| share <= 0.25) {
            return;
        }
    }
}

/// How many threads wanted to run, on the average of the last minute.
pub fn load() -> String {
    let text = read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}
