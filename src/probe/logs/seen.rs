//! `logs`: what one look brought.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::demands::Evaluation;
use super::event::Event;
use super::query::Query;
use super::since::Since;
use crate::aws::{LogLine, Scan};
use crate::event::Evidence;
use crate::probe::finding::LogFinding;
use crate::probe::moment::{clock, span};
use crate::probe::{Demand, DemandState, Gap, Unknown};
use crate::redact::Redactor;

/// The fields of `logs`. `matched` holds the events that met the entries of `sequence`, in its order.
pub const FIELDS: &[&str] = &["events", "matched", "complete"];

/// How many events expressions see at most.
const MOST_EVENTS: usize = 1_000;
/// How many lines are kept as evidence.
const EVIDENCE_LINES: usize = 100;
/// How much of each, in characters.
const EVIDENCE_WIDTH: usize = 1_000;

/// `logs`.
#[derive(Debug, Serialize)]
pub struct LogsSeen {
    /// The window's events that count, by time. Of more than 1,000 only the last are kept, and expressions see none.
    pub events: Vec<Event>,
    /// Those that met the entries of `sequence`, in its order.
    pub matched: Vec<Event>,
    /// Whether the log is known to hold everything up to the moment of the look; not known where that only takes time.
    pub complete: bool,
    /// What `sequence` and `none` came to.
    #[serde(skip)]
    pub demands: Vec<Demand>,
    /// That its events are not known, where there are too many, or late lines may change what is judged.
    #[serde(skip)]
    pub unknowns: Vec<Unknown>,
    /// Whether late lines may change what is judged.
    #[serde(skip)]
    ripening: bool,
    /// Why it says nothing that no event counts, where that is so.
    #[serde(skip)]
    pub(super) silent: Option<Gap>,
    /// How many of the window's events count.
    #[serde(skip)]
    count: usize,
    /// How many of those cannot be told by their fields, where fields say what must not be logged.
    #[serde(skip)]
    unreadable: usize,
    /// Where it was looked, for people.
    #[serde(skip)]
    place: String,
    /// Who logs there.
    #[serde(skip)]
    author: String,
    /// The first entry of `sequence` that was not seen, where nothing like it was.
    #[serde(skip)]
    absent: Option<String>,
    /// What was logged and must not be, in a sentence.
    #[serde(skip)]
    unwanted: Option<String>,
    /// The window's last lines, of whatever task, as evidence.
    #[serde(skip)]
    tail: Vec<String>,
    /// Tasks that logged what is asked for, and of which it is not known whether they count.
    #[serde(skip)]
    pub(super) strangers: BTreeSet<String>,
}

impl LogsSeen {
    /// What of a scan concerns `query`. `claimed` is the moment of which completeness is claimed, `lag` how late a line
    /// may become visible.
    #[must_use]
    pub fn of(
        query: &Query,
        scan: &Scan,
        since: Since,
        (claimed, lag): (DateTime<Utc>, Duration),
        redactor: &Arc<Redactor>,
    ) -> Self {
        let events: Vec<Event> =
            concerned(query, scan, since).map(|line| Event::new(line, query.text.as_ref(), redactor)).collect();
        let evaluation = Evaluation::new(query, &events, since.start);
        let (mut demands, matched) = evaluation.sequence();
        let whole = demands.iter().all(|demand| demand.state == DemandState::Met);
        let complete = whole && is_spent(scan, claimed, lag);
        demands.extend(evaluation.none(incomplete(whole, complete, claimed, lag).as_deref()));
        let unripe = || Unknown { path: "logs.complete".to_owned(), why: Gap::passing(late(claimed, lag)) };
        let unripe = (whole && !complete).then(unripe);
        let inside = &evaluation.inside;
        let in_window = events.iter().filter(|event| event.line().time >= since.start);
        let tail: Vec<String> = in_window.rev().take(EVIDENCE_LINES).map(|event| event.shown(EVIDENCE_WIDTH)).collect();
        Self {
            events: inside[inside.len().saturating_sub(MOST_EVENTS)..].iter().copied().cloned().collect(),
            matched: matched.into_iter().cloned().collect(),
            complete,
            unknowns: [too_many(inside.len()), unripe].into_iter().flatten().collect(),
            ripening: false,
            silent: None,
            count: inside.len(),
            unreadable: inside.iter().filter(|event| !query.reads(event)).count(),
            place: query.place(),
            author: query.author().to_owned(),
            absent: evaluation.absent(&demands).map(ToString::to_string),
            unwanted: evaluation.unwanted().map(|event| format!("{} logged {}", query.author(), event.told())),
            tail: tail.into_iter().rev().collect(),
            strangers: evaluation.strangers(),
            demands,
        }
    }

    /// The same for expressions that want the complete log: as long as it is not, it is not known what stands in it. More
    /// lines than can be read do not become fewer.
    pub(super) fn ripening(mut self, (claimed, lag): (DateTime<Utc>, Duration)) -> Self {
        if self.is_whole() && !self.complete && self.is_ripening() {
            let why = Gap::passing(late(claimed, lag));
            let unknown = |field: &&str| Unknown { path: format!("logs.{field}"), why: why.clone() };
            self.unknowns = FIELDS.iter().map(unknown).collect();
            self.ripening = true;
        }
        self
    }

    /// Whether what expressions read of it is not known yet, and will be with time alone.
    #[must_use]
    pub fn is_ripening(&self) -> bool {
        self.unknowns.iter().any(|unknown| unknown.why.passing)
    }

    /// Whether everything in `sequence` was seen as it must be.
    pub(super) fn is_whole(&self) -> bool {
        self.of_kind("sequence").all(|demand| demand.state == DemandState::Met)
    }

    /// Whether the window has no line that counts and could tell of what must not be logged.
    pub(super) fn is_mute(&self) -> bool {
        self.count == self.unreadable && !self.is_broken()
    }

    /// Whether the window has lines that count.
    pub(super) const fn has_lines(&self) -> bool {
        self.count > 0
    }

    /// A complete log in which nothing stands, and why that says nothing.
    #[cfg(test)]
    pub(crate) fn made_up(silent: Option<Gap>) -> Self {
        let scan = Scan { began: DateTime::UNIX_EPOCH, lines: Vec::new() };
        let (since, claim) = (Since::at(scan.began), (scan.began, Duration::ZERO));
        Self { silent, ..Self::of(&Query::default(), &scan, since, claim, &Arc::default()) }
    }

    /// Whether it is known that nothing stands there.
    pub(super) const fn is_empty(&self) -> bool {
        self.complete && !self.has_lines()
    }

    /// Why it says nothing that no event counts, where that is so.
    #[must_use]
    pub const fn silent(&self) -> Option<&Gap> {
        self.silent.as_ref()
    }

    /// Takes back what was found of things that must not be logged.
    pub(super) fn doubt(&mut self, why: &str) {
        self.complete = false;
        self.demands.iter_mut().for_each(|demand| demand.state = DemandState::Unknown(why.to_owned()));
    }

    /// Whether all that is open is what late lines may still bring.
    pub(super) fn waits_for_late_lines(&self) -> bool {
        let is_unknown = |demand: &Demand| matches!(demand.state, DemandState::Unknown(_));
        let open = self.ripening || self.demands.iter().any(is_unknown);
        open && !self.complete && self.is_whole() && !self.is_broken()
    }

    fn is_broken(&self) -> bool {
        self.demands.iter().any(|demand| demand.broken().is_some())
    }

    /// In one line: `2 of 2 of the sequence, none of 1 unwanted, complete`.
    #[must_use]
    pub fn summary(&self) -> String {
        let met = |kind| self.of_kind(kind).filter(|demand| demand.state == DemandState::Met).count();
        let (wanted, unwanted) = (self.of_kind("sequence").count(), self.of_kind("none").count());
        let broken = self.of_kind("none").filter(|demand| demand.broken().is_some()).count();
        let plain = match self.unreadable {
            0 => String::new(),
            some => format!(" ({some} without fields)"),
        };
        let lines = format!("{} {}{plain}", self.count, if self.count == 1 { "line" } else { "lines" });
        let parts = [
            Some(lines),
            (wanted > 0).then(|| format!("{} of {wanted} of the sequence", met("sequence"))),
            (broken > 0).then(|| format!("{broken} of {unwanted} unwanted seen")),
            (unwanted > 0 && broken == 0).then(|| "nothing unwanted".to_owned()),
            Some(if self.complete { "complete" } else { "more may come" }.to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// What is wrong, where this alone shows it: what broke for good, else what is missing.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let broken = |demand: &Demand| Some(format!("{} {}", demand.text, demand.broken()?));
        let open = |demand: &Demand| match &demand.state {
            DemandState::Open(why) => Some(format!("{} is missing in {}: {why}", demand.text, self.place)),
            _ => None,
        };
        self.unwanted
            .clone()
            .or_else(|| self.demands.iter().find_map(broken))
            .or_else(|| self.demands.iter().find_map(open))
    }

    /// What it shows of the system.
    #[must_use]
    pub fn finding(&self) -> LogFinding {
        let repeated = |demand: &Demand| {
            let why = demand.broken().filter(|why| why.starts_with("seen "))?;
            Some(format!("{} {why}", demand.text))
        };
        LogFinding {
            author: self.author.clone(),
            place: self.place.clone(),
            demanding: !self.demands.is_empty(),
            begun: self.matched.first().map(Event::named),
            absent: self.absent.clone(),
            repeated: self.of_kind("sequence").find_map(repeated),
            error: self.unwanted.clone(),
            last: self.tail.last().cloned(),
        }
    }

    /// What to keep when the step did not pass.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let none = || "no line in the window".to_owned();
        let text = if self.tail.is_empty() { none() } else { self.tail.join("\n") };
        vec![Evidence { title: format!("last log lines of {}", self.place), text }]
    }

    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &Demand> {
        self.demands.iter().filter(move |demand| demand.kind == kind)
    }
}

/// The scan serves others too: its lines are held against this query's own prefix and window, on this side.
fn concerned<'scan>(
    query: &Query,
    scan: &'scan Scan,
    since: Since,
) -> impl DoubleEndedIterator<Item = &'scan Arc<LogLine>> {
    let prefix = query.prefix.clone().unwrap_or_default();
    scan.lines.iter().filter(move |line| since.admits(line) && line.stream.starts_with(&prefix))
}

/// Whether the lag budget is spent: whatever had happened by `claimed` was visible when this scan began.
fn is_spent(scan: &Scan, claimed: DateTime<Utc>, lag: Duration) -> bool {
    scan.began >= claimed + TimeDelta::from_std(lag).unwrap_or(TimeDelta::MAX)
}

/// What is said of all events must not be said of the last of them.
fn too_many(events: usize) -> Option<Unknown> {
    let reason = format!(
        "{events} lines count, and expressions read at most {MOST_EVENTS}: name a narrower stream_prefix or from_tasks, or \
         say with `sequence` and `none` what must be logged and what must not, which read all of them"
    );
    (events > MOST_EVENTS).then(|| Unknown { path: "logs.events".to_owned(), why: Gap::lasting(reason) })
}

/// Why something may still come, where it may.
fn incomplete(whole: bool, complete: bool, claimed: DateTime<Utc>, lag: Duration) -> Option<String> {
    if complete {
        return None;
    }
    if !whole {
        return Some("the sequence is not whole yet, so more lines may come".to_owned());
    }
    Some(late(claimed, lag))
}

fn late(claimed: DateTime<Utc>, lag: Duration) -> String {
    let lag = span(TimeDelta::from_std(lag).unwrap_or(TimeDelta::MAX));
    format!("not known yet up to {}: a line may become visible {lag} late (aws.log_lag)", clock(claimed))
}
