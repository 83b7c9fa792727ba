//! `alarm`: from what AWS told to what expressions read.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::doubt;
use super::mute;
use super::silence::{self, Silence};
use crate::aws::{AlarmFacts, MetricFacts, Transition};
use crate::event::Evidence;
use crate::probe::Gap;
use crate::probe::finding::AlarmFinding;
use crate::probe::moment::{clock, cut, stamp};

/// How many changes of state are kept as evidence at most: the last ones.
const MOST_CHANGES: usize = 50;

/// `alarm`. What could not be known is left out; see `unknowns`.
#[derive(Debug, Clone, Serialize)]
pub struct AlarmSeen {
    /// Whether there is such an alarm.
    pub exists: bool,
    /// `OK`, `ALARM`, `INSUFFICIENT_DATA`; `MISSING` where there is none.
    pub state: String,
    /// When the state last changed; null where there is no such alarm.
    pub since: Option<cel::Timestamp>,
    /// Whether its actions are enabled.
    pub enabled: bool,
    /// What is told when it goes to `ALARM`: ARNs.
    pub actions: Vec<String>,
    /// Null for a composite alarm and for a log alarm.
    pub metric: Option<Metric>,
    /// Null for a composite alarm and for a log alarm.
    pub threshold: Option<Threshold>,
    /// Its changes of state in the window, oldest first; where more of them are due, those that are told so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<Change>>,
    /// Exists, enabled, OK now, and never in ALARM in the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent: Option<bool>,
    #[serde(skip)]
    pub(super) name: String,
    #[serde(skip)]
    mute: bool,
    #[serde(skip)]
    pub(super) cause: Option<String>,
    #[serde(skip)]
    pub(super) doubts: Vec<String>,
    #[serde(skip)]
    pub(super) unknowns: Vec<(&'static str, Gap)>,
}

/// `alarm.metric`.
#[derive(Debug, Clone, Serialize)]
pub struct Metric {
    /// For instance `ECS/ContainerInsights`; empty for metric math.
    pub namespace: String,
    /// For instance `RunningTaskCount`; empty for metric math.
    pub name: String,
    /// By name; for metric math those that all its metrics have alike.
    pub dimensions: BTreeMap<String, String>,
}

/// `alarm.threshold`.
#[derive(Debug, Clone, Serialize)]
pub struct Threshold {
    /// For instance `LessThanThreshold`.
    pub comparison: String,
    /// Null for anomaly detection.
    pub value: Option<f64>,
    /// Seconds.
    pub period: i64,
    /// How many periods are looked at.
    pub evaluation_periods: i64,
    /// How many of them must breach.
    pub datapoints: i64,
    /// `missing`, `notBreaching`, `breaching`, `ignore`.
    pub missing_data: String,
}

/// One of `alarm.history`.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// When.
    pub at: cel::Timestamp,
    /// The state it left.
    pub from: String,
    /// The state it took.
    pub to: String,
    /// Why.
    pub reason: String,
}

impl AlarmSeen {
    /// What of `facts` concerns somebody whose window opened at `window_start`.
    pub(super) fn of(facts: &AlarmFacts, window_start: DateTime<Utc>) -> Self {
        let alarm = facts.alarm.clone().unwrap_or_default();
        let (metric, threshold) = (alarm.metric().map(Metric::of), alarm.metric().map(Threshold::of));
        let silence = silence::judge(facts, window_start);
        Self {
            exists: facts.alarm.is_some(),
            state: facts.alarm.as_ref().map_or("MISSING", |alarm| &alarm.state).to_owned(),
            since: alarm.since.map(stamp),
            enabled: alarm.enabled,
            actions: alarm.actions,
            metric,
            threshold,
            history: facts.history.as_ref().ok().map(|history| changes(history, window_start)),
            silent: match &silence {
                Silence::Silent => Some(true),
                Silence::Broken(_) => Some(false),
                Silence::Unknown(_) => None,
            },
            name: facts.name.clone(),
            mute: mute::why(facts).is_some(),
            unknowns: unknowns(facts, &silence, window_start),
            doubts: doubt::all(facts, window_start),
            cause: if let Silence::Broken(why) = silence { Some(why) } else { None },
        }
    }

    /// In one line: `OK since 22:10:03; could not have fired in this window (period 60 s × 5)`.
    pub(super) fn summary(&self) -> String {
        let since = self.since.map(|at| format!(" since {}", clock(at.0.to_utc()))).unwrap_or_default();
        let state = if self.exists { format!("{}{since}", self.state) } else { "no such alarm".to_owned() };
        let mute = self.mute.then(|| "mute".to_owned());
        [state].into_iter().chain(mute).chain(self.doubts.iter().cloned()).collect::<Vec<_>>().join("; ")
    }

    /// What it shows of the system.
    pub(super) fn finding(&self) -> AlarmFinding {
        let loud = self.history.iter().flatten().any(|change| change.to == "ALARM");
        AlarmFinding { told: self.cause.clone(), fired: loud || self.state == "ALARM" }
    }

    /// Its state and history.
    pub(super) fn evidence(&self) -> Evidence {
        let line = |change: &Change| {
            let Change { at, from, to, reason } = change;
            cut(&format!("{} {from} → {to}: {reason}", clock(at.0.to_utc())), 600)
        };
        let history = self.history.as_deref().unwrap_or_default();
        let last = history.iter().skip(history.len().saturating_sub(MOST_CHANGES)).map(line);
        let whole = self.unknowns.iter().all(|(field, _)| *field != "history");
        let none = (whole && history.is_empty()).then(|| "no change in the window".to_owned());
        let unknown = self.unknowns.iter().map(|(field, why)| format!("{field} unknown: {}", why.reason));
        let lines = [self.summary()].into_iter().chain(last).chain(none).chain(unknown);
        Evidence { title: format!("alarm {}", self.name), text: lines.collect::<Vec<_>>().join("\n") }
    }
}

fn changes(history: &[Transition], window_start: DateTime<Utc>) -> Vec<Change> {
    history.iter().filter(|change| change.at >= window_start).map(Change::of).collect()
}

fn unknowns(facts: &AlarmFacts, silence: &Silence, window_start: DateTime<Utc>) -> Vec<(&'static str, Gap)> {
    let denied = facts.history.as_ref().err().map(Gap::from);
    let history = denied.or_else(|| silence::untold(facts, window_start)).map(|why| ("history", why));
    let silent = if let Silence::Unknown(why) = silence { Some(("silent", why.clone())) } else { None };
    history.into_iter().chain(silent).collect()
}

impl Change {
    fn of(change: &Transition) -> Self {
        let Transition { at, from, to, reason } = change;
        Self { at: stamp(*at), from: from.clone(), to: to.clone(), reason: reason.clone() }
    }
}

impl Metric {
    fn of(metric: &MetricFacts) -> Self {
        let MetricFacts { namespace, name, dimensions, .. } = metric;
        Self { namespace: namespace.clone(), name: name.clone(), dimensions: dimensions.clone() }
    }
}

impl Threshold {
    fn of(metric: &MetricFacts) -> Self {
        Self {
            comparison: metric.comparison.clone(),
            value: metric.threshold,
            period: metric.period.into(),
            evaluation_periods: metric.evaluation_periods.into(),
            datapoints: metric.datapoints.into(),
            missing_data: metric.missing_data.clone(),
        }
    }
}
