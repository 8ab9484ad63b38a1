//! A report as one line of JSON, for editors and scripts.

use super::{Report, Severity};
use serde::Serialize;

/// Some data under a name, as an object on one line.
#[must_use]
pub fn json_of(name: &str, data: &impl Serialize) -> String {
    serde_json::json!({ name: data }).to_string()
}

#[derive(Serialize)]
struct JsonReport<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end: Option<JsonPosition>,
    labels: Vec<JsonLabel<'a>>,
    help: &'a [String],
    related: Vec<JsonReport<'a>>,
}

/// Both from 1; the column counts characters.
#[derive(Serialize)]
struct JsonPosition {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end: JsonPosition,
    text: &'a str,
}

fn label(label: &super::Label) -> JsonLabel<'_> {
    let source = &label.place.source;
    let (line, column) = source.position(label.place.span.start);
    let end = source.position(label.place.span.end);
    JsonLabel {
        file: source.name(),
        line,
        column,
        end: JsonPosition { line: end.0, column: end.1 },
        text: &label.text,
    }
}

fn report(report: &Report) -> JsonReport<'_> {
    let main = report.labels.first().map(label);
    JsonReport {
        code: report.code.name(),
        severity: match report.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        message: &report.message,
        file: main.as_ref().map(|l| l.file),
        line: main.as_ref().map(|l| l.line),
        column: main.as_ref().map(|l| l.column),
        end: main.map(|l| l.end),
        labels: report.labels.iter().map(label).collect(),
        help: &report.help,
        related: report.related.iter().map(self::report).collect(),
    }
}

/// The report as one JSON object, without a newline: `code severity message file line column end
/// labels help related`. Lines and columns are from 1; a report without a place has null for them.
#[must_use]
pub fn json_line(one: &Report) -> String {
    serde_json::to_string(&report(one)).expect("a report holds only strings and numbers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Code;
    use crate::source::{Source, Span};

    #[test]
    fn fields_come_in_order() {
        let source = Source::new("a.conc", "let x = \"é\" y");
        let at = Report::error(Code::Syntax, "bad")
            .at(&source, Span::new(13, 14), "here")
            .help("mend it");
        assert_eq!(
            json_line(&at),
            r#"{"code":"conc::syntax","severity":"error","message":"bad","file":"a.conc","line":1,"column":13,"end":{"line":1,"column":14},"labels":[{"file":"a.conc","line":1,"column":13,"end":{"line":1,"column":14},"text":"here"}],"help":["mend it"],"related":[]}"#
        );
    }
}
