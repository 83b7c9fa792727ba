//! What is wrong with something the user wrote, and where it stands.

use std::sync::Arc;

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
        self.before().matches('\n').count() + 1
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

    fn before(&self) -> &str {
        self.source.text.get(..self.start).unwrap_or(&self.source.text)
    }
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

    /// The same, with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
