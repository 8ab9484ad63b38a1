//! Where a word stands in the reference.

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

/// The lines that have the word in them, in the order of the reference; case does not matter.
#[must_use]
pub fn search(word: &str) -> Vec<Hit> {
    let word = word.trim().to_lowercase();
    let mut hits = Vec::new();
    if word.is_empty() {
        return hits;
    }
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
            if line.to_lowercase().contains(&word) {
                hits.push(Hit { topic, section, line: line.trim() });
            }
        }
    }
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
        assert!(search("zyzzyva").is_empty() && search(" ").is_empty());
    }
}
