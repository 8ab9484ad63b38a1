//! The rows of the comparison: each program, how it is measured, and what it must and should reach. Must not know how
//! anything is run.

use super::child::Clock;

/// Something to reach.
#[derive(Clone, Copy)]
pub enum Goal {
    /// At most so many times what this peer takes.
    Times(f64, &'static str),
    /// At most so many megabytes of memory at the peak.
    Megabytes(f64),
    /// The work is done at least so many times as fast by several threads as by one.
    SpeedUp(f64),
    /// No timer later than so many milliseconds.
    Latest(f64),
}

/// A program of `programs/`.
pub struct Row {
    pub program: &'static str,
    pub clock: Clock,
    pub must: &'static [Goal],
    pub aim: &'static [Goal],
}

pub const CONC: &str = "conc";
pub const NATIVE: &str = "native Rust";
pub const CROSSBEAM: &str = "crossbeam";
pub const LUA: &str = "Lua 5.4";
pub const LUAJIT: &str = "LuaJIT -joff";

use Clock::{Process, Processor, Program};
use Goal::{Latest, Megabytes, SpeedUp, Times};

const fn row(
    program: &'static str,
    clock: Clock,
    must: &'static [Goal],
    aim: &'static [Goal],
) -> Row {
    Row { program, clock, must, aim }
}

const AS_LUA: &[Goal] = &[Times(1.0, LUA)];
const AS_LUAJIT: &[Goal] = &[Times(1.0, LUAJIT)];

pub const ROWS: [Row; 20] = [
    row("hello", Process, &[Times(1.2, LUA), Megabytes(6.0)], AS_LUA),
    row("fib", Processor, AS_LUA, AS_LUAJIT),
    row("loop", Processor, AS_LUA, AS_LUAJIT),
    row("sieve", Processor, AS_LUA, AS_LUAJIT),
    row("mandel", Processor, AS_LUA, AS_LUAJIT),
    row("nbody", Processor, AS_LUA, AS_LUAJIT),
    row("words", Processor, AS_LUA, AS_LUAJIT),
    row("qsort", Processor, AS_LUA, AS_LUAJIT),
    row("spawn_join", Program, &[Times(1.0, NATIVE)], &[Times(0.1, NATIVE)]),
    row("live", Program, &[Times(1.1, NATIVE), Megabytes(30.0)], &[Times(0.7, NATIVE)]),
    row("lock", Program, &[Times(4.0, NATIVE)], &[Times(1.6, NATIVE)]),
    row("contended", Program, &[Times(4.0, NATIVE)], &[Times(1.8, NATIVE)]),
    row("ping_pong", Program, &[Times(0.4, NATIVE)], &[Times(0.02, NATIVE)]),
    row("bounded_queue", Program, &[Times(0.85, NATIVE)], &[Times(3.0, CROSSBEAM)]),
    row("barrier", Program, &[Times(1.0, NATIVE)], &[Times(0.07, NATIVE)]),
    row("semaphore", Program, &[Times(2.0, NATIVE)], &[Times(1.2, NATIVE)]),
    row("timers", Program, &[Times(1.2, NATIVE), Latest(5.0)], &[Times(1.05, NATIVE)]),
    row("speed_up", Program, &[SpeedUp(1.9)], &[]),
    row("shared_list", Program, &[SpeedUp(1.8)], &[SpeedUp(1.9)]),
    row("own_values", Program, &[SpeedUp(1.0)], &[]),
];
