//! One of `logs.events`.

use std::sync::Arc;

use regex::Regex;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::level::LEVELS;
use crate::aws::LogLine;
use crate::probe::moment::{clock, cut, stamp};
use crate::redact::Redactor;

/// What loggers call the sentence that says what happened.
const SENTENCES: [&str; 7] = ["error", "reason", "exception", "message", "msg", "detail", "text"];
/// How much of a sentence is quoted, in characters.
const LONGEST: usize = 300;

/// A line of a log and its fields. In expressions: `time`, `stream`, `task`, `message`, `fields`.
#[derive(Debug, Clone)]
pub struct Event {
    line: Arc<LogLine>,
    /// Fields that `text` found, with those of the wrapper; a JSON line has its own.
    found: Map<String, Json>,
    redactor: Arc<Redactor>,
}

impl Event {
    /// A line, with the fields that `text` finds in it where it is not JSON.
    pub(super) fn new(line: &Arc<LogLine>, text: Option<&Regex>, redactor: &Arc<Redactor>) -> Self {
        let text = text.filter(|_| line.is_plain());
        let mut found = text.map(|text| named_groups(text, line.written())).unwrap_or_default();
        if let Some(wrapper) = line.fields().filter(|_| !found.is_empty()) {
            found = [wrapper.clone(), found].into_iter().flatten().collect();
        }
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
        if self.found.is_empty() { self.line.fields().unwrap_or(&self.found) } else { &self.found }
    }

    /// Whether it can be told by its fields.
    pub(super) fn is_readable(&self) -> bool {
        !self.line.is_plain() || !self.found.is_empty()
    }

    /// Whether it calls itself an error.
    pub(super) fn is_error(&self) -> bool {
        let level = LEVELS.iter().find_map(|name| self.fields().get(*name)?.as_str());
        level.is_some_and(|level| ["ERROR", "FATAL", "CRITICAL"].contains(&level.to_ascii_uppercase().as_str()))
    }

    /// What it says, by the names that loggers give it: `ERROR bulk_import_error at 22:10:03: no such column`;
    /// cleaned before it is cut.
    pub(super) fn told(&self) -> String {
        let field = |names: &[&str]| names.iter().find_map(|name| said(self.fields().get(*name)?));
        let words = [field(&LEVELS), field(&["event"])].into_iter().flatten().collect::<Vec<_>>();
        let what = if words.is_empty() { "a line".to_owned() } else { words.join(" ") };
        let sentence = field(&SENTENCES).unwrap_or_else(|| self.line.written().trim().to_owned());
        let sentence = self.redactor.clean(&sentence);
        let first = sentence.lines().next().unwrap_or_default();
        format!("{what} at {}: {}", clock(self.line.time), cut(first, LONGEST))
    }

    /// What it is called, and who logged it when: `bulk_import_start at 22:10:03 by task 9f3c…`.
    pub(super) fn named(&self) -> String {
        let name = self.fields().get("event").and_then(said).unwrap_or_else(|| "a line".to_owned());
        format!("{name} at {} by task {}", clock(self.line.time), self.line.task())
    }

    /// In one line: `22:10:03 9f3c…: message`, at most `most` characters of message; cleaned before it is cut.
    pub(super) fn shown(&self, most: usize) -> String {
        let written = self.redactor.clean(self.line.written());
        format!("{} {}: {}", clock(self.line.time), self.line.task(), cut(written.trim_end(), most))
    }
}

/// The text of a field, or the message within it.
fn said(field: &Json) -> Option<String> {
    match field {
        Json::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Json::Object(fields) => SENTENCES.iter().find_map(|name| said(fields.get(*name)?)),
        _ => None,
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
