//! Tasks of which ECS does not say how they are.

use chrono::{DateTime, TimeDelta, Utc};

use crate::aws::{ServiceFacts, TaskFacts};
use crate::probe::moment::{clock, span};

/// Why tasks that run are not called healthy, where none is ill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unproven {
    /// None of them is the primary deployment's.
    Foreign,
    /// They are counted, and none is named.
    Unlisted,
    /// Their health is `UNKNOWN`: since when the first of them runs, how long it may take to start, and which of its
    /// essential containers have no health check.
    Unknown { since: Option<DateTime<Utc>>, start_period: Option<TimeDelta>, unchecked: Vec<String> },
}

impl Unproven {
    /// `tasks` are the primary deployment's current ones.
    pub(super) fn of(facts: &ServiceFacts, tasks: &[&TaskFacts]) -> Option<Self> {
        if tasks.is_empty() {
            let own = facts.primary().map(|primary| &primary.id);
            let foreign = |task: &TaskFacts| task.status == "RUNNING" && task.deployment.as_ref() != own;
            let seen = if facts.tasks.iter().flatten().any(foreign) { Self::Foreign } else { Self::Unlisted };
            return Some(seen).filter(|_| facts.running > 0);
        }
        let unknown = || tasks.iter().filter(|task| task.status == "RUNNING" && task.health == "UNKNOWN");
        unknown().next()?;
        let since = unknown().filter_map(|task| task.started_at).min();
        let definition = facts.definition.as_ref().ok();
        let start_period = definition.and_then(|definition| definition.start_period);
        let unchecked = definition.map(|definition| definition.unchecked.clone()).unwrap_or_default();
        Some(Self::Unknown { since, start_period, unchecked })
    }

    /// `health UNKNOWN since 07:58:30, for 90 s (startPeriod 300 s; no healthCheck: proxy)`.
    pub(super) fn in_words(&self, now: DateTime<Utc>) -> String {
        match self {
            Self::Foreign => "those that run are of another deployment".to_owned(),
            Self::Unlisted => "ECS lists none that is to run".to_owned(),
            Self::Unknown { since, start_period, unchecked } => {
                let since = since.map(|at| format!(" since {}, for {}", clock(at), span(now - at)));
                let start = start_period.filter(|period| *period > TimeDelta::zero());
                let start = start.map(|period| format!("startPeriod {} s", period.num_seconds()));
                let bare = (!unchecked.is_empty()).then(|| format!("no healthCheck: {}", unchecked.join(", ")));
                let notes: Vec<String> = start.into_iter().chain(bare).collect();
                let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
                format!("health UNKNOWN{}{notes}", since.unwrap_or_default())
            }
        }
    }
}
