//! The system's threads. One that has done its work takes what waits, or is kept for a while: to make one takes far
//! longer than to wake one, and to wake one longer than to take the next piece of work.
//!
//! Work stands in a queue. A thread that was called for it, made anew or woken, *comes*; when it is there it takes the
//! first piece, and calls another if there is more.
//!
//! *No work is left lying.* Whenever there is work in the queue, somebody comes: who puts work there calls somebody,
//! unless enough come already; who has come, and who has done a piece of work, takes the next and does the same; and
//! a thread goes idle under the same hold of the lock under which it found the queue empty. Who comes takes one piece
//! before it runs anything, so work that blocks, or goes on for ever, holds up no other.

use super::block::briefly;
use crate::memory;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::collections::VecDeque;
use std::ffi::CStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// What is to be done: by a thread of its own, or, if the system gives none, at once where that is found out.
pub type Work = Box<dyn FnOnce(std::io::Result<()>) + Send>;

/// The stack of a script's thread: its calls live on the heap, so this holds the machine's own and what
/// built-in functions use.
const STACK_BYTES: usize = 512 << 10;
/// How long a thread without work is kept.
const KEEP: Duration = Duration::from_secs(5);
/// How many threads without work are kept.
const MOST_KEPT: usize = 64;
/// How many come at most at one time: more would find that others have done the work.
const MOST_COMING: usize = 2;
/// How many pieces stand in the queue before who brings more waits. If the system gives no thread, so many are refused
/// after they were taken on, at most.
const MOST_QUEUED: usize = 64;

/// Threads that are kept.
#[derive(Clone, Default)]
pub struct Crew {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// There is room in the queue again.
    room: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Piece>,
    idle: Vec<Arc<Idle>>,
    /// How many were called and are not there yet.
    coming: usize,
    /// How many pieces there were.
    pieces: u64,
    /// Whether the system gave no thread the last time: then each piece gets a thread before it is taken on, so that
    /// who brings it is told.
    scarce: bool,
}

struct Piece {
    number: u64,
    name: SystemName,
    work: Work,
}

/// A thread without work.
struct Idle {
    called: AtomicBool,
    thread: Thread,
}

/// Who is to be called.
enum Call {
    Nobody,
    Idle(Arc<Idle>),
    New,
}

impl State {
    /// Somebody comes, if there is work and not enough do.
    fn call(&mut self) -> Call {
        let enough = self.coming >= MOST_COMING && !self.scarce;
        if self.queue.is_empty() || enough {
            return Call::Nobody;
        }
        self.coming += 1;
        self.idle.pop().map_or(Call::New, Call::Idle)
    }
}

impl Crew {
    /// Runs `work` on a thread that bears this name.
    ///
    /// # Errors
    ///
    /// If the system gives no more threads. That may also be found out later; the work is told so then.
    pub fn run(&self, name: &str, work: Work) -> std::io::Result<()> {
        let name = system_name(name);
        let (number, call) = {
            let mut state = self.state();
            let full = |state: &mut State| state.queue.len() >= MOST_QUEUED && !state.scarce;
            self.shared.room.wait_while(&mut state, full);
            state.pieces += 1;
            let number = state.pieces;
            state.queue.push_back(Piece { number, name, work });
            (number, state.call())
        };
        self.answer(call).or_else(|error| {
            let mut state = self.state();
            // Another may have taken it meanwhile.
            let at = state.queue.iter().position(|piece| piece.number == number);
            match at.and_then(|at| state.queue.remove(at)) {
                Some(_) => Err(error),
                None => Ok(()),
            }
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock()
    }

    /// Calls who is to come.
    fn answer(&self, call: Call) -> std::io::Result<()> {
        match call {
            Call::Nobody => Ok(()),
            Call::Idle(idle) => {
                idle.called.store(true, Ordering::SeqCst);
                idle.thread.unpark();
                Ok(())
            }
            Call::New => {
                let crew = self.clone();
                let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
                // The standard library ends the process if a new thread finds no memory to begin with.
                let made = match memory::may_claim(STACK_BYTES) {
                    true => builder.spawn(move || crew.serve()).map(|_| ()),
                    false => Err(std::io::ErrorKind::OutOfMemory.into()),
                };
                let mut state = self.state();
                state.scarce = made.is_err();
                if state.scarce {
                    self.shared.room.notify_all();
                }
                state.coming -= usize::from(made.is_err());
                made
            }
        }
    }

    /// The life of a thread.
    fn serve(&self) {
        let idle = Arc::new(Idle { called: false.into(), thread: std::thread::current() });
        loop {
            self.state().coming -= 1;
            while let Some(piece) = self.next(&idle) {
                if let Ok(name) = CStr::from_bytes_until_nul(&piece.name) {
                    let _ = rustix::thread::set_name(name);
                }
                (piece.work)(Ok(()));
            }
            if !self.is_called(&idle) {
                return;
            }
        }
    }

    /// The next piece of work; if there is none, the thread is idle from now on.
    #[inline(never)]
    fn next(&self, idle: &Arc<Idle>) -> Option<Piece> {
        let (piece, call) = {
            let mut state = self.state();
            let piece = state.queue.pop_front();
            if state.queue.len() == MOST_QUEUED / 2 {
                self.shared.room.notify_all();
            }
            if piece.is_none() {
                idle.called.store(false, Ordering::SeqCst);
                state.idle.push(idle.clone());
            }
            (piece, state.call())
        };
        if let Err(error) = self.answer(call) {
            self.refuse(&error);
        }
        piece
    }

    /// There is no thread for what stands in the queue.
    #[cold]
    fn refuse(&self, error: &std::io::Error) {
        let refused = std::mem::take(&mut self.state().queue);
        for piece in refused {
            (piece.work)(Err(std::io::Error::new(error.kind(), error.to_string())));
        }
    }

    /// Waits until an idle thread is called. If it is not, it leaves.
    #[inline(never)]
    fn is_called(&self, idle: &Arc<Idle>) -> bool {
        let called = || idle.called.load(Ordering::SeqCst);
        if briefly(|| called().then_some(())).is_some() {
            return true;
        }
        let deadline = Instant::now() + KEEP;
        let leave = |state: &mut State| {
            let at = state.idle.iter().position(|other| Arc::ptr_eq(other, idle));
            at.map(|at| state.idle.remove(at)).is_some()
        };
        {
            let mut state = self.state();
            if state.idle.len() > MOST_KEPT && leave(&mut state) {
                return false;
            }
        }
        while !called() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                // If it is no longer there, it was called.
                return !leave(&mut self.state());
            }
            std::thread::park_timeout(left);
        }
        true
    }
}

/// A name as the system takes it: at most 15 bytes, whole characters, and zeros behind them.
type SystemName = [u8; 16];

fn system_name(name: &str) -> SystemName {
    let mut end = name.len().min(15);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let mut bytes = [0; 16];
    bytes[..end].copy_from_slice(&name.as_bytes()[..end]);
    for byte in &mut bytes[..end] {
        if *byte == 0 {
            *byte = b'?';
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_at_characters() {
        assert_eq!(&system_name("a-name-that-is-long"), b"a-name-that-is-\0");
        assert_eq!(&system_name("ééééééééé")[..15], "ééééééé\0".as_bytes());
        assert_eq!(&system_name("a\0b")[..4], b"a?b\0");
    }

    #[test]
    fn work_is_done_again_and_again() {
        let crew = Crew::default();
        let (sender, receiver) = std::sync::mpsc::channel();
        for i in 0..1000 {
            let sender = sender.clone();
            crew.run("worker", Box::new(move |_| sender.send(i).unwrap())).unwrap();
        }
        let mut all: Vec<i32> = (0..1000).map(|_| receiver.recv().unwrap()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn work_that_waits_for_later_work_holds_up_none() {
        let crew = Crew::default();
        let barrier = Arc::new(std::sync::Barrier::new(200));
        let (sender, receiver) = std::sync::mpsc::channel();
        for round in 0..3 {
            for _ in 0..200 {
                let (barrier, sender) = (barrier.clone(), sender.clone());
                let work = move |_| {
                    barrier.wait();
                    sender.send(round).unwrap();
                };
                crew.run("worker", Box::new(work)).unwrap();
            }
            assert!((0..200).all(|_| receiver.recv().unwrap() == round));
        }
    }
}
