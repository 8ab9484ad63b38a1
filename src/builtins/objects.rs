//! Methods and fields of threads and primitives.

use super::Table;
use super::arguments::{bool, callable, given, int, items};
use crate::primitives::{Action, Look};
use crate::syntax::ast::BinaryOp;
use crate::values::{
    Atomic, Fault, Local, Object, ObjectKind, Published, Ref, Side, Value, View, binary,
};
use crate::vm::{
    Callback, CallbackStep, Escape, HostCall, Limit, ObjectMethod, Outcome, Request, TypeKey,
};
use rustc_hash::FxHashMap;

/// The object that a method is of.
fn object(value: &Value) -> &Ref<Object> {
    match value.view() {
        View::Object(object) => object,
        _ => unreachable!("an object's methods are called on objects"),
    }
}

fn perform(this: &Value, action: Action) -> Result<Value, Escape> {
    Err(Request::Perform { object: object(this).clone(), action, limit: Limit::NONE }.into())
}

fn method(this: &Value, method: ObjectMethod) -> Result<Value, Escape> {
    Err(Request::Host(HostCall::Method { of: object(this).clone(), method }).into())
}

pub fn register(table: &mut Table) {
    use ObjectKind as K;
    for kind in [
        K::Lock,
        K::RLock,
        K::RwLock,
        K::Semaphore,
        K::BoundedSemaphore,
        K::Condition,
        K::Event,
        K::Barrier,
        K::Latch,
        K::Queue,
        K::LifoQueue,
        K::PriorityQueue,
        K::Pool,
    ] {
        table.method(TypeKey::object(kind), "waiting", "", |_, this, _| {
            method(this, ObjectMethod::Waiting)
        });
    }
    for kind in [K::Lock, K::RLock, K::Condition] {
        table.method(TypeKey::object(kind), "locked", "", |_, this, _| {
            method(this, ObjectMethod::Locked)
        });
        table.method(TypeKey::object(kind), "owner", "", |_, this, _| {
            method(this, ObjectMethod::Owner)
        });
    }
    table.method(TypeKey::object(K::RLock), "depth", "", |_, this, _| {
        perform(this, Action::Look(Look::Depth))
    });
    let rw = TypeKey::object(K::RwLock);
    table.method(rw, "locked", "", |_, this, _| perform(this, Action::Look(Look::Locked)));
    table.field(rw, "read", |_, this, _| Ok(side(this, false)));
    table.field(rw, "write", |_, this, _| Ok(side(this, true)));
    for kind in [K::Semaphore, K::BoundedSemaphore] {
        table.method(TypeKey::object(kind), "value", "", |_, this, _| {
            perform(this, Action::Look(Look::Value))
        });
    }
    let event = TypeKey::object(K::Event);
    table.method(event, "set", "", |_, this, _| perform(this, Action::Set));
    table.method(event, "clear", "", |_, this, _| perform(this, Action::Clear));
    table.method(event, "is_set", "", |_, this, _| perform(this, Action::Look(Look::IsSet)));
    let barrier = TypeKey::object(K::Barrier);
    table.method(barrier, "parties", "", |_, this, _| perform(this, Action::Look(Look::Parties)));
    table.method(barrier, "broken", "", |_, this, _| perform(this, Action::Look(Look::Broken)));
    table.method(barrier, "abort", "", |_, this, _| perform(this, Action::Abort));
    table.method(barrier, "reset", "", |_, this, _| perform(this, Action::Reset));
    let latch = TypeKey::object(K::Latch);
    table.method(latch, "count_down", "k?", |_, this, args| {
        let by = given(&args[0]).map_or(Ok(1), |by| int(by, "count_down"))?;
        perform(this, Action::CountDown(by))
    });
    table.method(latch, "count", "", |_, this, _| perform(this, Action::Look(Look::Count)));
    for kind in [K::Queue, K::LifoQueue, K::PriorityQueue] {
        queue(table, TypeKey::object(kind));
    }
    pool(table, TypeKey::object(K::Pool));
    for kind in [K::Thread, K::Task] {
        thread(table, TypeKey::object(kind));
    }
    let timer = TypeKey::object(K::Timer);
    table.field(timer, "name", |_, this, _| method(this, ObjectMethod::Name));
    table.method(timer, "cancel", "", |_, this, _| method(this, ObjectMethod::Cancel));
    table.method(timer, "state", "", |_, this, _| method(this, ObjectMethod::State));
    atomic(table);
    local(table);
}

fn side(this: &Value, write: bool) -> Value {
    Ref::new(Side { lock: Published::new(this.clone()), write }).into()
}

fn queue(table: &mut Table, of: TypeKey) {
    table.method(of, "len", "", |_, this, _| perform(this, Action::Look(Look::Len)));
    table.method(of, "is_empty", "", |_, this, _| perform(this, Action::Look(Look::IsEmpty)));
    table.method(of, "is_full", "", |_, this, _| perform(this, Action::Look(Look::IsFull)));
    table.method(of, "capacity", "", |_, this, _| perform(this, Action::Look(Look::Capacity)));
    table.method(of, "closed", "", |_, this, _| perform(this, Action::Look(Look::Closed)));
    table.method(of, "close", "drop?", |_, this, args| {
        let drop = given(&args[0]).map_or(Ok(false), |drop| bool(drop, "close"))?;
        perform(this, Action::Close { drop })
    });
    table.method(of, "task_done", "", |_, this, _| perform(this, Action::TaskDone));
}

fn pool(table: &mut Table, of: TypeKey) {
    table.method(of, "close", "cancel?", |_, this, args| {
        let cancel = given(&args[0]).map_or(Ok(false), |cancel| bool(cancel, "close"))?;
        method(this, ObjectMethod::ClosePool { cancel })
    });
    table.method(of, "map", "f list", |cx, this, args| {
        let function = callable(&args[0], "map")?;
        let items = items(&args[1], "map")?.into_iter();
        let jobs = items.map(|item| cx.program.bind_job(&function, vec![item], Vec::new()));
        let jobs = jobs.collect::<Result<_, _>>()?;
        cx.program.publish_globals();
        let place = (cx.place)();
        Err(Request::Host(HostCall::PoolMap { pool: object(this).clone(), jobs, place }).into())
    });
}

fn thread(table: &mut Table, of: TypeKey) {
    table.field(of, "name", |_, this, _| method(this, ObjectMethod::Name));
    table.field(of, "id", |_, this, _| method(this, ObjectMethod::Id));
    table.field(of, "daemon", |_, this, _| method(this, ObjectMethod::Daemon));
    table.method(of, "is_alive", "", |_, this, _| method(this, ObjectMethod::IsAlive));
    table.method(of, "done", "", |_, this, _| method(this, ObjectMethod::Done));
    table.method(of, "state", "", |_, this, _| method(this, ObjectMethod::State));
    table.method(of, "waiting_for", "", |_, this, _| method(this, ObjectMethod::WaitingFor));
    table.method(of, "cancel", "", |_, this, _| method(this, ObjectMethod::Cancel));
}

fn this_atomic(value: &Value) -> &Ref<Atomic> {
    match value.view() {
        View::Atomic(atomic) => atomic,
        _ => unreachable!("an atomic's methods are called on atomics"),
    }
}

fn atomic(table: &mut Table) {
    let of = TypeKey::ATOMIC;
    table.method(of, "get", "", |_, this, _| Ok(this_atomic(this).get()));
    table.method(of, "set", "v", |_, this, args| {
        drop(this_atomic(this).swap(args[0].clone()));
        Ok(Value::NIL)
    });
    table.method(of, "swap", "v", |_, this, args| Ok(this_atomic(this).swap(args[0].clone())));
    table.method(of, "add", "n", |_, this, args| {
        this_atomic(this).update(|value| binary(BinaryOp::Add, value, &args[0])).map_err(Into::into)
    });
    table.method(of, "compare_swap", "old new", |_, this, args| {
        Ok(Value::bool(this_atomic(this).compare_swap(&args[0], args[1].clone())))
    });
    table.method(of, "waiting", "", |_, _, _| Ok(Value::int(0)));
}

fn this_local(value: &Value) -> &Ref<Local> {
    match value.view() {
        View::Local(local) => local,
        _ => unreachable!("a local's methods are called on locals"),
    }
}

/// The first use of a `Local` by a thread, when its value is to be made.
struct LocalStart {
    local: Ref<Local>,
    called: bool,
}

impl Callback for LocalStart {
    fn step(
        &mut self,
        locals: &mut FxHashMap<u64, Value>,
        result: Value,
    ) -> Result<CallbackStep, Fault> {
        if !std::mem::replace(&mut self.called, true) {
            return Ok(CallbackStep::Call(self.local.start.clone(), Vec::new()));
        }
        locals.insert(self.local.label.id, result.clone());
        Ok(CallbackStep::Done(result))
    }
}

fn local(table: &mut Table) {
    let of = TypeKey::LOCAL;
    table.method(of, "get", "", |cx, this, _| {
        let local = this_local(this);
        match cx.local(local) {
            Some(value) => Ok(value),
            None if local.calls => {
                let start = LocalStart { local: local.clone(), called: false };
                Err(Box::new(Outcome::Call(Box::new(start))))
            }
            None => Ok(local.start.clone()),
        }
    });
    table.method(of, "set", "v", |cx, this, args| {
        cx.locals.insert(this_local(this).label.id, args[0].clone());
        Ok(Value::NIL)
    });
    table.method(of, "waiting", "", |_, _, _| Ok(Value::int(0)));
}
