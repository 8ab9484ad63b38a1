//! A report as text for a terminal. The only file that knows miette.

use super::excerpt::{Excerpt, Spot};
use super::{Label, Report, Severity};
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
    /// How wide a script's line may be with what stands before it: of a longer one a part is shown.
    pub widest: usize,
}

impl Style {
    /// No colours, Unicode, 100 columns, 120 for scripts: what goes to a file.
    pub const PLAIN: Style = Style { color: false, unicode: true, width: 100, widest: 120 };

    /// The same in fewer columns.
    fn narrower(self, by: usize) -> Style {
        Style {
            width: self.width.saturating_sub(by),
            widest: self.widest.saturating_sub(by),
            ..self
        }
    }
}

/// The report as text, with a newline at the end. One that has no place and nothing that belongs
/// to it is one line.
#[must_use]
pub fn render(report: &Report, style: Style) -> String {
    if report.labels.is_empty() && report.related.is_empty() {
        return render_line(report, style);
    }
    let mut out = String::new();
    match draw(&Shown::new(report, style), style, &mut out) {
        Ok(()) => out,
        Err(fmt::Error) => render_line(report, style),
    }
}

/// How far what belongs to a diagnostic is drawn to the right.
const INDENT: usize = 6;

/// Draws a diagnostic, and below it what belongs to it. miette would break the lines of what belongs to it where they are too
/// long, as if they were prose, and so tear the drawing.
fn draw(shown: &Shown, style: Style, out: &mut String) -> fmt::Result {
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
        draw(part, style.narrower(INDENT), &mut text)?;
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
    excerpt: Option<Excerpt>,
    labels: Vec<Label>,
    help: Option<String>,
    related: Vec<Shown>,
}

impl Shown {
    fn new(report: &Report, style: Style) -> Shown {
        Shown { code: Some(report.code.name()), ..Shown::nested(report, style) }
    }

    fn nested(report: &Report, style: Style) -> Shown {
        let source = report.labels.first().map(|label| label.place.source.clone());
        let (labels, elsewhere): (Vec<Label>, Vec<Label>) =
            report.labels.iter().cloned().partition(|label| {
                source.as_ref().is_some_and(|s| Arc::ptr_eq(s, &label.place.source))
            });
        let within = style.narrower(INDENT);
        let elsewhere = elsewhere.into_iter().map(|label| Shown {
            severity: Severity::Note,
            message: label.text.clone(),
            ..Shown::at(vec![label], within)
        });
        let related = report.related.iter().map(|part| Shown::nested(part, within));
        Shown {
            severity: report.severity,
            message: report.message.clone(),
            help: (!report.help.is_empty()).then(|| report.help.join("\n")),
            related: elsewhere.chain(related).collect(),
            ..Shown::at(labels, style)
        }
    }

    /// The places of some labels, all in one source.
    fn at(mut labels: Vec<Label>, style: Style) -> Shown {
        let gutter = gutter(&labels);
        let excerpt = labels.first().map(|first| {
            let places = labels.iter().map(|label| &label.place);
            Excerpt::new(&first.place.source, places, style.widest.saturating_sub(gutter))
        });
        let spots = excerpt.iter().flat_map(Excerpt::spots);
        for (label, spot) in labels.iter_mut().zip(spots) {
            wrap(&mut label.text, spot, style.width.saturating_sub(gutter));
        }
        Shown {
            code: None,
            severity: Severity::Note,
            message: String::new(),
            excerpt,
            labels,
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
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let spots = self.excerpt.as_ref()?.spots();
        Some(Box::new(self.labels.iter().zip(spots).enumerate().map(|(i, (label, spot))| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let at = (spot.bytes.start, spot.bytes.len());
            if i == 0 {
                LabeledSpan::new_primary_with_span(text, at)
            } else {
                LabeledSpan::new_with_span(text, at)
            }
        })))
    }
}

/// How many columns stand before a line: its number, and what parts it from the line.
fn gutter(labels: &[Label]) -> usize {
    let last = labels.iter().map(|label| label.place.line()).max().unwrap_or(1);
    last.to_string().len() + 4
}

/// Breaks a label's text into lines that end before the terminal does, if there is room for some words beside the place.
fn wrap(text: &mut String, spot: &Spot, width: usize) {
    const LEAST: usize = 20;
    // The text hangs from the middle of what it is about.
    let room = width.saturating_sub(spot.before + spot.width / 2 + 4);
    if room >= LEAST && text.chars().count() > room {
        *text = in_lines(text, room);
    }
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

/// Columns are counted in characters of the source. miette's own reader for strings counts bytes, and reads the text from
/// its beginning for each label.
impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let (text, bytes, number, count) =
            self.lines(start..end).ok_or(MietteError::OutOfBounds)?;
        let spot = self.spots().iter().find(|spot| spot.bytes.start == start);
        Ok(Box::new(Contents {
            name: self.name(),
            data: text.as_bytes(),
            span: (bytes.start, bytes.len()).into(),
            line: number - 1,
            column: spot.map_or(0, |spot| spot.column - 1),
            line_count: count,
        }))
    }
}

struct Contents<'a> {
    name: &'a str,
    data: &'a [u8],
    span: SourceSpan,
    line: usize,
    column: usize,
    line_count: usize,
}

impl<'a> SpanContents<'a> for Contents<'a> {
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
    use crate::source::{Source, Span};

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
