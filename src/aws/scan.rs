//! `CloudWatch` Logs: one scan of a log group and stream prefix serves everybody who waits for lines there.
//!
//! Every scan reads the whole window again, from the earliest window start among those who ask: a line that is ingested
//! late appears behind a cursor that has moved on, and would be missed by it. No filter pattern is sent. It would hide
//! lines that are not JSON, the nearest thing seen, and the later lines that prove a stream complete.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value as Json};

use super::action::Action;
use super::arn::{short_name, task_id};
use super::clock::CLOCK_SKEW;
use super::connect::Clients;
use super::failure::{self, look_error};
use super::gather::{Brought, Gathering, Wanted};
use super::known::following;
use crate::look::{LookError, LookErrorKind};

/// How often pages behind the first are asked for once more where AWS would not answer.
const PAGE_TRIES: usize = 10;

/// How many lines are kept at most: some hundred megabytes.
const MOST_LINES: usize = 200_000;

/// AWS takes in no line that is to happen later than so.
const AHEAD_AT_MOST: TimeDelta = TimeDelta::hours(2);

/// What one scan saw.
#[derive(Debug)]
pub struct Scan {
    /// When the scan began, by AWS's clock: whatever was visible then is in it.
    pub began: DateTime<Utc>,
    /// In order of event time; a line that was delivered twice is there once.
    pub lines: Vec<Arc<LogLine>>,
}

/// One line of a log.
#[derive(Debug)]
pub struct LogLine {
    /// When it happened, by the clock of whoever wrote it.
    pub time: DateTime<Utc>,
    /// When AWS took it in, by its own clock, where it says so.
    pub ingested: Option<DateTime<Utc>>,
    /// The stream, for instance `bulk-import-worker/app/9f3c…`.
    pub stream: String,
    /// The line itself.
    pub message: String,
    content: OnceLock<Content>,
}

/// What a line says, read once, for everybody.
#[derive(Debug)]
struct Content {
    /// Those of a JSON object; of one that `FireLens` wrapped, those within and then the wrapper's.
    fields: Option<Map<String, Json>>,
    /// The line within, where `FireLens` wrapped it.
    within: Option<String>,
    /// Whether what was written is no JSON object.
    plain: bool,
}

impl Content {
    fn of(message: &str) -> Self {
        let Some(mut fields) = object(message) else { return Self { fields: None, within: None, plain: true } };
        let within = wrapped(&fields).map(str::to_owned);
        let inner = within.as_deref().map(object);
        let plain = matches!(inner, Some(None));
        fields.extend(inner.flatten().into_iter().flatten());
        Self { fields: Some(fields), within, plain }
    }
}

fn object(text: &str) -> Option<Map<String, Json>> {
    serde_json::from_str(text.trim()).ok()
}

/// The line that `FireLens` put under `log`, beside where it is from.
fn wrapped(fields: &Map<String, Json>) -> Option<&str> {
    let is_origin = |name: &String| name == "container_name" || name == "container_id" || name.starts_with("ecs_");
    fields.get("log")?.as_str().filter(|_| fields.keys().any(is_origin))
}

impl LogLine {
    /// A line.
    #[must_use]
    pub fn new(time: DateTime<Utc>, stream: impl Into<String>, message: impl Into<String>) -> Self {
        let (stream, message) = (stream.into(), message.into());
        Self { time, ingested: None, stream, message, content: OnceLock::new() }
    }

    /// The same, taken in at that time. What AWS would have refused has no such time: an emulator made it up.
    #[must_use]
    pub fn ingested_at(self, at: Option<DateTime<Utc>>) -> Self {
        let ingested = at.filter(|at| self.time - *at <= AHEAD_AT_MOST);
        Self { ingested, ..self }
    }

    /// The fields of a line that is a JSON object. Where `FireLens` wrapped a line, they are those of the line within, and
    /// the wrapper's that it has none of.
    #[must_use]
    pub fn fields(&self) -> Option<&Map<String, Json>> {
        self.content().fields.as_ref()
    }

    /// What was written: the message, or the line within it where `FireLens` wrapped it.
    #[must_use]
    pub fn written(&self) -> &str {
        self.content().within.as_deref().unwrap_or(&self.message)
    }

    /// Whether what was written is no JSON object.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.content().plain
    }

    fn content(&self) -> &Content {
        self.content.get_or_init(|| Content::of(&self.message))
    }

    /// The task that wrote it: its id, or the last part of the stream's name where that ends with none.
    #[must_use]
    pub fn task(&self) -> &str {
        self.task_id().unwrap_or_else(|| short_name(&self.stream))
    }

    /// The id of the task that wrote it, at the end of the stream's name: `prefix/container/id` with `awslogs`,
    /// `…-firelens-id` with `FireLens`.
    #[must_use]
    pub fn task_id(&self) -> Option<&str> {
        task_id(&self.stream)
    }
}

type Place = (String, Option<String>);
type Lane = Arc<Gathering<Place, Arc<Scan>>>;

/// The scans of a run, a lane for each group and prefix, so that a long scan keeps nobody else waiting.
#[derive(Debug)]
pub(super) struct Scans {
    clients: Arc<Clients>,
    lanes: Mutex<BTreeMap<Place, Lane>>,
}

impl Scans {
    pub(super) fn new(clients: &Arc<Clients>) -> Self {
        Self { clients: Arc::clone(clients), lanes: Mutex::default() }
    }

    pub(super) async fn look(
        &self,
        group: &str,
        prefix: Option<&str>,
        since: DateTime<Utc>,
    ) -> Result<Arc<Scan>, LookError> {
        let place = (group.to_owned(), prefix.map(str::to_owned));
        self.lane(&place).ask(place, since).await
    }

    fn lane(&self, place: &Place) -> Lane {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || {
            let clients = Arc::clone(&self.clients);
            Gathering::new(Arc::clone(&self.clients.logs_pace), move |wanted| {
                Box::pin(scan_each(Arc::clone(&clients), wanted))
            })
        };
        Arc::clone(lanes.entry(place.clone()).or_insert_with(open))
    }
}

async fn scan_each(clients: Arc<Clients>, wanted: Wanted<Place>) -> Brought<Place, Arc<Scan>> {
    let mut brought = BTreeMap::new();
    for (place, since) in wanted {
        let result = scan(&clients, &place, since).await.map(Arc::new);
        brought.insert(place, result);
    }
    brought
}

async fn scan(clients: &Clients, place: &Place, since: DateTime<Utc>) -> Result<Scan, LookError> {
    let began = clients.now();
    let (group, prefix) = place;
    let mut read = Reading::default();
    let (mut token, mut again) = (None::<String>, PAGE_TRIES);
    loop {
        clients.logs_pace.turn().await;
        let call = clients.logs.filter_log_events().log_group_name(group).set_log_stream_name_prefix(prefix.clone());
        let call = call.start_time((since - CLOCK_SKEW).timestamp_millis());
        // A group in which more is logged than can be read would be read for ever.
        let call = call.end_time((began + CLOCK_SKEW).timestamp_millis()).set_next_token(token.clone());
        let page = match call.send().await.map_err(|error| refused(group, &clients.region, &error)) {
            Ok(page) => page,
            // In the middle of a scan the same page is asked for again: where AWS throttles every few seconds, a scan of
            // many pages that began anew each time would never come to its end.
            Err(error) if error.kind == LookErrorKind::Obscured && token.is_some() && again > 0 => {
                again -= 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        read.page(page.events());
        if read.lines.len() > MOST_LINES {
            return Err(too_many(place));
        }
        // A page may be empty and still have a next one: only a missing token ends it.
        token = following(page.next_token());
        if token.is_none() {
            return Ok(Scan { began, lines: read.lines() });
        }
    }
}

fn refused(
    group: &str,
    region: &str,
    error: &aws_sdk_cloudwatchlogs::error::SdkError<
        aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsError,
        aws_sdk_ecs::config::http::HttpResponse,
    >,
) -> LookError {
    if failure::is_missing(error) {
        return look_error(LookErrorKind::System, format!("no log group {group} in {region}"));
    }
    failure::explain(Action::FilterLogEvents, error)
}

fn too_many((group, prefix): &Place) -> LookError {
    let what = if prefix.is_some() { "a narrower stream_prefix" } else { "a stream_prefix" };
    let words = format!("more than {MOST_LINES} lines were logged in {group} since the window opened; name {what}");
    look_error(LookErrorKind::Denied, words)
}

/// An event as a line; none where it has no time.
pub(super) fn line(event: &FilteredLogEvent) -> Option<Arc<LogLine>> {
    let time = event.timestamp().and_then(DateTime::from_timestamp_millis)?;
    let (stream, message) = (event.log_stream_name().unwrap_or_default(), event.message().unwrap_or_default());
    let ingested = event.ingestion_time().and_then(DateTime::from_timestamp_millis);
    Some(Arc::new(LogLine::new(time, stream, message).ingested_at(ingested)))
}

/// Pages put together.
#[derive(Default)]
struct Reading {
    seen: HashSet<String>,
    lines: Vec<Arc<LogLine>>,
}

impl Reading {
    fn page(&mut self, events: &[FilteredLogEvent]) {
        for event in events {
            let fresh = event.event_id().is_none_or(|id| self.seen.insert(id.to_owned()));
            self.lines.extend(line(event).filter(|_| fresh));
        }
    }

    /// By event time; what has the same time stays in the order in which it was ingested. Delivery can repeat a line
    /// under a new event id: the same stream, time and text are one line.
    fn lines(mut self) -> Vec<Arc<LogLine>> {
        self.lines.sort_by_key(|line| line.time);
        let mut kept: Vec<Arc<LogLine>> = Vec::with_capacity(self.lines.len());
        // Of a program that writes whole seconds, thousands may have the same time.
        for of_a_time in self.lines.chunk_by(|line, next| line.time == next.time) {
            let mut known = HashSet::with_capacity(of_a_time.len());
            kept.extend(of_a_time.iter().filter(|line| known.insert((&line.stream, &line.message))).cloned());
        }
        kept
    }
}
