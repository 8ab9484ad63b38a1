//! Maps against rows of pairs in the order in which their keys came.

use crate::chance::{one_of, tried};
use crate::told::Questions;

/// Keys, as they are written and as they print; no two are the same.
const KEYS: [(&str, &str); 14] = [
    ("\"a\"", "a"),
    ("\"two words\"", "\"two words\""),
    ("\"\"", "\"\""),
    ("1", "[1]"),
    ("\"1\"", "\"1\""),
    ("true", "[true]"),
    ("nil", "[nil]"),
    ("1s", "[1s]"),
    ("(0..3)", "[0..3]"),
    ("-1", "[-1]"),
    ("0", "[0]"),
    ("false", "[false]"),
    ("(2 ** 62)", "[4611686018427387904]"),
    ("\"b\"", "b"),
];

struct Trial<'r> {
    random: &'r mut fastrand::Rng,
    pairs: Vec<(usize, i64)>,
    questions: Questions,
}

fn printed(pairs: &[(usize, i64)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}: {value}", KEYS[*key].1)).collect();
    format!("{{{}}}", pairs.join(", "))
}

impl Trial<'_> {
    fn found(&self, key: usize) -> Option<usize> {
        self.pairs.iter().position(|pair| pair.0 == key)
    }

    fn set(&mut self, key: usize, value: i64) {
        match self.found(key) {
            Some(at) => self.pairs[at].1 = value,
            None => self.pairs.push((key, value)),
        }
    }

    fn step(&mut self) {
        let (key, value) = (self.random.usize(..KEYS.len()), self.random.i64(0..100));
        let at = self.found(key);
        let now = at.map(|at| self.pairs[at].1);
        let text = KEYS[key].0;
        let or_none = |value: Option<i64>| value.map_or("KeyError".to_owned(), |v| v.to_string());
        match self.random.u8(0..13) {
            0..=3 => {
                self.set(key, value);
                self.questions.ask(&format!("m[{text}] = {value}; m[{text}]"), value.to_string());
            }
            4 => self.questions.ask(&format!("m[{text}]"), or_none(now)),
            5 => {
                let answer = now.map_or("nil".to_owned(), |value| value.to_string());
                self.questions.ask(&format!("m.get({text})"), answer);
                self.questions.ask(&format!("m.get({text}, -1)"), now.unwrap_or(-1).to_string());
            }
            6 | 7 => {
                at.map(|at| self.pairs.remove(at));
                self.questions.ask(&format!("m.remove({text})"), or_none(now));
            }
            8 => {
                self.questions.ask(&format!("{text} in m"), at.is_some().to_string());
                self.questions.ask(&format!("m.contains({text})"), at.is_some().to_string());
                self.questions.ask("len(m)", self.pairs.len().to_string());
            }
            9 => {
                if let Some(at) = at {
                    self.pairs[at].1 += 1;
                }
                self.questions
                    .ask(&format!("m[{text}] += 1; m[{text}]"), or_none(now.map(|v| v + 1)));
            }
            10 => {
                let values: Vec<String> =
                    self.pairs.iter().map(|pair| pair.1.to_string()).collect();
                self.questions.ask("m.values()", format!("[{}]", values.join(", ")));
                self.questions.ask("m.keys().map(fn(k) { m[k] }) == m.values()", "true");
                self.questions.ask("m.items() == zip(m.keys(), m.values())", "true");
                self.questions
                    .ask("var vs = []; for k, v in m { vs.push(v) }; vs == m.values()", "true");
            }
            11 => {
                // The same in another order is equal; with another value it is not.
                let mut others = self.pairs.clone();
                self.random.shuffle(&mut others);
                let script = |pairs: &[(usize, i64)]| {
                    let pairs: Vec<String> = pairs
                        .iter()
                        .map(|(key, value)| format!("[{}]: {value}", KEYS[*key].0))
                        .collect();
                    format!("{{{}}}", pairs.join(", "))
                };
                self.questions.ask(&format!("m == {}", script(&others)), "true");
                if let Some(last) = others.last_mut() {
                    last.1 += 1;
                    self.questions.ask(&format!("m == {}", script(&others)), "false");
                }
            }
            _ => {
                if self.random.u8(0..4) == 0 {
                    self.pairs.clear();
                    self.questions.ask("m.clear()", "nil");
                }
                let wrong = one_of(self.random, &["1.5", "[1]", "{}"]);
                self.questions.ask(&format!("m[{wrong}] = 1; nil"), "TypeError");
                self.questions.ask(&format!("let k = m.copy(); m[{text}] = 7; m.clear(); for a, b in k {{ m[a] = b }}; m"), printed(&self.pairs));
            }
        }
        self.questions.ask("m", printed(&self.pairs));
    }
}

#[test]
fn maps_are_rows_of_pairs() {
    tried(50, |random| {
        let is_known = random.bool();
        let mut questions = Questions::after("let m = {}");
        if is_known {
            questions.line("let other = spawn { len(m) }");
            questions.line("join other");
        }
        let mut trial = Trial { random, pairs: Vec::new(), questions };
        for _ in 0..60 {
            trial.step();
        }
        trial.questions.check();
    });
}
