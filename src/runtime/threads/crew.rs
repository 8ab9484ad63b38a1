//! The system's threads. One that has done its work is kept for a while, and takes the next: to make one takes
//! far longer than to wake one.

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;
use std::ffi::CString;
use std::sync::Arc;
use std::time::Duration;

type Work = Box<dyn FnOnce() + Send>;

/// The ways to the threads without work: what each is to do, and its name.
type Free = Mutex<Vec<Sender<(Work, CString)>>>;

/// The stack of a script's thread: its calls live on the heap, so this holds the machine's own and what
/// built-in functions use.
const STACK_BYTES: usize = 512 << 10;
/// How long a thread without work is kept.
const KEEP: Duration = Duration::from_secs(5);
/// How many threads without work are kept.
const MOST_KEPT: usize = 64;

/// Threads that are kept.
#[derive(Default)]
pub struct Crew {
    free: Arc<Free>,
}

impl Crew {
    /// Runs `work` on a thread that bears this name.
    ///
    /// # Errors
    ///
    /// If the system gives no more threads.
    pub fn run(&self, name: &str, work: Work) -> std::io::Result<()> {
        let name = system_name(name);
        let mut job = (work, name);
        while let Some(free) = { self.free.lock().pop() } {
            match free.send(job) {
                Ok(()) => return Ok(()),
                // It has left meanwhile.
                Err(back) => job = back.into_inner(),
            }
        }
        let free = self.free.clone();
        let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
        builder.spawn(move || serve(job, &free)).map(|_| ())
    }
}

fn serve(first: (Work, CString), free: &Free) {
    let (sender, receiver): (_, Receiver<(Work, CString)>) = bounded(1);
    let mut job = first;
    loop {
        let _ = rustix::thread::set_name(&job.1);
        (job.0)();
        {
            let mut free = free.lock();
            if free.len() >= MOST_KEPT {
                return;
            }
            free.push(sender.clone());
        }
        let next = receiver.recv_timeout(KEEP).or_else(|_| {
            // Nobody may hand work to a thread that leaves.
            let mut free = free.lock();
            free.retain(|other| !other.same_channel(&sender));
            receiver.try_recv().map_err(|_| crossbeam_channel::RecvTimeoutError::Timeout)
        });
        match next {
            Ok(next) => job = next,
            Err(_) => return,
        }
    }
}

/// A name as the system takes it: at most 15 bytes, whole characters, no zero byte.
fn system_name(name: &str) -> CString {
    let mut end = name.len().min(15);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    CString::new(name[..end].replace('\0', "?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_at_characters() {
        assert_eq!(system_name("a-name-that-is-long").as_bytes(), b"a-name-that-is-");
        assert_eq!(system_name("ééééééééé").as_bytes(), "ééééééé".as_bytes());
        assert_eq!(system_name("a\0b").as_bytes(), b"a?b");
    }

    #[test]
    fn work_is_done_again_and_again() {
        let crew = Crew::default();
        let (sender, receiver) = bounded(1000);
        for i in 0..1000 {
            let sender = sender.clone();
            crew.run("worker", Box::new(move || sender.send(i).unwrap())).unwrap();
        }
        let mut all: Vec<i32> = (0..1000).map(|_| receiver.recv().unwrap()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
    }
}
