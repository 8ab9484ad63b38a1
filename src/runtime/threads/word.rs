//! Locks and semaphores: a state in one word, changed by compare-and-swap, with a line of waiters beside it.
//!
//! The word is the packed state of the primitive (`Lock::pack` and its kin) and two flags: see `primitives::word`.
//! As long as nobody waits, or one who was woken is on the way, taking and giving back are one compare-and-swap,
//! here or in the machine itself. Else both come here and take the line's lock first. The flags are changed under
//! that lock only.
//!
//! *No wake-up is lost.* A thread that must wait sets [`WAITERS`] and clears [`WOKEN`] under the line's lock, then
//! tries once more, then stands in line: a release before the flags were so is seen by that try, a later one finds
//! them and takes the line's lock. Whoever makes the head's action possible, under that lock, wakes the head and
//! sets [`WOKEN`]. Releases pass the line by from then on; but the one that was woken either takes the lock, or
//! clears the flag and tries again, as above, and in both cases wakes the next if that can go on.
//!
//! *Nobody starves.* A running thread may take what is free before the one that was woken gets there. But one that
//! was woken in vain, and has waited for [`PATIENCE`], is handed the lock by the release itself. It has just run, and
//! mostly still does, so the lock does not lie idle until a sleeping thread is there. Where somebody wants several
//! permits of a semaphore, all are handed them in the order of the line, and nobody passes it.

use super::block::{block, briefly_among};
use super::runtime::Runtime;
use super::shell::By;
use super::waiter::{On, Outcome, Waiter};
use crate::primitives::word::{STATE, WAITERS, WOKEN, is_open};
use crate::primitives::{Action, Lock, Misuse, Primitive, RLock, Reply, Semaphore, ThreadId};
use crate::values::{Object, Ref};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long one that was woken in vain lets running threads go first.
const PATIENCE: Duration = Duration::from_micros(500);

/// Which primitive a word is the state of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    Lock,
    RLock,
    Semaphore {
        bound: Option<i64>,
        /// Whether it began without permits: then it is there to be released, not borrowed from.
        is_signal: bool,
    },
}

/// What the runtime keeps of a lock or a semaphore beside its word.
pub struct WordBody {
    /// Which it is.
    pub kind: WordKind,
    line: Mutex<Waiters>,
    /// How many look for it to be free.
    wanting: AtomicUsize,
}

/// Those who stand in line.
#[derive(Default)]
struct Waiters {
    queue: VecDeque<Waiting>,
    /// How many of them want several permits: then all are served strictly in order, or those would starve.
    several: usize,
}

impl Waiters {
    fn push_back(&mut self, waiting: Waiting) {
        self.several += usize::from(waiting.wants_several());
        self.queue.push_back(waiting);
    }

    fn push_front(&mut self, waiting: Waiting) {
        self.several += usize::from(waiting.wants_several());
        self.queue.push_front(waiting);
    }

    fn pop_front(&mut self) -> Option<Waiting> {
        let waiting = self.queue.pop_front()?;
        self.several -= usize::from(waiting.wants_several());
        Some(waiting)
    }

    fn remove(&mut self, waiter: &Arc<Waiter>) {
        self.queue.retain(|waiting| !Arc::ptr_eq(&waiting.waiter, waiter));
        self.several = self.queue.iter().filter(|waiting| waiting.wants_several()).count();
    }
}

struct Waiting {
    who: ThreadId,
    action: Action,
    waiter: Arc<Waiter>,
    /// When it first stood in line, if it was woken in vain since.
    in_vain_since: Option<Instant>,
}

impl Waiting {
    fn wants_several(&self) -> bool {
        matches!(self.action, Action::Acquire { count, .. } if count > 1)
    }
}

impl WordBody {
    /// A line for a word of this kind.
    pub fn new(kind: WordKind) -> WordBody {
        WordBody { kind, line: Mutex::default(), wanting: AtomicUsize::new(0) }
    }

    /// Lets the action happen if it is ready, by compare-and-swap. `None` if it is not; or if somebody must look
    /// after the line, unless the caller holds the line's lock.
    fn attempt(
        &self,
        object: &Object,
        who: ThreadId,
        action: &Action,
        holds_line: bool,
    ) -> Option<Result<Reply, Misuse>> {
        loop {
            let word = object.word.load(Ordering::SeqCst);
            if !is_open(word) && !holds_line {
                return None;
            }
            let flags = word & !STATE;
            let (new, reply) = match self.kind {
                WordKind::Lock => {
                    step(Lock::unpack(word & STATE), who, action, |lock| lock.pack())?
                }
                WordKind::RLock => {
                    step(RLock::unpack(word & STATE), who, action, |lock| lock.pack())?
                }
                WordKind::Semaphore { bound, .. } => {
                    let state = Semaphore { value: (word & STATE) as i64, bound };
                    step(state, who, action, |semaphore| semaphore.value as u64)?
                }
            };
            let reply = match reply {
                Ok(reply) => reply,
                Err(misuse) => return Some(Err(misuse)),
            };
            if object
                .word
                .compare_exchange(word, new | flags, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok()
            {
                return Some(Ok(reply));
            }
        }
    }

    fn ready(&self, object: &Object, who: ThreadId, action: &Action) -> bool {
        let word = object.word.load(Ordering::SeqCst) & STATE;
        match self.kind {
            WordKind::Lock => Lock::unpack(word).ready(who, action),
            WordKind::RLock => RLock::unpack(word).ready(who, action),
            WordKind::Semaphore { bound, .. } => {
                Semaphore { value: word as i64, bound }.ready(who, action)
            }
        }
    }

    /// Who must do something before `action` can happen.
    pub fn holders(&self, object: &Object, who: ThreadId, action: &Action) -> Vec<ThreadId> {
        let word = object.word.load(Ordering::SeqCst) & STATE;
        match self.kind {
            WordKind::Lock => Lock::unpack(word).holders(who, action),
            WordKind::RLock => RLock::unpack(word).holders(who, action),
            WordKind::Semaphore { .. } => Vec::new(),
        }
    }

    /// Who holds the lock, however it took it.
    pub fn owner(&self, object: &Object) -> Option<ThreadId> {
        let word = object.word.load(Ordering::SeqCst) & STATE;
        match self.kind {
            WordKind::Lock => Lock::unpack(word).held.map(|(owner, _)| owner),
            WordKind::RLock => RLock::unpack(word).held.map(|(owner, _)| owner),
            WordKind::Semaphore { .. } => None,
        }
    }

    /// How often the holder of a reentrant lock has taken it; 1 for others, 0 if it is free.
    pub fn depth(&self, object: &Object) -> u64 {
        let word = object.word.load(Ordering::SeqCst) & STATE;
        match self.kind {
            WordKind::RLock => RLock::unpack(word).held.map_or(0, |(_, depth)| depth),
            WordKind::Lock => u64::from(word != 0),
            WordKind::Semaphore { .. } => 0,
        }
    }

    /// How many stand in line.
    pub fn waiting(&self, object: &Object) -> usize {
        let line = self.line.lock();
        line.queue.iter().filter(|waiting| !waiting.waiter.is_claimed()).count()
            + usize::from(is_woken(object))
    }

    /// Whether the action may go before those in line: it is a mistake, or the thread's own lock once more.
    fn goes_first(&self, object: &Object, action: &Action) -> bool {
        match (self.kind, action) {
            (WordKind::Semaphore { bound, .. }, Action::Acquire { count, .. }) => {
                *count < 1 || bound.is_some_and(|bound| *count > bound)
            }
            (WordKind::Semaphore { .. }, _) => true,
            _ => object.word.load(Ordering::SeqCst) & STATE != 0,
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
        if is_open(object.word.load(Ordering::SeqCst)) || !self.ready(object, who, action) {
            return None;
        }
        let mut line = self.line.lock();
        // Those who have stopped waiting are no longer in the way.
        self.wake_next(runtime, object, &mut line);
        let may_try =
            is_open(object.word.load(Ordering::SeqCst)) || self.goes_first(object, action);
        may_try.then(|| self.attempt(object, who, action, true)).flatten()
    }

    /// Takes it as soon as it is free, if that is so within a few microseconds: standing in line and being woken
    /// takes longer than most threads hold a lock.
    fn try_briefly(
        &self,
        object: &Object,
        by: By<'_>,
        action: &Action,
    ) -> Option<Result<Reply, Misuse>> {
        briefly_among(&self.wanting, || {
            if by.is_stopped() {
                return Some(None);
            }
            match self.attempt(object, by.who, action, false) {
                Some(result) => Some(Some(result)),
                None if is_open(object.word.load(Ordering::Relaxed)) => None,
                None => Some(None),
            }
        })
        .flatten()
    }

    /// Takes it, and waits as long as that takes.
    pub fn acquire(
        &self,
        runtime: &Arc<Runtime>,
        object: &Ref<Object>,
        by: By<'_>,
        action: &Action,
        make_waiter: &dyn Fn(On, Instant) -> Arc<Waiter>,
        deadline: Option<Instant>,
    ) -> Outcome {
        let since = Instant::now();
        let who = by.who;
        let mut in_vain_since = None;
        loop {
            let tried = self.try_briefly(object, by, action);
            if in_vain_since.is_none()
                && let Some(result) = tried
            {
                return Outcome::Acted(0, result);
            }
            let waiter = make_waiter(On::new(object, action.clone()), since);
            {
                let mut line = self.line.lock();
                let may_try = in_vain_since.is_some() || line.queue.is_empty() || is_woken(object);
                if in_vain_since.is_some() {
                    object.word.fetch_and(!WOKEN, Ordering::SeqCst);
                }
                object.word.fetch_or(WAITERS, Ordering::SeqCst);
                let attempt = || {
                    let may_try = may_try || self.goes_first(object, action);
                    // What was released before the flags were set may have been so by who has cancelled it before: it
                    // stands in line then, and finds that out.
                    let may_try = may_try && !by.is_stopped();
                    may_try.then(|| self.attempt(object, who, action, true)).flatten()
                };
                if let Some(result) = tried.or_else(attempt) {
                    self.wake_next(runtime, object, &mut line);
                    return Outcome::Acted(0, result);
                }
                let (action, waiter) = (action.clone(), waiter.clone());
                let waiting = Waiting { who, action, waiter, in_vain_since };
                if waiting.wants_several() {
                    // Nobody is to pass it from now on.
                    object.word.fetch_and(!WOKEN, Ordering::SeqCst);
                }
                // One that was woken in vain keeps its place.
                if in_vain_since.is_some() {
                    line.push_front(waiting);
                } else {
                    line.push_back(waiting);
                }
            }
            match block(runtime, &waiter, deadline) {
                Outcome::Retry => in_vain_since = Some(since),
                Outcome::Acted(arm, result) => return Outcome::Acted(arm, result),
                other => {
                    let mut line = self.line.lock();
                    line.remove(&waiter);
                    self.wake_next(runtime, object, &mut line);
                    return other;
                }
            }
        }
    }

    /// Wakes the head of the line if it can go on, and clears the flag if nobody stands there.
    fn wake_next(&self, runtime: &Runtime, object: &Object, line: &mut Waiters) {
        while let Some(head) = line.queue.front() {
            if head.waiter.is_claimed() || head.waiter.is_told_to_stop() {
                // It leaves by itself.
                line.pop_front();
                continue;
            }
            if is_woken(object) || !self.ready(object, head.who, &head.action) {
                return;
            }
            if !head.waiter.claim(runtime) {
                line.pop_front();
                continue;
            }
            let Some(head) = line.pop_front() else { return };
            let waited = |since: Instant| since.elapsed() >= PATIENCE;
            if line.several > 0 || head.wants_several() || head.in_vain_since.is_some_and(waited) {
                // A running thread may have been faster.
                if let Some(result) = self.attempt(object, head.who, &head.action, true) {
                    head.waiter.deliver(Outcome::Acted(0, result));
                    continue;
                }
            }
            object.word.fetch_or(WOKEN, Ordering::SeqCst);
            head.waiter.deliver(Outcome::Retry);
            return;
        }
        if !is_woken(object) {
            object.word.fetch_and(!WAITERS, Ordering::SeqCst);
        }
    }
}

/// Whether one who was woken is on the way.
fn is_woken(object: &Object) -> bool {
    object.word.load(Ordering::SeqCst) & WOKEN != 0
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
