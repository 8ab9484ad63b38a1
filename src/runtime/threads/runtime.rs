//! A runtime: what the threads of one run share, and how the run begins and ends.

use super::crew::Crew;
use super::driver::Here;
use super::handle::{Joinable, was_told};
use super::input::Input;
use super::output::{Output, Stream};
use super::registry::Registry;
use super::report;
use super::signals::{self, Listener};
use super::stats::{Stats, Waited};
use super::strand::{Strand, StrandKind};
use super::timers::Service;
use super::waits::Waits;
use super::{driver, ending};
use crate::diagnostics::Report;
use crate::primitives::ThreadId;
use crate::values::{Census, ErrorKind, ErrorValue, Published, View};
use crate::vm::{Limits, Machine, Program};
use parking_lot::{Condvar, Mutex};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How a report becomes text.
pub type Render = Box<dyn Fn(&Report) -> String + Send + Sync>;

/// What a run may use, and how it shows itself.
pub struct Config {
    /// What each thread's machine may use.
    pub limits: Limits,
    /// How many threads may be alive at once, the first one aside.
    pub max_threads: usize,
    /// Where the random numbers begin; anywhere, if it is not told.
    pub seed: Option<u64>,
    /// After how long the run is ended, with a word on what every thread was doing.
    pub timeout: Option<Duration>,
    /// Whether waits are counted.
    pub stats: bool,
    /// What may be behind an error that nobody caught.
    pub hints: Vec<String>,
    /// How reports are shown.
    pub render: Render,
    /// Whether Ctrl-C and its kin are the run's.
    pub signals: bool,
    /// What ends the process when the program has ended. Without it, who runs the program goes on, as soon as the first
    /// thread has stopped.
    pub leave: Option<Leave>,
}

/// Ends the process.
pub type Leave = Box<dyn Fn(&Status) -> Infallible + Send + Sync>;

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Status {
    /// The exit status of the process: LANGUAGE, section 9.
    pub code: i32,
    /// What it cost, if that was asked for.
    pub stats: Option<Stats>,
}

/// What the threads of a run share.
pub struct Runtime {
    /// What they run.
    pub program: Arc<Program>,
    /// What they may use.
    pub config: Config,
    /// Who waits, and how many could go on.
    pub waits: Waits,
    /// What they write.
    pub output: Output,
    /// What they read.
    pub input: Input,
    /// The system's threads.
    pub crew: Crew,
    /// The timers.
    pub timers: Service,
    /// Its threads.
    pub registry: Registry,
    /// The primitives.
    pub census: Arc<Census>,
    /// Chance.
    pub random: Mutex<fastrand::Rng>,
    /// The waits of threads that have ended, if they are counted.
    pub waited: Mutex<Waited>,
    /// How often it was asked what every thread is doing.
    pub asked: AtomicU64,
    main: OnceLock<Arc<Strand>>,
    /// When it began.
    pub started: Instant,
    /// Whether a deadlock of the whole program was told in full.
    pub deadlock_told: AtomicBool,
    unnamed: Unnamed,
    next_id: AtomicU64,
    /// How much there is that the program does not end without: threads, tasks, timers.
    keeping: AtomicUsize,
    /// What has failed, and may still be received.
    failures: Mutex<Failures>,
    end: Mutex<Option<End>>,
    ended: Condvar,
    /// How it ended, when all is said.
    status: Mutex<Option<Status>>,
    /// What ends listening to signals, while there is somebody who listens.
    signals: OnceLock<signals::Handle>,
    trouble: Mutex<Trouble>,
}

/// How many threads, tasks and timers without a name there were.
#[derive(Default)]
struct Unnamed {
    threads: AtomicU64,
    tasks: AtomicU64,
    timers: AtomicU64,
}

#[derive(Default)]
struct Failures {
    all: Vec<Joinable>,
    /// When so many are there, those that were received meanwhile are dropped.
    look_at: usize,
    /// Whether what was entered at a prompt runs now.
    entry_runs: bool,
    /// What has failed since it runs, and it may still receive.
    unsaid: Vec<Joinable>,
}

#[derive(Clone, Copy)]
enum End {
    Finished,
    Exit(i32),
}

/// What errors there were that nobody received.
#[derive(Default)]
struct Trouble {
    uncaught: bool,
    deadlock: bool,
    interrupted: bool,
}

impl Runtime {
    /// A runtime for a program.
    #[must_use]
    pub fn new(program: Arc<Program>, config: Config, output: Output) -> Arc<Runtime> {
        let random = config.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let registry = Registry::new(config.max_threads);
        let runtime = Arc::new(Runtime {
            program,
            config,
            waits: Waits::default(),
            output,
            input: Input::default(),
            crew: Crew::default(),
            timers: Service::default(),
            registry,
            census: Arc::default(),
            random: Mutex::new(random),
            waited: Mutex::default(),
            asked: AtomicU64::new(0),
            main: OnceLock::new(),
            started: Instant::now(),
            deadlock_told: AtomicBool::new(false),
            unnamed: Unnamed::default(),
            next_id: AtomicU64::new(1),
            keeping: AtomicUsize::new(0),
            failures: Mutex::default(),
            end: Mutex::new(None),
            ended: Condvar::new(),
            status: Mutex::new(None),
            signals: OnceLock::new(),
            trouble: Mutex::default(),
        });
        let weak = Arc::downgrade(&runtime);
        runtime.output.when_closed(Box::new(move || {
            // Nobody reads any more: the program ends, and that is no failure.
            if let Some(runtime) = weak.upgrade() {
                runtime.finish(End::Exit(0));
            }
        }));
        runtime
    }

    /// Runs a machine as the first thread, which is the present one, and all that it starts, until the program ends.
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    pub fn run(self: &Arc<Runtime>, machine: Machine) -> std::io::Result<Status> {
        let main = self.begin_main(StrandKind::Main);
        self.attend(&main)?;
        let mut here = Here::new(self, &main, None, Box::new(machine));
        match driver::drive(&mut here) {
            Some(ended) => {
                drop(here);
                ending::end(self, &main, Some(ended), None);
                Ok(self.wait_for_end())
            }
            // The program is over: what this thread has need not be put away first.
            None => Ok(self.wait_for_end()),
        }
    }

    /// Starts a thread beside those of the script's. It listens to signals, knows when it is time to end, and sees the
    /// program to its end if another than the first thread ends it, whatever that one does.
    fn attend(self: &Arc<Runtime>, main: &Arc<Strand>) -> std::io::Result<()> {
        let deadline = self.config.timeout.and_then(|timeout| self.started.checked_add(timeout));
        let signals = self.listen(main);
        let runtime = self.clone();
        let attendant =
            std::thread::Builder::new().name("conc-attendant".to_owned()).stack_size(512 << 10);
        let attend = move || {
            match signals {
                // Without a time limit this thread has nothing else to do until the end.
                Some(signals) if deadline.is_none() => signals.serve(),
                Some(signals) => signals.serve_beside(),
                None => {}
            }
            let end = runtime.end_or_timeout(deadline);
            runtime.conclude(end);
        };
        attendant.spawn(attend).map(drop)
    }

    /// Waits until somebody ends the program, or it is time to.
    fn end_or_timeout(self: &Arc<Runtime>, deadline: Option<Instant>) -> End {
        let mut end = self.end.lock();
        loop {
            match (*end, deadline) {
                (Some(end), _) => return end,
                (None, None) => self.ended.wait(&mut end),
                (None, Some(deadline)) => {
                    if self.ended.wait_until(&mut end, deadline).timed_out() && end.is_none() {
                        // Nobody ends the program meanwhile: it is told what they are doing.
                        drop(end);
                        self.tell(&report::all_threads(self));
                        self.finish(End::Exit(TIMED_OUT));
                        end = self.end.lock();
                    }
                }
            }
        }
    }

    /// Signals are the run's from now on, if they are to be, until it ends.
    pub(super) fn listen(self: &Arc<Runtime>, main: &Arc<Strand>) -> Option<Listener> {
        let listener = if self.config.signals { Listener::new(self, main) } else { None }?;
        let _ = self.signals.set(listener.handle());
        Some(listener)
    }

    /// The first thread, before it runs anything: the present one.
    pub(super) fn begin_main(self: &Arc<Runtime>, kind: StrandKind) -> Arc<Strand> {
        let strand = Strand::new(self.next_id(), kind, "main".into(), false, None, None, None);
        let _ = self.main.set(strand.clone());
        strand.begin();
        self.registry.enter(&strand);
        self.waits.one_more_able();
        self.keep_alive();
        strand
    }

    /// Whether the program is entered at a prompt.
    pub fn has_prompt(&self) -> bool {
        self.main.get().is_some_and(|main| main.kind == StrandKind::Prompt)
    }

    /// Waits until somebody ends the program; with which status.
    #[must_use]
    pub fn wait_for_end(self: &Arc<Runtime>) -> Status {
        self.conclude(self.end_or_timeout(None))
    }

    /// The program has ended: all threads stop where they are, and what is left to be said is, by whoever comes first.
    fn conclude(self: &Arc<Runtime>, end: End) -> Status {
        let mut concluded = self.status.lock();
        let status = concluded.get_or_insert_with(|| self.last_words(end)).clone();
        if let Some(leave) = &self.config.leave {
            leave(&status);
        }
        status
    }

    fn last_words(self: &Arc<Runtime>, end: End) -> Status {
        // As long as those that are blocked are so.
        let stats = self.config.stats.then(|| Stats::of(self));
        for strand in self.registry.all() {
            strand.kill(self);
        }
        self.tell_failures();
        self.output.flush();
        if let (Some(why), End::Finished) = (self.output.failure(), end) {
            let report = report::output_failed(&why);
            self.tell(&report);
            self.trouble.lock().uncaught = true;
            self.output.flush();
        }
        let trouble = self.trouble.lock();
        let code = match end {
            End::Exit(code) => code,
            End::Finished if trouble.interrupted => 130,
            End::Finished if trouble.deadlock => 3,
            End::Finished => i32::from(trouble.uncaught),
        };
        Status { code, stats }
    }

    fn finish(&self, how: End) {
        let mut end = self.end.lock();
        if end.is_none() {
            *end = Some(how);
            self.ended.notify_all();
            // If its own end is the program's, the first thread ends the process, and nobody else need know.
            let alone = matches!(how, End::Finished)
                && self.config.leave.is_some()
                && self.main.get().is_some_and(|main| main.is_here());
            if !alone && let Some(signals) = self.signals.get() {
                signals.close();
            }
        }
    }

    /// Ends the program at once.
    pub fn exit(&self, code: i32) {
        self.finish(End::Exit(code));
    }

    /// Whether the program has ended.
    pub fn has_ended(&self) -> bool {
        self.end.lock().is_some()
    }

    /// There is something more that the program does not end without.
    pub fn keep_alive(&self) {
        self.keeping.fetch_add(1, Ordering::SeqCst);
    }

    /// There is something less that the program does not end without.
    pub fn let_die(&self) {
        if self.keeping.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.finish(End::Finished);
        }
    }

    // ---- Who is there ------------------------------------------------------------------------

    /// A number for a thread, a task or a timer: ascending, never used again.
    pub fn next_id(&self) -> ThreadId {
        self.next_id.fetch_add(1, Ordering::SeqCst)
    }

    /// The name of a thread that was given none.
    pub fn thread_default_name(&self) -> Arc<str> {
        numbered("thread-", &self.unnamed.threads)
    }

    /// The name of a task that was given none.
    pub fn task_default_name(&self) -> Arc<str> {
        numbered("task-", &self.unnamed.tasks)
    }

    /// The number and the name of a timer.
    pub fn next_timer(&self) -> (ThreadId, Arc<str>) {
        (self.next_id(), numbered("timer-", &self.unnamed.timers))
    }

    /// The first thread.
    pub fn main_thread(&self) -> Option<Arc<Strand>> {
        self.main.get().cloned()
    }

    // ---- What went wrong ---------------------------------------------------------------------

    /// Something has failed; if nobody receives its error, that is told when the program ends, at the latest.
    pub fn note_failed(&self, failed: Joinable) {
        let mut failures = self.failures.lock();
        failures.all.push(failed);
        if failures.all.len() > failures.look_at {
            failures.all.retain(|failed| !failed.is_received());
            failures.look_at = 2 * failures.all.len() + 64;
        }
    }

    /// Something has failed, and its error is told as soon as nobody can receive it any more. At a prompt that may be
    /// late: there it is told when nothing that was entered runs, unless it is `awaited`, that is, about to be received.
    pub fn one_failed(self: &Arc<Runtime>, failed: &Joinable, awaited: bool) {
        self.note_failed(failed.clone());
        if !self.has_prompt() {
            return failed.tell_if_lost(self);
        }
        if awaited {
            return;
        }
        let mut failures = self.failures.lock();
        if failures.entry_runs {
            failures.unsaid.push(failed.clone());
            drop(failures);
            failed.tell_if_lost(self);
        } else {
            drop(failures);
            failed.tell_unless_received(self);
        }
    }

    /// What was entered at the prompt begins to run.
    pub fn entry_begins(&self) {
        self.failures.lock().entry_runs = true;
    }

    /// What was entered at the prompt has ended: what has failed meanwhile, and it did not receive, is told.
    pub fn entry_ends(self: &Arc<Runtime>) {
        let unsaid = {
            let mut failures = self.failures.lock();
            failures.entry_runs = false;
            std::mem::take(&mut failures.unsaid)
        };
        for failed in unsaid {
            failed.tell_unless_received(self);
        }
    }

    fn tell_failures(self: &Arc<Runtime>) {
        let failures = std::mem::take(&mut self.failures.lock().all);
        for failed in failures {
            if let Some(ended) = failed.ended()
                && let Some(error) = ended.failure()
                && !failed.receive()
                && !(self.has_prompt() && was_told(error))
            {
                self.tell_uncaught(error);
            }
        }
    }

    /// Tells an error that nobody received.
    pub fn tell_uncaught(&self, error: &Published) {
        let View::Error(error) = error.get().view() else { return };
        let first = {
            let mut trouble = self.trouble.lock();
            let first = !std::mem::replace(&mut trouble.uncaught, true);
            trouble.deadlock |= report::concerns(error, ErrorKind::Deadlock);
            trouble.interrupted |= error.is(ErrorKind::Interrupted);
            first
        };
        // Several threads may end with one error: those who joined the one that raised it.
        let told = error.tell();
        let mut report = if told { report::uncaught_again(error) } else { report::uncaught(error) };
        if first {
            report.help.extend(self.config.hints.iter().cloned());
        }
        self.tell(&report);
    }

    /// Shows a report.
    pub fn tell(&self, report: &Report) {
        let text = (self.config.render)(report);
        // Reports go where errors go; that stream is not known to fail.
        let _ = self.output.write(Stream::Err, text);
    }

    /// The error that a request raises.
    pub fn error(kind: ErrorKind, message: &str) -> Published {
        Published::new(ErrorValue::new(kind.name(), message).into())
    }
}

/// The name of the next of its kind: made where it is, and copied once.
fn numbered(word: &str, before: &AtomicU64) -> Arc<str> {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(before.fetch_add(1, Ordering::Relaxed) + 1);
    let mut name = [0; 32];
    let length = word.len() + digits.len();
    name[..word.len()].copy_from_slice(word.as_bytes());
    name[word.len()..length].copy_from_slice(digits.as_bytes());
    String::from_utf8_lossy(&name[..length]).into()
}

/// The exit status of a run whose time was up.
const TIMED_OUT: i32 = 124;
