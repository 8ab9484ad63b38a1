//! A thread that waits.
//!
//! A waiter is made anew for each wait. Its states:
//!
//! | state | who is next |
//! |---|---|
//! | waiting | the thread looks for itself: it spins, or has a time limit |
//! | parked | the thread sleeps without a limit, and counts as unable to go on |
//! | claimed | one other has decided how the wait ends, and is about to say so |
//! | done | the outcome is there |
//!
//! *No wake-up is lost.* Whoever ends a wait claims the waiter first, by a compare-and-swap from waiting or
//! parked, so exactly one does; it then stores the outcome, marks the waiter done, and unparks the thread. The
//! thread looks whether it is done after each time that it was unparked, and before it parks; an unpark that
//! comes between leaves a token, by which the next park returns at once (as `std::thread::park` promises).
//! A thread whose time has run out claims its own waiter; if that fails, another's outcome is on its way, and
//! it waits for that.

use super::runtime::Runtime;
use super::scope::Scope;
use super::strand::Strand;
use crate::primitives::{Action, Misuse, Reply};
use crate::values::{Object, Published, Ref, Value, View};
use crate::vm::Calls;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Instant;

/// How a wait ended.
pub enum Outcome {
    /// The action of the arm with this number happened.
    Acted(usize, Result<Reply, Misuse>),
    /// A lock or a permit is free: try again.
    Retry,
    /// The time ran out.
    TimedOut,
    /// The thread is to raise this error.
    Raise(Published),
    /// The thread is to stop where it is.
    Killed,
}

/// What a thread waits for.
#[derive(Clone)]
pub struct On {
    /// The object.
    pub object: Published,
    /// The action that is not ready.
    pub action: Action,
}

impl On {
    /// The object.
    pub fn object(&self) -> &Ref<Object> {
        match self.object.get().view() {
            View::Object(object) => object,
            _ => unreachable!("a thread waits for objects"),
        }
    }

    /// `action` on `object`.
    pub fn new(object: &Ref<Object>, action: Action) -> On {
        On { object: Published::new(Value::from(object.clone())), action }
    }
}

/// The others of a `join a, b, c`, from one on.
#[derive(Clone, Default)]
pub struct Rest {
    of: Option<Arc<Joined>>,
    from: usize,
}

/// What a `join a, b, c` waits for.
struct Joined {
    all: Box<[On]>,
    began: Instant,
    /// The number of the last wait that could close a knot and was there when this join was looked at as a whole.
    looked_at: AtomicU64,
}

impl Rest {
    /// All of these.
    pub fn new(all: Box<[On]>) -> Rest {
        let (began, looked_at) = (Instant::now(), AtomicU64::new(u64::MAX));
        Rest { of: Some(Arc::new(Joined { all, began, looked_at })), from: 0 }
    }

    /// The same without the first.
    pub fn advance(&mut self) {
        self.from += 1;
    }

    /// What there is.
    pub fn iter(&self) -> impl Iterator<Item = &On> {
        self.of.iter().flat_map(|joined| joined.all.iter()).skip(self.from)
    }

    /// When the join began.
    pub fn began(&self) -> Option<Instant> {
        self.of.as_ref().map(|joined| joined.began)
    }

    /// Looks at the join as a whole when `now` waits that could close a knot have begun, the present one with
    /// them. Whether there is anything new: others that have begun since the last time.
    pub fn look(&self, now: u64) -> bool {
        let Some(joined) = &self.of else { return false };
        joined.looked_at.swap(now, Ordering::Relaxed).wrapping_add(1) != now
    }
}

/// What kind of wait it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitKind {
    /// For the objects.
    Objects,
    /// `sleep`
    Sleep,
    /// The end of a scope.
    Scope,
    /// A worker without a task.
    Idle,
    /// A line of input.
    Input,
}

const WAITING: u8 = 0;
const PARKED: u8 = 1;
const CLAIMED: u8 = 2;
const DONE: u8 = 3;

/// A wait of a thread.
pub struct Waiter {
    /// The thread.
    pub strand: Arc<Strand>,
    /// What it waits for: one object, or the arms of a `select`.
    pub on: Vec<On>,
    /// What it must wait for after that, in any case: the others of a `join a, b, c`.
    pub then: Rest,
    /// What kind of wait it is.
    pub kind: WaitKind,
    /// Whether the thread looks for itself whether it need wait: `wait … until`.
    pub looks: bool,
    /// The scope whose end it waits for.
    pub scope: Option<Arc<Scope>>,
    /// Whether it may be cancelled.
    pub cancellable: bool,
    /// Where in the script it waits, and the calls that led there.
    pub calls: Calls,
    /// Since when.
    pub since: Instant,
    /// When the statement began to wait: of a `join a, b, c`, for the first of them.
    pub began: Instant,
    status: AtomicU8,
    outcome: Mutex<Option<Outcome>>,
}

impl Waiter {
    /// A wait of `strand` that begins now, at this place of the script.
    pub fn new(strand: &Arc<Strand>, on: Vec<On>, kind: WaitKind, calls: Calls) -> Waiter {
        let now = Instant::now();
        Waiter {
            strand: strand.clone(),
            on,
            then: Rest::default(),
            kind,
            looks: false,
            scope: None,
            cancellable: true,
            calls,
            since: now,
            began: now,
            status: AtomicU8::new(WAITING),
            outcome: Mutex::new(None),
        }
    }

    /// Takes the right to end the wait; nobody else can then. Whether that worked.
    pub fn claim(&self, runtime: &Runtime) -> bool {
        loop {
            let before = self.status.load(Ordering::SeqCst);
            if before != WAITING && before != PARKED {
                return false;
            }
            if self
                .status
                .compare_exchange(before, CLAIMED, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok()
            {
                if before == PARKED {
                    // It can go on from now on; whoever claims is able too, so the count was not 0.
                    runtime.waits.one_more_able();
                }
                return true;
            }
        }
    }

    /// Ends a wait that was claimed.
    pub fn deliver(&self, outcome: Outcome) {
        *self.outcome.lock() = Some(outcome);
        self.status.store(DONE, Ordering::SeqCst);
        self.strand.unpark();
    }

    /// Ends the wait, if nobody else has.
    pub fn end(&self, runtime: &Runtime, outcome: Outcome) -> bool {
        let claimed = self.claim(runtime);
        if claimed {
            self.deliver(outcome);
        }
        claimed
    }

    /// The thread sleeps without a limit from now on; not if its wait has ended meanwhile.
    pub fn park(&self) -> bool {
        self.status.compare_exchange(WAITING, PARKED, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Whether the thread sleeps without a limit, and nobody is about to wake it.
    pub fn is_parked(&self) -> bool {
        self.status.load(Ordering::SeqCst) == PARKED
    }

    /// Whether somebody has decided how the wait ends.
    pub fn is_claimed(&self) -> bool {
        self.status.load(Ordering::SeqCst) >= CLAIMED
    }

    /// Whether it was told to stop waiting, or is about to find that it was: by a cancel, or because it waits in vain.
    /// For one that stands in line; who is served is taken out of it before.
    ///
    /// A cancel that finds no wait begun leaves a flag, by which the wait ends as soon as it begins.
    pub fn is_told_to_stop(&self) -> bool {
        // In this order: the flag is put down only after the wait has ended for it.
        let flag = self.cancellable && self.strand.attention.load(Ordering::Acquire);
        match self.status.load(Ordering::SeqCst) {
            DONE => true,
            CLAIMED => false,
            _ => flag,
        }
    }

    /// Ends the wait of the present thread, which has hardly begun: it is to raise an error. Whether nobody else has
    /// decided how it ends.
    pub fn stop(&self) -> bool {
        self.status.compare_exchange(WAITING, DONE, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Whether the outcome is there.
    pub fn is_done(&self) -> bool {
        self.status.load(Ordering::SeqCst) == DONE
    }

    /// The outcome, when it is there.
    pub fn take_outcome(&self) -> Option<Outcome> {
        self.outcome.lock().take()
    }
}
