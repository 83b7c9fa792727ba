//! What is asked of a log, filled in.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use regex::Regex;
use serde_json::{Map, Value as Json};

use super::authors::{Author, Authors};
use super::event::Event;
use super::level::{self, Level};
use super::pattern::Pattern;
use crate::aws::{LogLine, Past, Thing};

/// A query, filled in.
#[derive(Debug, Default)]
pub struct Query {
    pub(super) group: String,
    pub(super) prefix: Option<String>,
    /// The tasks whose lines count; none: everybody's.
    pub(super) tasks: Option<Authors>,
    pub(super) sequence: Vec<Pattern>,
    pub(super) none: Vec<Pattern>,
    pub(super) text: Option<Regex>,
    /// See [`Self::claimed`].
    pub(super) claimed: Mutex<Option<DateTime<Utc>>>,
    /// Whether anybody was heard there.
    pub(super) heard: Box<tokio::sync::Mutex<Heard>>,
}

/// Who was heard over all looks.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Set once there was a line that counts and could be read.
    pub(super) well: bool,
    /// Set once there was one that counts.
    pub(super) at_all: bool,
    /// Set once there was one that tells its level as it is asked for.
    pub(super) level: bool,
    /// How far the past was read.
    pub(super) past: Option<Past>,
}

impl Query {
    /// A query for everything in the streams with a prefix, for whoever has no template to fill in.
    #[must_use]
    pub fn everything(group: &str, prefix: Option<&str>) -> Self {
        Self { group: group.to_owned(), prefix: prefix.map(str::to_owned), ..Self::default() }
    }

    /// The same, with a sequence and unwanted events, as JSON objects.
    #[must_use]
    pub fn demanding(mut self, sequence: &[Json], none: &[Json]) -> Self {
        let pattern = |fields: &Json| Pattern::new(fields.as_object().cloned().into_iter().flatten().collect());
        self.sequence = sequence.iter().map(pattern).collect();
        self.none = none.iter().map(pattern).collect();
        self
    }

    /// Takes back what was claimed before: from now on a look speaks of the moment of its own first scan. Where nothing
    /// depends on what the log holds, that of the first look of all is good enough.
    pub(super) fn unclaim(&self, whole_log: bool) {
        if whole_log || !self.sequence.is_empty() || !self.none.is_empty() {
            *self.claimed() = None;
        }
    }

    /// The moment up to which the log is claimed to be complete.
    pub(super) fn claimed(&self) -> MutexGuard<'_, Option<DateTime<Utc>>> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether something must be logged, each exactly once.
    #[must_use]
    pub const fn has_sequence(&self) -> bool {
        !self.sequence.is_empty()
    }

    /// Whether nothing is asked but that something must not be logged.
    pub(super) const fn has_only_none(&self) -> bool {
        self.sequence.is_empty() && !self.none.is_empty()
    }

    /// Whether no line can count.
    pub(super) fn names_nobody(&self) -> bool {
        self.tasks.as_ref().is_some_and(Authors::is_empty)
    }

    /// Whether what must not be logged could be told in an event.
    pub(super) fn reads(&self, event: &Event) -> bool {
        event.is_readable() || self.none.iter().all(|pattern| pattern.is_told_by(event.fields()))
    }

    /// How an event with these fields tells its level to what must not be logged: as any entry asks for it, else otherwise.
    pub(super) fn level<'line>(&'line self, fields: &'line Map<String, Json>) -> Level<'line> {
        let levels = self.none.iter().filter_map(|pattern| Some(Level::of(level::asked(pattern)?, fields)));
        levels.reduce(Level::best).unwrap_or(Level::Untold)
    }

    /// What it looks at in AWS.
    #[must_use]
    pub fn things(&self) -> Vec<Thing> {
        vec![Thing::LogGroup { name: self.group.clone(), prefix: self.prefix.clone() }]
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("logs {}", self.place())
    }

    /// `/ecs/prod bulk-import-worker/*`.
    pub(super) fn place(&self) -> String {
        match &self.prefix {
            Some(prefix) => format!("{} {prefix}*", self.group),
            None => self.group.clone(),
        }
    }

    /// Who logs there, as people call it: `bulk-import-worker`, or the group where no prefix is asked for.
    pub(super) fn author(&self) -> &str {
        self.prefix.as_deref().map_or(&self.group, |prefix| prefix.trim_end_matches('/'))
    }

    /// Whether a line counts.
    pub(super) fn author_of(&self, line: &LogLine) -> Author {
        self.tasks.as_ref().map_or(Author::Ours, |tasks| tasks.judge(line))
    }
}
