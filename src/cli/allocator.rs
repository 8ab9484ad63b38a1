//! How the process's memory grows.
//!
//! glibc's allocator makes the memory of each thread but the first larger by a page at a time, and asks the system
//! for each: a third of the time of a script that makes many small values. It is to ask for more at once; what is not
//! used of that takes no memory.

/// By so much the memory of each thread grows at once.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const STEP: libc::c_int = 16 << 20;

/// Lets the memory grow in large steps.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn grow_in_large_steps() {
    // SAFETY: it sets a number of the allocator's, which may be done at any time.
    unsafe { libc::mallopt(libc::M_TOP_PAD, STEP) };
}

/// Other allocators do so.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn grow_in_large_steps() {}
