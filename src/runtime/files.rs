//! Files, and what the system says of them.

use crate::memory;
use crate::values::{ErrorKind, Fault, Str, Value};
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind as Why, Read, Write};
use std::path::Path;

fn io_error(what: &str, path: &str, error: &Error) -> Fault {
    Fault::new(ErrorKind::IoError, format!("cannot {what} `{path}`: {}", plain(error)))
}

/// What went wrong, without the system's number.
pub fn plain(error: &Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" (os error").unwrap_or(text.len());
    let text = &text[..end];
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The text of a file.
pub(super) fn read_file(path: &str) -> Result<Value, Fault> {
    let bytes = File::open(path).and_then(|file| {
        memory::read_all(|bytes, most| (&file).take(most as u64).read_to_end(bytes))
    });
    let bytes = bytes.map_err(|error| match error.kind() {
        Why::OutOfMemory => Fault::no_memory("string"),
        _ => io_error("read", path, &error),
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Fault::new(ErrorKind::IoError, format!("cannot read `{path}`: it is not UTF-8 text"))
    })?;
    Str::try_new(&[text]).map(Value::from).ok_or_else(|| Fault::no_memory("string"))
}

/// Writes a text into a file, in place of what it holds or after it.
pub(super) fn write_file(path: &str, text: &str, append: bool) -> Result<(), Fault> {
    let mut options = OpenOptions::new();
    options.create(true).append(append);
    if !append {
        options.write(true).truncate(true);
    }
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| io_error("write", path, &error))
}

/// What stands in the way of writing a file, as far as can be told without doing it.
pub(super) fn check_write(path: &str) -> Result<(), Fault> {
    let folder = |path: &Path| match path.metadata() {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(Why::NotADirectory.into()),
        Err(error) => Err(error),
    };
    let file = Path::new(path);
    let checked = match file.metadata() {
        Ok(found) if found.is_dir() => Err(Why::IsADirectory.into()),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == Why::NotFound => match file.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Ok(()),
            Some(parent) => folder(parent),
            None => Err(error),
        },
        Err(error) => Err(error),
    };
    checked.map_err(|error| io_error("write", path, &error))
}
