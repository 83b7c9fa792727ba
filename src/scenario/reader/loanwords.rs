//! Words that other tools have for our keys.

/// Theirs, and ours.
const WORDS: [(&str, &str); 26] = [
    ("after", "finally"),
    ("always", "finally"),
    ("assert", "expect"),
    ("asserts", "expect"),
    ("before", "ready"),
    ("cleanup", "finally"),
    ("condition", "when"),
    ("description", "name"),
    ("env", "vars"),
    ("environments", "targets"),
    ("extract", "capture"),
    ("given", "ready"),
    ("id", "name"),
    ("if", "when"),
    ("interval", "every"),
    ("invariants", "guards"),
    ("register", "as"),
    ("retry", "retries"),
    ("save", "capture"),
    ("setup", "ready"),
    ("skip_if", "when"),
    ("teardown", "finally"),
    ("timeout", "within"),
    ("title", "name"),
    ("validate", "expect"),
    ("variables", "vars"),
];

/// What we call it, where one of the `names` that fit is that.
pub(super) fn ours<'name>(word: &str, names: impl IntoIterator<Item = &'name str>) -> Option<&'name str> {
    let ours = WORDS.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(word))?.1;
    names.into_iter().find(|name| *name == ours)
}
