//! Log groups, streams and events, in the order in which CloudWatch Logs gives them: event time, then arrival.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

/// A group keeps so many events; the oldest go first, as with a retention.
const KEPT: usize = 200_000;

/// All groups.
#[derive(Debug, Default)]
pub(crate) struct Store {
    groups: BTreeMap<String, Group>,
}

/// A log group.
#[derive(Debug)]
pub(crate) struct Group {
    /// When it was created, in milliseconds.
    pub(super) created: i64,
    /// Its streams by name.
    pub(super) streams: BTreeMap<Arc<str>, Stream>,
    events: VecDeque<Event>,
    arrived: u64,
}

/// A log stream.
#[derive(Debug)]
pub(crate) struct Stream {
    /// When it was created, in milliseconds.
    pub(super) created: i64,
    /// The times of its first event and of its last arrival.
    pub(super) first: Option<(i64, i64)>,
}

/// A log event. Times are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// When it happened.
    pub(super) time: i64,
    /// Its number in order of arrival, which also makes its id.
    pub(super) arrival: u64,
    /// When it arrived.
    pub(super) ingested: i64,
    /// Its stream.
    pub(super) stream: Arc<str>,
    /// Its text.
    pub(super) message: String,
}

impl Store {
    /// Creates a group, as Terraform does before the first task runs.
    pub(crate) fn create_group(&mut self, name: &str, now: DateTime<Utc>) {
        self.groups.entry(name.to_owned()).or_insert_with(|| Group {
            created: now.timestamp_millis(),
            streams: BTreeMap::new(),
            events: VecDeque::new(),
            arrived: 0,
        });
    }

    /// A group by its name.
    pub(crate) fn group(&self, name: &str) -> Option<&Group> {
        self.groups.get(name)
    }

    /// All groups by name.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&String, &Group)> {
        self.groups.iter()
    }

    /// What the `awslogs` driver does when a container starts.
    pub(crate) fn create_stream(&mut self, group: &str, stream: &str, now: DateTime<Utc>) {
        if let Some(group) = self.groups.get_mut(group) {
            let created = now.timestamp_millis();
            group.streams.entry(stream.into()).or_insert(Stream { created, first: None });
        }
    }

    /// Takes in an event that happened at `time`. Without its group and stream it is lost, as it is at AWS.
    pub(crate) fn put(&mut self, to: (&str, &str), time: DateTime<Utc>, message: String, now: DateTime<Utc>) {
        let (group, stream) = to;
        if let Some(group) = self.groups.get_mut(group) {
            group.put(stream, time.timestamp_millis(), message, now.timestamp_millis());
        }
    }
}

impl Group {
    fn put(&mut self, stream: &str, time: i64, message: String, ingested: i64) {
        let Some((name, about)) = self.streams.get_key_value(stream) else { return };
        let first = about.first.map_or(time, |(first, _)| first.min(time));
        let name = Arc::clone(name);
        self.arrived += 1;
        let event = Event { time, arrival: self.arrived, ingested, stream: Arc::clone(&name), message };
        let place = self.events.partition_point(|other| other.order() < event.order());
        self.events.insert(place, event);
        if self.events.len() > KEPT {
            self.events.pop_front();
        }
        if let Some(about) = self.streams.get_mut(&name) {
            about.first = Some((first, ingested));
        }
    }

    /// Events from `start` (inclusive) on, or behind a position, in order.
    pub(super) fn events_from(&self, start: i64, behind: Option<(i64, u64)>) -> impl Iterator<Item = &Event> {
        let first = match behind {
            Some(position) => self.events.partition_point(|event| event.order() <= position),
            None => self.events.partition_point(|event| event.time < start),
        };
        self.events.range(first..)
    }
}

impl Event {
    /// What events are ordered by.
    pub(super) const fn order(&self) -> (i64, u64) {
        (self.time, self.arrival)
    }

    /// 56 digits, as at AWS, and the same at each look.
    pub(super) fn id(&self) -> String {
        format!("{:020}{:036}", self.time, self.arrival)
    }
}
