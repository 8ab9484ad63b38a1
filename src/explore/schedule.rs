//! Schedules as text: a small file that a run can be repeated from, step by step the same.

use crate::runtime::controlled::{Choice, Discovered, Time};
use std::fmt;

/// A schedule, with what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The script's file.
    pub script: String,
    /// What tells whether it, and all it imports, is still the same.
    pub hash: u64,
    pub args: Vec<String>,
    /// The lines of standard input, if the script read any.
    pub input: Vec<String>,
    pub time: Time,
    pub seed: u64,
    /// Whether each text that is printed is a step.
    pub prints: bool,
    /// What was known of the script: steps that others cannot see are none.
    pub known: Discovered,
    pub choices: Vec<Choice>,
}

/// Why a text is no schedule, or one that cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

/// A part of what is known.
type Part = fn(&mut Discovered) -> &mut bool;

/// What can be known of a script, by name.
const NAMES: [(&str, Part); 6] = [
    ("looks", |known| &mut known.looks),
    ("clears", |known| &mut known.clears),
    ("many_permits", |known| &mut known.many_permits),
    ("first_end", |known| &mut known.first_end),
    ("cancels", |known| &mut known.cancels),
    ("marks", |known| &mut known.marks),
];

const FIRST_LINE: &str = "conc schedule 1";
/// What begins the lines that may be there more than once, and those that must be there.
const REPEATED: [&str; 3] = ["arg", "input", "steps"];
const NEEDED: [&str; 2] = ["script", "hash"];
/// So that half a file is not taken for a shorter schedule.
const LAST_LINE: &str = "end";

/// What tells scripts apart, by the texts of their files.
#[must_use]
pub fn hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    // FNV-1a: the same on every machine and in every version. No text has the byte that stands between them.
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A text on one line.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

/// The text that was written so.
fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        text.push(match char {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            char => char,
        });
    }
    text
}

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Schedule, Refused> {
        let refused = |why: &str| Refused(why.to_owned());
        let mut lines = text.lines();
        match lines.next() {
            Some(FIRST_LINE) => {}
            Some(first) if first.starts_with("conc schedule") => {
                return Err(Refused(format!("it is of another version: `{first}`")));
            }
            _ => return Err(refused("it is no schedule of conc's")),
        }
        let mut schedule = Schedule {
            script: String::new(),
            hash: 0,
            args: Vec::new(),
            input: Vec::new(),
            time: Time::Free,
            seed: 0,
            prints: false,
            known: Discovered::default(),
            choices: Vec::new(),
        };
        if text.lines().last() != Some(LAST_LINE) {
            return Err(refused("its end is missing"));
        }
        let mut seen = Vec::new();
        let mut lines = lines.filter(|line| !line.is_empty());
        while let Some(line) = lines.next() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            if seen.contains(&word) && !REPEATED.contains(&word) {
                return Err(Refused(format!("`{word}` is there twice")));
            }
            seen.push(word);
            match word {
                "script" => schedule.script = rest.to_owned(),
                "hash" => {
                    schedule.hash =
                        u64::from_str_radix(rest, 16).map_err(|_| refused("its hash is none"))?;
                }
                "arg" => schedule.args.push(unescaped(rest)),
                "input" => schedule.input.push(unescaped(rest)),
                "time" if rest == "strict" => schedule.time = Time::Strict,
                "time" if rest == "free" => schedule.time = Time::Free,
                "time" => return Err(Refused(format!("time cannot be `{rest}`"))),
                LAST_LINE if lines.next().is_some() => {
                    return Err(refused("something comes after its end"));
                }
                LAST_LINE => {}
                "seed" => {
                    schedule.seed = rest.parse().map_err(|_| refused("its seed is no number"))?;
                }
                "prints" => schedule.prints = true,
                "known" => {
                    for word in rest.split(' ') {
                        let known = NAMES.iter().find(|(name, _)| *name == word);
                        let (_, field) =
                            known.ok_or_else(|| Refused(format!("`{word}` cannot be known")))?;
                        *field(&mut schedule.known) = true;
                    }
                }
                "steps" => {
                    for step in rest.split(' ').filter(|step| !step.is_empty()) {
                        let choice =
                            choice(step).ok_or_else(|| Refused(format!("`{step}` is no step")))?;
                        schedule.choices.push(choice);
                    }
                }
                _ => return Err(Refused(format!("`{word}` means nothing in a schedule"))),
            }
        }
        match NEEDED.iter().find(|word| !seen.contains(word)) {
            Some(word) => Err(Refused(format!("its `{word}` is missing"))),
            None => Ok(schedule),
        }
    }
}

/// `2`, or with the arm of a `select`, `2.1`.
fn choice(text: &str) -> Option<Choice> {
    let (actor, arm) = text.split_once('.').unwrap_or((text, "0"));
    Some(Choice { actor: actor.parse().ok()?, arm: arm.parse().ok()? })
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\nscript {}\nhash {:016x}", self.script, self.hash)?;
        for arg in &self.args {
            writeln!(f, "arg {}", escaped(arg))?;
        }
        for line in &self.input {
            writeln!(f, "input {}", escaped(line))?;
        }
        let time = if self.time == Time::Strict { "strict" } else { "free" };
        writeln!(f, "time {time}\nseed {}", self.seed)?;
        if self.prints {
            writeln!(f, "prints")?;
        }
        let mut known = self.known;
        if known != Discovered::default() {
            f.write_str("known")?;
            for (name, field) in NAMES {
                if *field(&mut known) {
                    write!(f, " {name}")?;
                }
            }
            writeln!(f)?;
        }
        for row in self.choices.chunks(40) {
            f.write_str("steps")?;
            for choice in row {
                match choice.arm {
                    0 => write!(f, " {}", choice.actor)?,
                    arm => write!(f, " {}.{arm}", choice.actor)?,
                }
            }
            writeln!(f)?;
        }
        writeln!(f, "{LAST_LINE}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let choices = (0..100).map(|at| Choice { actor: at % 7, arm: at % 3 }).collect();
        let schedule = Schedule {
            script: "a b.conc".to_owned(),
            hash: hash(["x"]),
            args: vec!["one".to_owned(), "two words\nand \\n".to_owned(), String::new()],
            input: vec![" 7\r".to_owned(), String::new()],
            time: Time::Strict,
            seed: 9,
            prints: true,
            known: Discovered { clears: true, cancels: true, ..Discovered::default() },
            choices,
        };
        assert_eq!(Schedule::parse(&schedule.to_string()), Ok(schedule));
    }

    #[test]
    fn texts_are_told_apart_by_where_they_end() {
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
    }

    #[test]
    fn what_is_none_is_refused() {
        let start = "conc schedule 1\nscript a.conc\nhash 7\n";
        for (text, why) in [
            ("", "it is no schedule of conc's"),
            ("hello\nend\n", "it is no schedule of conc's"),
            ("conc schedule 2\nend\n", "it is of another version: `conc schedule 2`"),
            ("conc schedule 1\nhash 7\nsteps 1\nend\n", "its `script` is missing"),
            ("conc schedule 1\nscript a\nsteps 1\nend\n", "its `hash` is missing"),
            (&format!("{start}steps x\nend\n"), "`x` is no step"),
            (&format!("{start}steps 1 65536\nend\n"), "`65536` is no step"),
            (&format!("{start}foo 1\nend\n"), "`foo` means nothing in a schedule"),
            (&format!("{start}time soon\nend\n"), "time cannot be `soon`"),
            (&format!("{start}hash 7\nsteps 1\nend\n"), "`hash` is there twice"),
            (&format!("{start}steps 1\nend\nsteps 2\nend\n"), "something comes after its end"),
            (&format!("{start}steps 1 2\n"), "its end is missing"),
        ] {
            assert_eq!(Schedule::parse(text), Err(Refused(why.to_owned())), "{text}");
        }
        let read = |text: &str| Schedule::parse(text).map(|read| read.choices.len());
        assert_eq!(read(&format!("{start}steps 1 2\n\nsteps 3\nend\n")), Ok(3));
        assert_eq!(read(&format!("{start}steps 1 2\nend\n").replace('\n', "\r\n")), Ok(2));
    }
}
