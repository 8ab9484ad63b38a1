//! Tables: how wide their columns are, and how they are drawn.

use super::pieces::{Line, Look, Piece, paint, width, wrap};
use crate::diagnostics::Style;

/// The columns between two cells.
const GAP: usize = 2;
/// No column is made narrower than this.
const NARROWEST: usize = 8;

/// A table: rows of cells, the first row its head.
#[derive(Default)]
pub struct Table {
    pub rows: Vec<Vec<Line>>,
}

impl Table {
    /// Draws it no wider than `columns`, as far as its words allow; cells are broken into lines.
    pub fn draw(&self, out: &mut String, columns: usize, style: Style) {
        let widths = self.widths(columns);
        // A head of empty cells is none.
        let headless = self.rows.first().is_some_and(|head| head.iter().all(Vec::is_empty));
        let mut several = false;
        for (number, row) in self.rows.iter().enumerate().skip(usize::from(headless)) {
            let cells: Vec<Vec<Line>> =
                row.iter().zip(&widths).map(|(cell, width)| wrap(cell, *width)).collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            // Rows of several lines need something to keep them apart, but for those of a plain list.
            if !headless && (several || height > 1) && number > 1 {
                out.push('\n');
            }
            several = height > 1;
            for at in 0..height {
                draw_line(out, cells.iter().map(|cell| cell.get(at)), &widths, style);
            }
            if number == 0 {
                let dash = if style.unicode { "─" } else { "-" };
                let rule = |width: &usize| vec![Piece::new(dash.repeat(*width), Look::Comment)];
                let rules: Vec<Line> = widths.iter().map(rule).collect();
                draw_line(out, rules.iter().map(Some), &widths, style);
                several = false;
            }
        }
    }

    /// The width of each column: as wide as its widest cell, the widest ones made narrower until all fit.
    fn widths(&self, columns: usize) -> Vec<usize> {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max()
        };
        let mut widths: Vec<usize> = (0..count).map(|i| widest(i).unwrap_or(0)).collect();
        let room = columns.saturating_sub(GAP * count.saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
        }
        widths
    }
}

fn draw_line<'a>(
    out: &mut String,
    cells: impl Iterator<Item = Option<&'a Line>>,
    widths: &[usize],
    style: Style,
) {
    let mut blanks = 0;
    for (cell, column) in cells.zip(widths) {
        let cell = cell.map_or(&[][..], Vec::as_slice);
        if !cell.is_empty() {
            out.push_str(&" ".repeat(blanks));
            paint(out, cell, style);
            blanks = 0;
        }
        blanks += column.saturating_sub(width(cell)) + GAP;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[&[&str]], columns: usize) -> String {
        let cell = |text: &&str| vec![Piece::new(*text, Look::Plain)];
        let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let mut out = String::new();
        Table { rows }.draw(&mut out, columns, Style::PLAIN);
        out
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows: [&[&str]; 3] = [&["a", "word"], &["long one", "b"], &["c", "d"]];
        assert_eq!(drawn(&rows, 80), "a         word\n────────  ────\nlong one  b\nc         d\n");
    }

    #[test]
    fn the_widest_column_gives_way() {
        let rows: [&[&str]; 3] = [&["a", "b"], &["x", "one two three four five"], &["y", "z"]];
        assert_eq!(
            drawn(&rows, 14),
            "a  b\n─  ───────────\nx  one two\n   three four\n   five\n\ny  z\n"
        );
    }
}
