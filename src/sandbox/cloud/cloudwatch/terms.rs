//! What an alarm is made of.

use chrono::TimeDelta;

use super::evaluation::Rule;
use super::metrics::{MetricId, Statistic};

/// What an alarm is made of: it watches one metric, and fires when the statistic is less than the threshold.
#[derive(Debug)]
pub(crate) struct Terms {
    /// Its name.
    pub(crate) name: String,
    /// In words.
    pub(crate) description: String,
    /// What it tells.
    pub(crate) action: String,
    /// What it tells when it is OK again.
    pub(crate) ok_actions: Vec<String>,
    /// Whether it may tell it.
    pub(crate) enabled: bool,
    /// What it watches.
    pub(crate) metric: MetricId,
    /// It fires below this.
    pub(crate) threshold: f64,
    /// How long a period is.
    pub(crate) period: TimeDelta,
    /// What it makes of a period's points.
    pub(crate) statistic: Statistic,
    /// M of N, and missing data.
    pub(crate) rule: Rule,
}
