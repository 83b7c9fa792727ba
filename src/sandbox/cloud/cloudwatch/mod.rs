//! CloudWatch: metrics, alarms that are evaluated from them, the operations that read both, and those that put, mute and
//! delete alarms.

mod alarm;
mod data;
mod describe;
mod evaluation;
mod history;
mod input;
mod metrics;
mod mute;
mod mute_rule;
mod standing;
mod terms;
mod watch;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use alarm::Alarm;
pub(crate) use evaluation::{Missing, Rule};
pub(crate) use metrics::{MetricId, Statistic};
pub(crate) use mute_rule::MuteRule;
pub(crate) use terms::Terms;
pub(crate) use watch::Watch;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::refusal::Refusal;

/// Answers one operation.
pub(crate) fn answer(watch: &mut Watch, operation: &str, input: &Value, now: DateTime<Utc>) -> Result<Value, Refusal> {
    match operation {
        "DescribeAlarms" => describe::answer(watch, input),
        "DescribeAlarmHistory" => history::answer(watch, input),
        "ListAlarmMuteRules" => mute::answer(watch, input),
        "GetMetricData" => data::answer(watch, input),
        "ListMetrics" => data::list(watch, input),
        "PutMetricAlarm" => write::put(watch, input, now),
        "DeleteAlarms" => write::delete(watch, input, now),
        "EnableAlarmActions" => write::enable(watch, input, true, now),
        "DisableAlarmActions" => write::enable(watch, input, false, now),
        other => Err(Refusal::unknown_operation(other)),
    }
}
