//! Text that says nothing to machines: whatever the system under test wrote, a CI system that reads smoke's output must
//! not take it for a command.
//!
//! GitHub runs a line that begins with `::`, blanks before it not counted, and a `##[` anywhere in one; Azure takes
//! `##vso[`, TeamCity `##teamcity[`. Where a format has a way to write the same text otherwise, that is used, and nothing
//! is lost; only in plain text a backslash gives it away.

use std::borrow::Cow;

/// Text for people.
#[must_use]
pub fn text(text: &str) -> String {
    lines(unhashed(text.into(), "#\\").into_owned(), "\\::")
}

/// HTML, XML, and Markdown outside of its code: a character reference reads the same. Nothing that could move a cursor or
/// turn the direction of what follows is left either, wherever it came from.
pub(super) fn markup(document: String) -> String {
    let document = if holds_moves(&document) { document.replace(moves, "") } else { document };
    lines(unhashed(document.into(), "&#35;").into_owned(), "&#58;:")
}

/// How many bytes are looked at together.
const STRETCH: usize = 64;

/// Whether any of it could move a cursor or turn a direction. Nearly all is plain ASCII, which is passed over in stretches.
fn holds_moves(document: &str) -> bool {
    let is_plain = |bytes: &[u8]| bytes.iter().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~' | b'\n'));
    document.as_bytes().chunks(STRETCH).enumerate().any(|(nth, bytes)| {
        let (start, end) = (nth * STRETCH, nth * STRETCH + bytes.len());
        !is_plain(bytes)
            && document[document.floor_char_boundary(start)..document.ceil_char_boundary(end)].contains(moves)
    })
}

fn moves(c: char) -> bool {
    c != '\n' && (c.is_control() || turns(c) || is_none(c))
}

/// JSON, where `#` stands in strings only.
pub(super) fn json<'t>(document: impl Into<Cow<'t, str>>) -> Cow<'t, str> {
    unhashed(document.into(), "\\u0023")
}

/// Characters that turn the direction in which what follows is read.
pub(super) const fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
}

/// Code points that are no characters, and stand in no document.
pub(super) fn is_none(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// What is a command wherever it stands in a line.
const HASHES: [&str; 3] = ["##[", "##vso[", "##teamcity["];

/// The text with `hash` in place of the first sign of each mark. No mark holds a line feed.
fn unhashed<'t>(text: Cow<'t, str>, hash: &str) -> Cow<'t, str> {
    // Most text has none at all, which is seen at once.
    if !text.contains('#') || !text.contains("##") {
        return text;
    }
    HASHES.iter().fold(text, |text, mark| text.replace(mark, &format!("{hash}{}", &mark[1..])).into())
}

/// Every line with `instead` in place of a `::` that it begins with.
fn lines(text: String, instead: &str) -> String {
    if !text.contains("::") {
        return text;
    }
    text.split('\n').map(|line| defused(line, instead)).collect::<Vec<_>>().join("\n")
}

/// The line with `instead` in place of a `::` that it begins with.
fn defused<'line>(line: &'line str, instead: &str) -> Cow<'line, str> {
    let begins = line.trim_start_matches(|c: char| !c.is_ascii_graphic() && !c.is_alphanumeric());
    match begins.strip_prefix("::") {
        Some(rest) => format!("{}{instead}{rest}", &line[..line.len() - begins.len()]).into(),
        None => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_command_is_none_any_more() {
        #[track_caller]
        fn check(before: &str, in_text: &str, in_markup: &str, in_json: &str) {
            let all = [text(before), markup(before.to_owned()), json(before).into_owned()];
            assert_eq!(all, [in_text, in_markup, in_json]);
        }
        check("plain: a::b # ##", "plain: a::b # ##", "plain: a::b # ##", "plain: a::b # ##");
        check("a\n \u{a0}::error::x", "a\n \u{a0}\\::error::x", "a\n \u{a0}&#58;:error::x", "a\n \u{a0}::error::x");
        check("a ##[error]x", "a #\\#[error]x", "a &#35;#[error]x", "a \\u0023#[error]x");
        check("##vso[task]", "#\\#vso[task]", "&#35;#vso[task]", "\\u0023#vso[task]");
        check("##teamcity[x]\n", "#\\#teamcity[x]\n", "&#35;#teamcity[x]\n", "\\u0023#teamcity[x]\n");
        check("###[x", "##\\#[x", "#&#35;#[x", "#\\u0023#[x");
    }

    #[test]
    fn markup_turns_nothing_around() {
        assert_eq!(markup("a\u{202e}b\u{1b}[0m\tc\u{7}\nd\u{fdd0}\u{fffe}\u{10ffff}😀".to_owned()), "ab[0mc\nd😀");
        // Wherever it stands, also where a stretch ends in the midst of it.
        for before in 0..3 * STRETCH {
            let (before, after) = ("é".repeat(before), "x".repeat(STRETCH));
            assert_eq!(markup(format!("{before}\u{202e}{after}")), format!("{before}{after}"));
            assert!(!holds_moves(&format!("{before}→{after}")));
        }
    }
}
