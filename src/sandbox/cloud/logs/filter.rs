//! `FilterLogEvents`.

use serde_json::{Value, json};

use super::input::{NOT_FOUND, WRONG, group_of};
use super::pattern::Pattern;
use super::store::{Event, Group, Store};
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::refusal::Refusal;
use crate::sandbox::cloud::token::{self, Paging};

/// So many events are scanned for one page: few, so that whoever reads has to follow `nextToken`.
const SCANNED: usize = 100;
/// So many where pages are short.
const SHORT: usize = 8;
/// A page ends when its messages are this long together.
const BYTES: usize = 1 << 20;

const KNOWN: [&str; 10] = [
    "logGroupName",
    "logGroupIdentifier",
    "logStreamNames",
    "logStreamNamePrefix",
    "startTime",
    "endTime",
    "filterPattern",
    "nextToken",
    "limit",
    "interleaved",
];

/// What is asked for.
struct Query<'request> {
    start: i64,
    end: i64,
    streams: Streams<'request>,
    pattern: Pattern,
    limit: usize,
    behind: Option<Place>,
    paging: Paging,
}

/// Where a scan goes on: behind an event; and whether an empty page was given for that already.
#[derive(Clone, Copy)]
struct Place {
    event: (i64, u64),
    hollow: bool,
}

enum Streams<'request> {
    All,
    Named(Vec<&'request str>),
    Prefixed(&'request str),
}

/// Answers it. `interleaved` is ignored, as AWS does.
pub(super) fn answer(store: &Store, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("FilterLogEvents", WRONG, input, &KNOWN)?;
    members.flag("interleaved")?;
    let (_, group) = group_of(store, &members)?;
    let request = token::fingerprint("FilterLogEvents", input);
    let query = Query::read(&members, request, store.paging)?;
    query.check_streams(group)?;
    let (events, next) = query.scan(group);
    let mut answer = json!({
        "events": events.into_iter().map(draw).collect::<Vec<_>>(),
        "searchedLogStreams": [],
    });
    if let Some(Place { event: (time, arrival), hollow }) = next {
        answer["nextToken"] = token::write(request, &[time.cast_unsigned(), arrival, hollow.into()]).into();
    }
    Ok(answer)
}

impl<'request> Query<'request> {
    fn read(members: &Members<'request>, request: u64, paging: Paging) -> Result<Self, Refusal> {
        let names = members.texts("logStreamNames", 100)?;
        let streams = match (names, members.text("logStreamNamePrefix")?) {
            (Some(_), Some(_)) => {
                return Err(members.wrong("logStreamNames and logStreamNamePrefix exclude each other"));
            }
            (Some(names), None) if names.is_empty() => {
                return Err(members.wrong("logStreamNames must name at least one stream"));
            }
            (Some(names), None) => Streams::Named(names),
            (None, Some("")) => return Err(members.wrong("logStreamNamePrefix must not be empty")),
            (None, Some(prefix)) => Streams::Prefixed(prefix),
            (None, None) => Streams::All,
        };
        let pattern = Pattern::parse(members.text("filterPattern")?.unwrap_or_default());
        let behind = match members.text("nextToken")? {
            None => None,
            Some(text) => {
                let [time, arrival, hollow] =
                    token::read(request, text).ok_or_else(|| members.wrong("The specified nextToken is invalid."))?;
                Some(Place { event: (time.cast_signed(), arrival), hollow: hollow != 0 })
            }
        };
        Ok(Self {
            start: members.integer("startTime", 0, i64::MAX)?.unwrap_or(0),
            end: members.integer("endTime", 0, i64::MAX)?.unwrap_or(i64::MAX),
            streams,
            pattern: pattern.map_err(|error| members.wrong(format!("Invalid filter pattern: {error}")))?,
            limit: members.size("limit", 1, 10_000)?.unwrap_or(10_000),
            behind,
            paging,
        })
    }

    /// A stream that is named must be there; a prefix may fit none.
    fn check_streams(&self, group: &Group) -> Result<(), Refusal> {
        match &self.streams {
            Streams::Named(names) if names.iter().any(|name| !group.streams.contains_key(*name)) => {
                Err(Refusal::new(NOT_FOUND, "The specified log stream does not exist."))
            }
            _ => Ok(()),
        }
    }

    /// A page, and the place to go on from where there is something left to scan. A scan with a pattern begins with an
    /// empty page, as AWS may give one at any time: whoever takes an empty page for the end sees nothing.
    fn scan<'store>(&self, group: &'store Group) -> (Vec<&'store Event>, Option<Place>) {
        let mut events = group
            .events_from(self.start, self.behind.map(|place| place.event))
            .take_while(|event| event.time <= self.end)
            .filter(|event| self.streams.include(&event.stream))
            .peekable();
        if self.is_hollow() && events.peek().is_some() {
            let event = self.behind.map_or((self.start - 1, u64::MAX), |place| place.event);
            return (Vec::new(), Some(Place { event, hollow: true }));
        }
        let mut page = Vec::new();
        let mut last = None;
        let (mut scanned, mut bytes) = (0, 0);
        while scanned < self.paging.most(SCANNED, SHORT) && bytes < BYTES && page.len() < self.limit {
            let Some(event) = events.next() else { return (page, None) };
            scanned += 1;
            last = Some(Place { event: event.order(), hollow: false });
            if self.pattern.matches(&event.message) {
                bytes += event.message.len();
                page.push(event);
            }
        }
        let more = events.peek().is_some();
        (page, last.filter(|_| more))
    }

    /// Whether an empty page comes first.
    fn is_hollow(&self) -> bool {
        match self.behind {
            None => self.paging == Paging::Hollow || !self.pattern.is_everything(),
            Some(place) => self.paging == Paging::Hollow && !place.hollow,
        }
    }
}

impl Streams<'_> {
    fn include(&self, stream: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.contains(&stream),
            Self::Prefixed(prefix) => stream.starts_with(prefix),
        }
    }
}

fn draw(event: &Event) -> Value {
    json!({
        "logStreamName": &*event.stream,
        "timestamp": event.time,
        "message": event.message,
        "ingestionTime": event.ingested,
        "eventId": event.id(),
    })
}
