//! What the operands of requests and conditions mean: the agreement between the compiler, which writes
//! these numbers, and the machine, which reads them.

/// Requests that a script makes of the runtime by a statement. The values they are about lie in a row
/// of registers; a limit is a duration, or nil for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AskKind {
    /// `sleep d`: the delay.
    Sleep,
    /// A limit, to be told as the moment it runs out.
    Deadline,
    /// `join t`: the handle, the limit.
    Join,
    /// `join a, b`: a list of handles, the limit.
    JoinAll,
    /// `join any list`: the list, the limit.
    JoinAny,
    /// `acquire s, n`: the lockable, how many or nil, the limit.
    Acquire,
    /// `release s, n`: the lockable, how many or nil.
    Release,
    /// `lock m within d`: the lockable, the moment.
    LockWithin,
    /// `wait x`: the event, latch or condition, the limit. For a condition, it enrols, and gives a ticket.
    Wait,
    /// Begins `wait c until e`: the condition, whose lock must be held.
    WaitCheck,
    /// A round of `wait c until e`: the condition, the moment; it enrols and gives a ticket.
    Enrol,
    /// The ticket: waits for it to be drawn.
    Await,
    /// The ticket: takes the condition's lock again.
    Retake,
    /// `notify c, n`: the condition, how many or nil.
    Notify,
    /// `notify all c`: the condition.
    NotifyAll,
    /// `barrier b`: the barrier, the limit; for the last to arrive, before the action.
    Arrive,
    /// The barrier, the place: the action is done, the others may go.
    Depart,
    /// The barrier: the action failed.
    Break,
    /// `send q, x`: the queue, the value, the limit.
    Send,
    /// `recv q`: the queue, the limit.
    Recv,
    /// `select`: for each arm its kind, its object and its value.
    Select,
    /// `spawn`: the flags, the name, the pool, what is called, its arguments.
    Spawn,
    /// `timer`: the flags, the delay, what is called, its arguments.
    Timer,
    /// `scope`: the limit.
    ScopeEnter,
    /// The end of a scope's body.
    ScopeExit,
    /// The end of a scope whose body failed: the error.
    ScopeFail,
}

impl AskKind {
    /// All of them, in the order of their numbers.
    pub const ALL: [AskKind; 26] = [
        AskKind::Sleep,
        AskKind::Deadline,
        AskKind::Join,
        AskKind::JoinAll,
        AskKind::JoinAny,
        AskKind::Acquire,
        AskKind::Release,
        AskKind::LockWithin,
        AskKind::Wait,
        AskKind::WaitCheck,
        AskKind::Enrol,
        AskKind::Await,
        AskKind::Retake,
        AskKind::Notify,
        AskKind::NotifyAll,
        AskKind::Arrive,
        AskKind::Depart,
        AskKind::Break,
        AskKind::Send,
        AskKind::Recv,
        AskKind::Select,
        AskKind::Spawn,
        AskKind::Timer,
        AskKind::ScopeEnter,
        AskKind::ScopeExit,
        AskKind::ScopeFail,
    ];
}

/// What an arm of a `select` waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[allow(missing_docs)] // Each is the arm of that word.
pub enum SelectKind {
    Recv,
    Send,
    Wait,
    Join,
    After,
    Else,
}

impl SelectKind {
    /// All of them, in the order of their numbers.
    pub const ALL: [SelectKind; 6] = [
        SelectKind::Recv,
        SelectKind::Send,
        SelectKind::Wait,
        SelectKind::Join,
        SelectKind::After,
        SelectKind::Else,
    ];
}

/// What needs a bool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
#[allow(missing_docs)] // Each is the construct of that word.
pub enum Construct {
    If,
    While,
    Until,
    Assert,
    And,
    Or,
    Not,
}

impl Construct {
    /// The word of the construct with this number.
    #[must_use]
    pub fn word(number: u16) -> &'static str {
        ["if", "while", "until", "assert", "and", "or", "not"][usize::from(number).min(6)]
    }
}

/// The flag of a `spawn daemon`.
pub const SPAWN_DAEMON: i32 = 1;
/// The flag of a `timer every`.
pub const TIMER_EVERY: i32 = 1;
