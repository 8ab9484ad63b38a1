//! What the program writes. Whole pieces, one after the other, so they never mix; a slow reader at the other end
//! holds up those who write, and nobody else.
//!
//! The first few pieces are written by the threads they come from: many a program has no more. Then there is a
//! writer thread, to which all hand their pieces over a channel, and which writes as many at once as have come.

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;
use std::io::{self, BufWriter, Write};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

/// Where a piece of output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// What writes at the other end.
pub trait Sink: Send {
    /// Writes a piece.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    fn write(&mut self, stream: Stream, text: &str) -> io::Result<()>;

    /// Brings what was written to where it goes.
    ///
    /// # Errors
    ///
    /// Those of the streams.
    fn flush(&mut self) -> io::Result<()>;
}

/// The process's own streams.
pub struct Standard {
    out: BufWriter<io::Stdout>,
    err: BufWriter<io::Stderr>,
}

impl Default for Standard {
    fn default() -> Standard {
        Standard {
            out: BufWriter::with_capacity(1 << 16, io::stdout()),
            err: BufWriter::new(io::stderr()),
        }
    }
}

impl Sink for Standard {
    fn write(&mut self, stream: Stream, text: &str) -> io::Result<()> {
        // Where both go to one terminal, their order is kept.
        match stream {
            Stream::Out => {
                self.err.flush()?;
                self.out.write_all(text.as_bytes())
            }
            Stream::Err => {
                // If that one fails, this one need not.
                let flushed = self.out.flush();
                self.err.write_all(text.as_bytes())?;
                flushed
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.err.flush()?;
        self.out.flush()
    }
}

enum Message {
    Write(Stream, String),
    Flush(Sender<()>),
}

/// So many pieces are written by those they come from: to start a thread takes as long as to write a few.
const FIRST_PIECES: usize = 8;

/// How many pieces may wait for the writer.
const MOST_PIECES: usize = 1024;

const WORKS: u8 = 0;
const CLOSED: u8 = 1;
const FAILED: u8 = 2;

/// The way to a sink.
pub struct Output {
    state: Arc<State>,
    /// To the writer thread, once there is one.
    writer: OnceLock<Sender<Message>>,
    /// Until then.
    direct: Mutex<Option<Direct>>,
}

struct Direct {
    sink: Box<dyn Sink>,
    pieces: usize,
}

struct State {
    status: AtomicU8,
    error: Mutex<Option<io::Error>>,
    /// Called once, when standard output was closed at the other end.
    closed: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Output {
    /// Output to a sink.
    #[must_use]
    pub fn new(sink: Box<dyn Sink>) -> Output {
        let state = State {
            status: AtomicU8::new(WORKS),
            error: Mutex::new(None),
            closed: Mutex::new(None),
        };
        Output {
            state: Arc::new(state),
            writer: OnceLock::new(),
            direct: Mutex::new(Some(Direct { sink, pieces: 0 })),
        }
    }

    /// What to do when the other end of standard output is closed.
    pub fn when_closed(&self, act: Box<dyn FnOnce() + Send>) {
        *self.state.closed.lock() = Some(act);
    }

    /// Writes a piece.
    ///
    /// # Errors
    ///
    /// If the stream has failed before.
    pub fn write(&self, stream: Stream, text: String) -> Result<(), String> {
        if self.state.status.load(Ordering::Relaxed) == FAILED && stream == Stream::Out {
            return Err(self.failure().unwrap_or_default());
        }
        if self.writer.get().is_none() && self.write_directly(stream, &text) {
            return Ok(());
        }
        if let Some(writer) = self.writer.get() {
            let _ = writer.send(Message::Write(stream, text));
        }
        Ok(())
    }

    /// Writes a piece, unless there is a writer now.
    fn write_directly(&self, stream: Stream, text: &str) -> bool {
        let mut direct = self.direct.lock();
        if direct.as_ref().is_some_and(|direct| direct.pieces >= FIRST_PIECES)
            && let Some(sender) = start_writer(&mut direct, &self.state)
        {
            let _ = self.writer.set(sender);
        }
        let Some(direct) = direct.as_mut() else { return false };
        direct.pieces += 1;
        write(&mut *direct.sink, stream, text, &self.state);
        note(direct.sink.flush(), &self.state);
        true
    }

    /// Returns when all that was written is where it goes.
    pub fn flush(&self) {
        // Who writes directly does so under this lock.
        drop(self.direct.lock());
        if let Some(writer) = self.writer.get() {
            let (done, wait) = bounded(1);
            if writer.send(Message::Flush(done)).is_ok() {
                let _ = wait.recv();
            }
        }
    }

    /// Why standard output could not be written, if it could not.
    pub fn failure(&self) -> Option<String> {
        self.state.error.lock().as_ref().map(ToString::to_string)
    }
}

/// Gives the sink to a thread of its own. `None` if the system has none.
fn start_writer(direct: &mut Option<Direct>, state: &Arc<State>) -> Option<Sender<Message>> {
    let (to, from) = bounded(MOST_PIECES);
    let (hand_over, handed) = bounded(1);
    let state = state.clone();
    let writer = std::thread::Builder::new().name("conc-output".to_owned()).stack_size(256 << 10);
    let write = move || {
        if let Ok(sink) = handed.recv() {
            write_all(sink, &from, &state);
        }
    };
    writer.spawn(write).ok()?;
    let _ = hand_over.send(direct.take()?.sink);
    Some(to)
}

fn write(sink: &mut dyn Sink, stream: Stream, text: &str, state: &State) {
    if state.status.load(Ordering::Relaxed) == WORKS || stream == Stream::Err {
        note(sink.write(stream, text), state);
    }
}

fn write_all(mut sink: Box<dyn Sink>, from: &Receiver<Message>, state: &State) {
    while let Ok(message) = from.recv() {
        let mut next = Some(message);
        while let Some(message) = next {
            match message {
                Message::Write(stream, text) => write(&mut *sink, stream, &text, state),
                Message::Flush(done) => {
                    note(sink.flush(), state);
                    let _ = done.send(());
                }
            }
            next = from.try_recv().ok();
        }
        // Nothing is waiting: what was written goes out at once.
        note(sink.flush(), state);
    }
}

fn note(result: io::Result<()>, state: &State) {
    let Err(error) = result else { return };
    if error.kind() == io::ErrorKind::BrokenPipe {
        state.status.store(CLOSED, Ordering::Relaxed);
        if let Some(act) = state.closed.lock().take() {
            act();
        }
        return;
    }
    if state.status.swap(FAILED, Ordering::Relaxed) == WORKS {
        *state.error.lock() = Some(error);
    }
}
