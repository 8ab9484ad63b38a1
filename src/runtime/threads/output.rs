//! What the program writes. Threads hand whole pieces to one writer thread over a channel, so pieces never
//! mix, and a slow reader at the other end holds up those who write, and nobody else.

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

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

/// How many pieces may wait for the writer.
const MOST_PIECES: usize = 1024;

const WORKS: u8 = 0;
const CLOSED: u8 = 1;
const FAILED: u8 = 2;

/// The way to the writer thread, which is started with the first piece.
pub struct Output {
    state: Arc<State>,
    sender: Mutex<Option<Sender<Message>>>,
    sink: Mutex<Option<Box<dyn Sink>>>,
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
        Output { state: Arc::new(state), sender: Mutex::new(None), sink: Mutex::new(Some(sink)) }
    }

    /// What to do when the other end of standard output is closed.
    pub fn when_closed(&self, act: Box<dyn FnOnce() + Send>) {
        *self.state.closed.lock() = Some(act);
    }

    /// The way to the writer thread; `None` if the system gives no thread.
    fn sender(&self) -> Option<Sender<Message>> {
        let mut sender = self.sender.lock();
        if sender.is_none() {
            let (to, from) = bounded(MOST_PIECES);
            let (hand_over, handed) = bounded(1);
            let state = self.state.clone();
            let writer =
                std::thread::Builder::new().name("conc-output".to_owned()).stack_size(256 << 10);
            let write = move || {
                if let Ok(sink) = handed.recv() {
                    write_all(sink, &from, &state);
                }
            };
            writer.spawn(write).ok()?;
            let _ = hand_over.send(self.sink.lock().take()?);
            *sender = Some(to);
        }
        sender.clone()
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
        match self.sender() {
            Some(sender) => {
                let _ = sender.send(Message::Write(stream, text));
            }
            // There is no writer: this thread writes itself.
            None => {
                if let Some(sink) = self.sink.lock().as_mut() {
                    note(sink.write(stream, &text).and_then(|()| sink.flush()), &self.state);
                }
            }
        }
        Ok(())
    }

    /// Returns when all that was written is where it goes.
    pub fn flush(&self) {
        let sender = self.sender.lock().clone();
        if let Some(sender) = sender {
            let (done, wait) = bounded(1);
            if sender.send(Message::Flush(done)).is_ok() {
                let _ = wait.recv();
            }
        }
    }

    /// Why standard output could not be written, if it could not.
    pub fn failure(&self) -> Option<String> {
        self.state.error.lock().as_ref().map(ToString::to_string)
    }
}

fn write_all(mut sink: Box<dyn Sink>, from: &Receiver<Message>, state: &State) {
    while let Ok(message) = from.recv() {
        let mut next = Some(message);
        while let Some(message) = next {
            match message {
                Message::Write(stream, text) => {
                    if state.status.load(Ordering::Relaxed) == WORKS || stream == Stream::Err {
                        note(sink.write(stream, &text), state);
                    }
                }
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
