//! `DescribeLogGroups` and `DescribeLogStreams`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::input::{PAGES, WRONG, group_of};
use super::store::{Group, Store, Stream};
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place;
use crate::sandbox::cloud::refusal::Refusal;

/// `lastEventTimestamp` knows nothing younger than this (at AWS it may lag up to an hour). In milliseconds.
const LAG: i64 = 60_000;

/// `DescribeLogGroups`.
pub(super) fn groups(store: &Store, input: &Value) -> Result<Value, Refusal> {
    const KNOWN: [&str; 4] = ["logGroupNamePrefix", "logGroupNamePattern", "nextToken", "limit"];
    let members = Members::read("DescribeLogGroups", WRONG, input, &KNOWN)?;
    let prefix = members.text("logGroupNamePrefix")?;
    let part = members.text("logGroupNamePattern")?;
    if prefix.is_some() && part.is_some() {
        return Err(members.wrong("logGroupNamePrefix and logGroupNamePattern exclude each other"));
    }
    let fits = |name: &str| {
        prefix.is_none_or(|prefix| name.starts_with(prefix)) && part.is_none_or(|part| name.contains(part))
    };
    let drawn = store.groups().filter(|(name, _)| fits(name)).map(|(name, group)| draw_group(name, group)).collect();
    PAGES.page(&members, input, List { key: "logGroups", items: drawn, size: 50, paging: store.paging })
}

fn draw_group(name: &str, group: &Group) -> Value {
    let arn = place::arn("logs", &format!("log-group:{name}"));
    json!({
        "logGroupName": name,
        "creationTime": group.created,
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "logGroupArn": arn,
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
    })
}

/// `DescribeLogStreams`.
pub(super) fn streams(store: &Store, input: &Value, now: i64) -> Result<Value, Refusal> {
    const KNOWN: [&str; 7] =
        ["logGroupName", "logGroupIdentifier", "logStreamNamePrefix", "orderBy", "descending", "nextToken", "limit"];
    let members = Members::read("DescribeLogStreams", WRONG, input, &KNOWN)?;
    let (name, group) = group_of(store, &members)?;
    let prefix = members.text("logStreamNamePrefix")?;
    let by_time = members.choice("orderBy", &["LogStreamName", "LastEventTime"])? == Some("LastEventTime");
    if by_time && prefix.is_some() {
        return Err(members.wrong("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let mut streams: Vec<(&Arc<str>, &Stream, Option<i64>)> = group
        .streams
        .iter()
        .filter(|(name, _)| prefix.is_none_or(|prefix| name.starts_with(prefix)))
        .map(|(name, stream)| (name, stream, last_known(group, name, now)))
        .collect();
    if by_time {
        streams.sort_by_key(|(_, _, last)| *last);
    }
    if members.flag("descending")?.unwrap_or(false) {
        streams.reverse();
    }
    let drawn = streams.into_iter().map(|(stream, about, last)| draw_stream(&name, stream, about, last)).collect();
    PAGES.page(&members, input, List { key: "logStreams", items: drawn, size: 50, paging: store.paging })
}

/// The time of a stream's last event, as far as it has got about.
fn last_known(group: &Group, stream: &str, now: i64) -> Option<i64> {
    group
        .events_from(i64::MIN, None)
        .filter(|event| &*event.stream == stream && event.ingested <= now - LAG)
        .map(|event| event.time)
        .last()
}

fn draw_stream(group: &str, name: &str, stream: &Stream, last: Option<i64>) -> Value {
    let mut drawn = json!({
        "logStreamName": name,
        "creationTime": stream.created,
        "arn": place::arn("logs", &format!("log-group:{group}:log-stream:{name}")),
        "storedBytes": 0,
    });
    if let Some((first, ingested)) = stream.first {
        drawn["firstEventTimestamp"] = first.into();
        drawn["lastIngestionTime"] = ingested.into();
    }
    if let Some(last) = last {
        drawn["lastEventTimestamp"] = last.into();
    }
    drawn
}
