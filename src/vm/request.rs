//! What the machine asks of a runtime, and what it is answered.

use crate::primitives::{Action, Hold};
use crate::source::Place;
use crate::values::{Label, Object, ObjectKind, Published, Ref, Value};

/// Why a machine stopped running.
pub enum Pause {
    /// Something must happen that others could see: the runtime lets it, and resumes with the answer.
    Ask(Request),
    /// The function it was started with has returned.
    Done(Value),
    /// An error left the function it was started with.
    Failed(Value),
    /// It has run for a while. It goes on when it is resumed with [`Answer::Continue`].
    OutOfFuel,
}

/// How a machine is to go on.
pub enum Answer {
    /// It is started, or was out of fuel.
    Continue,
    /// The request gives this.
    Value(Value),
    /// A `select` goes on with the arm of this number, and its value.
    Arm(usize, Value),
    /// The time ran out, and an `else` follows.
    TimedOut,
    /// The queue that a `for` goes over is closed and empty.
    Ended,
    /// The request, or whatever the machine was doing, raises this error.
    Raise(Value),
}

/// A request. Operands have the right types; their values may still be refused.
pub enum Request {
    /// A new primitive.
    Make(Make),
    /// A guarded action on one object; `limit` as in [`Limit`].
    Perform { object: Ref<Object>, action: Action, limit: Limit },
    /// Take a lockable.
    Acquire { target: Target, count: Option<i64>, hold: Hold, limit: Limit },
    /// Release a lockable.
    Release { target: Target, count: Option<i64>, hold: Hold },
    /// `wait`, on a condition: enrol, and release its lock; the answer is the ticket. `looks`: the thread looks for
    /// itself whether it need wait, `wait … until`.
    Enrol { condition: Ref<Object>, limit: Limit, looks: bool },
    /// Check that the condition's lock is held; the answer is the moment at which the limit runs out.
    WaitCheck { condition: Ref<Object>, within: Option<i64> },
    /// Wait for the ticket to be drawn.
    Await { ticket: Ref<Object>, or_else: bool },
    /// Take the ticket's lock again.
    Retake { ticket: Ref<Object> },
    /// Draw tickets of a condition whose lock is held.
    Notify { condition: Ref<Object>, count: Option<i64> },
    /// Arrive at a barrier, and wait for the others; the last to arrive is answered with the action.
    Arrive { barrier: Ref<Object>, limit: Limit },
    /// The action is done.
    Depart { barrier: Ref<Object> },
    /// The action failed.
    BreakBarrier { barrier: Ref<Object> },
    /// `for x in q`: receive, or learn that the queue has ended.
    Next { queue: Ref<Object> },
    /// Wait for a thread, task, timer, pool or queue.
    Join { of: Ref<Object>, limit: Limit },
    /// Wait for all of these.
    JoinAll { of: Vec<Ref<Object>>, limit: Limit },
    /// Wait for the first of these.
    JoinAny { of: Vec<Ref<Object>>, limit: Limit },
    /// Wait for the first of the arms that can go on.
    Select(Vec<SelectArm>),
    /// Wait for so long.
    Sleep(i64),
    /// The moment at which a limit that begins now runs out.
    Deadline(Option<i64>),
    /// Start a thread or queue a task.
    Spawn(SpawnRequest),
    /// Start a timer.
    Timer(TimerRequest),
    /// Open a scope.
    ScopeEnter { within: Option<i64> },
    /// Close it: wait for what was started in it.
    ScopeExit { or_else: bool },
    /// Close it after its body failed with this error.
    ScopeFail { error: Value, or_else: bool },
    /// Anything else that lies outside of the machine.
    Host(HostCall),
    /// Under control, before something shared is read or written.
    Access(Access),
    /// The same, of several things in one step.
    Accesses(Vec<Access>),
}

/// How long a request may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// For so many nanoseconds from now; `None` for ever.
    pub within: Option<i64>,
    /// Up to this moment, as [`Request::Deadline`] told it; it goes before `within`.
    pub until: Option<i64>,
    /// Whether running out is an answer rather than an error.
    pub or_else: bool,
}

impl Limit {
    /// No limit.
    pub const NONE: Limit = Limit { within: None, until: None, or_else: false };

    /// Whether the wait ends at some time.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.within.is_some() || self.until.is_some()
    }
}

/// Something that can be locked.
#[derive(Clone)]
pub enum Target {
    /// A lock, a semaphore, or a condition for its lock.
    Object(Ref<Object>),
    /// A side of a readers–writer lock.
    Side(Ref<Object>, bool),
}

impl Target {
    /// The object that it is, or is a side of.
    #[must_use]
    pub fn object(&self) -> &Ref<Object> {
        match self {
            Target::Object(object) | Target::Side(object, _) => object,
        }
    }
}

/// A new primitive. Names are those of their constructors.
pub struct Make {
    /// What it is.
    pub kind: ObjectKind,
    /// What it is called.
    pub label: Label,
    /// Its number: a semaphore's permits, a barrier's parties, a queue's capacity, a pool's workers.
    pub number: Option<i64>,
    /// A condition's lock, a barrier's action, a pool's `init`.
    pub with: Option<Value>,
}

/// A function to call on another machine, with its arguments: those not given are marked so.
#[derive(Clone)]
pub struct Job {
    /// What to call.
    pub callee: Published,
    /// The arguments, by position.
    pub arguments: Vec<Published>,
}

/// `spawn`
pub struct SpawnRequest {
    /// What it runs.
    pub job: Job,
    /// Its name, if that was said.
    pub name: Option<String>,
    /// Whether the program does not wait for it.
    pub daemon: bool,
    /// The pool whose task it is.
    pub pool: Option<Ref<Object>>,
    /// Where it is spawned.
    pub place: Place,
}

/// `timer`
pub struct TimerRequest {
    /// What it runs.
    pub job: Job,
    /// After so many nanoseconds.
    pub delay: i64,
    /// Whether it repeats.
    pub every: bool,
    /// Where it is started.
    pub place: Place,
}

/// What an arm of a `select` waits for.
pub enum ArmOn {
    /// An item of a queue.
    Recv(Ref<Object>),
    /// Room in a queue for this.
    Send(Ref<Object>, Published),
    /// An event or a latch.
    Wait(Ref<Object>),
    /// The end of a thread, a task, a timer.
    Join(Ref<Object>),
}

/// An arm of a `select`.
pub enum SelectArm {
    /// One that waits for an object.
    On(ArmOn),
    /// `after`
    After(i64),
    /// `else`
    Else,
}

/// What a script can ask of the world outside.
pub enum HostCall {
    /// Write to standard output.
    Print(String),
    /// Write a line to standard error, after the thread's name.
    Log(String),
    /// Show a prompt and read a line.
    Input(String),
    /// Seconds since 1970.
    Now,
    /// The time since the program began.
    Clock,
    /// A random float in [0, 1).
    Random,
    /// A random int, both ends included.
    RandomInt(i64, i64),
    /// Shuffle a list in place.
    Shuffle(Value),
    /// Begin the random numbers anew.
    Seed(i64),
    /// A variable of the environment.
    Env(String),
    /// A file's text.
    ReadFile(String),
    /// Write a file.
    WriteFile { path: String, text: String, append: bool },
    /// End the program.
    Exit(i32),
    /// The present thread; of a task, the worker.
    CurrentThread,
    /// The first thread.
    MainThread,
    /// All live threads.
    Threads,
    /// How many processors there are.
    CpuCount,
    /// A method of a thread, task, timer, pool or condition that the runtime answers by itself.
    Method { of: Ref<Object>, method: ObjectMethod },
    /// Queue a task for each item of a list.
    PoolMap { pool: Ref<Object>, jobs: Vec<Job>, place: Place },
}

/// Methods and fields of objects that are answered without waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each is the method of that name.
pub enum ObjectMethod {
    Name,
    Id,
    Daemon,
    IsAlive,
    Done,
    State,
    WaitingFor,
    Cancel,
    Waiting,
    Locked,
    Owner,
    ClosePool { cancel: bool },
}

/// Something shared that is about to be read or written.
#[derive(Clone)]
pub struct Access {
    /// The cell, list, map, instance or atomic.
    pub of: Value,
    /// Which part of it.
    pub part: Part,
    /// Whether it is written.
    pub write: bool,
}

/// A part of something that holds others.
#[derive(Clone)]
pub enum Part {
    /// All of it, in one step: a method's work.
    Whole,
    /// All of an atomic, if it holds this; if not, it is only looked at.
    Swap(Value),
    /// All that can be reached from it.
    Deep,
    /// A field; of a variable, what it holds.
    Slot(u32),
    /// The item or entry with this index or key.
    Item(Value),
}
