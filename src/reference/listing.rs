//! Lists of what there is: the topics, the codes, the places where a word was found.

use super::codes::sentence;
use super::pieces::{Look, Piece, paint, wrap};
use super::render::render;
use super::search::Hit;
use super::topics::TOPICS;
use crate::diagnostics::{Code, Style};

/// No more lines of one topic than this are shown where a word was found.
const MOST_LINES: usize = 5;

/// All topics, with a sentence each.
#[must_use]
pub fn contents(style: Style) -> String {
    let head = "# The conc reference\n\n`conc doc TOPIC` shows a topic, or the one that explains a name; `conc doc \
                --search WORD` looks for a word. Begin with `conc doc start`.\n\n";
    let parts = TOPICS.chunk_by(|a, b| a.part == b.part).map(|topics| {
        let rows = topics.iter().map(|topic| row(topic.name, &topic.sentence()));
        format!("## {}\n\n{NO_HEAD}{}\n", topics[0].part, rows.collect::<String>())
    });
    render(&format!("{head}{}", parts.collect::<String>()), style)
}

/// All codes of reports, with a sentence each.
#[must_use]
pub fn codes(style: Style) -> String {
    let head = "# The codes of reports\n\n`conc explain CODE` tells more, with a wrong and a right script; `conc::` \
                may be left out.\n\n";
    let rows = Code::ALL.iter().map(|code| row(code.name(), &sentence(*code)));
    render(&format!("{head}{NO_HEAD}{}", rows.collect::<String>()), style)
}

/// The head of a table that has none.
const NO_HEAD: &str = "| | |\n|---|---|\n";

fn row(name: &str, sentence: &str) -> String {
    format!("| **{name}** | {} |\n", sentence.replace('|', "\\|"))
}

/// The lines in which a word was found, a paragraph a topic.
#[must_use]
pub fn found(hits: &[Hit], style: Style) -> String {
    let mut out = String::new();
    for lines in hits.chunk_by(|a, b| std::ptr::eq(a.topic, b.topic)) {
        if !out.is_empty() {
            out.push('\n');
        }
        let Some(first) = lines.first() else { continue };
        paint(&mut out, &[Piece::new(first.topic.name, Look::Title)], style);
        out.push('\n');
        for hit in lines.iter().take(MOST_LINES) {
            let place = Piece::new(format!("{}: ", hit.section), Look::Comment);
            let text = Piece::new(cells(hit.line), Look::Plain);
            for (number, line) in
                wrap(&[place, text], style.width.saturating_sub(4)).iter().enumerate()
            {
                out.push_str(if number == 0 { "  " } else { "    " });
                paint(&mut out, line, style);
                out.push('\n');
            }
        }
        if let Some(more) = lines.len().checked_sub(MOST_LINES + 1) {
            let more = format!("  and {} more", more + 1);
            paint(&mut out, &[Piece::new(more, Look::Comment)], style);
            out.push('\n');
        }
    }
    out
}

/// A line without the marks that make it a heading, an item or a row of a table.
fn cells(line: &str) -> String {
    let line = line.trim_start_matches(['#', '-', ' ']).trim_matches('|').trim();
    line.replace(" | ", "  ").replace("\\|", "|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::search;

    #[test]
    fn all_is_listed() {
        let list = contents(Style::PLAIN);
        assert!(TOPICS.iter().all(|topic| list.contains(&format!("\n{}  ", topic.name))), "{list}");
        let list = codes(Style::PLAIN);
        assert!(Code::ALL.iter().all(|code| list.contains(code.name())), "{list}");
        assert!(list.lines().all(|line| line.chars().count() <= 100), "{list}");
    }

    #[test]
    fn what_is_found_is_told_by_topic() {
        let list = found(&search("reentrant"), Style::PLAIN);
        assert!(list.contains("rlock\n  RLock: ") && !list.contains('|'), "{list}");
        let list = found(&search("lock"), Style { width: 60, ..Style::PLAIN });
        assert!(list.contains(" more\n"), "{list}");
        assert_eq!(found(&search("zyzzyva"), Style::PLAIN), "");
    }
}
