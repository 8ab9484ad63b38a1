//! The topics of the reference, in the order in which they are best read.

/// A topic of the reference.
#[derive(Debug)]
pub struct Topic {
    /// What it is called by: the name of its file.
    pub name: &'static str,
    /// The part of the reference that it belongs to.
    pub part: &'static str,
    /// The names of the language that it explains, parted by blanks: keywords, types, functions, methods, kinds
    /// of errors.
    pub explains: &'static str,
    /// The text, as Markdown. It begins with a heading and a sentence that says what it is about.
    pub text: &'static str,
}

impl Topic {
    /// The heading of the text.
    #[must_use]
    pub fn title(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or("");
        first.trim_start_matches('#').trim()
    }

    /// The first sentence of the text.
    #[must_use]
    pub fn sentence(&self) -> String {
        first_sentence(self.text)
    }
}

/// The first sentence below the heading of a text.
pub fn first_sentence(text: &str) -> String {
    let body = text.lines().skip(1).skip_while(|line| line.is_empty());
    let paragraph = body.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    match paragraph.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => paragraph,
    }
}

macro_rules! topics {
    ($($part:literal { $($name:literal: $explains:literal,)* })*) => {
        &[$($(Topic {
            name: $name,
            part: $part,
            explains: $explains,
            text: include_str!(concat!($name, ".md")),
        },)*)*]
    };
}

/// All of them.
pub const TOPICS: &[Topic] = topics! {
    "To begin with" {
        "start": "hello tutorial",
        "coming-from-python": "python threading concurrent.futures executor gil process async await asyncio",
    }
    "Threads" {
        "threads": "spawn join thread task daemon name id sleep yield any current_thread main_thread cpu_count is_alive \
                    done state waiting_for priority affinity",
        "cancel": "Cancelled scope cancelling stop kill nursery",
        "time-limits": "within Timeout timeout limits",
        "select": "",
        "timer": "every after schedule periodic",
        "deadlock": "deadlocks hang hangs stuck",
        "memory": "race races sharing atomicity consistency volatile visibility",
    }
    "Primitives" {
        "primitives": "primitive waiting fair fairness starvation choose",
        "lock": "acquire release locked owner LockError mutex with once",
        "rlock": "RLock depth reentrant",
        "rwlock": "RwLock read write readers writers upgrade",
        "semaphore": "BoundedSemaphore value permits",
        "condition": "wait notify until all notify_all wait_for monitor",
        "event": "set is_set flag",
        "barrier": "parties broken abort reset BrokenBarrier",
        "latch": "count_down countdown",
        "queue": "LifoQueue PriorityQueue send recv close closed Closed task_done capacity is_empty is_full channel \
                  rendezvous producer consumer put sentinel",
        "pool": "worker workers future submit ThreadPoolExecutor",
        "atomic": "add swap compare_swap counter",
        "local": "thread-local",
    }
    "The language" {
        "source": "comment comments keyword keywords unicode newline braces syntax",
        "values": "nil true false bool int float duration type repr Overflow DivisionByZero none numbers",
        "text": "str string strings format formatting interpolation upper lower trim split lines replace \
                 starts_with ends_with find repeat chars ord chr",
        "collections": "list map range lists maps ranges push extend pop insert remove_at remove clear index contains \
                        count reverse sort sort_by filter reduce slice copy keys items get len IndexError KeyError zip dict \
                        dictionary array append",
        "operators": "and or not in",
        "names": "let var scopes shadowing NameError variable variables closures",
        "statements": "if else while loop for break continue return assert AssertionFailed",
        "functions": "fn function closure TypeError StackOverflow lambda def",
        "structs": "struct self FieldError class classes method methods",
        "errors": "error try catch finally raise Error Interrupted ValueError kind message trace others file line exception \
                   exceptions except",
        "modules": "import module imports ImportError",
        "built-ins": "print log input min max sum sorted abs round floor ceil sqrt exp ln sin cos pi random \
                      random_int shuffle seed now clock args env read_file write_file append_file exit IoError LimitError builtins",
    }
    "The tool" {
        "command-line": "cli options status run check dump",
        "reports": "report json",
        "repl": "interactive prompt commands",
        "exploring": "explore replay interleavings schedules livelock",
    }
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn each_begins_with_a_heading_and_a_sentence() {
        for topic in TOPICS {
            assert!(topic.text.starts_with("# "), "{}", topic.name);
            let sentence = topic.sentence();
            assert!(sentence.ends_with('.') && sentence.len() < 140, "{}: {sentence}", topic.name);
        }
    }

    #[test]
    fn a_name_is_explained_once_and_really() {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        for topic in TOPICS {
            for name in std::iter::once(topic.name).chain(topic.explains.split_whitespace()) {
                let before = seen.insert(name, topic.name);
                assert_eq!(before, None, "{name} is explained in {}", topic.name);
            }
        }
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect()
        };
        for (name, topic) in seen {
            let known = crate::syntax::scan::KEYWORDS.contains(&name);
            let topic = TOPICS.iter().find(|known| known.name == topic).expect("it is there");
            let is_told = words(topic.text).iter().any(|word| word == name);
            assert!(!known || is_told, "{} does not tell of {name}", topic.name);
        }
    }
}
