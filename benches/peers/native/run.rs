//! Which function a program's name means, and the size it has unless another is given.

use super::{concurrent, parallel, sequential};
use std::fmt::Display;
use std::hint::black_box;
use std::time::Instant;

/// Runs a program; false if there is none of that name.
pub fn run(name: &str, size: Option<i64>) -> bool {
    let n = |usual: i64| black_box(size.unwrap_or(usual));
    match name {
        "hello" => println!("hello"),
        "fib" => timed(|| sequential::fib(n(32))),
        "loop" => timed(|| sequential::arithmetic(n(20_000_000))),
        "sieve" => {
            timed(|| (0..3).map(|_| sequential::primes(n(2_000_000) as usize)).sum::<usize>())
        }
        "mandel" => timed(|| sequential::mandel(n(400), 100)),
        "nbody" => timed(|| format!("{:.9}", sequential::nbody(n(100_000)))),
        "words" => timed(|| sequential::words(n(1_000_000))),
        "qsort" => timed(|| sequential::qsort(n(300_000) as usize)),
        "spawn_join" => timed(|| concurrent::spawn_join(n(10_000))),
        "live" => timed(|| concurrent::live(n(2000))),
        "lock" => concurrent::lock(n(5_000_000)),
        "contended" => timed(|| concurrent::contended(n(250_000))),
        "ping_pong" => timed(|| concurrent::ping_pong(n(50_000))),
        "bounded_queue" => timed(|| concurrent::condvar_queue(n(200_000))),
        "bounded_queue_crossbeam" => timed(|| concurrent::crossbeam_queue(n(200_000))),
        "barrier" => timed(|| concurrent::barrier(n(20_000))),
        "semaphore" => timed(|| concurrent::semaphore(n(20_000))),
        "timers" => concurrent::timers(n(10_000) as usize),
        "speed_up" => parallel::speed_up(n(30)),
        "shared_list" => parallel::shared_list(n(200)),
        "own_values" => parallel::own_values(n(400)),
        _ => return false,
    }
    true
}

fn timed<R: Display>(program: impl FnOnce() -> R) {
    let start = Instant::now();
    println!("R={}", program());
    println!("T={:.6}", start.elapsed().as_secs_f64());
}
