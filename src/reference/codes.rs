//! What the codes of reports mean.

use super::topics::first_sentence;
use crate::diagnostics::{Code, nearest};

/// The text on a code, as Markdown.
#[must_use]
pub fn explanation(code: Code) -> &'static str {
    match code {
        Code::Syntax => include_str!("codes/syntax.md"),
        Code::Name => include_str!("codes/name.md"),
        Code::Immutable => include_str!("codes/immutable.md"),
        Code::Redeclared => include_str!("codes/redeclared.md"),
        Code::Arguments => include_str!("codes/arguments.md"),
        Code::Jump => include_str!("codes/jump.md"),
        Code::Import => include_str!("codes/import.md"),
        Code::TooLarge => include_str!("codes/too_large.md"),
        Code::Suspicious => include_str!("codes/suspicious.md"),
        Code::Unreadable => include_str!("codes/unreadable.md"),
        Code::Usage => include_str!("codes/usage.md"),
        Code::Uncaught => include_str!("codes/uncaught.md"),
        Code::Assertion => include_str!("codes/assertion.md"),
        Code::Deadlock => include_str!("codes/deadlock.md"),
        Code::DataRace => include_str!("codes/race.md"),
        Code::LostWakeUp => include_str!("codes/lost_wake_up.md"),
        Code::LeakedLock => include_str!("codes/leaked_lock.md"),
        Code::Livelock => include_str!("codes/livelock.md"),
        Code::Verdict => include_str!("codes/verdict.md"),
        Code::Interrupted => include_str!("codes/interrupted.md"),
        Code::Output => include_str!("codes/output.md"),
        Code::Bug => include_str!("codes/bug.md"),
    }
}

/// The first sentence of that text.
#[must_use]
pub fn sentence(code: Code) -> String {
    first_sentence(explanation(code))
}

/// The code of this name; `conc::` may be left out, and case does not matter.
///
/// # Errors
///
/// If there is none: the name of the nearest one, if any is near.
pub fn code_named(name: &str) -> Result<Code, Option<&'static str>> {
    let name = name.trim().to_lowercase().replace('-', "_");
    let name = name.strip_prefix("conc::").unwrap_or(&name);
    match Code::ALL.iter().find(|code| short(**code) == name) {
        Some(code) => Ok(*code),
        None => Err(nearest(name, Code::ALL.iter().map(|code| short(*code)))),
    }
}

/// The name without `conc::`.
fn short(code: Code) -> &'static str {
    code.name().trim_start_matches("conc::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_a_text_of_its_own() {
        for code in Code::ALL {
            let text = explanation(*code);
            assert!(text.starts_with(&format!("# {}\n", code.name())), "{code:?}");
            let sentence = sentence(*code);
            assert!(sentence.ends_with('.') && sentence.len() < 120, "{code:?}: {sentence}");
        }
    }

    #[test]
    fn a_code_is_found_however_it_is_written() {
        for name in ["conc::deadlock", "deadlock", "Deadlock", "CONC::DEADLOCK", " deadlock "] {
            assert_eq!(code_named(name), Ok(Code::Deadlock), "{name}");
        }
        assert_eq!(code_named("too-large"), Ok(Code::TooLarge));
        assert_eq!(code_named("deadlok"), Err(Some("deadlock")));
        assert_eq!(code_named("quite unknown"), Err(None));
    }
}
