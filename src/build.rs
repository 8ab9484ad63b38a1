//! The build script: puts the C library into the program `conc`, where the system has it as archives.
//!
//! To find, map and relocate three shared libraries takes as long as all else that conc does for a short script, and
//! each page of theirs that is looked at counts. A program that needs none starts at a fixed place too, so that nothing
//! in it must be relocated. Where an archive is missing, or the target is another system, conc is linked as any program.
//!
//! rustc names the libraries as `-lc` and so on. A folder that holds only archives under those names, and is looked
//! through before the system's, makes the linker take these; tests and benches are linked without it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What rustc links with, and the archive in which it lies.
const LIBRARIES: [(&str, &str); 7] = [
    ("libc.a", "libc.a"),
    ("libm.a", "libm.a"),
    ("libpthread.a", "libpthread.a"),
    ("libdl.a", "libdl.a"),
    ("librt.a", "librt.a"),
    ("libutil.a", "libutil.a"),
    ("libgcc_s.a", "libgcc_eh.a"),
];

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    if let Some(folder) = archives() {
        let folder = format!("-L{}", folder.display());
        // What is in an archive is looked for once more at the end: they need each other.
        for argument in ["-static", "-no-pie", &folder, "-lgcc_eh", "-lgcc", "-lc"] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}

/// A folder with the archives; `None` if they are not all there, or not what is wanted.
fn archives() -> Option<PathBuf> {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|is| is == value);
    let glibc = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if !glibc || env::var("HOST") != env::var("TARGET") || is_settled() {
        return None;
    }
    let folder = Path::new(&env::var_os("OUT_DIR")?).join("archives");
    std::fs::create_dir_all(&folder).ok()?;
    for (name, archive) in LIBRARIES {
        let link = folder.join(name);
        let _ = std::fs::remove_file(&link);
        symlink(&find(archive)?, &link)?;
    }
    Some(folder)
}

/// Whether rustc was asked for a static program by other means, or for a sanitizer, which needs a dynamic one.
fn is_settled() -> bool {
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    features.contains("crt-static") || env::var_os("CARGO_CFG_SANITIZE").is_some()
}

/// Where the linker has an archive, if it has.
fn find(archive: &str) -> Option<PathBuf> {
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let output = Command::new(linker).arg(format!("-print-file-name={archive}")).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    // What it does not find it calls by its bare name.
    (path.is_absolute() && path.exists()).then_some(path)
}

#[cfg(unix)]
fn symlink(original: &Path, link: &Path) -> Option<()> {
    std::os::unix::fs::symlink(original, link).ok()
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> Option<()> {
    None
}
