//! How reports are shown.

use super::arguments::{Color, Common};
use super::streams::tell;
use crate::diagnostics::{Code, Report, Style, json_line, json_of, render};
use crate::runtime::threads::Stats;
use std::io::IsTerminal;
use std::os::fd::AsFd;

/// How reports are shown.
#[derive(Clone, Copy)]
pub struct Show {
    json: bool,
    quiet: bool,
    color: Color,
    style: Style,
}

impl Show {
    /// As the options and the terminal want it.
    pub fn new(common: &Common) -> Show {
        Show {
            json: common.json,
            quiet: common.quiet,
            color: common.color,
            style: style(common.color, &std::io::stderr(), 120),
        }
    }

    /// How a text to be read on standard output looks, at the width that it has now.
    pub fn page(&self) -> Style {
        style(self.color, &std::io::stdout(), 100)
    }

    /// The same for reports that go to standard output.
    pub fn on_stdout(self) -> Show {
        Show { style: style(self.color, &std::io::stdout(), 120), ..self }
    }

    /// Whether there are colours.
    pub fn colours(&self) -> bool {
        self.style.color
    }

    /// Whether everything is told as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// How wide a line may be, and whether it may be coloured.
    pub fn style(&self) -> Style {
        self.style
    }

    /// A report as text, with a newline at the end.
    pub fn text(&self, report: &Report) -> String {
        if self.json {
            return format!("{}\n", json_line(report));
        }
        if self.quiet {
            let place =
                report.labels.first().map(|label| format!("{}: ", label.place)).unwrap_or_default();
            let message = report.message.lines().collect::<Vec<_>>().join(" ");
            return format!("{place}{message}\n");
        }
        render(report, self.style)
    }

    /// What a run cost, as text, with a newline at the end.
    pub fn stats(&self, stats: &Stats) -> String {
        if self.json { format!("{}\n", json_of("stats", stats)) } else { stats.to_string() }
    }
}

/// What suits a stream, in lines no wider than `widest`.
fn style(color: Color, stream: &(impl IsTerminal + AsFd), widest: usize) -> Style {
    let terminal = stream.is_terminal();
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_set("CLICOLOR_FORCE") || terminal && !no_color(),
    };
    let width = rustix::termios::tcgetwinsize(stream).map_or(0, |size| usize::from(size.ws_col));
    let (width, widest) = if terminal && width >= 40 {
        (width.min(widest), width)
    } else {
        (Style::PLAIN.width, Style::PLAIN.widest)
    };
    Style { color, unicode: !terminal || is_utf8(), width, widest }
}

/// Whether a variable of the environment says yes.
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

fn no_color() -> bool {
    let none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    none || std::env::var_os("CLICOLOR").is_some_and(|value| value == "0")
        || std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}

/// Whether the terminal takes UTF-8, as far as the environment tells.
fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|v| !v.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// A panic is a mistake of conc's own: it is told as such, and ends the process, since a thread that panics would
/// leave others waiting.
pub fn tell_of_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("it stopped without a word").to_owned();
        let place = panic
            .location()
            .map(|at| format!(" ({}:{})", at.file(), at.line()))
            .unwrap_or_default();
        let report = Report::error(Code::Bug, format!("a mistake of conc's own: {message}{place}"))
            .help("please report it, with the script that led to it");
        tell(&render(&report, Style::PLAIN));
        std::process::exit(101);
    }));
}
