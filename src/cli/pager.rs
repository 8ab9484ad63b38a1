//! Texts that may be longer than the screen.

use super::show::Show;
use super::streams::print;
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use std::io::{IsTerminal, Write};
use std::process::{Child, Command, ExitStatus, Stdio};

/// The status by which the shell says that there is no such command.
const NOT_FOUND: i32 = 127;

/// Shows a text on standard output, through a pager if that is a terminal and the text does not fit; the exit status.
pub fn page(text: &str, show: &Show) -> i32 {
    if !is_longer_than_screen(text) {
        return print(text.as_bytes(), 0, show);
    }
    match run_pager(text) {
        Ok(None) => 0,
        Ok(Some(signal)) => {
            let _ = emulate_default_handler(signal);
            128 + signal
        }
        Err(_) => print(text.as_bytes(), 0, show),
    }
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

/// Shows a text through a pager, until that has ended; the signal that asked this process to end meanwhile.
///
/// # Errors
///
/// If there is no pager.
fn run_pager(text: &str) -> std::io::Result<Option<i32>> {
    // Before the pager is there: its end is a signal too.
    let signals = Signals::new([SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP])?;
    let mut pager = start_pager()?;
    let input = pager.stdin.take();
    let (status, asked) = std::thread::scope(|scope| {
        // The pager takes as much as is looked at, and may be left before it has read all.
        scope.spawn(move || input.map(|mut input| input.write_all(text.as_bytes())));
        wait_for(&mut pager, signals)
    })?;
    match status.code() {
        Some(NOT_FOUND) => Err(std::io::ErrorKind::NotFound.into()),
        _ => Ok(asked),
    }
}

/// Waits for the end of the pager, which has the terminal: it must not be left alone there. The keys that send signals are
/// for it; what asks this process to end is passed on to it.
fn wait_for(pager: &mut Child, mut signals: Signals) -> std::io::Result<(ExitStatus, Option<i32>)> {
    let mut asked = None;
    loop {
        if let Some(status) = pager.try_wait()? {
            return Ok((status, asked));
        }
        for signal in signals.wait() {
            let passed_on = match signal {
                SIGTERM => Signal::TERM,
                SIGHUP => Signal::HUP,
                _ => continue,
            };
            asked = Some(signal);
            // If it has ended, it has not been waited for: the number is still its own.
            let _ = kill_process(Pid::from_child(pager), passed_on);
        }
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
