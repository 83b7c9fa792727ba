//! The state of CloudWatch.

use chrono::{DateTime, Utc};

use super::alarm::Alarm;
use super::metrics::Metrics;
use super::mute_rule::MuteRule;
use crate::sandbox::cloud::token::Paging;

/// The metrics and the alarms that watch them.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// All metrics.
    pub(crate) metrics: Metrics,
    /// All alarms, by name.
    pub(crate) alarms: Vec<Alarm>,
    /// What silences alarms.
    pub(crate) mute_rules: Vec<MuteRule>,
    /// How its lists are cut into pages.
    pub(crate) paging: Paging,
    /// Those that are gone, whose history is kept.
    pub(super) deleted: Vec<Alarm>,
}

impl Watch {
    /// Holds every alarm against its metric.
    pub(crate) fn evaluate(&mut self, now: DateTime<Utc>) {
        for alarm in &mut self.alarms {
            alarm.evaluate(&self.metrics, now);
        }
    }
}
