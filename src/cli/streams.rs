//! What commands write on standard output and standard error, by no macro of the standard library: those panic where a
//! stream cannot be written.

use super::show::Show;
use crate::diagnostics::{Code, Report};
use crate::runtime::plain;
use std::io::{ErrorKind, Write};

/// The output could not be written.
const FAILED: i32 = 1;

/// Writes on standard output; the exit status, `status` if all went well. Nobody need read it to the end, but what
/// cannot be written is told.
pub fn print(text: &[u8], status: i32, show: &Show) -> i32 {
    let mut out = std::io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            tell(&show.text(&failed(&error)));
            FAILED
        }
        _ => status,
    }
}

/// Why standard output could not be written.
pub fn failed(why: &std::io::Error) -> Report {
    Report::error(Code::Output, format!("standard output could not be written: {}", plain(why)))
}

/// Writes on standard error. If that cannot be, there is nowhere left to say so; the exit status still tells.
pub fn tell(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
