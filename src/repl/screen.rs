//! Who writes to the terminal, and when.
//!
//! While an entry runs, what the program writes goes to the terminal at once. While a line is edited, the terminal is
//! the editor's: whole lines are held here until the editor next draws, which it does above the line that is edited;
//! a thread of its own wakes it for that. So nobody who writes waits for rustyline, whose own way of printing
//! (`ExternalPrinter::print`) blocks for as long as no line is edited: only the thread that wakes it may block there,
//! and nobody waits for that one.
//!
//! What is held is bounded: then the program's writer waits, and by and by those who write. It waits no longer than
//! until the editor draws, or until the line is entered.

use crate::runtime::threads::{Sink, Stream};
use rustyline::ExternalPrinter;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many bytes are held above the line before those who write wait.
const MOST_HELD: usize = 1 << 16;
/// How many bytes are collected before they are written.
const PIECE: usize = 1 << 15;

/// The terminal's one writer.
#[derive(Default)]
pub struct Screen {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether the terminal is the editor's.
    editing: bool,
    /// Whole lines that wait to be drawn above the line that is edited.
    above: String,
    /// A line whose end has not come, after those.
    rest: String,
    /// Whether the editor should be woken for what is above.
    wake: bool,
    /// While nothing is edited: what was written and is not on the terminal yet.
    written: String,
    /// Whether what comes next stands at the beginning of a line.
    inside_line: bool,
}

impl Screen {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes text: now, or above the line that is edited.
    pub fn write(&self, text: &str) -> io::Result<()> {
        let mut state = self.state();
        while state.editing && state.above.len() > MOST_HELD {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.editing {
            state.hold(text);
            self.changed.notify_all();
            return Ok(());
        }
        state.push(text);
        if state.written.len() >= PIECE { state.bring_out() } else { Ok(()) }
    }

    /// Writes text of the prompt's own, at the beginning of a line.
    pub fn say(&self, text: &str) {
        let mut state = self.state();
        if state.editing {
            state.hold(text);
            self.changed.notify_all();
        } else if !text.is_empty() {
            // Without a terminal there is nobody to tell.
            if state.inside_line {
                state.push("\n");
            }
            state.push(text);
            let _ = state.bring_out();
        }
    }

    /// Brings to the terminal what was written.
    pub fn flush(&self) -> io::Result<()> {
        let mut state = self.state();
        if state.editing { Ok(()) } else { state.bring_out() }
    }

    /// From now on the terminal is somebody else's: the editor's.
    pub fn give_away(&self) {
        let mut state = self.state();
        let _ = state.bring_out();
        if state.inside_line {
            let _ = print("\n");
        }
        state.editing = true;
    }

    /// The terminal is nobody's else any more, and its cursor stands at the beginning of a line.
    pub fn take_back(&self) {
        let mut state = self.state();
        state.editing = false;
        state.wake = false;
        state.inside_line = false;
        let held = std::mem::take(&mut state.above) + &std::mem::take(&mut state.rest);
        state.push(&held);
        let _ = state.bring_out();
        self.changed.notify_all();
    }

    /// The terminal is taken from whoever has it: nothing will be edited any more.
    pub fn tear_away(&self) {
        if self.state().editing {
            // As the editor leaves it: on a line of its own, and what is pasted is no longer marked.
            let _ = print("\x1b[?2004l\n");
        }
        self.take_back();
    }

    /// What waits to be drawn above the line that is edited.
    pub fn take_above(&self) -> String {
        let mut state = self.state();
        state.wake = false;
        self.changed.notify_all();
        std::mem::take(&mut state.above)
    }

    /// Wakes the editor whenever there is something to draw above the line; for ever.
    pub fn wake_editor(&self, mut editor: impl ExternalPrinter) {
        loop {
            let mut state = self.state();
            while !(state.editing && state.wake) {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.wake = false;
            drop(state);
            // This may block: see above. The text is drawn with the prompt.
            if editor.print(String::new()).is_err() {
                return;
            }
        }
    }
}

impl State {
    fn hold(&mut self, text: &str) {
        self.rest.push_str(text);
        if let Some(end) = self.rest.rfind('\n') {
            let rest = self.rest.split_off(end + 1);
            self.above.push_str(&std::mem::replace(&mut self.rest, rest));
            self.wake = true;
        }
    }

    fn push(&mut self, text: &str) {
        self.written.push_str(text);
        if !text.is_empty() {
            // This alone is what is written after a line that was typed, whose end was typed too.
            self.inside_line = !text.ends_with('\n') && text != "\r";
        }
    }

    fn bring_out(&mut self) -> io::Result<()> {
        if self.written.is_empty() { Ok(()) } else { print(&std::mem::take(&mut self.written)) }
    }
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// What a program writes goes to the screen; its errors too, unless they were sent elsewhere.
pub struct ToScreen {
    screen: Arc<Screen>,
    errors_elsewhere: bool,
}

impl ToScreen {
    /// For a program.
    pub fn new(screen: &Arc<Screen>) -> ToScreen {
        ToScreen { screen: screen.clone(), errors_elsewhere: !io::stderr().is_terminal() }
    }
}

impl Sink for ToScreen {
    fn write(&mut self, stream: Stream, text: &str) -> io::Result<()> {
        if stream == Stream::Err && self.errors_elsewhere {
            return io::stderr().write_all(text.as_bytes());
        }
        self.screen.write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.screen.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_are_drawn_above() {
        let screen = Screen::default();
        screen.state().editing = true;
        screen.write("one\ntw").unwrap();
        assert_eq!(screen.take_above(), "one\n");
        screen.write("o\n").unwrap();
        assert_eq!(screen.take_above(), "two\n");
        assert!(!screen.state().wake);
    }

    #[test]
    fn a_flood_waits_until_it_is_drawn() {
        let screen = Arc::new(Screen::default());
        screen.state().editing = true;
        let writer = {
            let screen = screen.clone();
            std::thread::spawn(move || {
                (0..20_000).for_each(|i| screen.write(&format!("line {i}\n")).unwrap())
            })
        };
        let mut drawn = String::new();
        while !writer.is_finished() {
            let text = screen.take_above();
            assert!(text.len() <= MOST_HELD + 20);
            drawn.push_str(&text);
        }
        drawn.push_str(&screen.take_above());
        assert_eq!(drawn.lines().count(), 20_000);
    }
}
