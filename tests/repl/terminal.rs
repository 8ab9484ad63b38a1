//! A session of `conc` on a pseudo-terminal.

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, ioctl_tiocsctty, kill_process, setsid};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// How long a state of the screen may take to come.
const PATIENCE: Duration = Duration::from_secs(150);

pub const ENTER: &str = "\r";
pub const ALT_ENTER: &str = "\x1b\r";
pub const TAB: &str = "\t";
pub const LEFT: &str = "\x1b[D";
pub const RIGHT: &str = "\x1b[C";
pub const UP: &str = "\x1b[A";
pub const HOME: &str = "\x1b[H";
pub const END: &str = "\x1b[F";
pub const BACKSPACE: &str = "\x7f";
pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";
pub const CTRL_R: &str = "\x12";

/// A home of its own for sessions.
pub struct Home(PathBuf);

impl Home {
    pub fn new() -> Home {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("conc-repl-{}-{number}", std::process::id()));
        std::fs::create_dir_all(path.join("config/conc")).expect("a folder");
        Home(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file below it.
    pub fn file(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("a file");
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A session on a terminal.
pub struct Session {
    keys: File,
    child: Child,
    seen: Arc<Seen>,
    _home: Arc<Home>,
}

struct Seen {
    terminal: Mutex<Emulator>,
    changed: Condvar,
}

struct Emulator {
    parser: vt100::Parser,
    over: bool,
}

fn cells(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).expect("a size")
}

impl Session {
    /// A session at its first prompt.
    pub fn new() -> Session {
        let session = Session::start(&Arc::new(Home::new()), &[]);
        session.wait_for_prompt(1);
        session
    }

    /// A session in this home, with these arguments.
    pub fn start(home: &Arc<Home>, arguments: &[&str]) -> Session {
        Session::start_with_pager(home, arguments, "sed 's/^/paged: /'")
    }

    /// The same, with this pager.
    pub fn start_with_pager(home: &Arc<Home>, arguments: &[&str], pager: &str) -> Session {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&keys).expect("a terminal");
        unlockpt(&keys).expect("a terminal");
        let name = ptsname(&keys, Vec::new()).expect("a terminal's name");
        let terminal = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty())
            .expect("a terminal");
        resize(&keys, 24, 80);
        let mut command = Command::new(env!("CARGO_BIN_EXE_conc"));
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "VISUAL", "TERM_PROGRAM"] {
            command.env_remove(variable);
        }
        command
            .args(arguments)
            .current_dir(home.path())
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path().join("config"))
            .env("XDG_STATE_HOME", home.path().join("state"))
            .env("EDITOR", "sh edit.sh")
            .env("PAGER", pager)
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::from(terminal.try_clone().expect("a terminal")))
            .stdout(Stdio::from(terminal.try_clone().expect("a terminal")))
            .stderr(Stdio::from(terminal.try_clone().expect("a terminal")));
        let own = terminal.try_clone().expect("a terminal");
        // SAFETY: between fork and exec, only two system calls are made.
        unsafe {
            command.pre_exec(move || {
                setsid()?;
                ioctl_tiocsctty(&own)?;
                Ok(())
            });
        }
        let child = command.spawn().expect("conc starts");
        // The terminal is over when nobody has it open any more.
        drop((command, terminal));
        let keys = File::from(keys);
        let parser = vt100::Parser::new(cells(24), cells(80), 40_000);
        let emulator = Emulator { parser, over: false };
        let seen = Arc::new(Seen { terminal: Mutex::new(emulator), changed: Condvar::new() });
        let reader = (keys.try_clone().expect("a terminal"), seen.clone());
        std::thread::spawn(move || reader.1.read(reader.0));
        Session { keys, child, seen, _home: home.clone() }
    }

    /// Sends a signal to the process, not by a key.
    pub fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is there");
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal takes it");
    }

    /// Enters a line at prompt `number`, and waits for the next prompt.
    pub fn enter(&mut self, number: usize, line: &str) {
        self.press(line);
        self.press(ENTER);
        self.wait_for_prompt(number + 1);
    }

    pub fn paste(&mut self, text: &str) {
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    pub fn resize(&mut self, rows: u16, columns: u16) {
        self.seen.terminal.lock().unwrap().parser.set_size(cells(rows), cells(columns));
        resize(&self.keys, rows, columns);
    }

    /// What is on the screen, without blank lines at the end.
    pub fn screen(&self) -> String {
        contents(&self.seen.terminal.lock().unwrap())
    }

    /// All that was ever on the screen and was not taken away, line by line.
    pub fn all_lines(&self) -> Vec<String> {
        lines(&self.seen.terminal.lock().unwrap())
    }

    /// Waits until the cursor is in this column, from 0.
    #[track_caller]
    pub fn wait_for_column(&self, column: u16) {
        self.wait(&format!("column {column}"), |emulator| {
            emulator.parser.screen().cursor_position().1 == column
        });
    }

    /// Waits until what is on the screen is as wanted.
    #[track_caller]
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) {
        self.wait(what, |emulator| wanted(&contents(emulator)));
    }

    #[track_caller]
    fn wait(&self, what: &str, wanted: impl Fn(&Emulator) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut terminal = self.seen.terminal.lock().unwrap();
        while !wanted(&terminal) {
            let left = deadline.saturating_duration_since(Instant::now());
            let screen = || contents(&terminal);
            assert!(!left.is_zero(), "waited in vain for {what}; the screen:\n{}", screen());
            assert!(!terminal.over, "it ended before {what}; the screen:\n{}", screen());
            terminal = self.seen.changed.wait_timeout(terminal, left).unwrap().0;
        }
    }

    /// Waits for a text, on the screen or above it.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait(text, |emulator| {
            contents(emulator).contains(text) || lines(emulator).join("\n").contains(text)
        });
    }

    /// Waits until the prompt with this number is the last line, and empty.
    #[track_caller]
    pub fn wait_for_prompt(&self, number: usize) {
        self.wait_for_line(&format!("{number}>"));
    }

    /// Waits until this is the last line.
    #[track_caller]
    pub fn wait_for_line(&self, line: &str) {
        self.wait_until(line, |screen| screen.lines().last().is_some_and(|last| last == line));
    }

    /// Waits until the screen ends with these lines.
    #[track_caller]
    pub fn wait_for_lines(&self, lines: &[&str]) {
        let wanted = lines.join("\n");
        self.wait_until(&wanted, |screen| {
            screen == wanted || screen.ends_with(&format!("\n{wanted}"))
        });
    }

    /// Whether the terminal shows what is typed.
    pub fn echoes(&self) -> bool {
        let settings = tcgetattr(&self.keys).expect("the settings");
        settings.local_modes.contains(LocalModes::ECHO)
    }

    /// The status with which it ends.
    #[track_caller]
    pub fn status(&mut self) -> i32 {
        let deadline = Instant::now() + PATIENCE;
        let mut terminal = self.seen.terminal.lock().unwrap();
        while !terminal.over {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it does not end; the screen:\n{}", contents(&terminal));
            terminal = self.seen.changed.wait_timeout(terminal, left).unwrap().0;
        }
        drop(terminal);
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Seen {
    /// Reads what the session writes, until it ends.
    fn read(&self, mut from: File) {
        let mut piece = [0; 1 << 14];
        loop {
            let length = from.read(&mut piece).unwrap_or(0);
            // A test that has failed looks no more.
            let Ok(mut terminal) = self.terminal.lock() else { return };
            terminal.parser.process(&piece[..length]);
            terminal.over = length == 0;
            self.changed.notify_all();
            if length == 0 {
                return;
            }
        }
    }
}

/// All lines, those that were scrolled away first.
fn lines(terminal: &Emulator) -> Vec<String> {
    let mut screen = terminal.parser.screen().clone();
    let height = usize::from(screen.size().0.get());
    let mut lines = Vec::new();
    let mut back = screen.scrollback_len();
    while back > 0 {
        screen.set_scrollback(back);
        lines.extend(screen.rows(0, 80).take(back.min(height)));
        back = back.saturating_sub(height);
    }
    screen.set_scrollback(0);
    lines.extend(screen.rows(0, 80));
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

fn contents(terminal: &Emulator) -> String {
    let screen = terminal.parser.screen();
    let rows: Vec<String> =
        screen.rows(0, screen.size().1.get()).map(|row| row.trim_end().to_owned()).collect();
    rows.join("\n").trim_end().to_owned()
}

fn resize(terminal: impl AsFd, rows: u16, columns: u16) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).expect("a size");
}
