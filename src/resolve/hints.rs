//! What to say about a name that nothing declares: words of other languages, and near misses.

/// The word of conc's for a word of another language's, as a help.
pub fn foreign_word(name: &str) -> Option<&'static str> {
    Some(match name {
        "None" | "null" | "undefined" | "NULL" | "none" => "write `nil`",
        "True" => "write `true`",
        "False" => "write `false`",
        "this" => "write `self`, in a method",
        "threading" | "thread" | "Thread" | "concurrent" | "multiprocessing" | "asyncio" => {
            "threads are part of the language: `spawn f(x)` starts one, `Lock()` and its kin need no import"
        }
        "time" | "Duration" => "`sleep 1s` waits, `clock()` and `now()` tell the time",
        "logging" | "console" | "eprintln" => "`log(x)` writes a line to stderr",
        "println" | "printf" | "puts" | "echo" => "write `print(x)`",
        "Mutex" | "mutex" => "write `Lock()`",
        "RWLock" | "ReadWriteLock" | "ReaderWriterLock" => "write `RwLock()`",
        "Channel" | "chan" | "channel" | "SimpleQueue" => "write `Queue(capacity)`",
        "WaitGroup" | "CountDownLatch" | "CountdownEvent" => "write `Latch(n)`",
        "CyclicBarrier" => "write `Barrier(n)`",
        "ThreadPoolExecutor" | "ThreadPool" | "Executor" => {
            "write `Pool(workers)`, and `spawn on pool f(x)`"
        }
        "ProcessPoolExecutor" | "ProcessPool" | "Process" => {
            "processes are reserved for later; `Pool(workers)` runs tasks on threads"
        }
        "Timer" => "write `timer 1s { … }`",
        "Future" | "Promise" => "a thread's or a task's handle is one: `join t`",
        "AtomicInteger" | "AtomicInt" | "AtomicLong" | "atomic" => "write `Atomic(0)`",
        "ThreadLocal" | "local" | "threadlocal" => "write `Local(v)`",
        "append" => "write `xs.push(x)`",
        "string" | "String" => "write `str(x)`",
        "Exception" | "RuntimeError" | "TypeError" | "ValueError" | "KeyError" | "IndexError"
        | "Timeout" | "Cancelled" | "Closed" => "write `raise \"text\"`, or `error(kind, text)`",
        "enumerate" => "write `for i, x in xs { … }`",
        "dict" | "Dict" => "a map is written `{name: value}`",
        "exec" | "eval" => "there is no such thing in conc",
        "pass" => "a block may be empty: `{ }`",
        "math" => "`sqrt`, `floor`, `sin`, `pi` and their kin are names of their own",
        "os" | "sys" => "`env(name)`, `args` and `exit(code)` are names of their own",
        "quit" => "`exit()` ends a program; at the prompt `:quit`, or Ctrl-D, leaves",
        "help" => "`conc doc` shows the reference; at the prompt `:help` tells the commands",
        "random_choice" | "choice" | "randint" => "write `random_int(a, b)`",
        _ => return None,
    })
}
