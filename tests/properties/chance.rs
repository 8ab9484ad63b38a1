//! Tries a property with one seed after the other, and tells the one with which it fails.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Tries a property so many times, or as many as the environment says.
pub fn tried(times: u64, property: impl Fn(&mut fastrand::Rng)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("PROPERTIES_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..times * number("PROPERTIES").unwrap_or(1),
    };
    for seed in seeds {
        let mut random = fastrand::Rng::with_seed(seed);
        if let Err(failed) = catch_unwind(AssertUnwindSafe(|| property(&mut random))) {
            eprintln!("it fails with PROPERTIES_SEED={seed}");
            resume_unwind(failed);
        }
    }
}

/// One of several.
pub fn one_of<T: Copy>(random: &mut fastrand::Rng, all: &[T]) -> T {
    all[random.usize(..all.len())]
}

/// An int, most often one near which something happens.
pub fn an_int(random: &mut fastrand::Rng) -> i64 {
    match random.u8(0..6) {
        0 => random.i64(-9..10),
        1 => one_of(random, &[i64::MIN, i64::MIN + 1, i64::MAX, i64::MAX - 1, 0, 1, -1, 2, -2]),
        2 => {
            let power = 1_i64.wrapping_shl(random.u32(0..64));
            let near = power.wrapping_add(random.i64(-2..3));
            if random.bool() { near } else { near.wrapping_neg() }
        }
        3 => random.i64(-4_000_000_000..4_000_000_000),
        // 2 to the 53rd, up to which floats hold all ints.
        4 => random.i64(-9..10) + one_of(random, &[1 << 53, -(1 << 53), 1 << 54]),
        _ => random.i64(..),
    }
}
