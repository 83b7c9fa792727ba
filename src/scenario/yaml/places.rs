//! Where in the text something stands.

use std::sync::Arc;

use saphyr_parser::Span;

use crate::diagnostic::{Location, Source};

/// Turns the parser's character counts into byte offsets.
pub(super) struct Places {
    source: Arc<Source>,
    /// The byte at which each character begins, and one past the last; `None` where the text is ASCII only.
    offsets: Option<Vec<usize>>,
}

impl Places {
    pub(super) fn new(source: &Arc<Source>) -> Self {
        let text = &source.text;
        let offsets =
            (!text.is_ascii()).then(|| text.char_indices().map(|(offset, _)| offset).chain([text.len()]).collect());
        Self { source: Arc::clone(source), offsets }
    }

    /// From one character to another.
    pub(super) fn at(&self, start: usize, end: usize) -> Location {
        let (start, end) = (self.byte(start), self.byte(end));
        Location { source: Arc::clone(&self.source), start, end: end.max(start) }
    }

    fn byte(&self, index: usize) -> usize {
        let byte = self.offsets.as_ref().map_or(Some(index), |offsets| offsets.get(index).copied());
        byte.unwrap_or(usize::MAX).min(self.source.text.len())
    }

    /// Where the parser says that something stands, without the blanks behind it.
    pub(super) fn of(&self, span: Span) -> Location {
        let mut location = self.at(span.start.index(), span.end.index());
        location.end = location.start + location.text().trim_end().len();
        location
    }
}
