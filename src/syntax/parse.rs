//! Text to tree, with every syntax error that can be told apart.
//!
//! A script that the grammar refuses is read again with the statement that was refused left out, until
//! it is accepted or enough is said. So several errors are told in one go, and none because of another.

use super::ast::Script;
use super::build::build;
use super::expected;
use super::flaws;
use super::grammar::{Grammar, Rule};
use super::layout::{Flaw, Layout};
use crate::diagnostics::{Code, Report};
use crate::source::{MAX_BYTES, Source, Span};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use std::sync::Arc;

/// How many errors are told at most.
const MAX_REPORTS: usize = 10;

/// How many brackets may be open at one place: two for each of 500 levels of `select` with its arm, and some for what
/// stands innermost. pest's parser calls itself for each, so whoever parses needs a stack for that many: see
/// [`STACK_BYTES`].
const MAX_BRACKETS: usize = 1_100;

/// The stack that reading a script of the deepest nesting takes, in an unoptimized build too.
pub const STACK_BYTES: usize = 256 << 20;

/// The tree of `source`.
///
/// # Errors
///
/// At most ten reports, in the order of the text, if it is not the language. None of them follows
/// from another.
pub fn parse(source: &Arc<Source>) -> Result<Script, Vec<Report>> {
    if source.text().len() > MAX_BYTES {
        let message = format!("`{}` is larger than 64 megabytes", source.name());
        return Err(vec![Report::error(Code::TooLarge, message)]);
    }
    let mut layout = Layout::new(source.text());
    if layout.depth > MAX_BRACKETS {
        return Err(vec![too_deep(source)]);
    }
    let mut flawed: Vec<usize> =
        layout.flaws.iter().flat_map(|flaw| flawed_lines(source, flaw)).collect();
    flawed.extend(flaws::drop_closing_quotes(source, &mut layout.flaws));
    flaws::drop_cascades(source, &mut layout.flaws);
    let mut reports: Vec<Report> =
        layout.flaws.iter().map(|flaw| flaws::explain(source, flaw)).collect();
    let mut left_out = Vec::new();
    while reports.len() < MAX_REPORTS {
        match read(source, &layout) {
            Read::Script(script, mistakes) => {
                // What lies round a statement that was left out is not whole.
                let whole = |report: &Report| {
                    report.labels.first().is_none_or(|label| {
                        let span = label.place.span;
                        !left_out
                            .iter()
                            .any(|out: &Span| span.start < out.start && out.end < span.end)
                    })
                };
                reports.extend(mistakes.into_iter().filter(whole));
                if reports.is_empty() {
                    return Ok(script);
                }
                break;
            }
            Read::Refused(refusal) => {
                let at = refusal.at.min(layout.text.len() as u32);
                let statement = layout.statement_around(at);
                let lines = source.line(statement.start)..=source.line(statement.end);
                // A block may be missing only because its statements were left out.
                let is_at_end =
                    layout.text[at as usize..].trim_start_matches(' ').starts_with('\n');
                let is_hollow = is_at_end
                    && left_out.iter().any(|out| statement.start < out.start && out.end <= at);
                // What stands in the head of a `for` as C has it is no statement.
                let is_head = left_out.iter().any(|out| {
                    let is_for = source.slice(*out).trim_start().starts_with("for ");
                    is_for && out.end <= statement.start && source.line(out.end) == *lines.start()
                });
                // A block whose head was left out reads as a map.
                let is_headless = left_out.iter().any(|out| {
                    let between = layout.text.get(out.end as usize..at as usize);
                    between.is_some_and(|text| text.trim_start().starts_with('{'))
                });
                if !is_hollow
                    && !is_head
                    && !is_headless
                    && !flawed.iter().any(|line| lines.contains(line))
                {
                    reports.push(expected::explain(source, &layout.text, statement, &refusal));
                }
                if layout.text[statement.range()].trim().is_empty() {
                    break;
                }
                layout.blank(statement);
                left_out.push(statement);
            }
        }
    }
    reports.sort_by_key(|report| report.labels.first().map_or(0, |label| label.place.span.start));
    reports.dedup_by_key(|report| report.labels.first().map_or(0, |label| label.place.span.start));
    reports.truncate(MAX_REPORTS);
    Err(reports)
}

/// Where the grammar could not go on, and what it would have taken there.
pub struct Refusal {
    pub at: u32,
    pub expected: Vec<Rule>,
}

enum Read {
    Script(Script, Vec<Report>),
    Refused(Refusal),
}

fn read(source: &Arc<Source>, layout: &Layout) -> Read {
    match Grammar::parse(Rule::script, &layout.text) {
        Ok(pairs) => {
            let (script, mistakes) = build(source, pairs);
            Read::Script(script, mistakes)
        }
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at as u32,
            };
            let expected = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => positives,
                ErrorVariant::CustomError { .. } => Vec::new(),
            };
            Read::Refused(Refusal { at, expected })
        }
    }
}

fn too_deep(source: &Arc<Source>) -> Report {
    Report::error(Code::TooLarge, "brackets and blocks are nested too deeply")
        .at(source, Span::new(0, 0), format!("more than {MAX_BRACKETS} are open at one place"))
        .help("break the script up into functions")
}

/// The lines on which the grammar stumbles over what the flaw has been told for.
fn flawed_lines(source: &Source, flaw: &Flaw) -> Vec<usize> {
    let mut at = vec![flaw.at()];
    match flaw {
        Flaw::Unclosed { hint, .. } => at.extend(*hint),
        Flaw::UnclosedString { end, .. } => at.push(*end),
        Flaw::Unopened { open, .. } => at.extend(open.map(|(span, _)| span)),
        Flaw::CommentInString { .. } | Flaw::Unknown { .. } | Flaw::LoneBrace { .. } => {}
    }
    at.iter().map(|span| source.line(span.start)).collect()
}
