//! The lines of a source that a report shows: those that its places are in, and of one that is too long what is near
//! these places.

use crate::source::{Place, Source, Span};
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// Stands where something of a line is left out.
const CUT: char = '…';
/// How many columns of a long line are shown for a place at least.
const LEAST: usize = 16;
/// How wide the drawing makes a tab at most.
const TAB: usize = 4;

/// Some lines of a source. Other than in that, one that is shown follows right after the other.
#[derive(Debug)]
pub struct Excerpt {
    name: String,
    text: String,
    lines: Vec<Line>,
    spots: Vec<Spot>,
}

#[derive(Debug)]
struct Line {
    /// Its number in the source, from 1.
    number: usize,
    /// Where it is in the text of the excerpt, without its end.
    bytes: Range<usize>,
}

/// A place, as far as it is shown.
#[derive(Clone, Debug)]
pub struct Spot {
    /// Where it is in the text of the excerpt.
    pub bytes: Range<usize>,
    /// The column in the source at which it begins, from 1.
    pub column: usize,
    /// How many columns of its line are shown before it.
    pub before: usize,
    /// How many columns of it are shown.
    pub width: usize,
}

impl Excerpt {
    /// The lines of `source` with these places, each `columns` wide at most. A place of several lines is shown by its first
    /// one: a block is pointed at by its head.
    pub fn new<'a>(
        source: &Source,
        places: impl IntoIterator<Item = &'a Place>,
        columns: usize,
    ) -> Excerpt {
        let places: Vec<(usize, Range<usize>)> = places
            .into_iter()
            .map(|place| {
                let span = first_line(source, place.span);
                (source.line(span.start), span.range())
            })
            .collect();
        let mut numbers: Vec<usize> = places.iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut text = String::new();
        let mut lines = Vec::with_capacity(numbers.len());
        let mut spots: Vec<Option<Spot>> = vec![None; places.len()];
        for number in numbers {
            let start = source.line_start(number);
            let line = source.line_text(number);
            let here = || places.iter().enumerate().filter(|(_, (of, _))| *of == number);
            let within = |bytes: &Range<usize>| {
                let end = line.len();
                (bytes.start - start).min(end)..(bytes.end - start).min(end)
            };
            let wanted: Vec<Range<usize>> = here().map(|(_, (_, bytes))| within(bytes)).collect();
            let pieces = pieces(line, &wanted, columns);
            let begin = text.len();
            let mut shown = Vec::with_capacity(pieces.len());
            for piece in &pieces {
                if piece.start > 0 {
                    text.push(CUT);
                }
                shown.push(text.len());
                text.push_str(&line[piece.clone()]);
            }
            if pieces.last().is_some_and(|piece| piece.end < line.len()) {
                text.push(CUT);
            }
            for ((at, _), bytes) in here().zip(wanted) {
                let of = pieces.iter().position(|piece| bytes.start <= piece.end).unwrap_or(0);
                let (piece, shown) = (&pieces[of], shown[of]);
                let place = |byte: usize| shown + byte.clamp(piece.start, piece.end) - piece.start;
                let placed = place(bytes.start)..place(bytes.end);
                spots[at] = Some(Spot {
                    column: line[..bytes.start].chars().count() + 1,
                    before: width(&text[begin..placed.start]),
                    width: width(&text[placed.clone()]),
                    bytes: placed,
                });
            }
            lines.push(Line { number, bytes: begin..text.len() });
            text.push('\n');
        }
        let spots = spots.into_iter().flatten().collect();
        Excerpt { name: source.name().to_owned(), text, lines, spots }
    }

    /// The places, in the order in which they were given.
    pub fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// The name of the source.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The lines from that of one byte to that of another: their text, where that is, the number of the first, from 1, and
    /// how many they are.
    pub fn lines(&self, bytes: Range<usize>) -> Option<(&str, Range<usize>, usize, usize)> {
        let line = |byte: usize| self.lines.iter().position(|line| byte <= line.bytes.end);
        let (first, last) = (line(bytes.start)?, line(bytes.end)?);
        let whole = self.lines[first].bytes.start..self.lines[last].bytes.end;
        Some((&self.text[whole.clone()], whole, self.lines[first].number, last - first + 1))
    }
}

/// What is shown of a line with these stretches: in order, and apart.
fn pieces(line: &str, wanted: &[Range<usize>], columns: usize) -> Vec<Range<usize>> {
    // No character has more columns than bytes, but for a tab.
    if line.len() * TAB <= columns || !is_wider(line, columns) {
        let whole = 0..line.len();
        return vec![whole];
    }
    // Before each piece, and behind the last, something may be left out.
    let each = (columns / wanted.len().max(1)).saturating_sub(2).max(LEAST);
    let mut pieces: Vec<Range<usize>> = wanted.iter().map(|of| piece(line, of, each)).collect();
    pieces.sort_unstable_by_key(|piece| piece.start);
    pieces.dedup_by(|next, last| {
        // A mark would take as much room as what it stands for.
        let meet = next.start <= last.end + CUT.len_utf8();
        if meet {
            last.end = last.end.max(next.end);
        }
        meet
    });
    pieces
}

/// The stretch `of`, or its beginning, with what is round it: so many columns of the line.
fn piece(line: &str, of: &Range<usize>, columns: usize) -> Range<usize> {
    let own = fitting(line[of.clone()].char_indices(), columns);
    let room = columns - width(&line[of.start..of.start + own]);
    let before = |room: usize| {
        let backwards = line[..of.start].char_indices().rev();
        fitting(backwards.map(|(at, char)| (of.start - at - char.len_utf8(), char)), room)
    };
    let mut start = of.start - before(room / 2);
    let room = room - width(&line[start..of.start]);
    let end = of.start + own;
    let end = end + fitting(line[end..].char_indices(), room);
    if end == line.len() {
        start = of.start - before(columns - width(&line[of.start..end]));
    }
    start..end
}

/// How many bytes of these characters are no wider than so many columns.
fn fitting(chars: impl Iterator<Item = (usize, char)>, columns: usize) -> usize {
    let mut used = 0;
    let mut bytes = 0;
    for (at, char) in chars {
        used += columns_of(char);
        if used > columns {
            break;
        }
        bytes = at + char.len_utf8();
    }
    bytes
}

fn is_wider(line: &str, columns: usize) -> bool {
    fitting(line.char_indices(), columns) < line.len()
}

fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

fn columns_of(char: char) -> usize {
    if char == '\t' { TAB } else { char.width().unwrap_or(0) }
}

/// A span of several lines is shown by its first one.
fn first_line(source: &Source, span: Span) -> Span {
    let start = (span.start as usize).min(source.text().len());
    let end = (span.end as usize).clamp(start, source.text().len());
    let line = &source.text()[start..end];
    let length = line.find('\n').unwrap_or(line.len());
    Span::new(start, start + line[..length].trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn shown(text: &str, parts: &[&str], columns: usize) -> (String, Vec<String>) {
        let source = Source::new("a.conc", text);
        let place = |part: &&str| {
            let at = text.find(part).unwrap();
            Place::new(&Arc::clone(&source), Span::new(at, at + part.len()))
        };
        let places: Vec<Place> = parts.iter().map(place).collect();
        let excerpt = Excerpt::new(&source, &places, columns);
        let spots = excerpt.spots().iter();
        let spots = spots.map(|spot| excerpt.text[spot.bytes.clone()].to_owned()).collect();
        (excerpt.text, spots)
    }

    #[test]
    fn what_fits_is_whole() {
        let (text, spots) = shown("one\nlet é = 1\nthree\n", &["é", "three"], 9);
        assert_eq!(text, "let é = 1\nthree\n");
        assert_eq!(spots, ["é", "three"]);
    }

    #[test]
    fn a_long_line_is_cut_round_its_places() {
        let [a, b, c] = ["a", "b", "c"].map(|letter| letter.repeat(99));
        let line = format!("{a} first {b} last {c}d");
        let (text, spots) = shown(&line, &["first"], 20);
        assert_eq!((text.as_str(), spots[0].as_str()), ("…aaaaa first bbbbbb…\n", "first"));
        let (text, spots) = shown(&line, &["first", "last"], 40);
        assert_eq!(text, "…aaaaa first bbbbbb…bbbbbb last cccccc…\n");
        assert_eq!(spots, ["first", "last"]);
        assert!(shown(&line, &["aa"], 20).0.starts_with("aaa"));
        assert!(shown(&line, &["d"], 20).0.ends_with("cccd\n"));
    }

    #[test]
    fn of_a_long_place_the_beginning_is_shown() {
        let line = format!("let x = {} + 1", "y".repeat(99));
        let (text, spots) = shown(&line, &[&line[8..]], 30);
        assert_eq!((text.len(), spots[0].len()), (28 + 2 * CUT.len_utf8() + 1, 28));
    }

    #[test]
    fn columns_are_those_of_a_terminal() {
        let (text, _) = shown(&format!("{}x{}", "字".repeat(99), "字".repeat(99)), &["x"], 21);
        assert_eq!(text, "…字字字字x字字字字字…\n");
        let (text, _) = shown(&format!("{}x{}", "\t".repeat(99), "é".repeat(99)), &["x"], 21);
        assert_eq!(text, "…\t\txéééééééééé…\n");
    }

    #[test]
    fn the_end_of_a_text_is_a_place() {
        let source = Source::new("a.conc", "f(");
        let end = Place::new(&source, Span::new(2, 2));
        let excerpt = Excerpt::new(&source, [&end], 80);
        assert_eq!((excerpt.spots()[0].bytes.clone(), excerpt.spots()[0].column), (2..2, 3));
        assert_eq!(excerpt.lines(2..2), Some(("f(", 0..2, 1, 1)));
    }
}
