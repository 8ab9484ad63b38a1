//! The word of a lock or a semaphore: its packed state, below 2⁶², and two flags of the runtime that keeps a line of
//! waiters beside it.
//!
//! | flags | means | who takes or gives back |
//! |---|---|---|
//! | none | nobody waits | changes the state, and is done |
//! | [`WAITERS`] | somebody stands in line, and nobody is on the way | looks after the line, too |
//! | [`WAITERS`] and [`WOKEN`] | one who was woken is on the way | changes the state, and is done: that one will look after the line |

/// Somebody stands in line, or is on the way from there.
pub const WAITERS: u64 = 1 << 63;

/// One who stood in line was woken, and is on the way.
pub const WOKEN: u64 = 1 << 62;

/// The bits of the state.
pub const STATE: u64 = WOKEN - 1;

/// Whether the state may be changed without looking after the line.
#[inline(always)]
#[must_use]
pub fn is_open(word: u64) -> bool {
    word & !STATE != WAITERS
}
