//! CloudWatch: metrics, alarms that are evaluated from them, and the operations that read both.

mod alarm;
mod data;
mod describe;
mod evaluation;
mod history;
mod metrics;

#[cfg(test)]
mod tests;

pub(crate) use alarm::{Alarm, Terms};
pub(crate) use evaluation::{Missing, Rule};
pub(crate) use metrics::{MetricId, Metrics, Statistic};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::members::Members;
use super::refusal::Refusal;
use super::token;

/// The code of CloudWatch for a parameter that is wrong.
const WRONG: &str = "InvalidParameterValue";

/// The metrics and the alarms that watch them.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// All metrics.
    pub(crate) metrics: Metrics,
    /// All alarms, by name.
    pub(crate) alarms: Vec<Alarm>,
}

impl Watch {
    /// Holds every alarm against its metric.
    pub(crate) fn evaluate(&mut self, now: DateTime<Utc>) {
        for alarm in &mut self.alarms {
            alarm.evaluate(&self.metrics, now);
        }
    }
}

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

/// A time as the API has it inside this endpoint: seconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit the 52 bits of a double")]
fn seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp_millis() as f64 / 1000.0
}

/// A member that is a time: seconds, or text as RFC 3339 has it where JSON is spoken.
fn time(members: &Members, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    if let Some(Value::String(text)) = members.value(name) {
        let parsed = DateTime::parse_from_rfc3339(text);
        return parsed.map(|time| Some(time.to_utc())).map_err(|_| members.wrong(format!("{name} is not a time")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a float that does not fit saturates and is then no time")]
    let millis = members.number(name)?.map(|seconds| (seconds * 1000.0).round() as i64);
    match millis.map(DateTime::from_timestamp_millis) {
        Some(None) => Err(members.wrong(format!("{name} is not a time"))),
        other => Ok(other.flatten()),
    }
}

/// Where a page starts, by `NextToken`.
fn offset(members: &Members, request: u64) -> Result<usize, Refusal> {
    let Some(text) = members.text("NextToken")? else { return Ok(0) };
    let [offset] = token::read(request, text)
        .ok_or_else(|| Refusal::new("InvalidNextToken", "The next token specified is invalid."))?;
    Ok(usize::try_from(offset).unwrap_or(usize::MAX))
}
