//! `DescribeAlarmHistory`.

use serde_json::{Value, json};

use super::alarm::{Alarm, Item};
use super::input::{PAGES, WRONG, ascending, metric_alarms_wanted, time};
use super::watch::Watch;
use crate::sandbox::cloud::epoch::seconds;
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::refusal::Refusal;

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
    let ascending = ascending(&members)?;
    let wanted = |item: &Item| {
        kind.is_none_or(|kind| item.kind == kind)
            && start.is_none_or(|start| item.time >= start)
            && end.is_none_or(|end| item.time <= end)
    };
    let alarms = watch
        .alarms
        .iter()
        .chain(&watch.deleted)
        .filter(|alarm| metric_alarms && name.is_none_or(|name| alarm.terms.name == name));
    let mut items: Vec<(&Alarm, &Item)> =
        alarms.flat_map(|alarm| alarm.history.iter().map(move |item| (alarm, item))).collect();
    items.retain(|(_, item)| wanted(item));
    items.sort_by_key(|(_, item)| item.time);
    if !ascending {
        items.reverse();
    }
    let drawn = items.into_iter().map(|(alarm, item)| draw(alarm, item)).collect();
    PAGES.page(&members, input, List { key: "AlarmHistoryItems", items: drawn, size: 100, paging: watch.paging })
}

fn draw(alarm: &Alarm, item: &Item) -> Value {
    json!({
        "AlarmName": alarm.terms.name,
        "AlarmType": "MetricAlarm",
        "Timestamp": seconds(item.time),
        "HistoryItemType": item.kind,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    })
}
