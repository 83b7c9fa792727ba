//! What is wrong with something the user wrote, and where it stands.

mod nearest;
mod path;
mod render;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub use nearest::{listed, nearest};
pub use path::{shown_path, tidy_path};
pub use render::render;

/// A file the user wrote, as it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as it is shown: relative to where `smoke` was started, where that is possible.
    pub path: String,
    /// The whole text, UTF-8.
    pub text: String,
}

impl Source {
    /// A source that others share.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into() })
    }
}

/// A stretch of a source: byte offsets, `start` inclusive, `end` exclusive, both on character boundaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file it lies in.
    pub source: Arc<Source>,
    /// First byte.
    pub start: usize,
    /// One past the last byte; may equal `start`.
    pub end: usize,
}

impl Location {
    /// The line it starts on, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        line_at(&self.source.text, self.start)
    }

    /// The column it starts in, counted from 1 in characters.
    #[must_use]
    pub fn column(&self) -> usize {
        let before = self.before();
        before.rfind('\n').map_or(before, |newline| &before[newline + 1..]).chars().count() + 1
    }

    /// The text it covers.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text.get(self.start..self.end).unwrap_or_default()
    }

    /// A part of it: byte offsets counted from its own start, cut to what it covers and to whole characters.
    #[must_use]
    pub fn slice(&self, start: usize, end: usize) -> Self {
        let text = &self.source.text;
        let end = text.floor_char_boundary(self.start.saturating_add(end).min(self.end));
        let start = text.floor_char_boundary(self.start.saturating_add(start).min(end));
        Self { source: Arc::clone(&self.source), start, end }
    }

    fn before(&self) -> &str {
        &self.source.text[..self.source.text.floor_char_boundary(self.start)]
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source.path, self.line(), self.column())
    }
}

/// The line that a byte of a text stands on, counted from 1.
#[must_use]
pub fn line_at(text: &str, byte: usize) -> usize {
    text[..text.floor_char_boundary(byte)].matches('\n').count() + 1
}

/// One thing that is wrong, said to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong: a lower-case fragment without a final period.
    pub message: String,
    /// Where; none for the command line and the environment.
    pub location: Option<Location>,
    /// A word or two beside the caret; empty where the message says it all.
    pub label: String,
    /// What to do about it, for instance the nearest right word.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Something wrong at a place in a file.
    #[must_use]
    pub fn at(location: &Location, message: impl Into<String>) -> Self {
        Self { message: message.into(), location: Some(location.clone()), label: String::new(), help: None }
    }

    /// Something wrong that no file holds.
    #[must_use]
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self { message: message.into(), location: None, label: String::new(), help: None }
    }

    /// The same, with words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Gives every free text to `edit`, for whoever cleans it of secrets. What stands in the file is the user's own.
    pub fn each_text(&mut self, edit: &mut dyn FnMut(&mut String)) {
        let Self { message, location: _, label, help } = self;
        [message, label].into_iter().chain(help).for_each(edit);
    }

    /// The same, with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(location) = &self.location {
            write!(f, "{location}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Puts diagnostics in the order in which they are shown: what no file holds first, then by file and place in it.
/// Those at the same place stay as they were.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|left, right| match (&left.location, &right.location) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(left), Some(right)) => (&left.source.path, left.start).cmp(&(&right.source.path, right.start)),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, at: &str) -> (usize, usize) {
        let start = text.find(at).unwrap();
        let location = Location { source: Source::new("a.yaml", text), start, end: start + at.len() };
        assert_eq!(location.text(), at);
        (location.line(), location.column())
    }

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        assert_eq!(place("name: a", "name"), (1, 1));
        assert_eq!(place("name: ä\nöx: b", "x"), (2, 2));
        assert_eq!(place("name: a\r\nb: c\r\n", "c"), (2, 4));
        assert_eq!(place("größe: 日本 x", "x"), (1, 11));
    }

    #[test]
    fn an_offset_inside_a_character_means_its_beginning() {
        let location = Location { source: Source::new("a.yaml", "aäb"), start: 2, end: 3 };
        assert_eq!((location.line(), location.column()), (1, 2));
    }

    #[test]
    fn a_slice_stays_inside() {
        let whole = Location { source: Source::new("a.yaml", "key: größe!"), start: 5, end: 12 };
        assert_eq!(whole.slice(2, 4).text(), "ö");
        assert_eq!(whole.slice(3, 4).text(), "ö");
        assert_eq!(whole.slice(0, 99).text(), "größe");
        assert_eq!(whole.slice(99, 100).text(), "");
        assert_eq!(whole.slice(5, 2).text(), "");
    }

    #[test]
    fn shown_in_one_line_with_its_place() {
        let location = Location { source: Source::new("a.yaml", "a: b\nc: d"), start: 8, end: 9 };
        assert_eq!(Diagnostic::at(&location, "unknown name d").to_string(), "a.yaml:2:4: unknown name d");
        assert_eq!(Diagnostic::nowhere("no target").to_string(), "no target");
    }

    #[test]
    fn sorted_by_file_and_offset() {
        let at = |path: &str, start| {
            Diagnostic::at(&Location { source: Source::new(path, "0123456789"), start, end: start }, "x")
        };
        let mut all = [at("b.yaml", 1), at("a.yaml", 9), at("a.yaml", 2), Diagnostic::nowhere("x")];
        sort(&mut all);
        let shown: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["x", "a.yaml:1:3: x", "a.yaml:1:10: x", "b.yaml:1:2: x"]);
    }
}
