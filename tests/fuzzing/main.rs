//! The fuzz targets of `tests/fuzz`, without the tool: driven by scripts of the tests and the examples that are
//! changed by chance. `FUZZ=N` gives each target N inputs, `FUZZ_SEED=S` begins at another seed, and `FUZZ_ONLY=1` tries
//! that seed alone.

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
