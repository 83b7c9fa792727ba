//! CloudWatch: metrics, alarms that are evaluated from them, and the operations that read both.

mod alarm;
mod data;
mod describe;
mod evaluation;
mod history;
mod input;
mod metrics;
mod watch;

#[cfg(test)]
mod tests;

pub(crate) use alarm::{Alarm, Terms};
pub(crate) use evaluation::{Missing, Rule};
pub(crate) use metrics::{MetricId, Statistic};
pub(crate) use watch::Watch;

use serde_json::Value;

use super::refusal::Refusal;

/// Answers one operation.
pub(crate) fn answer(watch: &Watch, operation: &str, input: &Value) -> Result<Value, Refusal> {
    match operation {
        "DescribeAlarms" => describe::answer(watch, input),
        "DescribeAlarmHistory" => history::answer(watch, input),
        "GetMetricData" => data::answer(watch, input),
        "ListMetrics" => data::list(watch, input),
        other => Err(Refusal::unknown_operation(other)),
    }
}
