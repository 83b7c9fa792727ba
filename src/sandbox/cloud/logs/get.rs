//! `GetLogEvents`: one stream, forwards and backwards. At either end the token that was given comes back.

use serde_json::{Value, json};

use super::input::{NOT_FOUND, WRONG, group_of};
use super::store::{Event, Store};
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::refusal::Refusal;

const KNOWN: [&str; 8] = [
    "logGroupName",
    "logGroupIdentifier",
    "logStreamName",
    "startTime",
    "endTime",
    "nextToken",
    "limit",
    "startFromHead",
];

/// Where a token points, by an event's id.
enum Position {
    /// `f/…`: what follows the event.
    Behind(String),
    /// `b/…`: what comes before it.
    Before(String),
}

/// Answers it. Unlike `FilterLogEvents` it takes `endTime` as exclusive.
pub(super) fn answer(store: &Store, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("GetLogEvents", WRONG, input, &KNOWN)?;
    let (_, group) = group_of(store, &members)?;
    let stream = members.required_text("logStreamName")?;
    if !group.streams.contains_key(stream) {
        return Err(Refusal::new(NOT_FOUND, "The specified log stream does not exist."));
    }
    let start = members.integer("startTime", 0, i64::MAX)?.unwrap_or(0);
    let end = members.integer("endTime", 0, i64::MAX)?.unwrap_or(i64::MAX);
    let limit = members.size("limit", 1, 10_000)?.unwrap_or(10_000);
    let head = members.flag("startFromHead")?.unwrap_or(false);
    let position = members.text("nextToken")?.map(|text| Position::read(&members, text)).transpose()?;
    let events: Vec<&Event> = group
        .events_from(start, None)
        .take_while(|event| event.time < end)
        .filter(|event| &*event.stream == stream)
        .collect();
    Ok(draw(page(&events, position.as_ref(), limit, head), position.as_ref()))
}

fn page<'page>(
    events: &'page [&'page Event],
    position: Option<&Position>,
    limit: usize,
    head: bool,
) -> &'page [&'page Event] {
    let (events, from_start) = match position {
        Some(Position::Behind(id)) => (&events[events.partition_point(|event| event.id() <= *id)..], true),
        Some(Position::Before(id)) => (&events[..events.partition_point(|event| event.id() < *id)], false),
        None => (events, head),
    };
    let size = limit.min(events.len());
    if from_start { &events[..size] } else { &events[events.len() - size..] }
}

fn draw(events: &[&Event], position: Option<&Position>) -> Value {
    let nowhere = match position {
        Some(Position::Behind(id) | Position::Before(id)) => id.clone(),
        None => format!("{:056}", 0),
    };
    let first = events.first().map_or_else(|| nowhere.clone(), |event| event.id());
    let last = events.last().map_or(nowhere, |event| event.id());
    let drawn: Vec<Value> = events
        .iter()
        .map(|event| json!({"timestamp": event.time, "message": event.message, "ingestionTime": event.ingested}))
        .collect();
    json!({"events": drawn, "nextForwardToken": format!("f/{last}/s"), "nextBackwardToken": format!("b/{first}/s")})
}

impl Position {
    fn read(members: &Members, text: &str) -> Result<Self, Refusal> {
        let id = |rest: &str| {
            rest.strip_suffix("/s")
                .filter(|id| id.len() == 56 && id.bytes().all(|next| next.is_ascii_digit()))
                .map(str::to_owned)
        };
        let position = match text.split_at_checked(2) {
            Some(("f/", rest)) => id(rest).map(Self::Behind),
            Some(("b/", rest)) => id(rest).map(Self::Before),
            _ => None,
        };
        position.ok_or_else(|| members.wrong("The specified nextToken is invalid."))
    }
}
