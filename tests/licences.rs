//! What conc is made of may be used as conc itself may, and nothing of it is there twice without a reason.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Licences that ask for no more than that their text comes along. Of a crate that offers several, one is enough.
const ALLOWED: [&str; 9] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "0BSD",
    "BSL-1.0",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates that are there in two versions, as those who use them do not agree yet.
const TWICE: [&str; 2] = ["syn", "unicode-width"];

/// The crates that conc is made of on this system: those for others need not be on the machine.
fn packages() -> Vec<Value> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(["--filter-platform", "host-tuple"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let mut metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    match metadata["packages"].take() {
        Value::Array(packages) => packages,
        other => panic!("no list of packages: {other}"),
    }
}

fn is_allowed(licence: &str) -> bool {
    // `a/b` is an old way to write `a OR b`. The only brackets there are stand round the first of two parts.
    let is_known = |part: &str| ALLOWED.contains(&part.trim_matches(['(', ')', ' ']));
    let licence = licence.replace('/', " OR ");
    licence.split(" AND ").all(|all| all.split(" OR ").any(is_known))
}

#[test]
fn all_licences_are_allowed() {
    let packages = packages();
    assert!(packages.len() > 20, "only {} packages", packages.len());
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(is_allowed))
        .map(|package| format!("{}: {}", package["name"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(
        !is_allowed("GPL-3.0") && !is_allowed("MIT AND GPL-3.0") && is_allowed("MIT OR GPL-3.0")
    );
}

#[test]
fn no_crate_is_there_twice() {
    let mut versions: BTreeMap<String, usize> = BTreeMap::new();
    for package in packages() {
        *versions.entry(package["name"].as_str().unwrap_or("").to_owned()).or_default() += 1;
    }
    let twice: Vec<&String> =
        versions.iter().filter(|(_, count)| **count > 1).map(|(name, _)| name).collect();
    assert_eq!(twice, TWICE, "crates in more than one version");
}

#[test]
fn the_package_has_what_it_is_built_of() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = Command::new(env!("CARGO"))
        .args(["package", "--list", "--offline", "--allow-dirty"])
        .current_dir(root)
        .output()
        .expect("cargo runs");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    let listed: Vec<&str> = listed.lines().collect();
    for wanted in ["Cargo.lock", "LICENSE", "README.md", "grammar/conc.pest", "examples/README.md"]
    {
        assert!(listed.contains(&wanted), "{wanted} is missing");
    }
    let mut missing = Vec::new();
    all_files(&root.join("src"), &mut missing);
    let path = |file: &Path| file.strip_prefix(root).unwrap_or(file).display().to_string();
    missing.retain(|file| !listed.contains(&path(file).as_str()));
    assert!(missing.is_empty(), "{missing:?}");
}

fn all_files(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for path in std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        if path.is_dir() { all_files(&path, files) } else { files.push(path) }
    }
}
