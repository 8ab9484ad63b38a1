//! What lies outside of the program: output, input, time, chance, files, and who is there.

use super::block::block;
use super::driver::{Here, Stop};
use super::handle::{self, Joinable};
use super::locks;
use super::objects::shell_of;
use super::output::Stream;
use super::report;
use super::shell::Shell;
use super::strand::{Strand, StrandKind};
use super::waiter::{Outcome, WaitKind};
use crate::primitives::{Condition, Ended, Look, Reply, ThreadId};
use crate::runtime::files::{read_file, write_file};
use crate::values::{ErrorKind, Fault, List, Object, Ref, Value, View};
use crate::vm::{Answer, HostCall, ObjectMethod};
use std::time::SystemTime;

/// How many processors the program may use.
pub fn cpu_count() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

impl Here<'_> {
    #[inline(never)]
    pub(super) fn host(&mut self, call: HostCall) -> Result<Answer, Stop> {
        let runtime = self.runtime;
        let value = match call {
            HostCall::Print(text) => {
                self.write(Stream::Out, text)?;
                Value::NIL
            }
            HostCall::Log(line) => {
                self.write(Stream::Err, format!("{}: {line}\n", self.strand.name))?;
                Value::NIL
            }
            HostCall::Input(prompt) => self.input(prompt)?,
            HostCall::Now => {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
                Value::float(now.map_or(0.0, |now| now.as_secs_f64()))
            }
            HostCall::Clock => Value::duration(
                i64::try_from(runtime.started.elapsed().as_nanos()).unwrap_or(i64::MAX),
            ),
            HostCall::Random => Value::float(runtime.random.lock().f64()),
            HostCall::RandomInt(from, to) => Value::int(runtime.random.lock().i64(from..=to)),
            HostCall::Shuffle(list) => {
                if let View::List(list) = list.view() {
                    let mut open = list.open();
                    let mut items: Vec<Value> = open.iter().collect();
                    runtime.random.lock().shuffle(&mut items);
                    open.replace_all(items);
                }
                Value::NIL
            }
            HostCall::Seed(seed) => {
                runtime.random.lock().seed(seed as u64);
                Value::NIL
            }
            HostCall::Env(name) => env(&name),
            HostCall::ReadFile(path) => read_file(&path)?,
            HostCall::WriteFile { path, text, append } => {
                write_file(&path, &text, append)?;
                Value::NIL
            }
            HostCall::Exit(code) => {
                runtime.exit(code);
                return Err(Stop::Killed);
            }
            HostCall::CurrentThread => Joinable::Strand(self.strand.clone()).value(runtime),
            HostCall::MainThread => runtime
                .main_thread()
                .map_or(Value::NIL, |main| Joinable::Strand(main).value(runtime)),
            HostCall::Threads => {
                let threads = runtime.registry.all().into_iter().filter(|strand| !strand.is_idle());
                List::value(
                    threads.map(|strand| Joinable::Strand(strand).value(runtime)).collect(),
                )?
            }
            HostCall::CpuCount => Value::int(cpu_count() as i64),
            HostCall::Method { of, method } => self.method(&of, &method)?,
            HostCall::PoolMap { pool, jobs, place } => return self.map_pool(&pool, jobs, &place),
        };
        Ok(Answer::Value(value))
    }

    fn write(&self, stream: Stream, text: String) -> Result<(), Fault> {
        let written = self.runtime.output.write(stream, text);
        written.map_err(|why| {
            Fault::new(ErrorKind::IoError, format!("standard output cannot be written: {why}"))
        })
    }

    fn input(&mut self, prompt: String) -> Result<Value, Stop> {
        self.blocking_point()?;
        let runtime = self.runtime;
        if runtime.has_prompt() && self.strand.kind != StrandKind::Prompt {
            let message =
                "the terminal belongs to the prompt: only what is entered there can read from it";
            return Err(Fault::new(ErrorKind::IoError, message).into());
        }
        if !prompt.is_empty() {
            self.write(Stream::Out, prompt)?;
        }
        runtime.output.flush();
        let waiter = self.waiter(Vec::new(), WaitKind::Input, |_| {});
        runtime.input.ask(runtime, waiter.clone())?;
        match block(runtime, &waiter, None) {
            Outcome::Acted(_, Ok(Reply::Value(line))) => {
                if runtime.has_prompt() {
                    // The end of the line was typed: what comes next stands at the beginning of one.
                    self.write(Stream::Out, "\r".to_owned())?;
                }
                Ok(line.into_inner())
            }
            Outcome::Raise(error) => Err(error.into()),
            Outcome::Killed => Err(Stop::Killed),
            _ => Ok(Value::NIL),
        }
    }

    fn method(&mut self, of: &Ref<Object>, method: &ObjectMethod) -> Result<Value, Stop> {
        let runtime = self.runtime;
        let joinable = handle::of(of);
        let strand = handle::strand_of(of);
        Ok(match (method, joinable) {
            (ObjectMethod::Name, Some(joinable)) => Value::str(joinable.name()),
            (ObjectMethod::Id, Some(joinable)) => Value::int(joinable.id() as i64),
            (ObjectMethod::Daemon, _) => {
                Value::bool(strand.is_some_and(|s| s.daemon && s.kind != StrandKind::Worker))
            }
            (ObjectMethod::IsAlive, Some(joinable)) => Value::bool(joinable.ended().is_none()),
            (ObjectMethod::Done, Some(joinable)) => Value::bool(joinable.ended().is_some()),
            (ObjectMethod::State, Some(joinable)) => Value::str(state(joinable)),
            (ObjectMethod::WaitingFor, _) => {
                let waiter = strand.and_then(|strand| strand.waiter());
                waiter.map_or(Value::NIL, |waiter| Value::str(&report::waiting_for(&waiter)))
            }
            (ObjectMethod::Cancel, Some(joinable)) => Value::bool(joinable.cancel(runtime)),
            (ObjectMethod::Waiting, _) => Value::int(waiting(of) as i64),
            (ObjectMethod::Locked, _) => {
                match locks::look(self, locks::lock_of(of), Look::Locked) {
                    Some(Ok(Reply::Bool(locked))) => Value::bool(locked),
                    _ => Value::FALSE,
                }
            }
            (ObjectMethod::Owner, _) => {
                let lock = locks::lock_of(of);
                let owner: Option<ThreadId> =
                    locks::word_of(lock).and_then(|word| word.owner(lock));
                self.thread_value(owner)
            }
            (ObjectMethod::ClosePool { cancel }, _) => {
                self.close_pool(of, *cancel);
                Value::NIL
            }
            (_, None) => Value::NIL,
        })
    }
}

/// How many threads wait on an object.
fn waiting(object: &Ref<Object>) -> usize {
    if let Some(condition) = object.body.downcast_ref::<Shell<Condition>>() {
        let mut inner = condition.lock();
        inner.leave_out_who_is_told_to_stop();
        return inner.state.waiting();
    }
    match locks::word_of(object) {
        Some(word) => word.waiting(object),
        None => shell_of(object).map_or(0, |shell| shell.waiting()),
    }
}

fn state(of: &Joinable) -> &'static str {
    match of {
        Joinable::Timer(timer) => timer.state.look(crate::primitives::Timer::state),
        Joinable::Strand(strand) => match strand.ended() {
            Some(Ended::Value(_)) => "ended",
            Some(Ended::Failed(_)) => "failed",
            Some(Ended::Cancelled(_)) => "cancelled",
            None if strand.is_queued() => "queued",
            None if strand.is_blocked() => "blocked",
            None => "running",
        },
    }
}

fn env(name: &str) -> Value {
    // The system refuses such names.
    if name.is_empty() || name.contains(['=', '\0']) {
        return Value::NIL;
    }
    std::env::var_os(name).map_or(Value::NIL, |value| Value::str(&value.to_string_lossy()))
}

impl Strand {
    /// Whether it is a worker without a task.
    pub fn is_idle(&self) -> bool {
        self.kind == StrandKind::Worker
            && self.waiter().is_some_and(|waiter| waiter.kind == WaitKind::Idle)
    }
}
