//! Log groups, streams and events, in the order in which CloudWatch Logs gives them: event time, then arrival.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::delivery::Delivery;
use crate::sandbox::cloud::token::Paging;

/// A group keeps so many events; the oldest go first, as with a retention.
const KEPT: usize = 200_000;

/// All groups.
#[derive(Debug, Default)]
pub(crate) struct Store {
    groups: BTreeMap<String, Group>,
    delivery: Delivery,
    /// How scans are cut into pages.
    pub(super) paging: Paging,
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
    /// What is still on its way, by when it arrives.
    coming: BTreeMap<(i64, u64), Line>,
    sent: u64,
}

/// A log stream.
#[derive(Debug)]
pub(crate) struct Stream {
    /// When it was created, in milliseconds.
    pub(super) created: i64,
    /// The times of its first event and of its last arrival.
    pub(super) first: Option<(i64, i64)>,
    /// When the last line was written to it, lost or not.
    written: Option<DateTime<Utc>>,
    /// How many were taken in by the driver.
    taken: u64,
    /// When the last of them is through, stragglers apart.
    through: Option<DateTime<Utc>>,
}

/// A line on its way.
#[derive(Debug, Clone)]
struct Line {
    stream: Arc<str>,
    time: i64,
    message: String,
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
    /// Sets what is the matter with it.
    pub(crate) fn disturb(&mut self, delivery: Delivery, paging: Paging) {
        self.delivery = delivery;
        self.paging = paging;
    }

    /// Creates a group, as Terraform does before the first task runs.
    pub(crate) fn create_group(&mut self, name: &str, now: DateTime<Utc>) {
        self.groups.entry(name.to_owned()).or_insert_with(|| Group::new(now.timestamp_millis()));
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
            group.streams.entry(stream.into()).or_insert(Stream::new(now.timestamp_millis()));
        }
    }

    /// Sends an event on its way that happened at `time`. Without its group and stream it is lost, as it is at AWS.
    pub(crate) fn put(&mut self, to: (&str, &str), time: DateTime<Utc>, message: String, now: DateTime<Utc>) {
        let (group, stream) = to;
        if let Some(group) = self.groups.get_mut(group) {
            let Some(stream) = group.streams.get_key_value(stream).map(|(name, _)| Arc::clone(name)) else { return };
            group.send(&self.delivery, &Line { stream, time: time.timestamp_millis(), message }, now);
        }
    }

    /// Takes in what has got through by `now`.
    pub(super) fn arrive(&mut self, now: i64) {
        for group in self.groups.values_mut() {
            group.arrive(now);
        }
    }
}

impl Stream {
    const fn new(created: i64) -> Self {
        Self { created, first: None, written: None, taken: 0, through: None }
    }

    /// When a line that is written now arrives: each time that it does; never, where it is lost.
    fn arrivals(&mut self, delivery: &Delivery, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let gap = self.written.replace(now).map(|before| now - before);
        if !delivery.takes(gap) {
            return Vec::new();
        }
        let number = self.taken;
        self.taken += 1;
        let through = (now + delivery.lag_of(number)).max(self.through.unwrap_or(now));
        self.through = Some(through);
        delivery.deliveries(number).into_iter().map(|late: TimeDelta| through + late).collect()
    }
}

impl Group {
    fn new(created: i64) -> Self {
        let (streams, coming) = (BTreeMap::new(), BTreeMap::new());
        Self { created, streams, events: VecDeque::new(), arrived: 0, coming, sent: 0 }
    }

    fn send(&mut self, delivery: &Delivery, line: &Line, now: DateTime<Utc>) {
        let Some(stream) = self.streams.get_mut(&line.stream) else { return };
        for arrival in stream.arrivals(delivery, now) {
            self.sent += 1;
            self.coming.insert((arrival.timestamp_millis(), self.sent), line.clone());
        }
        self.arrive(now.timestamp_millis());
    }

    fn arrive(&mut self, now: i64) {
        while let Some(first) = self.coming.first_entry().filter(|first| first.key().0 <= now) {
            let ((ingested, _), line) = first.remove_entry();
            self.put(line, ingested);
        }
    }

    fn put(&mut self, line: Line, ingested: i64) {
        let Line { stream, time, message } = line;
        if let Some(about) = self.streams.get_mut(&stream) {
            about.first = Some((about.first.map_or(time, |(first, _)| first.min(time)), ingested));
        }
        self.arrived += 1;
        let event = Event { time, arrival: self.arrived, ingested, stream, message };
        let place = self.events.partition_point(|other| other.order() < event.order());
        self.events.insert(place, event);
        if self.events.len() > KEPT {
            self.events.pop_front();
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
