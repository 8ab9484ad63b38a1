//! A report as text for a terminal. The only file that knows miette.

use super::{Label, Report, Severity};
use crate::source::{Source, Span};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode,
    SourceSpan, SpanContents,
};
use std::fmt::{self, Write};
use std::sync::Arc;

/// How reports look.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to use ANSI colours.
    pub color: bool,
    /// Whether the terminal shows Unicode's box drawing.
    pub unicode: bool,
    /// The width to wrap at, in columns.
    pub width: usize,
}

impl Style {
    /// No colours, Unicode, 100 columns: what goes to a file.
    pub const PLAIN: Style = Style { color: false, unicode: true, width: 100 };
}

/// The report as text, with a newline at the end. One that has no place and nothing that belongs
/// to it is one line.
#[must_use]
pub fn render(report: &Report, style: Style) -> String {
    if report.labels.is_empty() && report.related.is_empty() {
        return render_line(report, style);
    }
    let mut out = String::new();
    match draw(&Shown::new(report, style.width), style, &mut out) {
        Ok(()) => out,
        Err(fmt::Error) => render_line(report, style),
    }
}

/// Draws a diagnostic, and below it what belongs to it. miette would break the lines of what belongs to it where they are too
/// long, as if they were prose, and so tear the drawing.
fn draw(shown: &Shown, style: Style, out: &mut String) -> fmt::Result {
    const INDENT: usize = 6;
    handler(style).render_report(out, shown)?;
    let color = match shown.severity {
        _ if !style.color => None,
        Severity::Error => Some("\x1b[31m"),
        Severity::Warning => Some("\x1b[33m"),
        Severity::Note => Some("\x1b[36m"),
    };
    let (on, off) = color.map_or(("", ""), |on| (on, "\x1b[0m"));
    for (at, part) in shown.related.iter().enumerate() {
        let is_last = at + 1 == shown.related.len();
        let (first, rest) = match (style.unicode, is_last) {
            (true, false) => ("├─▶", "│"),
            (true, true) => ("╰─▶", " "),
            (false, false) => ("|->", "|"),
            (false, true) => ("`->", " "),
        };
        let mut text = String::new();
        draw(part, Style { width: style.width.saturating_sub(INDENT), ..style }, &mut text)?;
        for (at, line) in text.trim_matches('\n').lines().enumerate() {
            match at {
                0 => writeln!(out, "  {on}{first}{off} {line}")?,
                _ => writeln!(out, "{}", format!("  {on}{rest}{off}   {line}").trim_end())?,
            }
        }
    }
    Ok(())
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = match (style.color, style.unicode) {
        (true, true) => GraphicalTheme::unicode(),
        (false, true) => GraphicalTheme::unicode_nocolor(),
        (true, false) => GraphicalTheme {
            characters: miette::ThemeCharacters::ascii(),
            styles: miette::ThemeStyles::ansi(),
        },
        (false, false) => GraphicalTheme::none(),
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(0)
        .with_break_words(false)
}

fn render_line(report: &Report, style: Style) -> String {
    let (word, color) = match report.severity {
        Severity::Error => ("error", "\x1b[31m"),
        Severity::Warning => ("warning", "\x1b[33m"),
        Severity::Note => ("note", "\x1b[36m"),
    };
    let (on, off) = if style.color { (color, "\x1b[0m") } else { ("", "") };
    let help: String = report.help.iter().map(|h| format!(" ({h})")).collect();
    format!("{on}{word}{off}: {}{help}\n", report.message)
}

/// The report as miette wants to see it. miette shows one source a diagnostic, so places in other
/// sources than the first one's become diagnostics that belong to it.
#[derive(Debug)]
struct Shown {
    code: Option<&'static str>,
    severity: Severity,
    message: String,
    source: Option<Lines>,
    labels: Vec<Label>,
    help: Option<String>,
    related: Vec<Shown>,
}

impl Shown {
    /// `width` is that of a line.
    fn new(report: &Report, width: usize) -> Shown {
        let mut shown = Shown::nested(report, width);
        shown.code = Some(report.code.name());
        shown
    }

    fn nested(report: &Report, width: usize) -> Shown {
        let source = report.labels.first().map(|label| label.place.source.clone());
        let (labels, elsewhere): (Vec<Label>, Vec<Label>) =
            report.labels.iter().cloned().partition(|label| {
                source.as_ref().is_some_and(|s| Arc::ptr_eq(s, &label.place.source))
            });
        let within = width.saturating_sub(6);
        let mut related: Vec<Shown> =
            elsewhere.into_iter().map(|label| Shown::elsewhere(label, within)).collect();
        related.extend(report.related.iter().map(|part| Shown::nested(part, within)));
        let labels = broken(labels, width);
        Shown {
            code: None,
            severity: report.severity,
            message: report.message.clone(),
            source: source.map(Lines),
            labels,
            help: (!report.help.is_empty()).then(|| report.help.join("\n")),
            related,
        }
    }

    fn elsewhere(label: Label, width: usize) -> Shown {
        Shown {
            code: None,
            severity: Severity::Note,
            message: label.text.clone(),
            source: Some(Lines(label.place.source.clone())),
            labels: broken(vec![label], width),
            help: None,
            related: Vec::new(),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() {
            return None;
        }
        Some(Box::new(self.labels.iter().enumerate().map(|(i, label)| {
            let span = first_line(&label.place.source, label.place.span);
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let at = (span.start as usize, (span.end - span.start) as usize);
            if i == 0 {
                LabeledSpan::new_primary_with_span(text, at)
            } else {
                LabeledSpan::new_with_span(text, at)
            }
        })))
    }
}

/// Labels whose texts are in lines that end before the terminal does, if there is room for some words beside the place.
fn broken(mut labels: Vec<Label>, width: usize) -> Vec<Label> {
    const LEAST: usize = 20;
    let last = labels.iter().map(|label| label.place.line()).max().unwrap_or(1);
    let gutter = last.to_string().len() + 4;
    for label in &mut labels {
        let span = first_line(&label.place.source, label.place.span);
        let (_, column) = label.place.source.position(span.start);
        let length = label.place.source.slice(span).chars().count();
        // The text hangs from the middle of what it is about.
        let room = width.saturating_sub(gutter + column - 1 + length / 2 + 4);
        if room >= LEAST && label.text.chars().count() > room {
            label.text = in_lines(&label.text, room);
        }
    }
    labels
}

fn in_lines(text: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        let own = word.chars().count();
        if length > 0 {
            let fits = length + 1 + own <= width;
            lines.push(if fits { ' ' } else { '\n' });
            length = if fits { length + 1 } else { 0 };
        }
        lines.push_str(word);
        length += own;
    }
    lines
}

/// A span of several lines is shown by its first one: a block is pointed at by its head.
fn first_line(source: &Source, span: Span) -> Span {
    let start = (span.start as usize).min(source.text().len());
    let end = (span.end as usize).clamp(start, source.text().len());
    let line = &source.text()[start..end];
    let length = line.find('\n').unwrap_or(line.len());
    Span::new(start, start + line[..length].trim_end().len())
}

/// A source, read by whole lines, its columns counted in characters. miette's own reader for
/// strings counts bytes, and reads the text from its beginning for each label.
#[derive(Debug)]
struct Lines(Arc<Source>);

impl SourceCode for Lines {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let source = &*self.0;
        let text = source.text();
        let end = span.offset() + span.len();
        if end > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let (line, column) = source.position(span.offset() as u32);
        let last = source.line(end as u32);
        let from = line.saturating_sub(lines_before).max(1);
        let until = (last + lines_after).min(source.line_count());
        let start = source.line_start(from);
        let stop = source.line_start(until) + source.line_text(until).len();
        let exact = lines_before == 0 && lines_after == 0;
        Ok(Box::new(Excerpt {
            name: source.name(),
            data: &text.as_bytes()[start..stop],
            span: (start, stop - start).into(),
            line: from - 1,
            column: if exact { column - 1 } else { 0 },
            line_count: until - from + 1,
        }))
    }
}

struct Excerpt<'a> {
    name: &'a str,
    data: &'a [u8],
    span: SourceSpan,
    line: usize,
    column: usize,
    line_count: usize,
}

impl<'a> SpanContents<'a> for Excerpt<'a> {
    fn data(&self) -> &'a [u8] {
        self.data
    }
    fn span(&self) -> &SourceSpan {
        &self.span
    }
    fn name(&self) -> Option<&str> {
        Some(self.name)
    }
    fn line(&self) -> usize {
        self.line
    }
    fn column(&self) -> usize {
        self.column
    }
    fn line_count(&self) -> usize {
        self.line_count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Code;

    #[test]
    fn without_a_place_it_is_one_line() {
        let report = Report::error(Code::Unreadable, "cannot read `x`").help("is it there?");
        assert_eq!(render(&report, Style::PLAIN), "error: cannot read `x` (is it there?)\n");
    }

    #[test]
    fn columns_are_characters() {
        let source = Source::new("a.conc", "one\nlet é = «x»\nthree\n");
        let at = source.text().find('x').unwrap();
        let report =
            Report::error(Code::Syntax, "bad").at(&source, Span::new(at, at + 1), "here it is");
        let text = render(&report, Style::PLAIN);
        assert!(text.contains("[a.conc:2:10]"), "{text}");
        assert!(text.contains("let é = «x»") && text.contains("here it is"), "{text}");
    }

    #[test]
    fn what_belongs_to_it_is_drawn_whole_on_a_narrow_terminal() {
        let code = "let t = spawn \"worker\" { lock gate { sleep 1s } }";
        let source = Source::new("a.conc", code);
        let at = code.find("lock").unwrap();
        let text = "worker waits here for Lock gate, held by another worker";
        let part = Report::error(Code::Deadlock, "part").at(&source, Span::new(at, at + 4), text);
        let mut report = part.clone();
        report.related.extend([part.clone(), part]);
        for unicode in [true, false] {
            let shown = render(&report, Style { width: 64, unicode, ..Style::PLAIN });
            assert!(shown.lines().all(|line| line.chars().count() <= 64), "{shown}");
            let part: Vec<&str> =
                shown.lines().filter(|line| line.contains("worker waits")).collect();
            assert!(part.len() == 3, "{shown}");
            let mark = if unicode { "├─▶ " } else { "|-> " };
            assert!(shown.contains(mark), "{shown}");
        }
    }

    #[test]
    fn the_end_of_the_text_can_be_shown() {
        let source = Source::new("a.conc", "f(");
        let report = Report::error(Code::Syntax, "bad").at(&source, Span::new(2, 2), "end");
        assert!(render(&report, Style::PLAIN).contains("[a.conc:1:3]"));
        let source = Source::new("a.conc", "");
        let report = Report::error(Code::Syntax, "bad").at(&source, Span::new(0, 0), "end");
        assert!(render(&report, Style::PLAIN).contains("[a.conc:1:1]"));
    }
}
