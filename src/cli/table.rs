//! A schedule as a table: a column a thread, a row a step.

use crate::diagnostics::Style;
use crate::explore::Counterexample;

/// The narrowest that a column may be, and the most rows that are shown.
const NARROWEST: usize = 16;
const MOST_ROWS: usize = 60;

/// The table as text.
pub fn table(of: &Counterexample, style: Style) -> String {
    let columns = of.threads.len().max(1);
    let bar = if style.unicode { " │ " } else { " | " };
    let mark = if style.unicode { "⇄" } else { "~" };
    let number = of.rows.iter().map(|row| row.line.to_string().len()).max().unwrap_or(1);
    // The mark and the number stand before the columns.
    let left = style.width.saturating_sub(3 + number + columns * bar.chars().count());
    let widest = of.rows.iter().map(longest).max().unwrap_or(0);
    let width = (left / columns).clamp(NARROWEST, widest.max(NARROWEST));
    let mut out = String::new();
    let mut line = |mark: &str, number_text: &str, cells: &[String]| {
        out.push_str(&format!("  {mark:1} {number_text:>number$}"));
        for cell in cells {
            out.push_str(bar);
            out.push_str(&fit(cell, width));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    };
    line("", "", &of.threads);
    let rule = if style.unicode { "─" } else { "-" };
    line("", "", &vec![rule.repeat(width); columns]);
    let left_out = of.rows.len().saturating_sub(MOST_ROWS);
    for (at, row) in of.rows.iter().enumerate() {
        if left_out > 0 && at == MOST_ROWS / 2 {
            line("", "", &[format!("… {left_out} more steps …")]);
        }
        if left_out > 0 && at >= MOST_ROWS / 2 && at < MOST_ROWS / 2 + left_out {
            continue;
        }
        let mark = if row.preempts { mark } else { "" };
        let cells = |text: &str| {
            let mut cells = vec![String::new(); columns];
            text.clone_into(&mut cells[row.thread]);
            cells
        };
        let shown = if row.line > 0 { row.line.to_string() } else { String::new() };
        line(mark, &shown, &cells(&row.text));
        if !row.notes.is_empty() {
            let arrow = if style.unicode { "↳" } else { ">" };
            for note in wrapped(&row.notes, width.saturating_sub(4)) {
                line("", "", &cells(&format!("  {arrow} {note}")));
            }
        }
    }
    out
}

fn longest(row: &crate::explore::Row) -> usize {
    row.text.chars().count().max(row.notes.join(", ").chars().count().min(40) + 4)
}

/// Notes in lines that are no wider than that, where that can be.
fn wrapped(notes: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for note in notes {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 2 + note.chars().count() <= width => {
                last.push_str(", ");
                last.push_str(note);
            }
            _ => lines.push(note.clone()),
        }
    }
    lines
}

/// A text of exactly that width.
fn fit(text: &str, width: usize) -> String {
    let long = text.chars().count();
    if long > width {
        let cut: String = text.chars().take(width - 1).collect();
        return format!("{cut}…");
    }
    format!("{text}{}", " ".repeat(width - long))
}
