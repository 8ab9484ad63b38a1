//! What holds for all values and all programs, tried on many made by chance. `PROPERTIES=N` tries N times as many;
//! `PROPERTIES_SEED=S` tries one alone, the one that a failure has told.

mod arithmetic;
mod chance;
mod formats;
mod lists;
#[path = "../making/mod.rs"]
mod making;
mod maps;
mod programs;
#[path = "../running/mod.rs"]
mod running;
mod strings;
mod told;
