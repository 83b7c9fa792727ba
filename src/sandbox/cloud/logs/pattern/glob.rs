//! `*` in a value stands for any characters.

/// Whether `text` is as `pattern` says, as a whole; greedy with one place to go back to, so never slow.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    #[test]
    fn stars_stand_for_anything() {
        let check = |pattern, text, expected| assert_eq!(super::matches(pattern, text), expected, "{pattern} {text}");
        check("abc", "abc", true);
        check("abc", "abcd", false);
        check("a*", "abc", true);
        check("*c", "abc", true);
        check("a*c*e", "abcde", true);
        check("a*c*e", "abde", false);
        check("ab*ba", "aba", false);
        check("*", "", true);
        check("", "", true);
        check("", "a", false);
    }
}
