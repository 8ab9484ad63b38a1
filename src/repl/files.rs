//! The prompt's own files: the history of entries, and the entries that it starts with.

use std::path::{Path, PathBuf};

/// Where the history of entries is kept; the folder is made.
pub fn history() -> Option<PathBuf> {
    let folder = folder("XDG_STATE_HOME", ".local/state")?;
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}

/// The file that is run first, if there is one.
pub fn start() -> Option<PathBuf> {
    let file = folder("XDG_CONFIG_HOME", ".config")?.join("init.conc");
    file.is_file().then_some(file)
}

/// The folder for conc below the one that a variable names, or else below the home.
fn folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    // A path that is not absolute is to be ignored.
    let named = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = named.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(below_home)))?;
    Some(base.join("conc"))
}
