//! The target `read`: what it is, is in `tests/fuzzing/targets.rs`.
#![no_main]

#[allow(dead_code, reason = "one of them is this one's")]
#[path = "../../fuzzing/targets.rs"]
mod targets;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Reading calls itself for each bracket.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(conc::syntax::STACK_BYTES);
        let done = thread.spawn_scoped(scope, || targets::read(bytes)).expect("a thread").join();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
});
