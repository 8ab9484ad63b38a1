//! The fuzz targets of `tests/fuzz`, without the tool: driven by scripts of the tests and the examples that are
//! changed by chance. `FUZZ=N` gives each target N inputs, `FUZZ_SEED=S` begins at another seed, and `FUZZ_ONLY=1` tries
//! that seed alone.
//!
//! # With a nightly compiler
//!
//! *Coverage.* cargo-fuzz looks for inputs that reach new code, and is given scripts to begin with:
//!
//! ```text
//! mkdir -p tests/fuzz/corpus/check && find tests examples -name '*.conc' | xargs cp -t tests/fuzz/corpus/check --backup=t
//! cargo +nightly fuzz run --fuzz-dir tests/fuzz check -- -max_len=3000 -timeout=20
//! ```
//!
//! The code of a script lives as long as the process, so that one which loads thousands leaks it: `-detect_leaks=0`, and
//! `-fork=1` for long runs. What is found is mended, and kept as a script of `tests/scripts`.
//!
//! *Sanitizers.* The target must be named, or the build script and macros are sanitized too:
//!
//! ```text
//! export RUSTFLAGS="-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer"    # or "-Zsanitizer=address"
//! cargo +nightly build --target x86_64-unknown-linux-gnu --target-dir target/sanitized
//! unset RUSTFLAGS
//! export TSAN_OPTIONS=exitcode=0:log_path=/tmp/tsan:suppressions=/tmp/known        # or ASAN_OPTIONS=detect_leaks=0:…
//! CONC=$PWD/target/sanitized/x86_64-unknown-linux-gnu/debug/conc cargo test --test scripts -- stress
//! ```
//!
//! ThreadSanitizer sees what this crate and its dependencies do, but not the standard library's own code, which comes
//! compiled without it; nor does it know fences. So it tells of races that are none, of these kinds:
//!
//! - at the end of an `Arc` or a `Weak`, which has a fence: `race:drop_slow` and
//!   `race:alloc::sync::Weak<*as core::ops::drop::Drop>::drop` in the file of what is known;
//! - of what lies in a `std::sync::Mutex` (`values/error.rs`, `values/census.rs`, `vm/program.rs`, the channel for output),
//!   where a thread had to wait for it. With parking_lot's in the first three, which is compiled like any crate, they are
//!   gone.
//!
//! The guard in `values/guard.rs` has fences too, but none is needed to tell that it is no race: what is read under it
//! without being taken is atomic. That no such read is torn ThreadSanitizer cannot tell.
//!
//! *Leaks* are looked for by `tests/soak.rs`. Miri has not been run: it would tell whether the unsafe code keeps to the
//! rules for references and for memory that was not written yet, which no sanitizer knows of.

mod mutations;
mod targets;

use conc::syntax::STACK_BYTES;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// How many inputs a target is given, if nothing else is said, and for how long.
const INPUTS: u64 = 3_000;
const LONGEST: Duration = Duration::from_secs(5);
/// So much of the processor's time one input may take.
const SLOWEST: Duration = Duration::from_secs(20);

fn corpus() -> Vec<Vec<u8>> {
    let mut corpus = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    collect(&root.join("tests/scripts"), &mut corpus);
    collect(&root.join("examples"), &mut corpus);
    // The order of a folder is the system's own.
    corpus.sort();
    assert!(corpus.len() > 1_000, "only {} scripts are there", corpus.len());
    corpus
}

fn collect(folder: &Path, corpus: &mut Vec<Vec<u8>>) {
    for path in std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, corpus);
        } else if path.extension().is_some_and(|extension| extension == "conc") {
            corpus.push(std::fs::read(path).expect("a script"));
        }
    }
}

/// What this thread has used of the processor's time.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Memory is limited, so that an input that wants much of it is told so, and takes it from nobody.
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = Some(6 << 30);
    setrlimit(Resource::As, Rlimit { current: most, maximum: most }).expect("it can be lowered");
}

fn fuzzed(name: &'static str, target: fn(&[u8])) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (wanted, first) = (number("FUZZ"), number("FUZZ_SEED").unwrap_or(0));
    let most = if number("FUZZ_ONLY").is_some() { 1 } else { wanted.unwrap_or(INPUTS) };
    let drive = move || {
        let (corpus, begun) = (corpus(), Instant::now());
        let mut tried = 0;
        for seed in first..first + most {
            if wanted.is_none() && begun.elapsed() > LONGEST {
                break;
            }
            let input = mutations::mutated(&mut fastrand::Rng::with_seed(seed), &corpus);
            let started = processor_time();
            if catch_unwind(AssertUnwindSafe(|| target(&input))).is_err() {
                let text = String::from_utf8_lossy(&input);
                panic!("`{name}` fails with FUZZ_SEED={seed} FUZZ_ONLY=1:\n{text}");
            }
            let took = processor_time() - started;
            if took > SLOWEST {
                let text = String::from_utf8_lossy(&input);
                panic!("`{name}` takes {took:?} with FUZZ_SEED={seed} FUZZ_ONLY=1:\n{text}");
            }
            tried += 1;
        }
        println!("{name}: {tried} inputs in {:?}", begun.elapsed());
        assert!(tried > 0);
    };
    limit_memory();
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(drive);
    thread.expect("a thread").join().expect("nothing panics");
}

#[test]
fn anything_is_read_or_refused() {
    fuzzed("read", targets::read);
}

#[test]
fn anything_is_compiled_or_refused() {
    fuzzed("check", targets::check);
}

#[test]
fn anything_that_compiles_is_run() {
    fuzzed("run", targets::run);
}
