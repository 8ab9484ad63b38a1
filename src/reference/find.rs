//! From a name to the topic that explains it.

use super::topics::{TOPICS, Topic};
use crate::diagnostics::nearest;

/// The topic of this name, or the one that explains the keyword, type, function, method or kind of error of this
/// name. A method may be written with its dot; case matters only where it tells two apart.
#[must_use]
pub fn find(name: &str) -> Option<&'static Topic> {
    let name = name.trim().trim_start_matches(['.', ':']).trim_end_matches("()");
    if name.is_empty() {
        return None;
    }
    let title = name.to_lowercase().replace([' ', '_'], "-");
    let explains = |topic: &&Topic, same: fn(&str, &str) -> bool| {
        topic.explains.split_whitespace().any(|word| same(word, name))
    };
    TOPICS
        .iter()
        .find(|topic| topic.name == title)
        .or_else(|| TOPICS.iter().find(|topic| explains(topic, |word, name| word == name)))
        .or_else(|| TOPICS.iter().find(|topic| explains(topic, str::eq_ignore_ascii_case)))
}

/// All names that lead to a topic.
pub fn names() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().flat_map(|topic| topic.explains.split_whitespace().chain([topic.name]))
}

/// The name that was most likely meant by one that leads to no topic.
#[must_use]
pub fn near(name: &str) -> Option<&'static str> {
    nearest(name, names())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::builtins;
    use crate::syntax::scan::KEYWORDS;
    use crate::values::ErrorKind;

    fn found(name: &str) -> &'static str {
        find(name).map_or("", |topic| topic.name)
    }

    #[test]
    fn a_topic_is_found_by_its_name() {
        for topic in TOPICS {
            assert_eq!(found(topic.name), topic.name);
            assert_eq!(found(&topic.name.to_uppercase()), topic.name);
        }
        assert_eq!(found("time limits"), "time-limits");
        assert_eq!(found(""), "");
        assert_eq!(found("nothing of the kind"), "");
    }

    #[test]
    fn what_a_topic_explains_leads_to_it() {
        assert_eq!(found("join"), "threads");
        assert_eq!(found("Lock"), "lock");
        assert_eq!(found("RWLock"), "rwlock");
        assert_eq!(found(".push"), "collections");
        assert_eq!(found("print()"), "built-ins");
        assert_eq!(found("Timeout"), "time-limits");
    }

    #[test]
    fn a_name_that_is_near_is_suggested() {
        assert_eq!(near("semafore"), Some("semaphore"));
        assert_eq!(near("compare_and_swap"), None);
        assert_eq!(near("countdown"), Some("count_down"));
    }

    #[test]
    fn all_that_the_language_names_is_explained() {
        let builtins = builtins();
        let kinds = ErrorKind::ALL.iter().map(|kind| kind.name());
        let functions = builtins.functions.iter().map(|function| function.name);
        let methods = builtins.methods.iter().map(|method| method.name);
        let missing: Vec<&str> = KEYWORDS
            .iter()
            .copied()
            .chain(kinds)
            .chain(functions)
            .chain(methods)
            .filter(|name| find(name).is_none())
            .collect();
        assert!(missing.is_empty(), "nothing explains {missing:?}");
    }
}
