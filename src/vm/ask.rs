//! Requests that statements make: their operands are checked here, once for all runtimes.

use super::machine::Machine;
use super::request::{ArmOn, Limit, Request, SelectArm, SpawnRequest, Target, TimerRequest};
use crate::bytecode::{AskKind, AskOperand, SPAWN_DAEMON, SelectKind, TIMER_EVERY};
use crate::primitives::{Action, Hold};
use crate::source::Place;
use crate::values::{
    Fault, Object, ObjectKind, Published, Ref, Value, View, duration_text, text, type_name,
};

impl Machine {
    /// The request of an `Ask` about these values.
    pub(super) fn form_request(
        &self,
        ask: AskOperand,
        values: &[Value],
        place: &dyn Fn() -> Place,
    ) -> Result<Request, Fault> {
        let limit = |at: usize| limit(&values[at], ask.or_else);
        Ok(match ask.kind {
            AskKind::Sleep => Request::Sleep(delay(&values[0], "sleep")?),
            AskKind::Deadline => Request::Deadline(within(&values[0])?),
            AskKind::Join => match values[0].view() {
                View::List(list) => {
                    Request::JoinAll { of: handles(&list.to_vec(), "join")?, limit: limit(1)? }
                }
                _ => Request::Join { of: joinable(&values[0], "join")?, limit: limit(1)? },
            },
            AskKind::JoinAll => match values[0].view() {
                View::List(list) => {
                    Request::JoinAll { of: handles(&list.to_vec(), "join")?, limit: limit(1)? }
                }
                _ => return Err(Fault::type_error("`join` needs handles")),
            },
            AskKind::JoinAny => match values[0].view() {
                View::List(list) => {
                    let of = handles(&list.to_vec(), "join any")?;
                    if of.is_empty() {
                        return Err(Fault::value_error(
                            "`join any` of an empty list would wait for ever",
                        ));
                    }
                    Request::JoinAny { of, limit: limit(1)? }
                }
                _ => {
                    let what = type_name(&values[0]);
                    return Err(Fault::type_error(format!(
                        "`join any` needs a list of threads, tasks or timers, not {what}"
                    )));
                }
            },
            AskKind::Acquire => {
                let target = lockable(&values[0], "acquire")?;
                let count = count(&values[1], &target, "acquire")?;
                Request::Acquire { target, count, hold: Hold::Hand, limit: limit(2)? }
            }
            AskKind::Release => {
                let target = lockable(&values[0], "release")?;
                let count = count(&values[1], &target, "release")?;
                Request::Release { target, count, hold: Hold::Hand }
            }
            AskKind::LockWithin => {
                let target = lockable(&values[0], "lock")?;
                let limit = Limit { within: None, until: moment(&values[1]), or_else: ask.or_else };
                Request::Acquire { target, count: None, hold: Hold::Block, limit }
            }
            AskKind::Wait => match values[0].view() {
                View::Object(object)
                    if matches!(object.kind, ObjectKind::Event | ObjectKind::Latch) =>
                {
                    // It has not begun to wait, so it looks at the state alone.
                    let action = Action::Wait { since: u64::MAX };
                    Request::Perform { object: object.clone(), action, limit: limit(1)? }
                }
                View::Object(object) if object.kind == ObjectKind::Condition => {
                    Request::Enrol { condition: object.clone(), limit: limit(1)?, looks: false }
                }
                _ => return Err(unfit("wait", "a condition, an event or a latch", &values[0])),
            },
            AskKind::WaitCheck => Request::WaitCheck {
                condition: condition(&values[0], "wait … until")?,
                within: within(&values[1])?,
            },
            AskKind::Enrol => {
                let limit = Limit { within: None, until: moment(&values[1]), or_else: false };
                Request::Enrol { condition: condition(&values[0], "wait")?, limit, looks: true }
            }
            AskKind::Await => Request::Await {
                ticket: object(&values[0], ObjectKind::Ticket, "wait")?,
                or_else: ask.or_else,
            },
            AskKind::Retake => {
                Request::Retake { ticket: object(&values[0], ObjectKind::Ticket, "wait")? }
            }
            AskKind::Notify => {
                let condition = condition(&values[0], "notify")?;
                let count = match values[1].view() {
                    View::Unset => 1,
                    _ => int(&values[1], "`notify` needs a whole number after the comma")?,
                };
                Request::Notify { condition, count: Some(count) }
            }
            AskKind::NotifyAll => {
                Request::Notify { condition: condition(&values[0], "notify all")?, count: None }
            }
            AskKind::Arrive => Request::Arrive {
                barrier: object(&values[0], ObjectKind::Barrier, "barrier")?,
                limit: limit(1)?,
            },
            AskKind::Depart => {
                Request::Depart { barrier: object(&values[0], ObjectKind::Barrier, "barrier")? }
            }
            AskKind::Break => Request::BreakBarrier {
                barrier: object(&values[0], ObjectKind::Barrier, "barrier")?,
            },
            AskKind::Send => {
                let action = Action::Send(Published::new(values[1].clone()));
                Request::Perform { object: queue(&values[0], "send")?, action, limit: limit(2)? }
            }
            AskKind::Recv => Request::Perform {
                object: queue(&values[0], "recv")?,
                action: Action::Recv,
                limit: limit(1)?,
            },
            AskKind::Select => {
                Request::Select(values.chunks_exact(3).map(arm).collect::<Result<_, _>>()?)
            }
            AskKind::Spawn => self.spawn_request(values, place)?,
            AskKind::Timer => self.timer_request(values, place)?,
            AskKind::ScopeEnter => Request::ScopeEnter { within: within(&values[0])? },
            AskKind::ScopeExit => Request::ScopeExit { or_else: ask.or_else },
            AskKind::ScopeFail => {
                Request::ScopeFail { error: values[0].clone(), or_else: ask.or_else }
            }
        })
    }

    fn spawn_request(&self, values: &[Value], place: &dyn Fn() -> Place) -> Result<Request, Fault> {
        let [flags, name, pool, callee, names, arguments @ ..] = values else {
            return Err(Fault::type_error("`spawn` needs something to run"));
        };
        let daemon =
            matches!(flags.view(), View::Int(flags) if flags & i64::from(SPAWN_DAEMON) != 0);
        let name = if name.is_unset() { None } else { Some(text(name)?.into_owned()) };
        let pool =
            if pool.is_unset() { None } else { Some(object(pool, ObjectKind::Pool, "spawn on")?) };
        let job = self.program.bind_job(callee, arguments.to_vec(), argument_names(names))?;
        self.program.publish_globals();
        Ok(Request::Spawn(SpawnRequest { job, name, daemon, pool, place: place() }))
    }

    fn timer_request(&self, values: &[Value], place: &dyn Fn() -> Place) -> Result<Request, Fault> {
        let [flags, after, callee, names, arguments @ ..] = values else {
            return Err(Fault::type_error("`timer` needs something to run"));
        };
        let every = matches!(flags.view(), View::Int(flags) if flags & i64::from(TIMER_EVERY) != 0);
        let delay = delay(after, "timer")?;
        if every && delay == 0 {
            return Err(Fault::value_error("`timer every` needs a duration above 0s"));
        }
        let job = self.program.bind_job(callee, arguments.to_vec(), argument_names(names))?;
        self.program.publish_globals();
        Ok(Request::Timer(TimerRequest { job, delay, every, place: place() }))
    }

    /// The request of a `lock` block without a limit, or of its end.
    pub(super) fn lock_request(value: &Value, take: bool) -> Result<Request, Fault> {
        let target = lockable(value, "lock")?;
        Ok(if take {
            Request::Acquire { target, count: None, hold: Hold::Block, limit: Limit::NONE }
        } else {
            Request::Release { target, count: None, hold: Hold::Block }
        })
    }
}

/// The names that arguments are given by, from the list that the compiler made.
fn argument_names(names: &Value) -> Vec<Option<String>> {
    match names.view() {
        View::List(list) => {
            let names = list.to_vec();
            names
                .iter()
                .map(|name| name.as_str().map(|name| name.as_str().to_owned()))
                .map(|name| name.filter(|name| !name.is_empty()))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn unfit(word: &str, needs: &str, value: &Value) -> Fault {
    Fault::type_error(format!("`{word}` needs {needs}, not {}", type_name(value)))
}

fn int(value: &Value, message: &str) -> Result<i64, Fault> {
    match value.view() {
        View::Int(number) => Ok(number),
        _ => Err(Fault::type_error(format!("{message}, not {}", type_name(value)))),
    }
}

fn object(value: &Value, kind: ObjectKind, word: &str) -> Result<Ref<Object>, Fault> {
    match value.view() {
        View::Object(object) if object.kind == kind => Ok(object.clone()),
        _ => Err(unfit(word, &format!("a {}", kind.name().to_lowercase()), value)),
    }
}

fn condition(value: &Value, word: &str) -> Result<Ref<Object>, Fault> {
    object(value, ObjectKind::Condition, word)
}

fn queue(value: &Value, word: &str) -> Result<Ref<Object>, Fault> {
    match value.view() {
        View::Object(object) if object.kind.is_queue() => Ok(object.clone()),
        _ => Err(unfit(word, "a queue", value)),
    }
}

/// A handle that can be joined; a pool and a queue too, unless it is one of several.
fn joinable(value: &Value, word: &str) -> Result<Ref<Object>, Fault> {
    match value.view() {
        View::Object(object)
            if matches!(
                object.kind,
                ObjectKind::Thread | ObjectKind::Task | ObjectKind::Timer | ObjectKind::Pool
            ) || object.kind.is_queue() =>
        {
            Ok(object.clone())
        }
        _ => Err(unfit(
            word,
            "a thread, a task, a timer, a pool, a queue, or a list of handles",
            value,
        )),
    }
}

fn handles(values: &[Value], word: &str) -> Result<Vec<Ref<Object>>, Fault> {
    let handle = |value: &Value| match value.view() {
        View::Object(object)
            if matches!(object.kind, ObjectKind::Thread | ObjectKind::Task | ObjectKind::Timer) =>
        {
            Ok(object.clone())
        }
        _ => Err(unfit(word, "threads, tasks or timers", value)),
    };
    values.iter().map(handle).collect()
}

fn lockable(value: &Value, word: &str) -> Result<Target, Fault> {
    match value.view() {
        View::Object(object) => match object.kind {
            ObjectKind::Lock
            | ObjectKind::RLock
            | ObjectKind::Condition
            | ObjectKind::Semaphore
            | ObjectKind::BoundedSemaphore => return Ok(Target::Object(object.clone())),
            ObjectKind::RwLock => {
                let message = format!(
                    "`{word}` needs a side of an RwLock: `{word} rw.read` or `{word} rw.write`"
                );
                return Err(Fault::type_error(message));
            }
            _ => {}
        },
        View::Side(side) => {
            if let Some(object) = side.object() {
                return Ok(Target::Side(object.clone(), side.write));
            }
        }
        _ => {}
    }
    Err(unfit(word, "a lock, a semaphore, a condition, or a side of an RwLock", value))
}

/// How many permits, for a semaphore.
fn count(value: &Value, target: &Target, word: &str) -> Result<Option<i64>, Fault> {
    if value.is_unset() {
        return Ok(None);
    }
    let count = int(value, &format!("`{word}` needs a whole number after the comma"))?;
    match target {
        Target::Object(object)
            if matches!(object.kind, ObjectKind::Semaphore | ObjectKind::BoundedSemaphore) =>
        {
            Ok(Some(count))
        }
        _ => {
            let what = target.object().kind.name();
            Err(Fault::type_error(format!(
                "only a semaphore has several permits; this is a {what}"
            )))
        }
    }
}

/// A delay: a duration that is not negative.
fn delay(value: &Value, word: &str) -> Result<i64, Fault> {
    match value.view() {
        View::Duration(nanoseconds) if nanoseconds >= 0 => Ok(nanoseconds),
        View::Duration(nanoseconds) => Err(Fault::value_error(format!(
            "`{word}` cannot take a negative time: {}",
            duration_text(nanoseconds)
        ))),
        View::Int(_) | View::Float(_) => Err(Fault::type_error(format!(
            "`{word}` needs a duration such as 2s, not {}",
            type_name(value)
        ))),
        _ => Err(unfit(word, "a duration", value)),
    }
}

/// A time limit, or nil for none.
fn within(value: &Value) -> Result<Option<i64>, Fault> {
    if value.is_nil() { Ok(None) } else { delay(value, "within").map(Some) }
}

fn limit(value: &Value, or_else: bool) -> Result<Limit, Fault> {
    Ok(Limit { within: within(value)?, until: None, or_else })
}

/// A moment that a runtime told; nil for never.
fn moment(value: &Value) -> Option<i64> {
    match value.view() {
        View::Duration(nanoseconds) => Some(nanoseconds),
        _ => None,
    }
}

fn arm(values: &[Value]) -> Result<SelectArm, Fault> {
    let kind = match values[0].view() {
        View::Int(kind) => {
            SelectKind::ALL[usize::try_from(kind).unwrap_or(0).min(SelectKind::ALL.len() - 1)]
        }
        _ => SelectKind::Else,
    };
    let on = &values[1];
    Ok(match kind {
        SelectKind::Recv => SelectArm::On(ArmOn::Recv(queue(on, "recv")?)),
        SelectKind::Send => {
            SelectArm::On(ArmOn::Send(queue(on, "send")?, Published::new(values[2].clone())))
        }
        SelectKind::Wait => match on.view() {
            View::Object(object)
                if matches!(object.kind, ObjectKind::Event | ObjectKind::Latch) =>
            {
                SelectArm::On(ArmOn::Wait(object.clone()))
            }
            _ => return Err(unfit("wait", "an event or a latch, in a `select`", on)),
        },
        SelectKind::Join => {
            let handle = handles(std::slice::from_ref(on), "join")?;
            let [handle] = <[_; 1]>::try_from(handle).map_err(|_| unfit("join", "a handle", on))?;
            SelectArm::On(ArmOn::Join(handle))
        }
        SelectKind::After => SelectArm::After(delay(on, "after")?),
        SelectKind::Else => SelectArm::Else,
    })
}
