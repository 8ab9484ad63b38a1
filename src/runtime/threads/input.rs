//! Standard input. One thread reads it, and only when a line is wanted, so that what nobody wants is left there.
//!
//! At a prompt the terminal is read by two: by this thread while a thread of the script's waits for a line, and by the
//! prompt. The prompt goes on only when this thread has let go of the terminal, so neither takes what is for the other.

use super::runtime::Runtime;
use super::waiter::{Outcome, Waiter};
use crate::memory;
use crate::primitives::Reply;
use crate::runtime::plain;
use crate::values::{self, Fault, Published, Value};
use crossbeam_channel::{Receiver, Sender, unbounded};
use parking_lot::{Condvar, Mutex};
use std::io::{BufRead, ErrorKind, Read};
use std::os::fd::BorrowedFd;
use std::sync::{Arc, OnceLock, Weak};

/// Standard input.
#[derive(Default)]
pub struct Input {
    wanted: OnceLock<Sender<Arc<Waiter>>>,
    /// For whom a line is read from the terminal just now.
    reading: Mutex<Option<Arc<Waiter>>>,
    left: Condvar,
}

impl Input {
    /// Lets the waiter go on with the next line.
    pub fn ask(&self, runtime: &Arc<Runtime>, waiter: Arc<Waiter>) -> Result<(), Fault> {
        if self.wanted.get().is_none() {
            let (sender, receiver) = unbounded();
            let runtime = Arc::downgrade(runtime);
            let reader =
                std::thread::Builder::new().name("conc-input".to_owned()).stack_size(256 << 10);
            let started = reader.spawn(move || serve(&receiver, &runtime));
            started.map_err(|e| {
                Fault::new(
                    values::ErrorKind::IoError,
                    format!("standard input cannot be read: {e}"),
                )
            })?;
            let _ = self.wanted.set(sender);
        }
        if let Some(wanted) = self.wanted.get() {
            let _ = wanted.send(waiter);
        }
        Ok(())
    }

    /// Waits until nobody reads from the terminal any more for a thread that has left: it is the prompt's then, with
    /// the settings that it had.
    pub fn leave_terminal(&self) {
        let mut reading = self.reading.lock();
        while reading.as_ref().is_some_and(|waiter| waiter.is_claimed()) {
            self.left.wait(&mut reading);
        }
    }

    /// A line from the terminal, unless the waiter leaves before it is there: what is typed then is for the prompt.
    fn read_for(&self, waiter: &Arc<Waiter>) -> Option<Result<Option<String>, Fault>> {
        *self.reading.lock() = Some(waiter.clone());
        let line = read_typed_line(waiter);
        *self.reading.lock() = None;
        self.left.notify_all();
        line
    }
}

/// Reads lines. One that a waiter wanted which has left meanwhile is for the next.
fn serve(wanted: &Receiver<Arc<Waiter>>, runtime: &Weak<Runtime>) {
    let mut line = None;
    while let Ok(waiter) = wanted.recv() {
        if waiter.is_claimed() {
            continue;
        }
        let prompt = runtime.upgrade().filter(|runtime| runtime.has_prompt());
        let read = match (line.take(), prompt) {
            (Some(read), _) => read,
            (None, None) => read_line(),
            (None, Some(runtime)) => match runtime.input.read_for(&waiter) {
                Some(read) => read,
                None => continue,
            },
        };
        let Some(runtime) = runtime.upgrade() else { return };
        if !waiter.claim(&runtime) {
            line = Some(read);
            continue;
        }
        waiter.deliver(match read {
            Ok(text) => {
                let value = text.as_deref().map_or(Value::NIL, Value::str);
                Outcome::Acted(0, Ok(Reply::Value(Published::new(value))))
            }
            Err(fault) => Outcome::Raise(Runtime::error(fault.kind, &fault.message)),
        });
    }
}

/// What is typed is shown meanwhile, which a prompt sees to itself otherwise.
fn read_typed_line(waiter: &Waiter) -> Option<Result<Option<String>, Fault>> {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let terminal = rustix::stdio::stdin();
    let found = tcgetattr(terminal).ok();
    if let Some(mut shown) = found.clone() {
        shown.local_modes.insert(LocalModes::ECHO);
        let _ = tcsetattr(terminal, OptionalActions::Now, &shown);
    }
    let line = read_line_of(terminal, waiter);
    if let Some(found) = found {
        let _ = tcsetattr(terminal, OptionalActions::Now, &found);
    }
    line
}

fn read_line_of(
    terminal: BorrowedFd<'_>,
    waiter: &Waiter,
) -> Option<Result<Option<String>, Fault>> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        let there =
            || matches!(poll(&mut [PollFd::new(&terminal, PollFlags::IN)], Some(&LOOK)), Ok(1..));
        loop {
            let is_there = there();
            // Who has left wants nothing, whatever is there: see `leave_terminal`.
            if waiter.is_claimed() {
                return None;
            }
            if is_there {
                break;
            }
        }
        let mut piece = [0; 4096];
        match rustix::io::read(terminal, &mut piece) {
            // The end of input, after a part of a line or alone.
            Ok(0) if line.is_empty() => return Some(Ok(None)),
            Ok(0) => break,
            Ok(length) => line.extend_from_slice(&piece[..length]),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Some(Err(unreadable(&plain(&error.into())))),
        }
    }
    Some(line_text(line).map(Some))
}

fn unreadable(why: &str) -> Fault {
    Fault::new(values::ErrorKind::IoError, format!("standard input cannot be read: {why}"))
}

/// The text of a line that was read, without its end.
fn line_text(line: Vec<u8>) -> Result<String, Fault> {
    let mut text = String::from_utf8(line).map_err(|_| unreadable("it is not UTF-8 text"))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// A line without its end; `None` at the end of input.
fn read_line() -> Result<Option<String>, Fault> {
    let mut input = std::io::stdin().lock();
    let line = memory::read_all(|line, most| match line.ends_with(b"\n") {
        true => Ok(0),
        false => input.by_ref().take(most as u64).read_until(b'\n', line),
    });
    match line {
        Ok(line) if line.is_empty() => Ok(None),
        Ok(line) => line_text(line).map(Some),
        Err(error) if error.kind() == ErrorKind::OutOfMemory => Err(Fault::no_memory("string")),
        Err(error) => Err(unreadable(&plain(&error))),
    }
}
