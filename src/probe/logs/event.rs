//! One of `logs.events`.

use std::sync::Arc;

use regex::Regex;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::aws::LogLine;
use crate::probe::moment::{clock, cut, stamp};
use crate::redact::Redactor;

/// A line of a log and its fields. In expressions: `time`, `stream`, `task`, `message`, `fields`.
#[derive(Debug, Clone)]
pub struct Event {
    line: Arc<LogLine>,
    /// Fields that `text` found; a JSON line has its own.
    found: Map<String, Json>,
    redactor: Arc<Redactor>,
}

impl Event {
    /// A line, with the fields that `text` finds in it where it is not JSON.
    pub(super) fn new(line: &Arc<LogLine>, text: Option<&Regex>, redactor: &Arc<Redactor>) -> Self {
        let found = match (line.fields(), text) {
            (None, Some(text)) => named_groups(text, &line.message),
            _ => Map::new(),
        };
        Self { line: Arc::clone(line), found, redactor: Arc::clone(redactor) }
    }

    /// The line itself.
    #[must_use]
    pub fn line(&self) -> &LogLine {
        &self.line
    }

    /// Its fields; none of a plain line that `text` does not fit.
    #[must_use]
    pub fn fields(&self) -> &Map<String, Json> {
        self.line.fields().unwrap_or(&self.found)
    }

    /// In one line: `22:10:03 9f3c…: message`, at most `most` characters of message; cleaned before it is cut.
    pub(super) fn shown(&self, most: usize) -> String {
        let LogLine { time, message, .. } = &*self.line;
        format!("{} {}: {}", clock(*time), self.line.task(), cut(self.redactor.clean(message).trim_end(), most))
    }
}

fn named_groups(text: &Regex, message: &str) -> Map<String, Json> {
    let Some(captures) = text.captures(message) else { return Map::new() };
    let group = |name: &str| Some((name.to_owned(), Json::from(captures.name(name)?.as_str())));
    text.capture_names().flatten().filter_map(group).collect()
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_struct("Event", 5)?;
        event.serialize_field("time", &stamp(self.line.time))?;
        event.serialize_field("stream", &self.line.stream)?;
        event.serialize_field("task", self.line.task())?;
        event.serialize_field("message", &self.line.message)?;
        event.serialize_field("fields", self.fields())?;
        event.end()
    }
}
