//! A tree that is printed and read again is the same tree, for every script of the tests and the examples, and for
//! programs made by chance.

mod making;

use conc::source::Source;
use conc::syntax::ast::Script;
use conc::syntax::{STACK_BYTES, parse, print};
use std::path::{Path, PathBuf};

fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            scripts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "conc") {
            found.push(path);
        }
    }
}

fn read(name: &str, text: &str) -> Option<Script> {
    parse(&Source::new(name, text)).ok()
}

/// The tree as text, without places, numbers of names, and how high its nodes are.
fn shape(script: &Script) -> String {
    let mut shape = String::new();
    let text = format!("{script:?}");
    let mut rest = text.as_str();
    while let Some(at) = rest.find(|c: char| c == '#' || c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        shape.push_str(before);
        let numbered = from.starts_with('#') || !before.ends_with(['(', '-', '"']);
        let end = from[1..]
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .map_or(from.len(), |end| end + 1);
        if !numbered {
            shape.push_str(&from[..end]);
        }
        rest = &from[end..];
    }
    shape + rest
}

fn is_printed(name: &str, script: &Script) {
    let printed = print(script);
    let Some(again) = read(name, &printed) else {
        panic!("{name} is not read again:\n{printed}");
    };
    assert_eq!(print(&again), printed, "{name}");
    assert_eq!(shape(&again), shape(script), "{name}, printed as\n{printed}");
}

fn on_large_stack(check: fn()) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(check);
    thread.expect("a thread").join().expect("all are the same");
}

#[test]
fn what_is_printed_is_read_as_the_same_tree() {
    on_large_stack(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        scripts(&root.join("tests"), &mut found);
        scripts(&root.join("examples"), &mut found);
        let mut compared = 0;
        for path in found {
            let name = path.display().to_string();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            // Some are wrong on purpose.
            let Some(script) = read(&name, &text) else { continue };
            is_printed(&name, &script);
            compared += 1;
        }
        assert!(compared > 1_000, "only {compared} scripts are there");
    });
}

#[test]
fn programs_made_by_chance_are_read_as_the_same_tree() {
    on_large_stack(|| {
        for seed in 0..200 {
            let text = making::program(&mut fastrand::Rng::with_seed(seed), 40);
            let name = format!("seed {seed}");
            let script = parse(&Source::new(&*name, &*text));
            let script = script.unwrap_or_else(|wrong| panic!("{:?}\n{text}", wrong[0]));
            is_printed(&name, &script);
        }
    });
}
