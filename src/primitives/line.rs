//! Lines of waiters.

/// A line of an object's waiters. The first in a line that cannot go on holds up those behind it, unless
/// the line is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The only one of most objects.
    Main,
    /// Who waits for a queue to have something.
    Receivers,
    /// Who waits for a queue to have room.
    Senders,
    /// Each waiter for itself: nobody is held up.
    Open,
}
