//! The rooms of `src/lib.rs`, and the rules between them, read from the `use` lines and paths of the code.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// From the ground up: a room may use those above it in this list.
const ROOMS: [&str; 17] = [
    "memory",
    "source",
    "diagnostics",
    "syntax",
    "resolve",
    "bytecode",
    "values",
    "compile",
    "primitives",
    "vm",
    "builtins",
    "runtime",
    "explore",
    "session",
    "reference",
    "repl",
    "cli",
];

/// A crate, and the only rooms or files that may name it.
const CRATES: [(&str, &[&str]); 16] = [
    ("rustyline", &["repl/"]),
    ("miette", &["diagnostics/render.rs"]),
    ("serde_json", &["diagnostics/json.rs", "cli/json.rs"]),
    ("strsim", &["diagnostics/nearest.rs"]),
    ("unicode_width", &["cli/table.rs", "diagnostics/excerpt.rs"]),
    ("pest", &["syntax/"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/generated.rs"]),
    ("clap_mangen", &["cli/generated.rs"]),
    ("pulldown_cmark", &["reference/render.rs"]),
    ("parking_lot", &["runtime/threads/"]),
    ("crossbeam_channel", &["runtime/threads/"]),
    (
        "signal_hook",
        &["runtime/threads/signals.rs", "cli/pager.rs", "cli/explore.rs", "cli/replay.rs"],
    ),
    ("hashbrown", &["values/map.rs"]),
    ("itoa", &["runtime/threads/runtime.rs", "vm/operators.rs"]),
    ("libc", &["cli/allocator.rs"]),
];

struct File {
    /// Below `src`.
    path: String,
    /// Without comments.
    code: String,
}

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    // The build script is no part of the program.
    paths.retain(|path| !path.ends_with("build.rs"));
    let file = |path: PathBuf| {
        let text = read_to_string(&path).expect("sources can be read");
        let code: Vec<&str> =
            text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
        let path = path.strip_prefix(&root).expect("it lies below").display().to_string();
        File { path, code: code.join("\n") }
    };
    paths.into_iter().map(file).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("sources can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn room_of(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or("")
}

#[test]
fn each_room_uses_only_those_above_it() {
    let mut wrong = Vec::new();
    for file in files() {
        let room = room_of(&file.path);
        let Some(height) = ROOMS.iter().position(|known| *known == room) else {
            assert!(matches!(room, "lib" | "main"), "{} is in no room", file.path);
            continue;
        };
        for used in file.code.split("crate::").skip(1) {
            let used = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
            match ROOMS.iter().position(|known| *known == used) {
                Some(other) if other > height => wrong.push(format!("{} uses {used}", file.path)),
                Some(_) => {}
                None => wrong.push(format!("{} uses {used}, which is no room", file.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_are_named_where_they_belong() {
    let mut wrong = Vec::new();
    for file in files() {
        for (name, places) in CRATES {
            let named = [format!("{name}::"), format!("use {name};")]
                .iter()
                .any(|text| mentions(&file.code, text));
            if named && !places.iter().any(|place| file.path.starts_with(place)) {
                wrong.push(format!("{} names {name}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the text stands there as a word of its own.
fn mentions(code: &str, text: &str) -> bool {
    code.match_indices(text)
        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

#[test]
fn primitives_and_the_machine_know_no_threads_and_no_clock() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| ["primitives", "vm"].contains(&room_of(&file.path))) {
        for word in [
            "std::thread",
            "Instant",
            "SystemTime",
            "std::io",
            "std::fs",
            "std::env",
            "println!",
            "Condvar",
        ] {
            if file.code.contains(word) {
                wrong.push(format!("{} names {word}", file.path));
            }
        }
        if room_of(&file.path) == "primitives" && file.code.contains("Mutex") {
            wrong.push(format!("{} names a lock", file.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn threads_and_controlled_do_not_meet() {
    for file in files() {
        if file.path.starts_with("runtime/threads") {
            assert!(!file.code.contains("controlled::"), "{} uses the other runtime", file.path);
        }
        if file.path.starts_with("runtime/controlled") || file.path.starts_with("explore") {
            assert!(!file.code.contains("threads::"), "{} uses the other runtime", file.path);
        }
    }
}

#[test]
fn no_macro_writes_on_a_stream() {
    // They panic where the stream cannot be written.
    for file in files() {
        for name in ["print!", "println!", "eprint!", "eprintln!", "dbg!"] {
            assert!(!mentions(&file.code, name), "{} uses {name}", file.path);
        }
    }
}
