//! `Pool`: tasks wait in a row for a worker.
//!
//! A task is queued, then running, then over. A worker takes the first of the row, and waits while there is
//! none; it leaves when the pool lets its workers go. Workers are started as tasks come, up to the limit.

use super::{Action, Line, Misuse, Primitive, Reply, ThreadId};
use std::collections::VecDeque;

/// A pool of workers.
#[derive(Clone, Debug)]
pub struct Pool {
    /// How many workers there are at most.
    pub limit: usize,
    /// How many were started and have not left.
    pub workers: usize,
    /// How many of those are free.
    pub free: usize,
    /// The tasks that wait, in order.
    pub queued: VecDeque<ThreadId>,
    /// How many tasks are queued or running.
    pub unfinished: usize,
    /// Whether it takes no more.
    pub closed: bool,
    /// How many workers are to leave.
    pub leaving: usize,
}

impl Pool {
    /// A pool of up to `limit` workers, at least 1.
    #[must_use]
    pub fn new(limit: usize) -> Pool {
        Pool {
            limit,
            workers: 0,
            free: 0,
            queued: VecDeque::new(),
            unfinished: 0,
            closed: false,
            leaving: 0,
        }
    }

    /// Queues a task; whether a worker is to be started for it.
    ///
    /// # Errors
    ///
    /// If the pool takes no more.
    pub fn submit(&mut self, task: ThreadId) -> Result<bool, Misuse> {
        if self.closed {
            return Err(Misuse::Closed);
        }
        self.queued.push_back(task);
        self.unfinished += 1;
        let start =
            self.queued.len() > self.free.saturating_sub(self.leaving) && self.workers < self.limit;
        if start {
            self.workers += 1;
        }
        Ok(start)
    }

    /// Takes a queued task out of the row; whether it was there. It counts as unfinished until it has ended.
    pub fn withdraw(&mut self, task: ThreadId) -> bool {
        let Some(at) = self.queued.iter().position(|queued| *queued == task) else { return false };
        self.queued.remove(at);
        true
    }

    /// Lets the workers go, once there is nothing left to do.
    pub fn dismiss(&mut self) {
        self.leaving = self.workers;
    }

    /// A worker has left.
    pub fn left(&mut self) {
        self.workers -= 1;
        self.leaving = self.leaving.saturating_sub(1);
    }

    /// What a worker is to do next: a task, or to leave. `None`: to wait.
    pub fn take_next(&mut self) -> Option<Next> {
        if let Some(task) = self.queued.pop_front() {
            return Some(Next::Run(task));
        }
        (self.leaving > 0).then_some(Next::Leave)
    }
}

/// What a worker is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// To run this task.
    Run(ThreadId),
    /// To leave.
    Leave,
}

impl Primitive for Pool {
    fn ready(&self, _: ThreadId, action: &Action) -> bool {
        !matches!(action, Action::Join) || self.unfinished == 0
    }

    fn act(&mut self, _: ThreadId, action: Action) -> Result<Reply, Misuse> {
        match action {
            Action::Join => Ok(Reply::Done),
            _ => Err(Misuse::NoSuchAction),
        }
    }

    fn line(&self, _: &Action) -> Line {
        Line::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_started_up_to_the_limit() {
        let mut pool = Pool::new(2);
        assert!(pool.submit(1).unwrap());
        assert!(pool.submit(2).unwrap());
        assert!(!pool.submit(3).unwrap());
        assert_eq!(pool.take_next(), Some(Next::Run(1)));
        assert!(pool.withdraw(2) && !pool.withdraw(2) && !pool.withdraw(1));
        assert_eq!(pool.take_next(), Some(Next::Run(3)));
        assert_eq!(pool.take_next(), None);
        pool.closed = true;
        assert_eq!(pool.submit(4), Err(Misuse::Closed));
    }

    #[test]
    fn dismissed_workers_leave() {
        let mut pool = Pool::new(2);
        pool.submit(1).unwrap();
        pool.take_next();
        pool.dismiss();
        assert_eq!(pool.take_next(), Some(Next::Leave));
        pool.left();
        assert_eq!((pool.workers, pool.leaving), (0, 0));
        assert!(pool.submit(2).unwrap());
    }
}
