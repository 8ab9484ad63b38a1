//! What lies outside of the program. Output is kept, input and chance are the schedule's, and files are changed in
//! memory alone: a run leaves nothing behind.

use super::footprint::{Mode, Order};
use super::ready::lock_of;
use super::strand::{StrandKind, Wish};
use super::thing::{Body, State, body};
use super::world::{Alone, End, Next, TakenUp, World, fault};
use crate::primitives::{Ended, Look, Reply};
use crate::runtime::files;
use crate::values::{List, Object, Ref, Value, View};
use crate::vm::{Answer, HostCall, ObjectMethod};

/// How many processors the program may use.
pub(super) fn cpu_count() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

/// What `now()` gives at the beginning.
const EPOCH: f64 = 1_767_225_600.0;

impl World {
    /// Answers at once what others cannot see.
    pub(super) fn take_up_host(&mut self, strand: usize, call: HostCall) -> TakenUp {
        if !matches!(
            call,
            HostCall::Method { .. }
                | HostCall::CurrentThread
                | HostCall::MainThread
                | HostCall::CpuCount
        ) {
            self.does_something(strand);
        }
        let value = match call {
            HostCall::Print(_) if self.config.prints => {
                return TakenUp::Wish(Wish::Ask(crate::vm::Request::Host(call)));
            }
            HostCall::Print(text) => {
                self.output.push_str(&text);
                Value::NIL
            }
            HostCall::Log(_) => Value::NIL,
            HostCall::Now => Value::float(EPOCH + self.time_of(strand) as f64 / 1e9),
            HostCall::Clock => Value::duration(self.time_of(strand)),
            HostCall::Random => Value::float(self.strands[strand].random.f64()),
            HostCall::RandomInt(from, to) => Value::int(self.strands[strand].random.i64(from..=to)),
            HostCall::Shuffle(list) => {
                if let View::List(list) = list.view() {
                    let mut open = list.open();
                    let mut items: Vec<Value> = open.iter().collect();
                    self.strands[strand].random.shuffle(&mut items);
                    open.replace_all(items);
                }
                Value::NIL
            }
            HostCall::Seed(seed) => {
                self.strands[strand].random.seed(seed as u64);
                Value::NIL
            }
            HostCall::Env(name) => env(&name),
            HostCall::CurrentThread => self.strand_value(strand),
            HostCall::MainThread => self.strand_value(0),
            HostCall::CpuCount => Value::int(cpu_count() as i64),
            HostCall::Method { of, method } => match method {
                ObjectMethod::Name => match body(&of) {
                    Body::Strand(other) => Value::str(&self.strands[*other].name.clone()),
                    Body::Timer(timer) => Value::str(&self.timers[*timer].name.clone()),
                    Body::Thing(_) => Value::NIL,
                },
                ObjectMethod::Id => match body(&of) {
                    Body::Strand(other) => Value::int(self.strands[*other].id as i64),
                    Body::Timer(timer) => Value::int(self.timers[*timer].id as i64),
                    Body::Thing(_) => Value::NIL,
                },
                ObjectMethod::Daemon => {
                    let daemon = World::strand_of_handle(&of).is_some_and(|other| {
                        let other = &self.strands[other];
                        other.daemon && other.kind != StrandKind::Worker
                    });
                    Value::bool(daemon)
                }
                method => {
                    if matches!(
                        method,
                        ObjectMethod::Waiting | ObjectMethod::WaitingFor | ObjectMethod::State
                    ) {
                        self.discovered.looks = true;
                    }
                    let call = HostCall::Method { of, method };
                    return TakenUp::Wish(Wish::Ask(crate::vm::Request::Host(call)));
                }
            },
            call => return TakenUp::Wish(Wish::Ask(crate::vm::Request::Host(call))),
        };
        TakenUp::Answer(Answer::Value(value))
    }

    /// What others can see.
    pub(super) fn host(&mut self, strand: usize, call: HostCall) -> Result<Next, Value> {
        let value = match call {
            HostCall::Print(text) => {
                let output = self.fixed.output;
                self.touched(output, Mode::Write, Order::None);
                self.output.push_str(&text);
                Value::NIL
            }
            HostCall::Input(prompt) => {
                let (input, output) = (self.fixed.input, self.fixed.output);
                self.touched(input, Mode::Write, Order::None);
                if self.config.prints {
                    self.touched(output, Mode::Write, Order::None);
                }
                self.output.push_str(&prompt);
                let line = self.config.input.line(self.input_at).as_deref().map(Value::str);
                self.input_at += usize::from(line.is_some());
                line.unwrap_or(Value::NIL)
            }
            HostCall::ReadFile(path) => {
                let files = self.fixed.files;
                self.touched(files, Mode::Read, Order::None);
                self.read_file(&path)?
            }
            HostCall::WriteFile { path, text, append } => {
                let row = self.fixed.files;
                self.touched(row, Mode::Write, Order::None);
                if !self.files.contains_key(&path) {
                    files::check_write(&path).map_err(|why| fault(&why))?;
                }
                let mut whole = String::new();
                if append && let Ok(before) = self.read_file(&path) {
                    whole.push_str(before.as_str().map_or("", |before| before.as_str()));
                }
                whole.push_str(&text);
                self.files.insert(path, whole);
                Value::NIL
            }
            HostCall::Exit(code) => {
                self.alone = Alone::Looks;
                self.ended = Some(End::Exit(code));
                return Ok(Next::Stay);
            }
            HostCall::Threads => {
                let alive = self.fixed.alive;
                self.touched(alive, Mode::Read, Order::None);
                let there = (0..self.strands.len()).filter(|strand| {
                    let strand = &self.strands[*strand];
                    strand.ended.is_none()
                        && strand.kind != StrandKind::Task
                        && !matches!(strand.wish, Wish::NextTask(_))
                });
                let handles = there.map(|strand| self.strand_value(strand)).collect();
                List::value(handles).map_err(|told| fault(&told))?
            }
            HostCall::Method { of, method } => self.method(&of, &method),
            HostCall::PoolMap { pool, jobs, place } => {
                self.touch_birth();
                return self.map_pool(strand, &pool, jobs, &place);
            }
            _ => Value::NIL,
        };
        Ok(value.into())
    }

    fn read_file(&self, path: &str) -> Result<Value, Value> {
        if let Some(text) = self.files.get(path) {
            return Ok(Value::str(text));
        }
        files::read_file(path).map_err(|why| fault(&why))
    }

    fn method(&mut self, of: &Ref<Object>, method: &ObjectMethod) -> Value {
        match (method, body(of)) {
            (ObjectMethod::Cancel, Body::Strand(strand)) => {
                Value::bool(self.cancel_strand(*strand))
            }
            (ObjectMethod::Cancel, Body::Timer(timer)) => Value::bool(self.cancel_timer(*timer)),
            (ObjectMethod::ClosePool { cancel }, _) => {
                self.close_pool(of, *cancel);
                Value::NIL
            }
            (
                ObjectMethod::IsAlive | ObjectMethod::Done | ObjectMethod::State,
                Body::Timer(timer),
            ) => {
                let resource = self.timers[*timer].resource;
                self.touched(resource, Mode::Read, Order::Acquire);
                let state = &self.timers[*timer].state;
                match method {
                    ObjectMethod::State => Value::str(state.state()),
                    ObjectMethod::Done => Value::bool(state.ended.is_some()),
                    _ => Value::bool(state.ended.is_none()),
                }
            }
            (
                ObjectMethod::IsAlive | ObjectMethod::Done | ObjectMethod::State,
                Body::Strand(strand),
            ) => {
                let strand = *strand;
                let resource = self.strands[strand].end_resource;
                self.touched(resource, Mode::Read, Order::Acquire);
                match method {
                    ObjectMethod::State => {
                        // What it is doing may change with any step.
                        self.alone = Alone::Looks;
                        Value::str(self.state(strand))
                    }
                    ObjectMethod::Done => Value::bool(self.strands[strand].ended.is_some()),
                    _ => Value::bool(self.strands[strand].ended.is_none()),
                }
            }
            (ObjectMethod::WaitingFor, Body::Strand(strand)) => {
                self.alone = Alone::Looks;
                let strand = self.strands[*strand].worker.unwrap_or(*strand);
                if self.is_blocked(strand) {
                    Value::str(&super::report::waiting_for(self, strand))
                } else {
                    Value::NIL
                }
            }
            (ObjectMethod::Waiting, Body::Thing(number)) => {
                self.alone = Alone::Looks;
                Value::int(self.waiting(*number) as i64)
            }
            (ObjectMethod::Locked | ObjectMethod::Owner, _) => {
                let lock = lock_of(of).clone();
                let Body::Thing(number) = body(&lock) else { return Value::NIL };
                let resource = self.things[*number].resource;
                self.touched(resource, Mode::Read, Order::None);
                let owner = self.things[*number].owner();
                if *method == ObjectMethod::Owner {
                    return self.thread_value(owner);
                }
                let locked = super::objects::look(&mut self.things[*number], 0, Look::Locked);
                Value::bool(matches!(locked, Ok(Reply::Bool(true))))
            }
            _ => Value::NIL,
        }
    }

    fn state(&self, strand: usize) -> &'static str {
        match &self.strands[strand].ended {
            Some(Ended::Value(_)) => "ended",
            Some(Ended::Failed(_)) => "failed",
            Some(Ended::Cancelled(_)) => "cancelled",
            None if self.is_queued(strand) => "queued",
            None => {
                let runs = self.strands[strand].worker.unwrap_or(strand);
                if self.is_blocked(runs) { "blocked" } else { "running" }
            }
        }
    }

    /// Whether a strand is seen to wait: it stands in line.
    fn is_blocked(&self, strand: usize) -> bool {
        self.strands[strand].arrived && !self.is_ready(strand)
    }

    /// How many threads wait on a primitive.
    fn waiting(&self, number: usize) -> usize {
        if let State::Condition(condition) = &self.things[number].state {
            return condition.waiting();
        }
        let waits = |strand: &usize| {
            self.is_blocked(*strand)
                && self.waits_on(*strand).iter().any(
                    |(object, _)| matches!(body(object), Body::Thing(other) if *other == number),
                )
        };
        (0..self.strands.len()).filter(waits).count()
    }
}

fn env(name: &str) -> Value {
    if name.is_empty() || name.contains(['=', '\0']) {
        return Value::NIL;
    }
    std::env::var_os(name).map_or(Value::NIL, |value| Value::str(&value.to_string_lossy()))
}
