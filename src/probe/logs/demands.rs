//! What `sequence` and `none` came to.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::event::Event;
use super::nearest::nearest;
use super::pattern::Pattern;
use super::query::Query;
use crate::probe::moment::{clock, fine_clock};
use crate::probe::{Demand, DemandState};

/// The events of one look, sorted into what counts.
pub(super) struct Evaluation<'look> {
    pub(super) query: &'look Query,
    /// When the window opened.
    pub(super) window_start: DateTime<Utc>,
    /// In the window, of the tasks that count.
    pub(super) inside: Vec<&'look Event>,
    /// Just before the window, of the tasks that count.
    pub(super) before: Vec<&'look Event>,
    /// In the window, of other tasks.
    pub(super) foreign: Vec<&'look Event>,
}

/// What an entry of `sequence` came to.
struct Met<'look> {
    state: DemandState,
    event: Option<&'look Event>,
}

impl<'look> Evaluation<'look> {
    /// Sorts `events`.
    pub(super) fn new(query: &'look Query, events: &'look [Event], window_start: DateTime<Utc>) -> Self {
        let counts = |event: &&Event| query.counts(event.line().task());
        let (own, others): (Vec<_>, Vec<_>) = events.iter().partition(counts);
        let in_window = |event: &&Event| event.line().time >= window_start;
        let (inside, before) = own.into_iter().partition(in_window);
        let foreign = others.into_iter().filter(in_window).collect();
        Self { query, window_start, inside, before, foreign }
    }

    /// The entries of `sequence`, and the events that met them.
    pub(super) fn sequence(&self) -> (Vec<Demand>, Vec<&'look Event>) {
        let mut met: Vec<Met<'look>> = Vec::new();
        for index in 0..self.query.sequence.len() {
            let next = self.entry(index, &met);
            met.push(next);
        }
        let events = met.iter().filter_map(|met| met.event).collect();
        let demand = |(pattern, met): (&Pattern, Met<'_>)| demand("sequence", pattern, met.state);
        (self.query.sequence.iter().zip(met).map(demand).collect(), events)
    }

    /// The entries of `none`; `incomplete` says why what was not seen may still come, where it may.
    pub(super) fn none(&self, incomplete: Option<&str>) -> Vec<Demand> {
        let state = |pattern: &Pattern| {
            let unwanted = self.inside.iter().find(|event| pattern.matches(event.fields()));
            match (unwanted, incomplete) {
                (Some(event), _) => DemandState::Broken(format!("it is in the log: {}", event.shown(300))),
                (None, Some(why)) => DemandState::Unknown(why.to_owned()),
                (None, None) => DemandState::Met,
            }
        };
        self.query.none.iter().map(|pattern| demand("none", pattern, state(pattern))).collect()
    }

    /// The first event that must not be there; where nothing is demanded, the last error there is.
    pub(super) fn unwanted(&self) -> Option<&'look Event> {
        if self.query.sequence.is_empty() && self.query.none.is_empty() {
            return self.inside.iter().rev().find(|event| event.is_error()).copied();
        }
        let matches = |event: &&&Event| self.query.none.iter().any(|pattern| pattern.matches(event.fields()));
        self.inside.iter().find(matches).copied()
    }

    fn entry(&self, index: usize, met: &[Met<'look>]) -> Met<'look> {
        let pattern = &self.query.sequence[index];
        // Equal entries share their events: the first takes the first, and together they want as many as they are.
        let rank = self.query.sequence[..index].iter().filter(|other| *other == pattern).count();
        let wanted = self.query.sequence.iter().filter(|other| *other == pattern).count();
        let events = self.matching(pattern);
        let Some(&event) = events.get(rank) else {
            let some = || format!("seen {} of {wanted} times so far", events.len());
            let why = if events.is_empty() { self.unseen(pattern) } else { some() };
            return Met { state: DemandState::Open(why), event: None };
        };
        let state = if events.len() > wanted {
            DemandState::Broken(too_often(&events, wanted))
        } else {
            self.out_of_order(event, met).map_or(DemandState::Met, DemandState::Broken)
        };
        Met { state, event: Some(event) }
    }

    /// Events of the window; those from just before only where the window has none, since clocks differ a little.
    fn matching(&self, pattern: &Pattern) -> Vec<&'look Event> {
        let of = |events: &[&'look Event]| -> Vec<&'look Event> {
            events.iter().filter(|event| pattern.matches(event.fields())).copied().collect()
        };
        let inside = of(&self.inside);
        if inside.is_empty() { of(&self.before) } else { inside }
    }

    fn out_of_order(&self, event: &Event, met: &[Met<'_>]) -> Option<String> {
        let earlier = met.iter().zip(&self.query.sequence).filter_map(|(met, pattern)| Some((met.event?, pattern)));
        let late = earlier.into_iter().find(|(earlier, _)| earlier.line().time > event.line().time);
        late.map(|(earlier, pattern)| {
            let (this, that) = (fine_clock(event.line().time), fine_clock(earlier.line().time));
            format!("out of order: it came at {this}, before {pattern} at {that}")
        })
    }

    /// What there is instead.
    fn unseen(&self, pattern: &Pattern) -> String {
        let mut parts = vec!["not seen".to_owned()];
        if self.query.tasks.as_ref().is_some_and(BTreeSet::is_empty) {
            parts.push("from_tasks names no task, so no line counts".to_owned());
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
        let such = self.foreign.iter().filter(|event| pattern.matches(event.fields()));
        let tasks: Vec<&str> = such.map(|event| event.line().task()).collect();
        let distinct: BTreeSet<&str> = tasks.iter().copied().collect();
        let events = if tasks.len() == 1 { "event" } else { "events" };
        let (noun, are) = if distinct.len() == 1 { ("task", "is") } else { ("tasks", "are") };
        let (count, named) = (tasks.len(), distinct.into_iter().collect::<Vec<_>>().join(", "));
        let words =
            format!("{count} such {events} came from {noun} {named} which {are} not of the deployment under test");
        (count > 0).then_some(words)
    }
}

fn too_often(events: &[&Event], wanted: usize) -> String {
    let times = events.iter().take(5).map(|event| fine_clock(event.line().time)).collect::<Vec<_>>().join(", ");
    let wanted = if wanted == 1 { "once".to_owned() } else { format!("{wanted} times") };
    format!("seen {} times, expected exactly {wanted}: at {times}", events.len())
}

fn demand(kind: &'static str, pattern: &Pattern, state: DemandState) -> Demand {
    Demand { kind, text: pattern.to_string(), state }
}
