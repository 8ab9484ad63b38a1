//! Texts that may be longer than the screen.

use super::show::Show;
use super::streams::print;
use signal_hook::consts::SIGINT;
use std::io::{IsTerminal, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The status by which the shell says that there is no such command.
const NOT_FOUND: i32 = 127;

/// Shows a text on standard output, through a pager if that is a terminal and the text does not fit; the exit status.
pub fn page(text: &str, show: &Show) -> i32 {
    if through_pager(text) { 0 } else { print(text.as_bytes(), 0, show) }
}

/// Shows a text through a pager, if standard output is a terminal and the text does not fit; whether it did.
pub fn through_pager(text: &str) -> bool {
    is_longer_than_screen(text) && run_pager(text).is_ok()
}

fn is_longer_than_screen(text: &str) -> bool {
    let screen = std::io::stdout();
    let rows = rustix::termios::tcgetwinsize(&screen).map_or(0, |size| usize::from(size.ws_row));
    // A line is left for the prompt.
    screen.is_terminal() && rows > 0 && text.lines().count() >= rows
}

/// # Errors
///
/// If there is no pager.
fn run_pager(text: &str) -> std::io::Result<()> {
    let mut pager = start_pager()?;
    // Ctrl-C is for the pager, which goes on; without a handler it would end this process and leave the pager
    // without the terminal. If no handler can be set, that is all that happens.
    let handler = signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false)));
    if let Some(mut input) = pager.stdin.take() {
        // The pager may be left before it has read all.
        let _ = input.write_all(text.as_bytes());
    }
    let ended = pager.wait();
    if let Ok(handler) = handler {
        signal_hook::low_level::unregister(handler);
    }
    match ended?.code() {
        Some(NOT_FOUND) => Err(std::io::ErrorKind::NotFound.into()),
        _ => Ok(()),
    }
}

fn start_pager() -> std::io::Result<Child> {
    let wanted = std::env::var("PAGER").ok().filter(|command| !command.trim().is_empty());
    let mut command = match wanted {
        // It may have arguments, as the shell reads them.
        Some(line) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", &line]);
            shell
        }
        None => {
            let mut less = Command::new("less");
            less.arg("-R");
            less
        }
    };
    if std::env::var_os("LESS").is_none() {
        // `less` is told to pass colours through, also where $PAGER does not say so.
        command.env("LESS", "-R");
    }
    command.stdin(Stdio::piped()).spawn()
}
