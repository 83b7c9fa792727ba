//! What `sequence` and `none` came to.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::authors::Author;
use super::event::Event;
use super::matching::Matching;
use super::nearest::nearest;
use super::pattern::Pattern;
use super::query::Query;
use crate::probe::moment::{clock, fine_clock};
use crate::probe::{Demand, DemandState};

/// How far the clocks of two hosts may lie apart: what two streams tell within that has no order.
const APART: TimeDelta = TimeDelta::seconds(1);

/// What is said where `from_tasks` is an empty list.
pub(super) const NOBODY: &str = "from_tasks names no task, so no line counts";

/// The events of one look, sorted into what counts.
pub(super) struct Evaluation<'look> {
    pub(super) query: &'look Query,
    /// When the window opened.
    pub(super) window_start: DateTime<Utc>,
    /// In the window, or of it by a clock that is behind; of the tasks that count.
    pub(super) inside: Vec<&'look Event>,
    /// In the window, of other tasks; what those are, where that is known.
    foreign: Vec<(&'look Event, Option<String>)>,
    /// In the window, of tasks of which it is not known whether they count; and why.
    doubtful: Vec<(&'look Event, String)>,
}

impl<'look> Evaluation<'look> {
    /// Sorts `events`.
    pub(super) fn new(query: &'look Query, events: &'look [Event], window_start: DateTime<Utc>) -> Self {
        let mut before = Vec::new();
        let mut sorted = Self { query, window_start, inside: Vec::new(), foreign: Vec::new(), doubtful: Vec::new() };
        for event in events {
            match (query.author_of(event.line()), event.line().time >= window_start) {
                (Author::Ours, true) => sorted.inside.push(event),
                (Author::Ours, false) => before.push(event),
                (Author::Foreign(what), true) => sorted.foreign.push((event, what)),
                (Author::Unknown(why), true) => sorted.doubtful.push((event, why)),
                (Author::Foreign(_) | Author::Unknown(_), false) => {}
            }
        }
        sorted.admit(&before);
        sorted
    }

    /// Clocks differ a little. Where what is waited for bears a time from just before the window, whoever wrote it is
    /// behind, and so are the lines that followed: those about the same thing count too, wanted or not.
    fn admit(&mut self, before: &[&'look Event]) {
        if before.is_empty() {
            return;
        }
        let (sequence, none) = (&self.query.sequence, &self.query.none);
        let met = |pattern: &Pattern| before.iter().find(|event| pattern.matches(event.fields()));
        let matching = Matching::of(sequence, &self.inside);
        let Some(begun) = matching.unmet().filter_map(met).map(|event| event.line().time).min() else { return };
        let related = none.iter().filter(|pattern| pattern.in_common(sequence).contains(&true));
        let asked: Vec<&Pattern> = sequence.iter().chain(related).collect();
        let counts =
            |event: &&&Event| event.line().time >= begun && asked.iter().any(|pattern| pattern.matches(event.fields()));
        let behind: Vec<&'look Event> = before.iter().filter(counts).copied().collect();
        self.inside = [behind, std::mem::take(&mut self.inside)].concat();
    }

    /// The tasks whose events are asked for, and of which it is not known yet what they are; where nobody is heard of whom
    /// it is asked what they do not say, all of those that are.
    pub(super) fn strangers(&self) -> BTreeSet<String> {
        let mute = self.query.has_only_none() && self.inside.is_empty();
        let unasked = self.foreign.iter().filter(|(_, what)| what.is_none()).map(|(event, _)| *event);
        let events = unasked.chain(self.doubtful.iter().map(|(event, _)| *event));
        let patterns = || self.query.sequence.iter().chain(&self.query.none);
        let wanted = events.filter(|event| mute || patterns().any(|pattern| pattern.matches(event.fields())));
        wanted.filter_map(|event| event.line().task_id()).map(str::to_owned).collect()
    }

    /// Why it is not known whether an event that is asked for counts, where there is such a one.
    fn doubt(&self, pattern: &Pattern) -> Option<String> {
        let (event, why) = self.doubtful.iter().find(|(event, _)| pattern.matches(event.fields()))?;
        let task = event.line().task();
        Some(format!("seen of task {task}, but whether that is of the deployment under test is not known: {why}"))
    }

    /// The entries of `sequence`, and the events that met them.
    pub(super) fn sequence(&self) -> (Vec<Demand>, Vec<&'look Event>) {
        let matching = Matching::of(&self.query.sequence, &self.inside);
        let entries = self.query.sequence.iter().enumerate();
        let demand = |(index, pattern)| demand("sequence", pattern, self.entry(index, &matching));
        (entries.map(demand).collect(), matching.pairs().map(|(_, event)| event).collect())
    }

    /// The entries of `none`; `incomplete` says why what was not seen may still come, where it may.
    pub(super) fn none(&self, incomplete: Option<&str>) -> Vec<Demand> {
        let incomplete = incomplete.or(self.query.names_nobody().then_some(NOBODY));
        let state = |pattern: &Pattern| {
            let unwanted = self.inside.iter().find(|event| pattern.matches(event.fields()));
            let unknown = || self.doubt(pattern).or_else(|| incomplete.map(str::to_owned));
            match unwanted {
                Some(event) => DemandState::Broken(format!("it is in the log: {}", event.shown(300))),
                None => unknown().map_or(DemandState::Met, DemandState::Unknown),
            }
        };
        self.query.none.iter().map(|pattern| demand("none", pattern, state(pattern))).collect()
    }

    /// The first entry of `sequence` that was not seen, unless something like it was: the same event with other fields, or
    /// of another task. Then lines were not lost, they are just not the ones.
    pub(super) fn absent(&self, sequence: &[Demand]) -> Option<&Pattern> {
        let open = |demand: &Demand| matches!(demand.state, DemandState::Open(_));
        let (pattern, _) = self.query.sequence.iter().zip(sequence).find(|(_, demand)| open(demand))?;
        let wanted = |event: &Event| self.query.sequence.iter().any(|entry| entry.matches(event.fields()));
        let named = |event: &&&Event| !wanted(event) && pattern.name_of(event.fields()).is_some();
        let elsewhere = |event: &Event| pattern.matches(event.fields());
        let others = self.foreign.iter().map(|(event, _)| *event).chain(self.doubtful.iter().map(|(event, _)| *event));
        let alike = self.inside.iter().any(|event| named(&event)) || others.into_iter().any(elsewhere);
        (!alike).then_some(pattern)
    }

    /// The first event that must not be there; where nothing is demanded, the last error there is.
    pub(super) fn unwanted(&self) -> Option<&'look Event> {
        if self.query.sequence.is_empty() && self.query.none.is_empty() {
            return self.inside.iter().rev().find(|event| event.is_error()).copied();
        }
        let matches = |event: &&&Event| self.query.none.iter().any(|pattern| pattern.matches(event.fields()));
        self.inside.iter().find(matches).copied()
    }

    fn entry(&self, index: usize, matching: &Matching<'_>) -> DemandState {
        let pattern = &self.query.sequence[index];
        // Equal entries share their lines: together they want as many as they are.
        let wanted = self.query.sequence.iter().filter(|other| *other == pattern).count();
        let own = matching.own(pattern);
        if own.len() > wanted {
            return DemandState::Broken(too_often(&own, wanted));
        }
        if let Some(event) = matching.met(index) {
            return out_of_order(event, index, matching).map_or(DemandState::Met, DemandState::Broken);
        }
        let some = || format!("seen {} of {wanted} times so far", own.len());
        let open = || DemandState::Open(if own.is_empty() { self.unseen(pattern, matching) } else { some() });
        self.doubt(pattern).map_or_else(open, DemandState::Unknown)
    }

    /// What there is instead.
    fn unseen(&self, pattern: &Pattern, matching: &Matching<'_>) -> String {
        let mut parts = vec!["not seen".to_owned()];
        if matching.has_line_for(pattern) {
            parts.push("what fits it is the line of another entry, and counts once".to_owned());
        }
        if self.query.names_nobody() {
            parts.push(NOBODY.to_owned());
        }
        if self.inside.is_empty() {
            parts.push(format!("no line in {} since {}", self.query.place(), clock(self.window_start)));
        }
        // What another entry asks for is what it should be, not something like this one.
        let is_wanted = |event: &&&Event| self.query.sequence.iter().any(|entry| entry.matches(event.fields()));
        let strays: Vec<&Event> = self.inside.iter().filter(|event| !is_wanted(event)).copied().collect();
        parts.extend(nearest(pattern, &self.query.sequence, &strays));
        parts.extend(self.of_others(pattern));
        parts.join("; ")
    }

    fn of_others(&self, pattern: &Pattern) -> Option<String> {
        let such = || self.foreign.iter().filter(|(event, _)| pattern.matches(event.fields()));
        let distinct: BTreeMap<&str, &Option<String>> =
            such().map(|(event, what)| (event.line().task(), what)).collect();
        let count = such().count();
        let events = if count == 1 { "event" } else { "events" };
        let noun = if such().all(|(event, _)| event.line().task_id().is_none()) { "stream" } else { "task" };
        let (s, are) = if distinct.len() == 1 { ("", "is") } else { ("s", "are") };
        let name = |(task, what): (&str, &Option<String>)| match what {
            Some(what) => format!("{task} ({what})"),
            None => task.to_owned(),
        };
        let named = distinct.into_iter().map(name).collect::<Vec<_>>().join(", ");
        let words =
            format!("{count} such {events} came from {noun}{s} {named} which {are} not of the deployment under test");
        (count > 0).then_some(words)
    }
}

/// Whether the event that meets an entry came before one that meets an earlier entry.
fn out_of_order(event: &Event, index: usize, matching: &Matching<'_>) -> Option<String> {
    let apart = |earlier: &Event| {
        let skew = if earlier.line().stream == event.line().stream { TimeDelta::zero() } else { APART };
        earlier.line().time > event.line().time + skew
    };
    let (pattern, earlier) = matching.before(index).find(|(_, earlier)| apart(earlier))?;
    let (this, that) = (fine_clock(event.line().time), fine_clock(earlier.line().time));
    Some(format!("out of order: it came at {this}, before {pattern} at {that}"))
}

fn too_often(events: &[&Event], wanted: usize) -> String {
    let times = events.iter().take(5).map(|event| fine_clock(event.line().time)).collect::<Vec<_>>().join(", ");
    let wanted = if wanted == 1 { "once".to_owned() } else { format!("{wanted} times") };
    format!("seen {} times, expected exactly {wanted}: at {times}", events.len())
}

fn demand(kind: &'static str, pattern: &Pattern, state: DemandState) -> Demand {
    Demand { kind, text: pattern.to_string(), state }
}
