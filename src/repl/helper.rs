//! What rustyline asks while a line is edited: whether it is complete, its colours, how a word goes on, a hint.

use super::colours;
use super::complete::{common_start, complete};
use super::keys::outdented;
use super::screen::Screen;
use crate::session::{Prompt, wants_more};
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::SearchDirection;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Result};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many candidates are shown.
const MOST_CANDIDATES: usize = 200;

/// What rustyline asks.
pub struct Helper {
    /// The program, whose names and values can be completed.
    pub prompt: Rc<RefCell<Prompt>>,
    /// Where output waits that is to be drawn above the line.
    pub screen: Arc<Screen>,
    /// Whether there are colours.
    pub color: bool,
    /// Whether a `}` is to be outdented, and not a word completed.
    pub closing: Arc<AtomicBool>,
    /// Whether brackets are matched: not in a line that is done.
    matching: Cell<bool>,
    /// Whether the next drawing was announced. rustyline announces all, through `highlight_char`, but those for
    /// which it was woken from outside: it has left an empty line behind then.
    announced: Cell<bool>,
}

impl Helper {
    pub fn new(prompt: Rc<RefCell<Prompt>>, screen: Arc<Screen>, color: bool) -> Helper {
        let (matching, announced) = (Cell::new(true), Cell::new(false));
        Helper { prompt, screen, color, closing: Arc::default(), matching, announced }
    }

    /// Shows candidates above the line.
    fn list(&self, candidates: &[String]) {
        let columns = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
            .map_or(80, |size| usize::from(size.ws_col).max(20));
        self.screen.say(&table(candidates, columns));
    }
}

/// Names in columns, downwards.
fn table(names: &[String], columns: usize) -> String {
    let shown = &names[..names.len().min(MOST_CANDIDATES)];
    let widest = shown.iter().map(|name| name.chars().count()).max().unwrap_or(0) + 2;
    let across = (columns / widest).max(1);
    let down = shown.len().div_ceil(across);
    let mut out = String::new();
    for row in 0..down {
        let line: String =
            shown.iter().skip(row).step_by(down).map(|name| format!("{name:widest$}")).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    if names.len() > shown.len() {
        out.push_str(&format!("… and {} more\n", names.len() - shown.len()));
    }
    out
}

impl rustyline::Helper for Helper {}

impl Validator for Helper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        Ok(if wants_more(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

impl Highlighter for Helper {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if !self.color {
            return Cow::Borrowed(line);
        }
        Cow::Owned(colours::paint(line, self.matching.get().then_some(pos)))
    }

    /// The prompt stands at the beginning of all that is drawn, so what waits goes before it.
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        let up = if self.announced.take() { "" } else { "\x1b[A" };
        let above = self.screen.take_above();
        let prompt = if self.color { colours::prompt(prompt) } else { prompt.to_owned() };
        Cow::Owned(format!("{up}{above}{prompt}"))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.color { Cow::Owned(colours::dim(hint)) } else { Cow::Borrowed(hint) }
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.announced.set(true);
        self.matching.set(kind != CmdKind::ForcedRefresh);
        true
    }
}

impl Completer for Helper {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> Result<(usize, Vec<String>)> {
        if self.closing.swap(false, Ordering::SeqCst) {
            let closed = outdented(line, pos).map(|(start, text)| (start, vec![text]));
            return Ok(closed.unwrap_or_default());
        }
        let (start, found) = complete(line, pos, &self.prompt.borrow());
        let common = common_start(&found);
        if common.len() > pos - start {
            let sure = common.to_owned();
            return Ok((start, vec![sure]));
        }
        if found.len() > 1 {
            self.list(&found);
        }
        Ok((pos, Vec::new()))
    }
}

impl Hinter for Helper {
    type Hint = String;

    /// How the last entry that begins so went on.
    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<String> {
        if line.is_empty() || pos < line.len() {
            return None;
        }
        let last = context.history().len().checked_sub(1)?;
        let start = last.min(context.history_index());
        let found = context.history().starts_with(line, start, SearchDirection::Reverse).ok()??;
        let rest = found.entry.get(pos..)?;
        // A hint of several lines would push the screen about.
        (!rest.is_empty() && !rest.contains('\n')).then(|| rest.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn candidates_go_downwards_in_columns() {
        let names: Vec<String> = ["aa", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        assert_eq!(table(&names, 12), "aa  c   e\nb   d\n");
        assert_eq!(table(&names, 1).lines().count(), 5);
    }
}
