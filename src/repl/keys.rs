//! Keys with a meaning of their own: Enter goes on in an unfinished block, indented; `}` outdents.

use crate::session::{depth, wants_more};
use rustyline::{
    Cmd, ConditionalEventHandler, Event, EventContext, EventHandler, KeyCode, KeyEvent, Modifiers,
    Movement, RepeatCount,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One step of indentation.
const STEP: usize = 2;

/// The keys and what they do. `closing` is set when the helper is to complete what a `}` closes: see [`outdented`].
pub fn bindings(closing: &Arc<AtomicBool>) -> Vec<(KeyEvent, EventHandler)> {
    let key = |code, handler: fn(&str, usize) -> Option<Cmd>| {
        (KeyEvent(code, Modifiers::NONE), EventHandler::Conditional(Box::new(Key(handler))))
    };
    vec![
        key(KeyCode::Enter, enter),
        // What is typed ahead, while an entry runs, ends its lines so.
        (KeyEvent::ctrl('J'), EventHandler::Conditional(Box::new(Key(enter)))),
        (
            KeyEvent(KeyCode::Char('}'), Modifiers::NONE),
            EventHandler::Conditional(Box::new(Close(closing.clone()))),
        ),
        key(KeyCode::Tab, tab),
        key(KeyCode::Backspace, back),
        (
            KeyEvent(KeyCode::Enter, Modifiers::ALT),
            EventHandler::Conditional(Box::new(Key(|text, at| Some(new_line(text, at))))),
        ),
    ]
}

/// What a key does, by the text and the cursor; `None` is what it does anyway.
struct Key(fn(&str, usize) -> Option<Cmd>);

impl ConditionalEventHandler for Key {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        (self.0)(context.line(), context.pos())
    }
}

fn enter(text: &str, at: usize) -> Option<Cmd> {
    Some(if wants_more(text) { new_line(text, at) } else { Cmd::AcceptLine })
}

fn new_line(text: &str, at: usize) -> Cmd {
    Cmd::Insert(1, format!("\n{}", " ".repeat(STEP * depth(&text[..at]))))
}

/// What stands before the cursor on its line, if that is not the first and holds nothing but blanks.
fn blanks(text: &str, at: usize) -> Option<usize> {
    let line = text[..at].rfind('\n')? + 1;
    text[line..at].bytes().all(|byte| byte == b' ').then_some(at - line)
}

/// A `}` that begins a line stands a step further left than what it closes: where what it replaces begins, and what
/// comes there. `None` where it stands already.
pub fn outdented(text: &str, at: usize) -> Option<(usize, String)> {
    let wanted = STEP * depth(&text[..at]).saturating_sub(1);
    let there = blanks(text, at)?;
    (there > wanted).then(|| (at - there, format!("{}}}", " ".repeat(wanted))))
}

/// No command of rustyline's replaces text and goes on behind it, but to complete a word: so the helper is asked to
/// complete, and told by this what is meant.
struct Close(Arc<AtomicBool>);

impl ConditionalEventHandler for Close {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        outdented(context.line(), context.pos())?;
        self.0.store(true, Ordering::SeqCst);
        Some(Cmd::Complete)
    }
}

fn tab(text: &str, at: usize) -> Option<Cmd> {
    blanks(text, at).map(|_| Cmd::Insert(1, " ".repeat(STEP)))
}

fn back(text: &str, at: usize) -> Option<Cmd> {
    let is_step = |count: &usize| *count > 0 && count.is_multiple_of(STEP);
    blanks(text, at).filter(is_step).map(|_| Cmd::Kill(backward(STEP)))
}

fn backward(count: usize) -> Movement {
    Movement::BackwardChar(RepeatCount::try_from(count).unwrap_or(RepeatCount::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_goes_on_in_a_block_by_its_depth() {
        let insert = |text: &str| Some(Cmd::Insert(1, text.to_owned()));
        assert_eq!(enter("lock m {", 8), insert("\n  "));
        assert_eq!(enter("lock m {\n  if x {", 17), insert("\n    "));
        assert_eq!(enter("1 +", 3), insert("\n"));
        assert_eq!(enter("1 + 2", 5), Some(Cmd::AcceptLine));
        assert_eq!(enter("f(", 1), insert("\n"));
    }

    #[test]
    fn closing_a_block_outdents() {
        let text = "lock m {\n  if a {\n    ";
        assert_eq!(outdented(text, text.len()), Some((18, "  }".to_owned())));
        assert_eq!(outdented("lock m {\n  ", 11), Some((9, "}".to_owned())));
        assert_eq!(outdented("lock m {\n", 9), None);
        assert_eq!(outdented("lock m { ", 9), None);
        assert_eq!(outdented("lock m {\n  x", 12), None);
    }

    #[test]
    fn tab_and_backspace_go_by_steps_before_a_line() {
        assert_eq!(tab("a {\n", 4), Some(Cmd::Insert(1, "  ".to_owned())));
        assert_eq!(tab("a {\n  x", 7), None);
        assert_eq!(tab("", 0), None);
        assert_eq!(back("a {\n    ", 8), Some(Cmd::Kill(backward(2))));
        assert_eq!(back("a {\n", 4), None);
        assert_eq!(back("a {\n x", 6), None);
    }
}
