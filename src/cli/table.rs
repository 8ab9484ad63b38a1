//! A schedule as a table: a column a thread, a row a step. Where that many columns do not fit side by side, the thread's name
//! stands before each step instead.

use crate::diagnostics::Style;
use crate::explore::{Counterexample, Row};
use std::fmt;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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
        let layout = Layout::of(of, style);
        let rows: Vec<String> = of.rows.iter().map(|row| layout.row(row)).collect();
        let head = if rows.is_empty() { String::new() } else { layout.head() };
        Table { head, rows }
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

/// Where things stand in a table.
struct Layout<'a> {
    threads: &'a [String],
    unicode: bool,
    /// How many columns a line's number takes.
    number: usize,
    /// How wide the names before the steps are; none, if each thread has a column.
    names: Option<usize>,
    /// How wide a step may be.
    width: usize,
}

impl Layout<'_> {
    fn of(of: &Counterexample, style: Style) -> Layout<'_> {
        const BAR: usize = 3;
        let threads = &of.threads[..];
        let columns = threads.len().max(1);
        let number = of.rows.iter().map(|row| row.line.to_string().len()).max().unwrap_or(1);
        // The mark and the number stand before the columns.
        let room = style.width.saturating_sub(4 + number);
        let widest_name = threads.iter().map(|name| name.width()).max().unwrap_or(0);
        let widest = of.rows.iter().map(longest).max().unwrap_or(0).max(NARROWEST);
        let side_by_side = room / columns;
        if side_by_side >= NARROWEST + BAR {
            let width = (side_by_side - BAR).min(widest.max(widest_name));
            return Layout { threads, unicode: style.unicode, number, names: None, width };
        }
        let names = widest_name.min(room / 3);
        let width = room.saturating_sub(names + BAR + 1).clamp(NARROWEST, widest);
        Layout { threads, unicode: style.unicode, number, names: Some(names), width }
    }

    /// The names of the threads, and a rule below them.
    fn head(&self) -> String {
        let rule = if self.unicode { "─" } else { "-" };
        if let Some(names) = self.names {
            let head = self.line("", "", &fit("thread", names, 0), &["step".to_owned()]);
            let rules = (rule.repeat(names), [rule.repeat(self.width)]);
            return head + &self.line("", "", &rules.0, &rules.1);
        }
        // A name that is too long for its column goes on below.
        let names: Vec<Vec<String>> =
            self.threads.iter().map(|name| pieces(name, self.width)).collect();
        let height = names.iter().map(Vec::len).max().unwrap_or(0);
        let mut head = String::new();
        for at in 0..height {
            let cells = names.iter().map(|name| name.get(at).cloned().unwrap_or_default());
            head += &self.line("", "", "", &cells.collect::<Vec<_>>());
        }
        head + &self.line("", "", "", &vec![rule.repeat(self.width); self.threads.len()])
    }

    /// A step, and what it did.
    fn row(&self, row: &Row) -> String {
        let number = if row.line > 0 { row.line.to_string() } else { String::new() };
        let switch = if self.unicode { "⇄" } else { "~" };
        let mark = if row.preempts { switch } else { "" };
        let arrow = if self.unicode { "↳" } else { ">" };
        let step = fit(&row.text, self.width, row.column);
        let mut text = self.step(mark, &number, row.thread, step);
        for note in wrapped(&row.notes, self.width.saturating_sub(4)) {
            for (at, line) in note.into_iter().enumerate() {
                let arrow = if at == 0 { arrow } else { " " };
                let line = fit(&format!("  {arrow} {line}"), self.width, 0);
                let nobody = self.threads.len();
                text += &match self.names {
                    Some(_) => self.step("", "", nobody, line),
                    None => self.step("", "", row.thread, line),
                };
            }
        }
        text
    }

    /// A line that tells of one thread.
    fn step(&self, mark: &str, number: &str, thread: usize, text: String) -> String {
        if let Some(names) = self.names {
            let name = self.threads.get(thread).map_or("", String::as_str);
            return self.line(mark, number, &ends(name, names), &[text]);
        }
        let mut cells = vec![String::new(); self.threads.len()];
        if let Some(cell) = cells.get_mut(thread) {
            *cell = text;
        }
        self.line(mark, number, "", &cells)
    }

    fn line(&self, mark: &str, number: &str, name: &str, cells: &[String]) -> String {
        let bar = if self.unicode { " │ " } else { " | " };
        let mut line = format!("  {mark:1} {number:>width$}", width = self.number);
        if let Some(names) = self.names {
            line.push(' ');
            line.push_str(&fit(name, names, 0));
        }
        for cell in cells {
            line.push_str(bar);
            line.push_str(&fit(cell, self.width, 0));
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }
}

fn longest(row: &Row) -> usize {
    let notes: usize = row.notes.iter().map(|note| note.width() + 2).sum();
    row.text.width().max(notes.min(42) + 2)
}

/// Notes in lines that are no wider than that, each in as many as it needs.
fn wrapped(notes: &[String], width: usize) -> Vec<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for note in notes {
        match lines.last_mut() {
            Some(last) if last.width() + 2 + note.width() <= width => {
                last.push_str(", ");
                last.push_str(note);
            }
            _ => lines.push(note.clone()),
        }
    }
    lines.iter().map(|line| words(line, width)).collect()
}

/// A line, broken between its words.
fn words(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text in pieces that are no wider than that.
fn pieces(text: &str, width: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in text.chars() {
        let room = width.saturating_sub(pieces.last().map_or(0, |piece| piece.width()));
        if letter.width().unwrap_or(0) > room {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
    }
    pieces
}

/// A name no wider than that: of one that is too long both ends, since names often differ in the last letters.
fn ends(name: &str, width: usize) -> String {
    if name.width() <= width {
        return name.to_owned();
    }
    let mut end = name;
    while end.width() > width / 2 {
        end = end.strip_prefix(|_| true).unwrap_or_default();
    }
    format!("{}{end}", fit(name, width - end.width(), 0).trim_end())
}

/// A text of exactly that width on a terminal. Of one that is too long the beginning is shown, or, where the character at
/// `from` would not come in sight, what stands from there on.
fn fit(text: &str, width: usize, from: usize) -> String {
    let letters: Vec<char> =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let wide = |letters: &[char]| letters.iter().map(|l| l.width().unwrap_or(0)).sum::<usize>();
    let from = from.min(letters.len());
    let mut shown = String::new();
    let mut rest = &letters[..];
    if wide(rest) > width && wide(&letters[..from]) + width / 3 > width {
        shown.push('…');
        let mut from = from;
        while from > 0 && wide(&letters[from - 1..]) < width {
            from -= 1;
        }
        rest = &letters[from..];
    }
    let mut room = width.saturating_sub(shown.width());
    let is_cut = wide(rest) > room;
    room -= usize::from(is_cut).min(room);
    for letter in rest {
        let takes = letter.width().unwrap_or(0);
        if takes > room {
            break;
        }
        room -= takes;
        shown.push(*letter);
    }
    if is_cut {
        shown.push('…');
    }
    shown.push_str(&" ".repeat(room));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(
        threads: &[&str],
        steps: &[(usize, usize, &str, usize, &[&str])],
        width: usize,
    ) -> String {
        let rows = steps.iter().map(|(thread, line, text, column, notes)| Row {
            thread: *thread,
            line: *line,
            text: (*text).to_owned(),
            column: *column,
            notes: notes.iter().map(|note| (*note).to_owned()).collect(),
            preempts: *line == 3,
        });
        let of = Counterexample {
            threads: threads.iter().map(|name| (*name).to_owned()).collect(),
            rows: rows.collect(),
            ..Counterexample::default()
        };
        Table::new(&of, Style { width, ..Style::PLAIN }).to_string()
    }

    #[test]
    fn wide_letters_take_two_columns() {
        let shown =
            table(&["花子", "bob"], &[(0, 1, "残高 += 1", 0, &[]), (1, 3, "x", 0, &[])], 80);
        assert_eq!(
            shown,
            "      │ 花子             │ bob\n      │ ──────────────── │ ────────────────\n    1 │ 残高 += 1        │\n  ⇄ 3 │                  │ x\n"
        );
        assert_eq!(fit("残高は百円", 5, 0), "残高…");
        assert_eq!(fit("残高は百円", 6, 0), "残高… ");
    }

    #[test]
    fn what_a_step_does_is_in_sight_in_a_long_line() {
        let line = "let ts = (0..6).map(fn(i) { spawn \"worker\" { x += 1 } })";
        let shown = table(&["a", "b"], &[(0, 2, line, 45, &["reads 0"])], 50);
        assert!(shown.contains("2 │ …ker\" { x += 1 } }) │\n"), "{shown}");
        let shown = table(&["a", "b"], &[(0, 2, line, 4, &["reads 0"])], 50);
        assert!(shown.contains("2 │ let ts = (0..6).ma… │\n"), "{shown}");
    }

    #[test]
    fn many_threads_share_a_column() {
        let names = ["first", "second", "third", "fourth", "fifth"];
        let note: &[&str] = &["ends with an error of a long name"];
        let steps: &[_] =
            &[(1, 2, "x += 1", 0, &["reads 0", "writes 1"][..]), (4, 3, "f()", 0, note)];
        let shown = table(&names, steps, 50);
        assert_eq!(
            shown,
            "      thread │ step\n      ────── │ ───────────────────────────────────\n    2 second │ x += 1\n             │   ↳ reads 0, writes 1\n  ⇄ 3 fifth  │ f()\n             │   ↳ ends with an error of a long\n             │     name\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let long = "a-long-name-of-a-thread-with-the-number-";
        for threads in 1..12 {
            let names: Vec<String> = (0..threads).map(|n| format!("{long}{n}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let text = "lock guard { balance += amount; 残高 += 金額 }";
            let steps: Vec<_> = (0..threads)
                .map(|n| (n, n + 99, text, 13, &["reads 100", "waits for ever"][..]))
                .collect();
            for width in [60, 80, 120] {
                let shown = table(&names, &steps, width);
                assert!(shown.lines().all(|line| line.width() <= width), "{width}\n{shown}");
                let last = format!("{}", threads - 1);
                assert!(shown.contains(&last), "{shown}");
            }
        }
    }

    #[test]
    fn of_no_steps_there_is_no_table() {
        assert_eq!(table(&[], &[], 80), "");
    }
}
