//! Locks and semaphores: a state in one word, changed by compare-and-swap, with a line of waiters beside it.
//!
//! The word is the packed state of the primitive (`Lock::pack` and its kin), and one bit more, [`WAITERS`]. As
//! long as that is clear, taking and giving back are one compare-and-swap, here or in the machine itself; when it
//! is set, both come here and take the line's lock first.
//!
//! *No wake-up is lost.* A thread that must wait sets the bit under the line's lock, then tries once more, then
//! stands in line: a release before the bit was set is seen by that try, a later one finds the bit and takes the
//! line's lock. Whoever makes the head's action possible, under that lock, wakes the head, unless one who was
//! woken is still on its way; that one tries again under the lock, and then wakes the next if it still can.
//!
//! *Nobody starves.* A running thread may take what is free before the one that was woken gets there. But the
//! head of the line that has waited for [`PATIENCE`] is handed the lock by the release itself.

use super::block::block;
use super::runtime::Runtime;
use super::waiter::{On, Outcome, Waiter};
use crate::primitives::{Action, Lock, Misuse, Primitive, RLock, Reply, Semaphore, ThreadId};
use crate::values::{Object, Ref};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// In the word: somebody stands in line.
pub const WAITERS: u64 = 1 << 63;

/// How long the head of the line lets running threads go first.
const PATIENCE: Duration = Duration::from_micros(500);

/// Which primitive a word is the state of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    Lock,
    RLock,
    Semaphore { bound: Option<i64> },
}

/// What the runtime keeps of a lock or a semaphore beside its word.
pub struct WordBody {
    /// Which it is.
    pub kind: WordKind,
    line: Mutex<Waiters>,
}

#[derive(Default)]
struct Waiters {
    waiting: VecDeque<Waiting>,
    /// Whether one who was woken is on its way.
    woken: bool,
}

struct Waiting {
    who: ThreadId,
    action: Action,
    waiter: Arc<Waiter>,
    /// When it first stood in line.
    since: Instant,
}

impl WordBody {
    /// A line for a word of this kind.
    pub fn new(kind: WordKind) -> WordBody {
        WordBody { kind, line: Mutex::default() }
    }

    /// Lets the action happen if it is ready, by compare-and-swap. `None` if it is not; or if somebody stands in
    /// line, unless the caller holds the line's lock.
    fn attempt(
        &self,
        object: &Object,
        who: ThreadId,
        action: &Action,
        holds_line: bool,
    ) -> Option<Result<Reply, Misuse>> {
        loop {
            let word = object.word.load(Ordering::SeqCst);
            let flag = word & WAITERS;
            if flag != 0 && !holds_line {
                return None;
            }
            let (new, reply) = match self.kind {
                WordKind::Lock => {
                    step(Lock::unpack(word & !WAITERS), who, action, |lock| lock.pack())?
                }
                WordKind::RLock => {
                    step(RLock::unpack(word & !WAITERS), who, action, |lock| lock.pack())?
                }
                WordKind::Semaphore { bound } => {
                    let state = Semaphore { value: (word & !WAITERS) as i64, bound };
                    step(state, who, action, |semaphore| semaphore.value as u64)?
                }
            };
            let reply = match reply {
                Ok(reply) => reply,
                Err(misuse) => return Some(Err(misuse)),
            };
            if object
                .word
                .compare_exchange(word, new | flag, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok()
            {
                return Some(Ok(reply));
            }
        }
    }

    fn ready(&self, object: &Object, who: ThreadId, action: &Action) -> bool {
        let word = object.word.load(Ordering::SeqCst) & !WAITERS;
        match self.kind {
            WordKind::Lock => Lock::unpack(word).ready(who, action),
            WordKind::RLock => RLock::unpack(word).ready(who, action),
            WordKind::Semaphore { bound } => {
                Semaphore { value: word as i64, bound }.ready(who, action)
            }
        }
    }

    /// Who must do something before `action` can happen.
    pub fn holders(&self, object: &Object, who: ThreadId, action: &Action) -> Vec<ThreadId> {
        let word = object.word.load(Ordering::SeqCst) & !WAITERS;
        match self.kind {
            WordKind::Lock => Lock::unpack(word).holders(who, action),
            WordKind::RLock => RLock::unpack(word).holders(who, action),
            WordKind::Semaphore { .. } => Vec::new(),
        }
    }

    /// Who holds the lock, however it took it.
    pub fn owner(&self, object: &Object) -> Option<ThreadId> {
        let word = object.word.load(Ordering::SeqCst) & !WAITERS;
        match self.kind {
            WordKind::Lock => Lock::unpack(word).held.map(|(owner, _)| owner),
            WordKind::RLock => RLock::unpack(word).held.map(|(owner, _)| owner),
            WordKind::Semaphore { .. } => None,
        }
    }

    /// How often the holder of a reentrant lock has taken it; 1 for others, 0 if it is free.
    pub fn depth(&self, object: &Object) -> u64 {
        let word = object.word.load(Ordering::SeqCst) & !WAITERS;
        match self.kind {
            WordKind::RLock => RLock::unpack(word).held.map_or(0, |(_, depth)| depth),
            WordKind::Lock => u64::from(word != 0),
            WordKind::Semaphore { .. } => 0,
        }
    }

    /// How many stand in line.
    pub fn waiting(&self) -> usize {
        let line = self.line.lock();
        line.waiting.iter().filter(|waiting| !waiting.waiter.is_claimed()).count()
            + usize::from(line.woken)
    }

    /// Whether the action may go before those in line: it is a mistake, or the thread's own lock once more.
    fn goes_first(&self, object: &Object, action: &Action) -> bool {
        match (self.kind, action) {
            (WordKind::Semaphore { bound }, Action::Acquire { count, .. }) => {
                *count < 1 || bound.is_some_and(|bound| *count > bound)
            }
            (WordKind::Semaphore { .. }, _) => true,
            _ => object.word.load(Ordering::SeqCst) & !WAITERS != 0,
        }
    }

    /// Does something that need not wait: gives back, or looks.
    pub fn perform(
        &self,
        runtime: &Runtime,
        object: &Object,
        who: ThreadId,
        action: &Action,
    ) -> Result<Reply, Misuse> {
        if let Some(result) = self.attempt(object, who, action, false) {
            return result;
        }
        let mut line = self.line.lock();
        let result = self.attempt(object, who, action, true).unwrap_or(Err(Misuse::NoSuchAction));
        self.wake_next(runtime, object, &mut line);
        result
    }

    /// Takes it if that is possible at once.
    pub fn try_acquire(
        &self,
        runtime: &Runtime,
        object: &Object,
        who: ThreadId,
        action: &Action,
    ) -> Option<Result<Reply, Misuse>> {
        if let Some(result) = self.attempt(object, who, action, false) {
            return Some(result);
        }
        if object.word.load(Ordering::SeqCst) & WAITERS == 0 {
            return None;
        }
        let mut line = self.line.lock();
        if !line.waiting.is_empty() && !line.woken && !self.goes_first(object, action) {
            return None;
        }
        let result = self.attempt(object, who, action, true);
        self.wake_next(runtime, object, &mut line);
        result
    }

    /// Takes it, and waits as long as that takes.
    pub fn acquire(
        &self,
        runtime: &Arc<Runtime>,
        object: &Ref<Object>,
        action: &Action,
        make_waiter: &dyn Fn(On) -> Arc<Waiter>,
        deadline: Option<Instant>,
    ) -> Outcome {
        let since = Instant::now();
        let mut came_back = false;
        loop {
            let waiter = make_waiter(On::new(object, action.clone()));
            let who = waiter.strand.id;
            {
                let mut line = self.line.lock();
                if came_back {
                    line.woken = false;
                }
                object.word.fetch_or(WAITERS, Ordering::SeqCst);
                let may_try = came_back || line.waiting.is_empty() || line.woken;
                if (may_try || self.goes_first(object, action))
                    && let Some(result) = self.attempt(object, who, action, true)
                {
                    self.wake_next(runtime, object, &mut line);
                    return Outcome::Acted(0, result);
                }
                let waiting =
                    Waiting { who, action: action.clone(), waiter: waiter.clone(), since };
                // One that was woken in vain keeps its place.
                if came_back {
                    line.waiting.push_front(waiting);
                } else {
                    line.waiting.push_back(waiting);
                }
            }
            match block(runtime, &waiter, deadline) {
                Outcome::Retry => came_back = true,
                Outcome::Acted(arm, result) => return Outcome::Acted(arm, result),
                other => {
                    let mut line = self.line.lock();
                    line.waiting.retain(|waiting| !Arc::ptr_eq(&waiting.waiter, &waiter));
                    self.wake_next(runtime, object, &mut line);
                    return other;
                }
            }
        }
    }

    /// Wakes the head of the line if it can go on, and clears the bit if nobody stands there.
    fn wake_next(&self, runtime: &Runtime, object: &Object, line: &mut Waiters) {
        while let Some(head) = line.waiting.front() {
            if head.waiter.is_claimed() {
                // It leaves by itself.
                line.waiting.pop_front();
                continue;
            }
            if line.woken || !self.ready(object, head.who, &head.action) {
                return;
            }
            if !head.waiter.claim(runtime) {
                line.waiting.pop_front();
                continue;
            }
            let Some(head) = line.waiting.pop_front() else { return };
            if head.since.elapsed() >= PATIENCE {
                // A running thread may have been faster.
                if let Some(result) = self.attempt(object, head.who, &head.action, true) {
                    head.waiter.deliver(Outcome::Acted(0, result));
                    continue;
                }
            }
            line.woken = true;
            head.waiter.deliver(Outcome::Retry);
            return;
        }
        if !line.woken {
            object.word.fetch_and(!WAITERS, Ordering::SeqCst);
        }
    }
}

/// The state after an action, packed, and the reply; `None` if the action is not ready.
fn step<P: Primitive>(
    mut state: P,
    who: ThreadId,
    action: &Action,
    pack: impl FnOnce(&P) -> u64,
) -> Option<(u64, Result<Reply, Misuse>)> {
    if !state.ready(who, action) {
        return None;
    }
    let reply = state.act(who, action.clone());
    Some((pack(&state), reply))
}
