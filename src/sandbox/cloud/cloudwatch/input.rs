//! What the operations read from their input in the same way.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::sandbox::cloud::list::Dialect;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::refusal::Refusal;

/// The code of CloudWatch for a parameter that is wrong.
pub(super) const WRONG: &str = "InvalidParameterValue";

/// How CloudWatch speaks of pages.
pub(super) const PAGES: Dialect = Dialect {
    token: "NextToken",
    size: ("MaxRecords", 100),
    lost: |_| Refusal::new("InvalidNextToken", "The next token specified is invalid."),
};

/// A member that is a time: seconds, or text as RFC 3339 has it where JSON is spoken.
pub(super) fn time(members: &Members, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
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

/// Whether metric alarms are among those that are asked for: without `AlarmTypes` only they are. Others there are none.
pub(super) fn metric_alarms_wanted(members: &Members) -> Result<bool, Refusal> {
    const TYPES: [&str; 3] = ["MetricAlarm", "CompositeAlarm", "LogAlarm"];
    let Some(types) = members.texts("AlarmTypes", TYPES.len())? else { return Ok(true) };
    match types.iter().find(|kind| !TYPES.contains(kind)) {
        Some(kind) => Err(members.wrong(format!("'{kind}' is no type of alarm"))),
        None => Ok(types.is_empty() || types.contains(&"MetricAlarm")),
    }
}

/// Whether the oldest comes first.
pub(super) fn ascending(members: &Members) -> Result<bool, Refusal> {
    let order = members.choice("ScanBy", &["TimestampAscending", "TimestampDescending"])?;
    Ok(order == Some("TimestampAscending"))
}
