//! `DescribeAlarmHistory`.

use serde_json::{Value, json};

use super::alarm::{Alarm, Item};
use super::input::{WRONG, metric_alarms_wanted, place, time};
use super::watch::Watch;
use crate::sandbox::cloud::epoch::seconds;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::refusal::Refusal;
use crate::sandbox::cloud::token::{self, Paging};

const KNOWN: [&str; 8] =
    ["AlarmName", "AlarmTypes", "HistoryItemType", "StartDate", "EndDate", "MaxRecords", "NextToken", "ScanBy"];
const KINDS: [&str; 5] =
    ["ConfigurationUpdate", "StateUpdate", "Action", "AlarmContributorStateUpdate", "AlarmContributorAction"];

/// Answers it, newest first unless asked otherwise. Without `AlarmTypes` only metric alarms are meant. The history of
/// an alarm that is gone is kept; that of one that nobody knows is empty.
pub(super) fn answer(watch: &Watch, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("DescribeAlarmHistory", WRONG, input, &KNOWN)?;
    let name = members.text("AlarmName")?;
    let metric_alarms = metric_alarms_wanted(&members)?;
    let kind = members.choice("HistoryItemType", &KINDS)?;
    let (start, end) = (time(&members, "StartDate")?, time(&members, "EndDate")?);
    let ascending =
        members.choice("ScanBy", &["TimestampAscending", "TimestampDescending"])? == Some("TimestampAscending");
    let wanted = |item: &Item| {
        kind.is_none_or(|kind| item.kind == kind)
            && start.is_none_or(|start| item.time >= start)
            && end.is_none_or(|end| item.time <= end)
    };
    let alarms = watch
        .alarms
        .iter()
        .chain(&watch.deleted)
        .filter(|alarm| metric_alarms && name.is_none_or(|name| alarm.name == name));
    let mut items: Vec<(&Alarm, &Item)> =
        alarms.flat_map(|alarm| alarm.history.iter().map(move |item| (alarm, item))).collect();
    items.retain(|(_, item)| wanted(item));
    items.sort_by_key(|(_, item)| item.time);
    if !ascending {
        items.reverse();
    }
    let drawn = items.into_iter().map(|(alarm, item)| draw(alarm, item)).collect();
    paged(&members, input, drawn, watch.paging)
}

fn paged(members: &Members, input: &Value, items: Vec<Value>, paging: Paging) -> Result<Value, Refusal> {
    let request = token::fingerprint("DescribeAlarmHistory", input);
    let size = members.size("MaxRecords", 1, 100)?.unwrap_or(100);
    let (page, next) = paging.page(items, place(members, request)?, size);
    let mut answer = json!({"AlarmHistoryItems": page});
    if let Some(next) = next {
        answer["NextToken"] = token::write(request, &[next]).into();
    }
    Ok(answer)
}

fn draw(alarm: &Alarm, item: &Item) -> Value {
    json!({
        "AlarmName": alarm.name,
        "AlarmType": "MetricAlarm",
        "Timestamp": seconds(item.time),
        "HistoryItemType": item.kind,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    })
}
