//! The programs that compare one thread with many.

use super::sequential::fib;
use std::collections::HashMap;
use std::thread;
use std::time::Instant;

/// Runs something alone, then on threads, and says how much faster those were.
fn compare(alone: impl FnOnce() -> i64, threads: usize, share: impl Fn() -> i64 + Sync) {
    let start = Instant::now();
    let mut result = alone();
    let sequential = start.elapsed().as_secs_f64();
    let middle = Instant::now();
    let share = &share;
    result += thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(share)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum::<i64>()
    });
    let parallel = middle.elapsed().as_secs_f64();
    println!("R={result}\nSEQUENTIAL={sequential:.6} SPEEDUP={:.3}", sequential / parallel);
    println!("T={parallel:.6}");
}

pub fn speed_up(n: i64) {
    compare(|| fib(n) + fib(n), 2, || fib(n));
}

pub fn shared_list(n: i64) {
    let numbers: Vec<i64> = (0..20_000).collect();
    let total = || {
        let mut sum = 0;
        for _ in 0..n {
            for number in &numbers {
                sum = (sum + number) % 1_000_003;
            }
        }
        sum
    };
    compare(|| total() + total(), 2, total);
}

pub fn own_values(n: i64) {
    let work = |rounds: i64| {
        let mut sum = 0;
        for round in 0..rounds {
            let mut squares = Vec::new();
            let mut places = HashMap::new();
            for i in 0..500 {
                squares.push(i * i);
                places.insert(format!("key {i}"), i);
            }
            for i in 0..500 {
                let place = places[&format!("key {i}")];
                sum = (sum + squares[i as usize] + place + round) % 1_000_003;
            }
        }
        sum
    };
    compare(|| work(n), 8, || work(n / 8));
}
