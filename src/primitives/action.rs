//! Actions on primitives, what they reply, and the mistakes they can be.

use crate::values::{ErrorKind, Fault, Published};

/// A thread's number: ascending in the order of their starts, never used again.
pub type ThreadId = u64;

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// By a `lock` block: nobody can release it but the block.
    Block,
    /// By an `acquire`.
    Hand,
}

/// What a thread wants to do with a primitive.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // The fields are told with their action.
pub enum Action {
    /// Take a lock, or `count` permits. `limited`: a wait for it ends at some time.
    Acquire { count: i64, hold: Hold, limited: bool },
    /// Give it, or them, back.
    Release { count: i64, hold: Hold },
    /// Give a lock back whole, for a `wait`: replies how it was held.
    ReleaseWhole,
    /// Take a lock as it was held before a `wait`.
    Restore { depth: i64, hold: Hold },
    /// Take a side of a readers–writer lock.
    AcquireSide { write: bool },
    /// Give it back.
    ReleaseSide { write: bool },
    /// Enrol with a condition; replies the ticket.
    Enrol,
    /// Wait for the ticket to be drawn.
    Await { ticket: u64 },
    /// Draw tickets, the longest enrolled first; all of them without a count. Replies how many.
    Notify { count: Option<i64> },
    /// Set an event.
    Set,
    /// Clear it.
    Clear,
    /// Wait for an event, from so many sets on, or for a latch.
    Wait { since: u64 },
    /// Arrive at a barrier; replies the place, and whether the action is to be run.
    Arrive,
    /// Wait for the others of the round.
    Round { round: u64 },
    /// The action of the round is done.
    Depart { round: u64 },
    /// The action of the round failed, or a waiter left.
    Break,
    /// `b.abort()`
    Abort,
    /// `b.reset()`
    Reset,
    /// Count a latch down.
    CountDown(i64),
    /// Put a value in a queue.
    Send(Published),
    /// Take one out.
    Recv,
    /// Close a queue, and drop what is in it.
    Close { drop: bool },
    /// Mark an item as done.
    TaskDone,
    /// Wait until all items are done, a thread has ended, or a timer has run.
    Join,
    /// Look at the state.
    Look(Look),
}

/// What can be asked of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each is the method of that name.
pub enum Look {
    Locked,
    Owner,
    Depth,
    Value,
    IsSet,
    Parties,
    Broken,
    Count,
    Len,
    IsEmpty,
    IsFull,
    Capacity,
    Closed,
}

/// What an action gives.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // The fields are told with their reply.
pub enum Reply {
    /// It is done.
    Done,
    /// Whether something is so.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A value.
    Value(Published),
    /// A thread, or none.
    Thread(Option<ThreadId>),
    /// How a lock was held.
    Held { depth: i64, hold: Hold },
    /// A ticket of a condition.
    Ticket(u64),
    /// A place in a round of a barrier. The last to arrive runs the action, if there is one.
    Place { index: i64, round: u64, last: bool },
    /// Nothing: the queue's capacity has no bound.
    Unbounded,
}

/// A mistake in using a primitive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The fields are told with their mistake.
pub enum Misuse {
    /// Released, but not held.
    NotLocked,
    /// Released by another thread than the one that holds it.
    NotOwner { owner: ThreadId },
    /// Released by hand, but held by a `lock` block.
    HeldByBlock { owner: ThreadId },
    /// Used without holding the lock that belongs to it.
    LockNotHeld,
    /// Taken by a thread that holds it already.
    HeldAlready,
    /// Taken too often to count.
    TooDeep,
    /// A count of less than one.
    BadCount(i64),
    /// More than a bounded semaphore can ever have.
    AboveBound { wanted: i64, bound: i64 },
    /// A semaphore released above its start.
    OverReleased { bound: i64 },
    /// A semaphore released above what can be counted.
    Overflow,
    /// The barrier is broken.
    Broken,
    /// The queue is closed.
    Closed,
    /// More items marked as done than were sent.
    TooManyDone,
    /// What was sent cannot be ordered.
    Unordered(Fault),
    /// The action is not one of this primitive's: a mistake of ours.
    NoSuchAction,
}

impl Misuse {
    /// The error that it raises. `object` is what reports call the primitive, `thread` what they call a
    /// thread.
    #[must_use]
    pub fn fault(&self, object: &str, thread: impl Fn(ThreadId) -> String) -> Fault {
        let lock = |message: String| Fault::new(ErrorKind::LockError, message);
        match self {
            Misuse::NotLocked => lock(format!("{object} is not locked")),
            Misuse::NotOwner { owner } => {
                lock(format!("{object} is held by {}, not by this thread", thread(*owner)))
            }
            Misuse::HeldByBlock { owner } => lock(format!(
                "{object} is held by a `lock` block of {}, which releases it itself",
                thread(*owner)
            )),
            Misuse::LockNotHeld => lock(format!("the lock of {object} is not held by this thread")),
            Misuse::HeldAlready => {
                Fault::new(ErrorKind::Deadlock, format!("{object} is held by this thread already"))
            }
            Misuse::TooDeep => {
                Fault::new(ErrorKind::LimitError, format!("{object} is taken too many times"))
            }
            Misuse::BadCount(count) => {
                Fault::value_error(format!("a count for {object} is at least 1, not {count}"))
            }
            Misuse::AboveBound { wanted, bound } => Fault::value_error(format!(
                "{object} never has {wanted} permits: it began with {bound}"
            )),
            Misuse::OverReleased { bound } => {
                Fault::value_error(format!("{object} is released above the {bound} it began with"))
            }
            Misuse::Overflow => Fault::new(
                ErrorKind::Overflow,
                format!("{object} has more permits than can be counted"),
            ),
            Misuse::Broken => Fault::new(ErrorKind::BrokenBarrier, format!("{object} is broken")),
            Misuse::Closed => Fault::new(ErrorKind::Closed, format!("{object} is closed")),
            Misuse::TooManyDone => Fault::value_error(format!(
                "more items of {object} are marked as done than were sent"
            )),
            Misuse::Unordered(fault) => fault.clone(),
            Misuse::NoSuchAction => Fault::type_error(format!("{object} has no such operation")),
        }
    }
}
