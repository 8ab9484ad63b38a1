//! "Did you mean": the known name that is nearest to an unknown one.

/// The one of `known` that `name` was most likely meant to be, if any is near enough: the same but
/// for case, or the beginning of it, or a few edits away (Damerau–Levenshtein), at most one in three characters.
/// Of several that are as near, one that begins alike, then the first by the alphabet.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    let mut best: Option<((usize, bool, &str), &str)> = None;
    for candidate in known {
        if candidate == name || candidate == "_" {
            continue;
        }
        let distance = if candidate.to_lowercase() == name.to_lowercase() {
            0
        } else if name.len() >= 4 && candidate.starts_with(name) {
            1
        } else {
            strsim::damerau_levenshtein(name, candidate)
        };
        let whole = name.chars().count().max(candidate.chars().count());
        let near = distance == 0 || (distance <= allowed && distance < whole);
        let rank = (distance, candidate.chars().next() != name.chars().next(), candidate);
        if near && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("cuonter", ["count", "counter"]), Some("counter"));
        assert_eq!(nearest("lock", ["Lock", "clock"]), Some("Lock"));
        assert_eq!(nearest("Rock", ["Lock", "RLock"]), Some("RLock"));
        assert_eq!(nearest("threa", ["threads", "read"]), Some("threads"));
        assert_eq!(nearest("x", ["y", "value"]), None);
        assert_eq!(nearest("threads_count", ["counter"]), None);
    }
}
