//! Lists against rows of ints: operations one after the other, on a list that one thread has, and on one that others
//! know.

use crate::chance::{one_of, tried};
use crate::strings::a_slice;
use crate::told::Questions;

fn listed(items: &[i64]) -> String {
    let items: Vec<String> = items.iter().map(i64::to_string).collect();
    format!("[{}]", items.join(", "))
}

/// The place that an index means.
fn place(at: i64, len: usize) -> Option<usize> {
    let place = if at < 0 { at + len as i64 } else { at };
    usize::try_from(place).ok().filter(|place| *place < len)
}

struct Trial<'r> {
    random: &'r mut fastrand::Rng,
    items: Vec<i64>,
    questions: Questions,
}

impl Trial<'_> {
    fn an_item(&mut self) -> i64 {
        self.random.i64(-3..6)
    }

    fn a_place(&mut self) -> i64 {
        let most = self.items.len() as i64 + 2;
        self.random.i64(-most..most)
    }

    /// Asks for something that may fail.
    fn ask_or(&mut self, asked: &str, answer: Option<String>, error: &str) {
        self.questions.ask(asked, answer.unwrap_or_else(|| error.to_owned()));
    }

    fn change(&mut self) {
        let (item, at) = (self.an_item(), self.a_place());
        let len = self.items.len();
        match self.random.u8(0..13) {
            0..=2 => {
                self.items.push(item);
                self.questions.ask(&format!("xs.push({item})"), "nil");
            }
            3 => {
                let popped = self.items.pop().map(|item| item.to_string());
                self.ask_or("xs.pop()", popped, "IndexError");
            }
            4 => {
                // Before an item, or behind the last.
                let place = if at == len as i64 { Some(len) } else { place(at, len) };
                let inserted = place.map(|place| self.items.insert(place, item));
                let answer = inserted.map(|()| "nil".to_owned());
                self.ask_or(&format!("xs.insert({at}, {item})"), answer, "IndexError");
            }
            5 => {
                let removed = place(at, len).map(|place| self.items.remove(place).to_string());
                self.ask_or(&format!("xs.remove_at({at})"), removed, "IndexError");
            }
            6 => {
                let found = self.items.iter().position(|known| *known == item);
                let removed = found.map(|at| self.items.remove(at));
                let answer = removed.map(|_| "nil".to_owned());
                self.ask_or(&format!("xs.remove({item})"), answer, "ValueError");
            }
            7 => {
                self.items.reverse();
                self.questions.ask("xs.reverse()", "nil");
            }
            8 => {
                self.items.sort_unstable();
                self.questions.ask("xs.sort()", "nil");
            }
            9 => {
                self.items.sort_by_key(|item| item.rem_euclid(3));
                self.questions.ask("xs.sort_by(fn(x) { x % 3 })", "nil");
            }
            10 => {
                let more: Vec<i64> = (0..self.random.usize(0..4)).map(|_| self.an_item()).collect();
                self.items.extend(&more);
                self.questions.ask(&format!("xs.extend({})", listed(&more)), "nil");
            }
            11 => {
                let changed = place(at, len).map(|place| self.items[place] += item);
                let answer = changed.map(|()| "nil".to_owned());
                self.ask_or(&format!("xs[{at}] += {item}; nil"), answer, "IndexError");
            }
            _ => {
                if self.random.u8(0..3) == 0 {
                    self.items.clear();
                    self.questions.ask("xs.clear()", "nil");
                }
            }
        }
    }

    fn look(&mut self) {
        let (item, at) = (self.an_item(), self.a_place());
        let items = self.items.clone();
        match self.random.u8(0..12) {
            0 => self.ask_or(
                &format!("xs[{at}]"),
                place(at, items.len()).map(|place| items[place].to_string()),
                "IndexError",
            ),
            1 => {
                let (slice, range) = a_slice(self.random, items.len());
                self.questions.ask(&format!("xs{slice}"), listed(&items[range]));
            }
            2 => {
                let found = items.iter().position(|known| *known == item);
                let answer = found.map(|at| at.to_string());
                self.ask_or(&format!("xs.index({item})"), answer, "ValueError");
                self.questions.ask(&format!("xs.contains({item})"), found.is_some().to_string());
                self.questions.ask(&format!("{item} in xs"), found.is_some().to_string());
                // A float that is worth as much is the same.
                self.questions.ask(&format!("{item}.0 in xs"), found.is_some().to_string());
            }
            3 => {
                let count = items.iter().filter(|known| **known == item).count();
                self.questions.ask(&format!("xs.count({item})"), count.to_string());
                self.questions.ask("len(xs)", items.len().to_string());
            }
            4 => {
                let doubled: Vec<i64> = items.iter().map(|item| item * 2).collect();
                self.questions.ask("xs.map(fn(x) { x * 2 })", listed(&doubled));
                let (most, least) = (items.iter().max(), items.iter().min());
                self.ask_or("max(xs)", most.map(i64::to_string), "ValueError");
                self.ask_or("min(xs)", least.map(i64::to_string), "ValueError");
            }
            5 => {
                let kept: Vec<i64> = items.iter().copied().filter(|x| *x > item).collect();
                self.questions.ask(&format!("xs.filter(fn(x) {{ x > {item} }})"), listed(&kept));
                self.questions.ask(
                    &format!("xs.any(fn(x) {{ x > {item} }})"),
                    (!kept.is_empty()).to_string(),
                );
                let all = kept.len() == items.len();
                self.questions.ask(&format!("xs.all(fn(x) {{ x > {item} }})"), all.to_string());
            }
            6 => {
                let folded = items.iter().fold(item, |sum, x| 2 * sum - x);
                self.questions.ask(
                    &format!("xs.reduce(fn(a, x) {{ 2 * a - x }}, {item})"),
                    folded.to_string(),
                );
                self.questions.ask("sum(xs)", items.iter().sum::<i64>().to_string());
            }
            7 => {
                let mut sorted = items.clone();
                sorted.sort_unstable();
                self.questions.ask("sorted(xs)", listed(&sorted));
                let reversed: Vec<i64> = items.iter().rev().copied().collect();
                self.questions.ask("let ys = xs.copy(); ys.reverse(); ys", listed(&reversed));
            }
            8 => {
                let joined: Vec<String> = items.iter().map(i64::to_string).collect();
                self.questions.ask("xs.join(\"-\")", joined.join("-"));
            }
            9 => {
                let other: Vec<i64> =
                    (0..self.random.usize(0..4)).map(|_| self.an_item()).collect();
                let text = listed(&other);
                self.questions.ask(&format!("xs + {text}"), listed(&[&items[..], &other].concat()));
                self.questions.ask(&format!("xs < {text}"), (items < other).to_string());
                self.questions.ask(&format!("xs >= {text}"), (items >= other).to_string());
                self.questions.ask(&format!("xs == {text}"), (items == other).to_string());
            }
            10 => self.questions.ask("xs * 2", listed(&items.repeat(2))),
            _ => {
                let turned: i64 = items.iter().enumerate().map(|(i, x)| (i as i64 + 1) * x).sum();
                self.questions
                    .ask("var t = 0; for i, x in xs { t += (i + 1) * x }; t", turned.to_string());
                self.questions.ask("xs", listed(&items));
            }
        }
    }
}

#[test]
fn lists_are_rows_of_items() {
    tried(50, |random| {
        let is_known = random.bool();
        let items: Vec<i64> = (0..random.usize(0..9)).map(|_| random.i64(-3..6)).collect();
        let mut questions = Questions::after("");
        questions.line(&format!("let xs = {}", listed(&items)));
        if is_known {
            questions.line("let other = spawn { len(xs) }");
            questions.line("join other");
        }
        let mut trial = Trial { random, items, questions };
        for _ in 0..50 {
            trial.change();
            trial.look();
        }
        trial.questions.check();
    });
}

#[test]
fn ints_and_floats_are_sorted_by_what_they_are_worth() {
    tried(15, |random| {
        let all = [1 << 53, (1 << 53) + 1, (1 << 53) + 2, i64::MAX, i64::MIN, 0, 3, -3];
        // Of each, its order among all, and its text.
        let items: Vec<(i128, String)> = (0..random.usize(0..30))
            .map(|_| {
                let number = one_of(random, &all);
                let wide = 2 * i128::from(number);
                match random.u8(0..3) {
                    0 if (number as f64) as i128 == i128::from(number) => {
                        (wide, format!("{:?}", number as f64))
                    }
                    1 if number.unsigned_abs() < 4 => {
                        (wide + 1, format!("{:?}", number as f64 + 0.5))
                    }
                    _ => (wide, number.to_string()),
                }
            })
            .collect();
        let mut sorted = items.clone();
        // Those that are worth the same stay in order.
        sorted.sort_by_key(|item| item.0);
        let text = |items: &[(i128, String)]| {
            let texts: Vec<String> = items.iter().map(|item| format!("({})", item.1)).collect();
            format!("[{}]", texts.join(", "))
        };
        let mut questions = Questions::after("");
        let told = format!(
            "{}.map(fn(x) {{ repr(x) }}) == {}.map(fn(x) {{ repr(x) }})",
            "sorted(xs)",
            text(&sorted)
        );
        questions.line(&format!("let xs = {}", text(&items)));
        questions.ask(&told, "true");
        questions.check();
    });
}
