//! The states of the primitives: what each is, when an action may happen, and what it does. No threads,
//! no clock, no locks: a runtime runs these states, and all its waiting is the same (see `runtime`).
//!
//! An action is guarded: [`Primitive::ready`] tells whether it may happen now, [`Primitive::act`] lets it
//! happen. An action that is a mistake is ready, and `act` refuses it. A thread whose action is not ready
//! waits: the runtime tells the state so by [`Primitive::wait`], and by [`Primitive::give_up`] if it stops
//! waiting without having acted.

mod action;
mod barrier;
mod condition;
mod event;
mod latch;
mod line;
mod lock;
mod pool;
mod queue;
mod rlock;
mod rwlock;
mod semaphore;
mod thread;
mod timer;
pub mod word;

pub use action::{Action, Hold, Look, Misuse, Reply, ThreadId};
pub use barrier::{Barrier, LeftEarly};
pub use condition::Condition;
pub use event::Event;
pub use latch::Latch;
pub use line::Line;
pub use lock::Lock;
pub use pool::{Next, Pool};
pub use queue::{Queue, QueueOrder};
pub use rlock::RLock;
pub use rwlock::RwLock;
pub use semaphore::Semaphore;
pub use thread::{Ended, Thread};
pub use timer::Timer;

/// The state of a primitive.
pub trait Primitive {
    /// The guard: whether `action` may happen now, or is a mistake that is told now.
    fn ready(&self, who: ThreadId, action: &Action) -> bool;

    /// The effect.
    ///
    /// # Errors
    ///
    /// The mistake that the action is; then nothing has changed.
    fn act(&mut self, who: ThreadId, action: Action) -> Result<Reply, Misuse>;

    /// `who` begins to wait for `action`. The state may note in the action what it waits from.
    fn wait(&mut self, who: ThreadId, action: &mut Action) {
        let _ = (who, action);
    }

    /// `who` stops waiting for `action`, which did not happen.
    fn give_up(&mut self, who: ThreadId, action: &Action) {
        let _ = (who, action);
    }

    /// Whether what its actions do depends on who waits, beyond serving them: then it is told who is to stop waiting
    /// before the next action.
    fn counts_on_waiters(&self) -> bool {
        false
    }

    /// `who`, who waits for `action`, was told to stop, and will give up: nobody is to count on it any more.
    fn will_give_up(&mut self, who: ThreadId, action: &Action) {
        let _ = (who, action);
    }

    /// The waiting thread whose action this one takes part in, so that both happen at once: a rendezvous.
    fn partner(&self, who: ThreadId, action: &Action) -> Option<ThreadId> {
        let _ = (who, action);
        None
    }

    /// Whether `action` can only happen together with one that waits: then it must be waited for in line.
    fn only_meets(&self, action: &Action) -> bool {
        let _ = action;
        false
    }

    /// The threads that must do something before `action` can happen, and that alone can do it: who waits for
    /// them waits on them.
    fn holders(&self, who: ThreadId, action: &Action) -> Vec<ThreadId> {
        let _ = (who, action);
        Vec::new()
    }

    /// Whether any waiter could go on at all: a quick no spares looking through all of them.
    fn may_serve(&self) -> bool {
        true
    }

    /// Which line an action waits in: each is served in order, first come, first served.
    fn line(&self, action: &Action) -> Line {
        match action {
            Action::Look(_) => Line::Open,
            _ => Line::Main,
        }
    }
}
