//! What to say about a method that a built-in type does not have, but its like in another language has.

/// The way of conc's to do what another language has a method for, as a hint. `of` is the type's name.
pub(super) fn foreign_member(of: &str, name: &str) -> Option<&'static str> {
    let hint = match of {
        "Lock" | "RLock" | "Semaphore" | "BoundedSemaphore" => permit(name),
        "Condition" => condition(name).or_else(|| permit(name)),
        "RwLock" => side(name),
        "Event" | "Latch" => match name {
            "wait" | "await" => Some("`wait e` waits for it"),
            "signal" | "notify_all" if of == "Event" => Some("write `e.set()`"),
            _ => None,
        },
        "Barrier" => matches!(name, "wait" | "await" | "arrive")
            .then_some("`barrier b` waits for the others"),
        "Queue" | "LifoQueue" | "PriorityQueue" => queue(name),
        "thread" | "task" | "timer" => thread(name),
        "Pool" => pool(name),
        "Atomic" => atomic(name),
        "list" => list(name),
        "map" => map(name),
        "str" => text(name),
        _ => None,
    };
    hint.or(match name {
        "to_string" | "toString" | "to_str" => Some("`str(x)` gives the text of a value"),
        "length" | "size" => Some("write `len(x)`"),
        _ => None,
    })
}

fn permit(name: &str) -> Option<&'static str> {
    Some(match name {
        "acquire" | "lock" | "enter" | "down" | "wait" => "write `acquire m`, or `lock m { … }`",
        "release" | "unlock" | "leave" | "up" | "post" | "signal" => {
            "write `release m`, or `lock m { … }`"
        }
        "try_lock" | "tryLock" | "try_acquire" | "tryAcquire" => {
            "write `acquire m within 0s else { false }`"
        }
        _ => return None,
    })
}

fn condition(name: &str) -> Option<&'static str> {
    Some(match name {
        "wait" | "await" => "write `wait c until …`, or `wait c`",
        "wait_for" | "wait_while" | "wait_until" => "write `wait c until …`",
        "notify" | "notify_one" | "signal" => "write `notify c`",
        "notify_all" | "notifyAll" | "broadcast" | "signal_all" | "signalAll" => {
            "write `notify all c`"
        }
        _ => return None,
    })
}

fn side(name: &str) -> Option<&'static str> {
    Some(match name {
        "read_lock" | "readLock" | "acquire_read" | "RLock" | "lock_shared" => {
            "write `lock rw.read { … }`"
        }
        "write_lock" | "writeLock" | "acquire_write" | "lock" | "acquire" => {
            "write `lock rw.write { … }`"
        }
        "unlock" | "release" | "release_read" | "release_write" => {
            "write `release rw.read` or `release rw.write`"
        }
        _ => return None,
    })
}

fn queue(name: &str) -> Option<&'static str> {
    Some(match name {
        "put" | "push" | "send" | "enqueue" | "add" | "append" | "offer" => "write `send q, x`",
        "get" | "pop" | "recv" | "receive" | "dequeue" | "take" | "poll" => "write `recv q`",
        "put_nowait" | "try_send" => "write `send q, x within 0s`",
        "get_nowait" | "try_recv" => "write `recv q within 0s`",
        "join" => "write `join q`",
        "empty" | "isEmpty" => "write `q.is_empty()`",
        "full" | "isFull" => "write `q.is_full()`",
        "qsize" | "size" | "length" => "write `q.len()`",
        _ => return None,
    })
}

fn thread(name: &str) -> Option<&'static str> {
    Some(match name {
        "join" | "result" | "get" | "wait" | "value" => "write `join t`",
        "start" | "run" => "it was started when it was made",
        "stop" | "kill" | "terminate" | "interrupt" | "abort" => "write `t.cancel()`",
        _ => return None,
    })
}

fn pool(name: &str) -> Option<&'static str> {
    Some(match name {
        "submit" | "execute" | "apply" | "apply_async" | "spawn" => "write `spawn on pool f(x)`",
        "shutdown" | "join" | "wait" => "write `join pool`",
        _ => return None,
    })
}

fn atomic(name: &str) -> Option<&'static str> {
    Some(match name {
        "load" | "value" | "read" => "write `a.get()`",
        "store" | "write" => "write `a.set(v)`",
        "fetch_add" | "increment" | "inc" | "incrementAndGet" | "getAndIncrement" => {
            "write `a.add(1)`"
        }
        "exchange" | "getAndSet" => "write `a.swap(v)`",
        "compare_exchange" | "compare_and_set" | "compareAndSet" | "compare_and_swap" | "cas" => {
            "write `a.compare_swap(old, new)`"
        }
        _ => return None,
    })
}

fn list(name: &str) -> Option<&'static str> {
    Some(match name {
        "append" | "add" | "push_back" => "write `xs.push(x)`",
        "size" | "length" => "write `xs.len()`",
        "forEach" | "for_each" | "each" => "write `for x in xs { … }`",
        "includes" | "has" => "write `xs.contains(x)`",
        "indexOf" | "find" => "write `xs.index(x)`",
        "first" => "write `xs[0]`",
        "last" => "write `xs[-1]`",
        "shift" | "popleft" | "pop_front" => "write `xs.remove_at(0)`",
        "unshift" | "appendleft" | "push_front" => "write `xs.insert(0, x)`",
        "concat" => "write `xs + ys`",
        _ => return None,
    })
}

fn map(name: &str) -> Option<&'static str> {
    Some(match name {
        "has" | "has_key" | "contains_key" | "containsKey" => "write `k in m`",
        "pop" | "delete" => "write `m.remove(k)`",
        "set" | "put" | "insert" | "setdefault" => "write `m[k] = v`",
        "size" | "length" => "write `m.len()`",
        "entries" => "write `m.items()`",
        _ => return None,
    })
}

fn text(name: &str) -> Option<&'static str> {
    Some(match name {
        "strip" | "lstrip" | "rstrip" => "write `s.trim()`",
        "size" | "length" => "write `s.len()`",
        "startswith" | "startsWith" => "write `s.starts_with(t)`",
        "endswith" | "endsWith" => "write `s.ends_with(t)`",
        "toUpperCase" => "write `s.upper()`",
        "toLowerCase" => "write `s.lower()`",
        "includes" => "write `s.contains(t)`",
        "index" | "indexOf" => "write `s.find(t)`",
        "substring" | "substr" | "slice" => "write `s[a..b]`",
        "join" => "write `xs.join(s)`, with the list before the point",
        "format" => "write `\"{x:>8}\"`: strings interpolate",
        "splitlines" => "write `s.lines()`",
        _ => return None,
    })
}
