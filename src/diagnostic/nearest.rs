//! The nearest right word.

/// The candidate that `word` was most likely meant to be; none where nothing is near enough to be worth proposing.
/// Upper and lower case, `-` and `_` count as the same. Of equally near ones the first wins.
#[must_use]
pub fn nearest<'word>(word: &str, candidates: impl IntoIterator<Item = &'word str>) -> Option<String> {
    let wanted = plain(word);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = strsim::damerau_levenshtein(&wanted, &plain(candidate));
        if distance <= tolerance(word) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate.to_owned())
}

/// The words that there are, where none is near: `a`, `b`, `c`.
#[must_use]
pub fn listed<'word>(words: impl IntoIterator<Item = &'word str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// How many slips of the finger a word of this length may hold. One in three: with more, the proposal is a guess.
fn tolerance(word: &str) -> usize {
    word.chars().count().div_ceil(3).min(3)
}

fn plain(word: &str) -> String {
    word.to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: Option<&str>) {
        let known = ["expect", "until", "fail_if", "within", "every", "id", "name", "startsWith"];
        assert_eq!(nearest(word, known).as_deref(), expected, "{word}");
    }

    #[test]
    fn proposes_what_was_meant_and_nothing_else() {
        check("expct", Some("expect"));
        check("expects", Some("expect"));
        check("unitl", Some("until"));
        check("fail-if", Some("fail_if"));
        check("Within", Some("within"));
        check("nmae", Some("name"));
        check("startswith", Some("startsWith"));
        check("ids", Some("id"));
        check("banana", None);
        check("", None);
    }
}
