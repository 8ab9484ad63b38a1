//! Reports about brackets, strings and characters: what [`super::layout`] finds wrong.

use super::layout::Flaw;
use crate::diagnostics::{Code, Report};
use crate::source::{Source, Span};
use std::sync::Arc;

/// Drops flaws that follow from others: a bracket that another one's closer closes is told once; what stands behind
/// a string whose interpolation is not closed, on its line and the next, may belong to it.
pub fn drop_cascades(source: &Source, flaws: &mut Vec<Flaw>) {
    let crossed: Vec<Span> = flaws
        .iter()
        .filter_map(|flaw| match flaw {
            Flaw::Unopened { open: Some((open, _)), .. } => Some(*open),
            _ => None,
        })
        .collect();
    let torn: Vec<(usize, Span)> = flaws
        .iter()
        .filter_map(|flaw| match flaw {
            Flaw::UnclosedString { open, interpolation: Some(_), .. } => {
                Some((source.line(open.start), *open))
            }
            _ => None,
        })
        .collect();
    // A string that is not closed holds the brackets to the end of its line.
    let unclosed: Vec<(usize, u32)> = flaws
        .iter()
        .filter_map(|flaw| match flaw {
            Flaw::UnclosedString { open, .. } => Some((source.line(open.start), open.start)),
            _ => None,
        })
        .collect();
    let mut unknown = None;
    flaws.retain(|flaw| {
        // Of a template string or a sign of two characters the first is enough.
        if matches!(flaw, Flaw::Unknown { .. }) {
            let line = Some(source.line(flaw.at().start));
            if unknown == line {
                return false;
            }
            unknown = line;
        }
        let is_crossed = matches!(flaw, Flaw::Unclosed { open, .. } if crossed.contains(open));
        let line = source.line(flaw.at().start);
        let is_torn = torn.iter().any(|(at, string)| {
            let own = matches!(flaw, Flaw::UnclosedString { open, .. } if open == string);
            !own && (*at..=at + 1).contains(&line)
        });
        let is_swallowed = matches!(flaw, Flaw::Unclosed { open, .. }
            if unclosed.iter().any(|(at, string)| *at == line && open.start < *string));
        !is_crossed && !is_torn && !is_swallowed
    });
}

/// The lines from one on which a string was opened to one on which it was closed: both look like strings that are never
/// closed, and what lies between is text. Of the two flaws the second is left out.
pub fn drop_closing_quotes(source: &Source, flaws: &mut Vec<Flaw>) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut opened: Option<(usize, String)> = None;
    flaws.retain(|flaw| {
        let Flaw::UnclosedString { open, end, interpolation: None } = *flaw else { return true };
        let (line, quotes) = (source.line(open.start), source.slice(open));
        let rest = source.slice(Span { start: open.end, end: end.start });
        let closes = rest.chars().all(|c| " \t\r)]},;".contains(c));
        if let Some((first, _)) = opened.take().filter(|(_, before)| closes && before == quotes) {
            lines.extend(first..=line);
            return false;
        }
        opened = Some((line, quotes.to_owned()));
        true
    });
    lines
}

/// What to say about `flaw`.
pub fn explain(source: &Arc<Source>, flaw: &Flaw) -> Report {
    let error = |message: String| Report::error(Code::Syntax, message);
    match *flaw {
        Flaw::Unclosed { open, bracket, hint } => {
            let text = source.slice(open);
            let report = error(format!("this `{text}` is never closed")).at(
                source,
                open,
                format!("no `{}` for it", bracket.closer()),
            );
            match hint {
                Some(hint) => {
                    report.at(source, hint, "or is it this one? its `}` is indented less")
                }
                None => report.help(format!("add `{}` where it ends", bracket.closer())),
            }
        }
        Flaw::Unopened { close, open } => {
            let text = source.slice(close);
            let report = error(format!("this `{text}` closes nothing")).at(source, close, "");
            match open {
                Some((span, bracket)) => {
                    let label = format!("this is open, and wants `{}`", bracket.closer());
                    report.at(source, span, label)
                }
                None => report.help("take it away, or open a bracket before it"),
            }
        }
        Flaw::UnclosedString { open, end, interpolation } => {
            let quotes = source.slice(open).trim_start_matches('r');
            if let Some(brace) = interpolation {
                return error("this `{` in a string is never closed".to_owned())
                    .at(source, brace, format!("no `}}` before the {}", line_or_script(quotes)))
                    .help("`{{` writes a brace");
            }
            let whole = Span { start: open.start, end: end.start };
            let report = error("this string is never closed".to_owned()).at(
                source,
                whole,
                format!("no `{quotes}` before the {}", line_or_script(quotes)),
            );
            if quotes.len() == 1 {
                report.help("a string of several lines is written \"\"\"…\"\"\"")
            } else {
                report
            }
        }
        Flaw::CommentInString { at } => {
            error("a comment in the interpolation of a string".to_owned()).at(source, at, "").help(
                "take it out of the string; to format with `#` as the fill, write it after a `:`",
            )
        }
        Flaw::LoneBrace { at } => error("a lone `}` in a string".to_owned())
            .at(source, at, "")
            .help("`}}` writes a brace"),
        Flaw::Unknown { at } => unknown(source, at),
    }
}

fn line_or_script(quotes: &str) -> &'static str {
    if quotes.len() == 1 { "line ends" } else { "script ends" }
}

fn unknown(source: &Arc<Source>, at: Span) -> Report {
    let text = source.slice(at);
    let report =
        Report::error(Code::Syntax, format!("`{}` means nothing here", text.escape_debug()))
            .at(source, at, "");
    match text {
        "“" | "”" | "„" | "«" | "»" => {
            report.help("a string stands in straight quotes: \"…\"")
        }
        "‘" | "’" | "`" => report
            .help("a string stands in straight quotes: '…'; `{x}` interpolates in all of them"),
        "?" => report.help("write `if c { a } else { b }`"),
        "@" | "$" | "\\" => report.help("take it away"),
        "\u{a0}" => report.help("this is a no-break space; write a plain one"),
        _ => report,
    }
}
