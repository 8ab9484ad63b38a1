//! The programs of the comparison, as they are written for shuttle and for loom: `explore-crates TOOL PROGRAM SECONDS
//! SEED` runs one until the tool is done, fails or has had so many seconds, and prints how many executions it made, the
//! seconds it took, and how it ended.

mod programs;

use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// How often the program was begun.
static BEGUN: AtomicU64 = AtomicU64::new(0);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [tool, program, seconds, seed] = &words[..] else { panic!("TOOL PROGRAM SECONDS SEED") };
    let seconds = Duration::from_secs_f64(seconds.parse().expect("seconds"));
    let seed = seed.parse().expect("a seed");
    std::panic::set_hook(Box::new(|_| {}));
    let begun = Instant::now();
    let end = catch_unwind(AssertUnwindSafe(|| match tool.as_str() {
        "loom" => loom(program, seconds),
        "dfs" => shuttle(program, seconds, DfsScheduler::new(None, false)),
        "random" => {
            shuttle(program, seconds, RandomScheduler::new_from_seed(seed, usize::MAX));
        }
        "pct" => shuttle(program, seconds, PctScheduler::new_from_seed(seed, 3, usize::MAX)),
        _ => panic!("no such tool"),
    }));
    let took = begun.elapsed();
    let end = match end {
        Err(_) => "failed",
        Ok(()) if took >= seconds => "unfinished",
        Ok(()) => "complete",
    };
    println!("{} {} {end}", BEGUN.load(Relaxed), took.as_secs_f64());
}

fn loom(program: &str, seconds: Duration) {
    let program = programs::loom(program);
    let mut model = loom::model::Builder::new();
    model.max_duration = Some(seconds);
    model.max_branches = 100_000;
    model.check(move || {
        BEGUN.fetch_add(1, Relaxed);
        program();
    });
}

fn shuttle(program: &str, seconds: Duration, scheduler: impl Scheduler + 'static) {
    let program = programs::shuttle(program);
    let mut config = shuttle::Config::new();
    config.max_time = Some(seconds);
    config.failure_persistence = shuttle::FailurePersistence::None;
    shuttle::Runner::new(scheduler, config).run(move || {
        BEGUN.fetch_add(1, Relaxed);
        program();
    });
}
