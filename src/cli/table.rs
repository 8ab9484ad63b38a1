//! A schedule as a table: a column a thread, a row a step.

use crate::diagnostics::Style;
use crate::explore::{Counterexample, Row};
use std::fmt;

/// The narrowest that a column may be, and the most rows that are shown.
const NARROWEST: usize = 16;
const MOST_ROWS: usize = 60;

/// A table, laid out: each part with newlines, to be shown one by one.
pub struct Table {
    /// The names of the threads, and a rule.
    pub head: String,
    /// A step each, with the notes below it.
    pub rows: Vec<String>,
}

impl Table {
    /// Lays out all steps of a schedule.
    pub fn new(of: &Counterexample, style: Style) -> Table {
        let columns = of.threads.len().max(1);
        let bar = if style.unicode { " │ " } else { " | " };
        let mark = if style.unicode { "⇄" } else { "~" };
        let (rule, arrow) = if style.unicode { ("─", "↳") } else { ("-", ">") };
        let number = of.rows.iter().map(|row| row.line.to_string().len()).max().unwrap_or(1);
        // The mark and the number stand before the columns.
        let left = style.width.saturating_sub(3 + number + columns * bar.chars().count());
        let widest = of.rows.iter().map(longest).max().unwrap_or(0);
        let width = (left / columns).clamp(NARROWEST, widest.max(NARROWEST));
        let line = |mark: &str, number_text: &str, cells: &[String]| {
            let mut line = format!("  {mark:1} {number_text:>number$}");
            for cell in cells {
                line.push_str(bar);
                line.push_str(&fit(cell, width));
            }
            line.truncate(line.trim_end().len());
            line.push('\n');
            line
        };
        let row = |row: &Row| {
            let cells = |text: &str| {
                let mut cells = vec![String::new(); columns];
                text.clone_into(&mut cells[row.thread]);
                cells
            };
            let shown = if row.line > 0 { row.line.to_string() } else { String::new() };
            let mark = if row.preempts { mark } else { "" };
            let mut text = line(mark, &shown, &cells(&row.text));
            for note in wrapped(&row.notes, width.saturating_sub(4)) {
                text.push_str(&line("", "", &cells(&format!("  {arrow} {note}"))));
            }
            text
        };
        let head = line("", "", &of.threads) + &line("", "", &vec![rule.repeat(width); columns]);
        Table { head, rows: of.rows.iter().map(row).collect() }
    }

    /// The whole; of very many steps, the first and the last.
    pub fn shortened(&self) -> String {
        let rows = &self.rows;
        let left_out = rows.len().saturating_sub(MOST_ROWS);
        if left_out == 0 {
            return self.to_string();
        }
        let (first, last) = (&rows[..MOST_ROWS / 2], &rows[MOST_ROWS / 2 + left_out..]);
        format!("{}{}    … {left_out} more steps …\n{}", self.head, first.concat(), last.concat())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)?;
        self.rows.iter().try_for_each(|row| f.write_str(row))
    }
}

fn longest(row: &Row) -> usize {
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
