//! Whether there is memory left. Systems promise more than they have, and end the process that uses it; so large
//! values ask here before they are made, and running threads look now and then. Then a script gets an error
//! where it would otherwise be gone.

use std::fs::read_to_string;
use std::io::{ErrorKind, Result};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is asked for in smaller pieces is not counted: threads look for that now and then.
const SMALL: usize = 1 << 10;
/// Each time that so much was asked for, the system is asked.
const STEP: usize = 32 << 20;
/// So much is left alone, for what does not ask.
const RESERVE: usize = 192 << 20;

/// So much is read at first.
const PIECE: usize = 1 << 20;

/// For how long it holds what the system told.
const FRESH: Duration = Duration::from_millis(5);

/// How much was asked for, ever.
static CLAIMED: AtomicUsize = AtomicUsize::new(0);

/// Whether a value of so many bytes may be made.
#[inline]
#[must_use]
pub fn claim(bytes: usize) -> bool {
    bytes < SMALL || claim_large(bytes)
}

#[cold]
fn claim_large(bytes: usize) -> bool {
    let before = CLAIMED.fetch_add(bytes, Ordering::Relaxed);
    let same_step = bytes < STEP && before / STEP == before.wrapping_add(bytes) / STEP;
    same_step || left().is_none_or(|left| left >= bytes.saturating_add(RESERVE))
}

/// Whether there may be room for so many bytes, as far as was known a moment ago: for what may need them, and
/// most often does not.
#[must_use]
pub fn may_claim(bytes: usize) -> bool {
    static LOOKED: Mutex<Option<(Instant, usize)>> = Mutex::new(None);
    let mut looked = LOOKED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = looked.filter(|(at, _)| at.elapsed() < FRESH).map(|(_, left)| left);
    let left = known.or_else(left).unwrap_or(usize::MAX);
    if known.is_none() {
        *looked = Some((Instant::now(), left));
    }
    left >= bytes.saturating_add(RESERVE)
}

/// Reads piece by piece, and each time asks whether there is memory for as much again, as what is read may have no end:
/// `read` adds some bytes to those that are there, at most so many, and fewer at the end.
///
/// # Errors
///
/// Those of `read`; `OutOfMemory` if there is too much of it.
pub fn read_all(mut read: impl FnMut(&mut Vec<u8>, usize) -> Result<usize>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let most = bytes.len().max(PIECE);
        // What is there is copied to where there is room for more, and in the end to where it stays.
        if !claim(most.saturating_mul(4)) {
            return Err(ErrorKind::OutOfMemory.into());
        }
        if read(&mut bytes, most)? < most {
            return Ok(bytes);
        }
    }
}

/// Whether hardly any memory is left.
#[must_use]
pub fn is_scarce() -> bool {
    left().is_some_and(|left| left < RESERVE)
}

/// How many bytes are left to the process, where the system tells: of the machine's, and of what its control
/// group may use.
fn left() -> Option<usize> {
    [
        of_machine(),
        of_process(),
        of_group("/sys/fs/cgroup", "memory.max", "memory.current"),
        of_group("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ]
    .into_iter()
    .flatten()
    .min()
}

fn of_machine() -> Option<usize> {
    let info = read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()? << 10)
}

/// What the process may still take of the addresses that it is limited to.
fn of_process() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::As).current?;
    let pages = read_to_string("/proc/self/statm").ok()?;
    let used =
        pages.split(' ').next()?.parse::<usize>().ok()?.saturating_mul(rustix::param::page_size());
    Some(usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(used))
}

fn of_group(folder: &str, limit: &str, used: &str) -> Option<usize> {
    let number =
        |name: &str| read_to_string(format!("{folder}/{name}")).ok()?.trim().parse::<usize>().ok();
    let limit = number(limit)?;
    let stat = read_to_string(format!("{folder}/memory.stat")).ok()?;
    // What was read from files and can be dropped counts as used, but is not.
    let cached =
        stat.lines().find_map(|line| line.strip_prefix("inactive_file ")?.parse::<usize>().ok());
    Some(limit.saturating_sub(number(used)?.saturating_sub(cached.unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(claim(100) && claim(1 << 20));
        #[cfg(target_os = "linux")]
        assert!(!claim(1 << 50));
    }
}
