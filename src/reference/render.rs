//! A text of the reference laid out for a terminal. The only file that knows pulldown-cmark.

use super::highlight::highlight;
use super::pieces::{Look, Piece, paint, width, wrap};
use super::table::Table;
use crate::diagnostics::Style;
use crate::syntax::scan::{TokenKind, scan};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// The Markdown text as the terminal is to show it: wrapped to the style's width, with colours if it has them.
#[must_use]
pub fn render(markdown: &str, style: Style) -> String {
    let mut page = Page::new(style);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        page.take(event);
    }
    page.out
}

/// A page under construction.
struct Page {
    style: Style,
    out: String,
    /// The text of the paragraph, heading or cell that is being read.
    text: Vec<Piece>,
    /// The looks that are switched on, the innermost last.
    looks: Vec<Look>,
    /// The lists that are open: the number of the next item, if they have numbers.
    lists: Vec<Option<u64>>,
    /// What stands before the first line of the item that has begun.
    bullet: Option<String>,
    /// The code block that is being read, and whether it is a script.
    code: Option<(String, bool)>,
    table: Option<Table>,
}

impl Page {
    fn new(style: Style) -> Page {
        Page {
            style,
            out: String::new(),
            text: Vec::new(),
            looks: Vec::new(),
            lists: Vec::new(),
            bullet: None,
            code: None,
            table: None,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((code, _)) => code.push_str(&text),
                None => self.say(&text),
            },
            Event::Code(code) => {
                self.part_codes();
                // Without colours, the marks of the source tell code from words.
                let code = if self.style.color { code.to_string() } else { format!("`{code}`") };
                self.text.push(Piece::new(code, Look::Code));
            }
            Event::SoftBreak | Event::HardBreak => self.say(" "),
            Event::Rule => {
                self.part();
                self.out.push_str("* * *\n");
            }
            _ => {}
        }
    }

    /// In colour, two pieces of code with only a blank between them would look like one.
    fn part_codes(&mut self) {
        if let [.., before, blank] = &mut self.text[..]
            && self.style.color
            && before.look == Look::Code
            && blank.text == " "
        {
            blank.text = ", ".to_owned();
        }
    }

    fn say(&mut self, text: &str) {
        let look = self.looks.last().copied().unwrap_or(Look::Plain);
        self.text.push(Piece::new(text, look));
    }

    fn begin(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => self.looks.push(Look::Title),
            Tag::Strong => self.looks.push(Look::Strong),
            Tag::Emphasis => self.looks.push(Look::Emphasis),
            Tag::List(first) => {
                // The text of an item ends where a list within it begins.
                self.end_paragraph();
                if self.lists.is_empty() {
                    self.part();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.bullet = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ if self.style.unicode => "• ".to_owned(),
                    _ => "- ".to_owned(),
                });
            }
            Tag::CodeBlock(kind) => {
                self.end_paragraph();
                let is_script = match kind {
                    CodeBlockKind::Fenced(info) => info.split(' ').next() == Some("conc"),
                    CodeBlockKind::Indented => false,
                };
                self.code = Some((String::new(), is_script));
            }
            Tag::Table(_) => self.table = Some(Table::default()),
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                self.looks.pop();
                self.heading(level);
            }
            TagEnd::Strong | TagEnd::Emphasis => drop(self.looks.pop()),
            TagEnd::Paragraph | TagEnd::Item => self.end_paragraph(),
            TagEnd::List(_) => drop(self.lists.pop()),
            TagEnd::CodeBlock => self.code_block(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text);
                if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.part();
                    table.draw(&mut self.out, self.style.width, self.style);
                }
            }
            _ => {}
        }
    }

    /// A blank line between what was and what comes.
    fn part(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn heading(&mut self, level: HeadingLevel) {
        self.part();
        let text = std::mem::take(&mut self.text);
        let columns = width(&text);
        paint(&mut self.out, &text, self.style);
        self.out.push('\n');
        let dash = match (level, self.style.unicode) {
            (HeadingLevel::H1, true) => "═",
            (HeadingLevel::H1, false) => "=",
            (_, true) => "─",
            (_, false) => "-",
        };
        // Colour alone tells a section; the title of the page has a line as well.
        if level == HeadingLevel::H1 || !self.style.color {
            paint(&mut self.out, &[Piece::new(dash.repeat(columns), Look::Title)], self.style);
            self.out.push('\n');
        }
    }

    fn end_paragraph(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let bullet = self.bullet.take();
        if self.lists.is_empty() {
            self.part();
        }
        let depth = self.lists.len();
        let hang = bullet.as_ref().map_or(2, |bullet| bullet.chars().count());
        let indent = if depth == 0 { 0 } else { 2 * (depth - 1) + hang };
        let columns = self.style.width.saturating_sub(indent).max(20);
        for (number, line) in wrap(&text, columns).iter().enumerate() {
            match &bullet {
                Some(bullet) if number == 0 => {
                    self.out.push_str(&" ".repeat(indent - hang));
                    self.out.push_str(bullet);
                }
                _ => self.out.push_str(&" ".repeat(indent)),
            }
            paint(&mut self.out, line, self.style);
            self.out.push('\n');
        }
    }

    fn code_block(&mut self) {
        let Some((code, is_script)) = self.code.take() else { return };
        self.part();
        let room = self.style.width.saturating_sub(4);
        let code =
            if is_script { highlight(&fold_comments(&code, room), self.style) } else { code };
        for line in code.lines() {
            let blanks = if line.is_empty() { "" } else { "    " };
            self.out.push_str(blanks);
            self.out.push_str(line);
            self.out.push('\n');
        }
    }
}

/// A script in which comments stand on lines of their own where they would make a line wider than that.
fn fold_comments(code: &str, width: usize) -> String {
    let mut folded = String::new();
    let mut begin = 0;
    for comment in scan(code).into_iter().filter(|token| token.kind == TokenKind::Comment) {
        let start = comment.span.start as usize;
        let line = code[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let before = &code[line..start];
        let is_alone = before.trim().is_empty();
        if !is_alone && code[line..comment.span.end as usize].chars().count() > width {
            let blanks = before.len() - before.trim_start().len();
            folded.push_str(code[begin..start].trim_end());
            folded.push_str(&format!("\n{}", " ".repeat(blanks + 2)));
            begin = start;
        }
    }
    folded + &code[begin..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Locks\n\nA *lock* lets `one` in,\nand **keeps** others out.\n\n## How\n\n- take it\n- give it\n  back\n\n1. a\n2. b\n\n```conc\nlock m { 1 }\n\nnil\n```\n\n| a | b |\n|---|---|\n| `x \\| y` | c |\n";

    #[test]
    fn without_colours_the_shape_is_kept() {
        let expected = "Locks\n═════\n\nA lock lets `one` in, and keeps others out.\n\nHow\n───\n\n\
                        • take it\n• give it back\n\n1. a\n2. b\n\n    lock m { 1 }\n\n    nil\n\n\
                        a        b\n───────  ─\n`x | y`  c\n";
        assert_eq!(render(TEXT, Style::PLAIN), expected);
        let ascii = render(TEXT, Style { unicode: false, ..Style::PLAIN });
        assert!(ascii.is_ascii() && ascii.contains("- take it"), "{ascii}");
    }

    #[test]
    fn with_colours_there_are_no_marks() {
        let shown = render(TEXT, Style { color: true, ..Style::PLAIN });
        assert!(shown.contains("\x1b[36mone\x1b[0m in"), "{shown:?}");
        assert!(shown.contains("\x1b[1mkeeps\x1b[0m"), "{shown:?}");
        assert!(!shown.contains('`') && !shown.contains("───\n\n"), "{shown:?}");
    }

    #[test]
    fn two_pieces_of_code_are_told_apart() {
        let text = "`send q, x` `recv q`\n`join q`: `a`";
        assert_eq!(render(text, Style::PLAIN), "`send q, x` `recv q` `join q`: `a`\n");
        let shown = render(text, Style { color: true, ..Style::PLAIN });
        let plain = shown.replace("\x1b[36m", "").replace("\x1b[0m", "");
        assert_eq!(plain, "send q, x, recv q, join q: a\n");
    }

    #[test]
    fn a_comment_goes_below_where_it_does_not_fit() {
        let text = "```conc\nif x {\n  print(\"#\", 1)  #= # 1\n}  # end\n```\n";
        let shown = render(text, Style { width: 26, ..Style::PLAIN });
        assert_eq!(shown, "    if x {\n      print(\"#\", 1)\n        #= # 1\n    }  # end\n");
        assert!(render(text, Style::PLAIN).contains("print(\"#\", 1)  #= # 1\n"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let long = format!("{}\n\n- {}\n", "word ".repeat(50), "item ".repeat(50));
        let shown = render(&long, Style { width: 40, ..Style::PLAIN });
        assert!(shown.lines().all(|line| line.chars().count() <= 40), "{shown}");
    }
}
