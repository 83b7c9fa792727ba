//! Words of other languages, and what we have for them.

use crate::span;

/// Operators of other languages, and ours.
const OPERATORS: [(&str, &str); 9] = [
    ("===", "`==` compares"),
    ("!==", "`!=` asks whether they differ"),
    ("<>", "`!=` asks whether they differ"),
    ("=~", "a regular expression is asked with `text.matches('…')`"),
    ("!~", "a regular expression is asked with `!text.matches('…')`"),
    ("=>", "`list.exists(item, item > 0)` asks the items of a list; at least is `>=`"),
    ("=<", "at most is `<=`"),
    ("??", "`response.body.?field.orValue(…)` has something for what is not there"),
    ("?.", "a field that may be missing is asked for with `.?`, as in `response.body.?field`"),
];

/// The operator of another language that `rest` begins with, and what we have for it.
pub(super) fn operator(rest: &str) -> Option<(&'static str, &'static str)> {
    // Nearly every sign of an expression is one of ours.
    if !rest.starts_with(['=', '!', '<', '?']) {
        return None;
    }
    let follows = |sign: &str| {
        rest.strip_prefix(sign).is_some_and(|after| after.starts_with(|letter: char| letter.is_ascii_alphabetic()))
    };
    // `a ?.5 : b` is a number.
    let is_one = |sign: &str| if sign == "?." { follows(sign) } else { rest.starts_with(sign) };
    OPERATORS.iter().copied().find(|(theirs, _)| is_one(theirs))
}

/// A word that other languages have for an operator.
pub(super) fn word(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "and" => Some("`&&` means and"),
        "or" => Some("`||` means or"),
        "not" => Some("`!` means not, as in `!(…)`"),
        "is" | "eq" | "equals" | "equal" => Some("`==` compares"),
        "ne" => Some("`!=` asks whether they differ"),
        _ => None,
    }
}

/// A function that other languages have.
pub(super) fn function(word: &str) -> Option<&'static str> {
    match word {
        "len" | "length" | "count" => Some("did you mean `size`?"),
        "str" | "toString" => Some("did you mean `string`?"),
        "float" => Some("did you mean `double`?"),
        _ => None,
    }
}

/// A method that other languages have.
pub(super) fn method(word: &str) -> Option<&'static str> {
    match word {
        "toString" => Some("it is a function: `string(…)`"),
        "json" => Some("`response.body` is JSON already where the answer is; `json(text)` reads a text"),
        "some" | "any" | "find" => Some("did you mean `exists`?"),
        "every" => Some("did you mean `all`?"),
        "includes" => Some("a text is asked with `text.contains(…)`, a list with `item in list`"),
        "lower" | "toLowerCase" | "downcase" => Some("did you mean `lowerAscii`?"),
        "upper" | "toUpperCase" | "upcase" => Some("did you mean `upperAscii`?"),
        "strip" => Some("did you mean `trim`?"),
        "substr" => Some("did you mean `substring`?"),
        "round" | "abs" | "floor" | "ceil" => Some("it is a function, as in `math.round(…)`, and takes a number"),
        "equals" | "equal" | "eq" => Some("`==` compares"),
        _ => None,
    }
}

/// What was meant by `2xx`, and by `1s`.
pub(super) fn number(word: &str) -> Option<String> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    match &word[digits.len()..] {
        "xx" => Some(format!("a whole class is `response.status / 100 == {digits}`")),
        "" => None,
        _ if span::read(word).is_ok() => Some(format!("a duration is written `duration(\"{word}\")`")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operator_is_known_by_its_beginning() {
        for (theirs, ours) in OPERATORS {
            assert_eq!(operator(&format!("{theirs}a")), Some((theirs, ours)));
        }
        assert_eq!(operator("?.5 : b"), None);
        assert_eq!(operator("== a"), None);
    }
}
