//! Strings: their escapes and their interpolations.

use super::{Builder, span};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, StrPart};
use crate::syntax::format_spec::FormatSpec;
use crate::syntax::grammar::Rule;
use pest::iterators::Pair;
use std::borrow::Cow;

impl Builder<'_> {
    /// A string of any form.
    pub(super) fn string(&mut self, pair: Pair<'_, Rule>) -> Expr {
        let at = span(&pair);
        let Some(form) = pair.into_inner().next() else {
            return self.leaf(ExprKind::Str(Vec::new()), at);
        };
        let mut parts = Parts::default();
        match form.as_rule() {
            Rule::raw => {
                let text = line_ends(form.as_str());
                parts.text.push_str(raw_text(&text));
            }
            long_or_short => {
                let long = long_or_short == Rule::long_string;
                for (i, part) in form.into_inner().enumerate() {
                    self.string_part(part, long && i == 0, &mut parts);
                }
            }
        }
        parts.end_text();
        let has_block = parts.done.iter().any(|part| match part {
            StrPart::Value { value, .. } => value.has_block,
            StrPart::Text(_) => false,
        });
        self.node(ExprKind::Str(parts.done), at, parts.height, has_block)
    }

    fn string_part(&mut self, part: Pair<'_, Rule>, opens_long: bool, parts: &mut Parts) {
        match part.as_rule() {
            Rule::escape => {
                let at = span(&part);
                match unescape(part.as_str()) {
                    Ok(c) => parts.text.push(c),
                    Err((message, help)) => self.error(at, message, "", help),
                }
            }
            Rule::interpolation => {
                parts.end_text();
                let mut value = None;
                let mut spec = None;
                for piece in part.into_inner() {
                    match piece.as_rule() {
                        Rule::interpolated => {
                            value = piece.into_inner().next().map(|listed| self.expression(listed));
                        }
                        Rule::spec => spec = self.spec(piece.as_str(), span(&piece)),
                        _ => {}
                    }
                }
                if let Some(value) = value {
                    parts.height = parts.height.max(value.height);
                    parts.done.push(StrPart::Value { value, spec });
                }
            }
            _ => {
                let text = line_ends(part.as_str());
                // The first newline of a long string is dropped.
                let rest = text.strip_prefix('\n').filter(|_| opens_long);
                parts.text.push_str(rest.unwrap_or(&text));
            }
        }
    }

    fn spec(&mut self, text: &str, at: Span) -> Option<FormatSpec> {
        match FormatSpec::parse(text) {
            Ok(spec) => Some(spec),
            Err(wrong) => {
                let message = format!("bad format spec: {wrong}");
                let help = "a spec is [[fill]align][sign][0][width][,][.precision][kind], as in `{x:>8.2f}`";
                self.error(at, message, "", help);
                None
            }
        }
    }

    /// A string without interpolations: an import's path, a map's key in an error message.
    pub(super) fn plain_string(&mut self, pair: Pair<'_, Rule>) -> Box<str> {
        let at = span(&pair);
        let expr = self.string(pair);
        match expr.kind {
            ExprKind::Str(parts) => match <[StrPart; 1]>::try_from(parts) {
                Ok([StrPart::Text(text)]) => return text,
                Err(parts) if parts.is_empty() => return "".into(),
                _ => {}
            },
            _ => return "".into(),
        }
        self.error(
            at,
            "an import's path is a plain string",
            "has an interpolation",
            "a script's imports are known before it runs",
        );
        "".into()
    }
}

#[derive(Default)]
struct Parts {
    done: Vec<StrPart>,
    text: String,
    height: u32,
}

impl Parts {
    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.done.push(StrPart::Text(std::mem::take(&mut self.text).into()));
        }
    }
}

/// A text with each CRLF as one newline: a script means the same however its lines end.
fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// What stands between the quotes of `r"…"`, `r'…'` or `r"""…"""`.
fn raw_text(text: &str) -> &str {
    let body = &text[1..];
    if body.len() >= 6 && body.starts_with("\"\"\"") {
        let inner = &body[3..body.len() - 3];
        inner.strip_prefix('\n').unwrap_or(inner)
    } else {
        &body[1..body.len() - 1]
    }
}

fn unescape(text: &str) -> Result<char, (String, &'static str)> {
    const KNOWN: &str =
        "the escapes are \\n \\t \\r \\0 \\\\ \\\" \\' and \\u{1F600}; r\"…\" takes text as it is";
    Ok(match text {
        "{{" => '{',
        "}}" => '}',
        "\\n" => '\n',
        "\\t" => '\t',
        "\\r" => '\r',
        "\\0" => '\0',
        "\\\\" => '\\',
        "\\\"" => '"',
        "\\'" => '\'',
        _ => {
            let Some(hex) = text.strip_prefix("\\u{").and_then(|rest| rest.strip_suffix('}'))
            else {
                return Err((format!("`{text}` is no escape"), KNOWN));
            };
            let digits =
                !hex.is_empty() && hex.len() <= 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
            let code = u32::from_str_radix(hex, 16).ok().filter(|_| digits);
            code.and_then(char::from_u32).ok_or_else(|| {
                (
                    format!("`{text}` is no character"),
                    "\\u{…} takes one to six hexadecimal digits of a Unicode scalar value",
                )
            })?
        }
    })
}
