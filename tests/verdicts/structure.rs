//! A structure of threads that wait for one another: what a script is made of, and what the oracle judges. It says
//! nothing about what comes of it.

/// Threads, and the objects that they hold and wait for.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    pub objects: Vec<Object>,
    /// By age: the first one is `main`, which begins its steps when all others have begun theirs.
    pub actors: Vec<Actor>,
    /// In which order the others begin their first step: each when nothing moves any more.
    pub order: Vec<usize>,
    /// How many tasks the pool can run at once; they all begin at once, so that many are there.
    pub workers: usize,
}

/// Something that is held or waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    Lock,
    RLock,
    RwLock,
    /// With so many permits.
    Semaphore(u32),
    Event,
    Latch(u32),
    /// Unbounded, empty.
    Queue,
    /// With room for one item, which is there.
    Full,
    /// With capacity 0.
    Meeting,
    /// For so many parties.
    Barrier(usize),
    /// A condition, and a flag that is waited for.
    Flag,
    /// A condition that is waited for without a flag.
    Condition,
    /// A queue of which so many items are not done.
    Undone(u32),
}

/// A thread, a task, or a timer.
#[derive(Clone, Debug)]
pub struct Actor {
    pub kind: ActorKind,
    /// What it takes before anyone begins.
    pub holds: Vec<Hold>,
    pub steps: Vec<Step>,
    /// Whether it catches the errors of its steps, and goes on.
    pub catches: bool,
    /// Whether it ends without giving back what it took by hand.
    pub forgets: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    Main,
    Thread,
    Daemon,
    /// On the pool, which has a worker for it.
    Task,
    /// On the pool, which has no worker for it until a task ends. It does nothing.
    Queued,
    /// Started by `main` when all have begun; it only helps.
    Timer {
        repeats: bool,
    },
    /// Started in another's scope.
    Child,
}

impl ActorKind {
    /// Whether the program does not end before it does.
    pub fn keeps_alive(self) -> bool {
        !matches!(self, ActorKind::Daemon | ActorKind::Timer { repeats: true })
    }

    /// Whether it begins when its gate is opened.
    pub fn is_gated(self) -> bool {
        matches!(self, ActorKind::Thread | ActorKind::Daemon | ActorKind::Task)
    }
}

/// What is held, by index, and how it was taken.
#[derive(Clone, Copy, Debug)]
pub struct Hold {
    pub object: usize,
    pub how: Taking,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// By `lock`: a lock, or a side of a readers–writer lock.
    Block(Side),
    /// By `acquire`.
    Hand(Side),
    /// So many permits of a semaphore, by `acquire`.
    Permits(u32),
}

impl Taking {
    pub fn is_by_block(self) -> bool {
        matches!(self, Taking::Block(_))
    }

    pub fn writes(self) -> bool {
        matches!(self, Taking::Block(Side::Write) | Taking::Hand(Side::Write))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Of a lock that has no sides.
    Whole,
    Read,
    Write,
}

/// A wait, and what its thread does for others after it, however it ended.
#[derive(Clone, Debug)]
pub struct Step {
    pub wait: Wait,
    pub helps: Vec<Help>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For nothing that may never come.
    Passing(Passing),
    /// Takes a lock, and gives it back at once.
    Take(usize, Taking),
    Join(Vec<usize>),
    JoinAny(Vec<usize>),
    Event(usize),
    Latch(usize),
    /// Receives from a queue or at a meeting; `for` takes one item.
    Recv(usize),
    /// Sends to a full queue or at a meeting.
    Send(usize),
    Acquire(usize, u32),
    Barrier(usize),
    Flag(usize),
    Condition(usize),
    /// Until all items of a queue are done.
    Done(usize),
    /// Whichever of the arms comes first.
    Select(Vec<Arm>),
    /// The end of a scope in which this child was started.
    Scope(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    Event(usize),
    Latch(usize),
    Join(usize),
}

/// Waits that end by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    Nothing,
    Sleep,
    /// A lock, with a limit.
    LimitedTake(usize, Taking),
    /// An event, with a limit.
    LimitedEvent(usize),
    /// A join of a thread that catches its errors, with a limit.
    LimitedJoin(usize),
    /// A select of an event, with `after`.
    After(usize),
    /// A line of input: `main` only.
    Input,
}

/// What lets others go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    Set(usize),
    CountDown(usize),
    Send(usize),
    Close(usize),
    /// Takes an item out of a full queue, if there is one.
    Drain(usize),
    Release(usize, u32),
    /// Gives back a `Lock` that another took by hand, and forgot.
    ReleaseOthers(usize),
    Abort(usize),
    /// Sets the flag, and notifies all.
    Raise(usize),
    Notify(usize),
    TaskDone(usize),
}

impl Help {
    /// Whether it is a point where its thread could block.
    pub fn may_block(self) -> bool {
        matches!(self, Help::Send(_) | Help::Drain(_) | Help::Raise(_) | Help::Notify(_))
    }
}
