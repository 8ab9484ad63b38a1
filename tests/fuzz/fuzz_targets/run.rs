//! The target `run`: what it is, is in `tests/fuzzing/targets.rs`.
#![no_main]

#[allow(dead_code, reason = "one of them is this one's")]
#[path = "../../fuzzing/targets.rs"]
mod targets;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| targets::run(bytes));
