//! The nodes of the tree.

use std::sync::Arc;

use crate::diagnostic::Location;

/// A node and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// From its first character to its last; for a block of several lines, all of them.
    pub(crate) location: Location,
    /// What it is.
    pub(crate) data: Data,
}

/// The kinds of nodes.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    /// Text without quotes: a number, a truth value or nothing, if it looks like one.
    Plain(String),
    /// Text in quotes, or in a block (`|`, `>`): always text.
    Quoted(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in order; keys may repeat, which is for the reader to refuse.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// As written, without quotes.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) location: Location,
}

impl Node {
    /// Whether nothing stands here: empty, `~` or `null`.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(&self.data, Data::Plain(text) if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The scalar's text, as written.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match &self.data {
            Data::Plain(text) | Data::Quoted(text) => Some(text),
            Data::List(_) | Data::Map(_) => None,
        }
    }

    /// Its place, cut after the first line, so that a caret never underlines a whole block.
    pub(crate) fn head(&self) -> Location {
        let text = self.location.text();
        let length = text.find('\n').unwrap_or(text.len());
        let end = self.location.start + text[..length].trim_end().len();
        Location { source: Arc::clone(&self.location.source), start: self.location.start, end }
    }

    /// What it is, for `expected …, found …`.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.data {
            _ if self.is_nothing() => "nothing",
            Data::Plain(text) if text == "true" || text == "false" => "a truth value",
            Data::Plain(text) if text.parse::<f64>().is_ok() => "a number",
            Data::Plain(_) | Data::Quoted(_) => "text",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }
}
