//! The line editor: rustyline with our keys, colours and history.

use super::files;
use super::helper::Helper;
use super::keys;
use super::screen::Screen;
use rustyline::config::{BellStyle, Builder};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{ColorMode, CompletionType};
use std::path::PathBuf;
use std::sync::Arc;

/// How many entries the history keeps.
const MOST_ENTRIES: usize = 10_000;

/// The line editor.
pub struct Editor {
    editor: rustyline::Editor<Helper, FileHistory>,
    history: Option<PathBuf>,
    screen: Arc<Screen>,
    /// Whether the terminal is one that lines can be edited on.
    edits: bool,
}

/// What was read.
pub enum Read {
    /// An entry.
    Entry(String),
    /// The line was cleared.
    Interrupted,
    /// There is no more.
    End,
}

impl Editor {
    /// An editor on the process's terminal.
    ///
    /// # Errors
    ///
    /// If the system refuses what it needs.
    pub fn new(helper: Helper) -> rustyline::Result<Editor> {
        let config = Builder::new()
            .max_history_size(MOST_ENTRIES)?
            .history_ignore_dups(true)?
            .auto_add_history(false)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .bell_style(BellStyle::None)
            // The helper decides on colours; it must be asked to draw in any case.
            .color_mode(ColorMode::Forced)
            .build();
        let screen = helper.screen.clone();
        let history = FileHistory::with_config(&config);
        let mut editor = rustyline::Editor::with_history(config, history)?;
        let bindings = keys::bindings(&helper.closing);
        editor.set_helper(Some(helper));
        for (key, handler) in bindings {
            editor.bind_sequence(key, handler);
        }
        let history = files::history();
        if let Some(path) = &history {
            // Before the first session there is none.
            let _ = editor.load_history(path);
        }
        // There is none for a terminal on which lines cannot be edited.
        let printer = editor.create_external_printer().ok();
        let edits = printer.is_some();
        if let Some(printer) = printer {
            let screen = screen.clone();
            std::thread::Builder::new()
                .name("conc-waker".to_owned())
                .spawn(move || screen.wake_editor(printer))?;
        }
        Ok(Editor { editor, history, screen, edits })
    }

    /// Whether the terminal is one that lines can be edited on.
    pub fn edits(&self) -> bool {
        self.edits
    }

    /// Reads an entry; `begun` is there already.
    pub fn read(&mut self, prompt: &str, begun: &str) -> Read {
        if self.edits {
            self.screen.give_away();
        }
        let read = self.editor.readline_with_initial(prompt, (begun, ""));
        if self.edits {
            self.screen.take_back();
        }
        match read {
            Ok(text) => Read::Entry(text),
            Err(ReadlineError::Interrupted) => Read::Interrupted,
            Err(_) => Read::End,
        }
    }

    /// Keeps an entry for later, in this session and others.
    pub fn remember(&mut self, entry: &str) {
        if self.editor.add_history_entry(entry).unwrap_or(false)
            && let Some(path) = &self.history
        {
            // A history that cannot be kept is no reason to stop.
            let _ = self.editor.append_history(path);
        }
    }
}
