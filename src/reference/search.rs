//! Where a word stands in the reference.

use super::find::find;
use super::topics::{TOPICS, Topic};

/// A line of the reference.
#[derive(Debug)]
pub struct Hit {
    /// The topic it is in.
    pub topic: &'static Topic,
    /// The heading above it.
    pub section: &'static str,
    /// The line itself.
    pub line: &'static str,
}

/// The lines that have the words in them, whatever their case: those of the topic that explains the first word, then the
/// others in the order of the reference. A topic that explains what it does not say is found by its first line.
#[must_use]
pub fn search(words: &str) -> Vec<Hit> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let mut hits = Vec::new();
    let Some(first) = words.first() else { return hits };
    for topic in TOPICS {
        let mut section = topic.title();
        let mut is_code = false;
        for line in topic.text.lines() {
            if line.starts_with("```") {
                is_code = !is_code;
                continue;
            }
            if !is_code && line.starts_with('#') {
                section = line.trim_start_matches('#').trim();
            }
            let text = line.to_lowercase();
            if words.iter().all(|word| text.contains(word)) {
                hits.push(Hit { topic, section, line: line.trim() });
            }
        }
    }
    if let Some(topic) = find(&words.join(" "))
        && hits.iter().all(|hit| hit.topic.name != topic.name)
    {
        hits.push(Hit {
            topic,
            section: topic.title(),
            line: topic.text.lines().nth(2).unwrap_or(""),
        });
    }
    let explained = find(first).map(|topic| topic.name);
    hits.sort_by_key(|hit| Some(hit.topic.name) != explained);
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whatever_its_case() {
        let hits = search("ReEntrant");
        assert!(hits.iter().any(|hit| hit.topic.name == "rlock"), "{hits:?}");
        assert!(hits.iter().all(|hit| hit.line.to_lowercase().contains("reentrant")));
        let hits = search("waiter lock");
        assert!(!hits.is_empty() && hits.iter().all(|hit| hit.line.contains("lock")), "{hits:?}");
        assert_eq!(search("rendezvous")[0].topic.name, "queue");
        assert_eq!(search("kill")[0].topic.name, "cancel");
        assert_eq!(search("notify_all")[0].topic.name, "condition");
        assert!(search("zyzzyva").is_empty() && search(" ").is_empty());
    }
}
