//! From a place in what a YAML scalar means to the place in the file where it is written.

use crate::diagnostic::Location;

/// What a scalar means beside how it is written, for those who look for several places in it.
#[derive(Debug)]
pub(super) struct Scalar<'text> {
    text: &'text str,
    location: &'text Location,
    /// What was found to be written, the likeliest first.
    ways: Vec<Way>,
}

impl<'text> Scalar<'text> {
    /// The scalar at `location`, which means `text`.
    pub(super) fn new(text: &'text str, location: &'text Location) -> Self {
        let (text, written) = (text.trim_end(), location.text());
        let mut ways = Vec::new();
        for style in Style::of(written) {
            let way = style.followed(text, written);
            let to_the_end = way.is_to_the_end(text);
            ways.push(way);
            if to_the_end {
                break;
            }
        }
        Self { text, location, ways }
    }

    /// The place of the bytes `start..end` of its text. The whole scalar where it is written in a way that is not
    /// followed here.
    pub(super) fn place(&self, start: usize, end: usize) -> Location {
        let (start, end) = (start.min(self.text.len()), end.min(self.text.len()));
        let found = self.ways.iter().find_map(|way| way.span(self.text, start, end));
        found.map_or_else(|| self.location.clone(), |(first, last)| self.location.slice(first, last))
    }
}

/// The place of the bytes `start..end` of `text`, which is what the scalar at `location` means.
pub(super) fn within(text: &str, location: &Location, start: usize, end: usize) -> Location {
    Scalar::new(text, location).place(start, end)
}

/// Where the characters of a text are written.
#[derive(Debug)]
enum Way {
    /// Letter by letter, behind so many bytes.
    Verbatim(usize),
    /// By the byte of the text at which each begins, as far as the two could be followed side by side; at last its end.
    Followed(Vec<(usize, (usize, usize))>),
}

impl Way {
    fn is_to_the_end(&self, text: &str) -> bool {
        match self {
            Self::Verbatim(_) => true,
            Self::Followed(characters) => characters.last().is_some_and(|(position, _)| *position == text.len()),
        }
    }

    /// Where the bytes `start..end` of `text` are written; none where the two do not match as far as `end`.
    fn span(&self, text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
        let characters = match self {
            Self::Verbatim(skipped) => return Some((skipped + start, skipped + end)),
            Self::Followed(characters) => characters,
        };
        let character_at = |wanted| {
            let at = characters.partition_point(|(position, _)| *position < wanted);
            characters.get(at).map(|(_, written)| *written)
        };
        let (first, first_end) = character_at(start)?;
        // The end is that of the last character, so that a line break behind it is left out.
        match text[start..end].char_indices().next_back() {
            Some((last, _)) => character_at(start + last).map(|(_, last_end)| (first, last_end)),
            None if start == text.len() => Some((first, first)),
            None => Some((first, first_end.min(first))),
        }
    }
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy)]
struct Style {
    /// Bytes before its text begins: the quote, the line with the `|`.
    skipped: usize,
    quote: Option<char>,
}

impl Style {
    /// The styles in which a scalar may be written, the likeliest first. Whether a block's first line belongs to the
    /// location is up to the YAML parser.
    fn of(written: &str) -> Vec<Self> {
        let plain = Self { skipped: 0, quote: None };
        match written.chars().next() {
            Some(quote @ ('"' | '\'')) => vec![Self { skipped: 1, quote: Some(quote) }, plain],
            Some('|' | '>') => {
                let header = written.find('\n').map_or(written.len(), |newline| newline + 1);
                vec![Self { skipped: header, quote: None }, plain]
            }
            _ => vec![plain],
        }
    }

    /// Where each character of `text` is written.
    fn followed(self, text: &str, written: &str) -> Way {
        if self.is_verbatim(text, written) { Way::Verbatim(self.skipped) } else { self.side_by_side(text, written) }
    }

    /// Whether it is written letter by letter as it is meant, as nearly all is.
    fn is_verbatim(self, text: &str, written: &str) -> bool {
        let plain = self.quote.is_none_or(|quote| !text.contains([quote, '\\']));
        plain && written[self.skipped..].starts_with(text)
    }

    /// Goes through both side by side. White space matches any white space (folding, indentation); of escapes only those
    /// are followed that stand for a plain character.
    fn side_by_side(self, text: &str, written: &str) -> Way {
        let mut characters = Vec::with_capacity(text.len() + 1);
        let mut at = self.skipped;
        if !text.starts_with(char::is_whitespace) {
            at += blank(&written[at..]);
        }
        let mut in_space = false;
        for (position, c) in text.char_indices() {
            let length = match (c.is_whitespace(), in_space) {
                (true, true) => Some(0),
                (true, false) => Some(blank(&written[at..])),
                (false, _) => self.character(c, &written[at..]),
            };
            let Some(length) = length else { return Way::Followed(characters) };
            characters.push((position, (at, at + length)));
            in_space = c.is_whitespace();
            at += length;
        }
        characters.push((text.len(), (at, at)));
        Way::Followed(characters)
    }

    /// Length of what stands for `c`; none where something else is written.
    fn character(self, c: char, written: &str) -> Option<usize> {
        let mut next = written.chars();
        let (first, second) = (next.next()?, next.next());
        match self.quote {
            Some('"') if first == '\\' => (second == Some(c) && matches!(c, '"' | '\\' | '/')).then_some(2),
            Some('\'') if first == '\'' => (second == Some(c) && c == '\'').then_some(2),
            _ => (first == c).then(|| c.len_utf8()),
        }
    }
}

fn blank(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    /// What is underlined when `part` of `text` is meant and the scalar is written as `written`.
    fn check(written: &str, text: &str, part: &str, expected: &str) {
        let source = Source::new("a.yaml", format!("k: {written}\n"));
        let location = Location { source, start: 3, end: 3 + written.len() };
        let start = text.find(part).unwrap();
        assert_eq!(within(text, &location, start, start + part.len()).text(), expected, "{written}");
    }

    #[test]
    fn each_way_to_write_a_scalar() {
        check("a == b", "a == b", "b", "b");
        check("'a == b'", "a == b", "==", "==");
        check(r#""a == \"x\" && c""#, r#"a == "x" && c"#, "c", "c");
        check("'a == ''x'' && c'", "a == 'x' && c", "c", "c");
        check("a &&\n    b ||\n    c", "a && b || c", "c", "c");
        check("|\n    a &&\n    b\n", "a &&\nb\n", "b", "b");
        check(">-\n    a &&\n    b", "a && b", "&&", "&&");
        check("    a &&\n    b\n", "a &&\nb\n", "b", "b");
        check("'ä == ö'", "ä == ö", "ö", "ö");
        check("\" a\"", " a", "a", "a");
        check("'a'''", "a'", "'", "''");
        check(r#""a\\""#, "a\\", "\\", r"\\");
    }

    #[test]
    fn a_part_over_several_lines_is_shown_whole() {
        check("|\n    a &&\n    b\n", "a &&\nb\n", "a &&\nb", "a &&\n    b");
        check("'x ''y'''", "x 'y'", "'y'", "''y''");
    }

    #[test]
    fn the_end_is_a_place_too() {
        let location = Location { source: Source::new("a.yaml", "k: 'a =='"), start: 3, end: 9 };
        let end = within("a ==", &location, 4, 4);
        assert_eq!((end.start, end.end), (8, 8));
    }

    #[test]
    fn unusual_escapes_mean_the_whole() {
        check(r#""a\x20== b""#, "a == b", "b", r#""a\x20== b""#);
        check("other", "a == b", "b", "other");
    }

    #[test]
    fn what_begins_with_a_quote_need_not_be_quoted() {
        check(r#""a" == b && c"#, r#""a" == b && c"#, "c", "c");
        check("'a' ==\n    b", "'a' == b", "b", "b");
    }
}
