//! Scripts of many small questions, each answered by a line: its value, or the kind of its error.

use crate::running::run;
use std::fmt::Write;
use std::time::Duration;

/// Questions, and what is to be answered.
#[derive(Default)]
pub struct Questions {
    script: String,
    asked: Vec<(String, String)>,
}

impl Questions {
    /// Questions asked after these lines.
    pub fn after(lines: &str) -> Questions {
        let script =
            format!("fn tell(f) {{ try {{ print(f()) }} catch e {{ print(e.kind) }} }}\n{lines}\n");
        Questions { script, asked: Vec::new() }
    }

    /// A line that asks nothing.
    pub fn line(&mut self, line: &str) {
        let _ = writeln!(self.script, "{line}");
    }

    /// An expression, and what it comes to.
    pub fn ask(&mut self, expression: &str, answer: impl Into<String>) {
        let _ = writeln!(self.script, "tell(fn() {{ {expression} }})");
        self.asked.push((expression.to_owned(), answer.into()));
    }

    /// Asks them all.
    pub fn check(self) {
        let answers = self.answers();
        for ((expression, answer), told) in self.asked.iter().zip(&answers) {
            assert_eq!(told, answer, "{expression}\n{}", self.script);
        }
    }

    /// What is answered, a line each.
    pub fn answers(&self) -> Vec<String> {
        let ran = run(&self.script, Some(Duration::from_secs(60)));
        let ran = ran.unwrap_or_else(|reports| panic!("{}\n{}", reports[0].message, self.script));
        assert_eq!((ran.code, &*ran.err), (0, ""), "{}", self.script);
        let answers: Vec<String> = ran.out.lines().map(str::to_owned).collect();
        assert_eq!(answers.len(), self.asked.len(), "{}", self.script);
        answers
    }
}

/// A float as a script writes it.
pub fn float(number: f64) -> String {
    if number.is_finite() { format!("({number:?})") } else { format!("float(\"{number}\")") }
}
