//! The report as plain data. Whoever finds something to say builds one; [`super::render`] shows it.

use super::Code;
use crate::source::{Place, Source, Span};
use std::sync::Arc;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It went wrong.
    Error,
    /// It may be wrong.
    Warning,
    /// Something to know: the part that a thread plays in another report.
    Note,
}

/// A stretch of a script with a few words about it.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is to be seen there; may be empty.
    pub text: String,
}

/// Something to tell a person.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its kind.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// The places concerned; the first is the main one.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Vec<String>,
    /// Reports that belong to this one: other threads, other errors.
    pub related: Vec<Report>,
}

impl Report {
    /// An error with nothing but its message.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Report {
        Report {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
            related: Vec::new(),
        }
    }

    /// A note that belongs to a report of kind `code`.
    #[must_use]
    pub fn note(code: Code, message: impl Into<String>) -> Report {
        Report { severity: Severity::Note, ..Report::error(code, message) }
    }

    /// Adds a place and what is to be seen there.
    #[must_use]
    pub fn label(mut self, place: Place, text: impl Into<String>) -> Report {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Adds the place of `span` in `source`, and what is to be seen there.
    #[must_use]
    pub fn at(self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Report {
        self.label(Place::new(source, span), text)
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Report {
        self.help.push(text.into());
        self
    }

    /// Adds a report that belongs to this one.
    #[must_use]
    pub fn with(mut self, related: Report) -> Report {
        self.related.push(related);
        self
    }
}
