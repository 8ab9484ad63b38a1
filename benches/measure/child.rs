//! Runs a program as a process of its own, and measures it.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What of a run counts as its time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The processor time of the whole process: for programs of one thread, where it is what they would take alone on
    /// the machine, however busy that is.
    Processor,
    /// What the program says it took: where threads wait for each other.
    Program,
    /// From the start of the process to its end.
    Process,
}

/// What one run said and took.
pub struct Run {
    stdout: String,
    processor: Duration,
    process: Duration,
    /// The most memory it held at once, in bytes. No less than what this process held when it started the other one.
    pub memory: u64,
}

impl Run {
    /// # Errors
    ///
    /// In words, if it cannot be started or fails.
    pub fn of(command: &mut Command) -> Result<Run, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let start = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{name}` cannot be started: {error}"))?;
        let mut stdout = String::new();
        let pipe = child.stdout.as_mut().ok_or("it has no output")?;
        pipe.read_to_string(&mut stdout).map_err(|error| error.to_string())?;
        let (status, usage) = wait(child.id())?;
        let process = start.elapsed();
        if status != 0 {
            return Err(format!("{command:?} ended with wait status {status}"));
        }
        Ok(Run {
            stdout,
            processor: duration(usage.ru_utime) + duration(usage.ru_stime),
            process,
            memory: usage.ru_maxrss as u64 * 1024,
        })
    }

    /// What stands behind `NAME=` in the output.
    fn said(&self, name: &str) -> Option<&str> {
        let mut words = self.stdout.split_whitespace();
        words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.said(name)?.parse().ok()
    }

    /// What the program worked out, so that peers can be compared; all it said, if it does not name that.
    pub fn result(&self) -> &str {
        self.said("R").unwrap_or(self.stdout.trim())
    }

    /// In milliseconds.
    pub fn time(&self, clock: Clock) -> Option<f64> {
        match clock {
            Clock::Processor => Some(self.processor.as_secs_f64() * 1e3),
            Clock::Process => Some(self.process.as_secs_f64() * 1e3),
            Clock::Program => Some(self.number("T")? * 1e3),
        }
    }

    pub fn speed_up(&self) -> Option<f64> {
        self.number("SPEEDUP")
    }

    /// How late the latest timer was, in milliseconds.
    pub fn latest(&self) -> Option<f64> {
        Some(self.number("LATE_MAX")? * 1e3)
    }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000)
}

/// Waits for a child to end: its wait status, and what it used.
fn wait(child: u32) -> Result<(i32, libc::rusage), String> {
    let mut status = 0;
    // SAFETY: a `rusage` is plain numbers, for which all zeros is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live variables of the types that `wait4` fills.
    let ended = unsafe { libc::wait4(child as i32, &raw mut status, 0, &raw mut usage) };
    if ended == child as i32 {
        Ok((status, usage))
    } else {
        Err(std::io::Error::last_os_error().to_string())
    }
}
