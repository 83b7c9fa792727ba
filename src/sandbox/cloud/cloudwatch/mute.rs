//! `ListAlarmMuteRules`. A rule that there is is active; which alarms it silences is not in the answer.

use serde_json::{Value, json};

use super::input::{PAGES, WRONG};
use super::mute_rule::MuteRule;
use super::watch::Watch;
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::arn;
use crate::sandbox::cloud::refusal::Refusal;

const KNOWN: [&str; 4] = ["AlarmName", "Statuses", "MaxRecords", "NextToken"];
const STATUSES: [&str; 3] = ["SCHEDULED", "ACTIVE", "EXPIRED"];

/// Answers it.
pub(super) fn answer(watch: &Watch, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("ListAlarmMuteRules", WRONG, input, &KNOWN)?;
    let alarm = members.text("AlarmName")?;
    let statuses = members.texts("Statuses", STATUSES.len())?.unwrap_or_default();
    if let Some(status) = statuses.iter().find(|status| !STATUSES.contains(status)) {
        return Err(members.wrong(format!("'{status}' is no status of a mute rule")));
    }
    let active: &[MuteRule] = if statuses.is_empty() || statuses.contains(&"ACTIVE") { &watch.mute_rules } else { &[] };
    let silences = |rule: &&MuteRule| alarm.is_none_or(|alarm| rule.alarms.iter().any(|name| name == alarm));
    let drawn = active.iter().filter(silences).map(draw).collect();
    PAGES.page(&members, input, List { key: "AlarmMuteRuleSummaries", items: drawn, size: 50, paging: watch.paging })
}

fn draw(rule: &MuteRule) -> Value {
    let arn = arn("cloudwatch", &format!("alarm-mute-rule:{}", rule.name));
    json!({"AlarmMuteRuleArn": arn, "Status": "ACTIVE", "MuteType": "ONE_TIME"})
}
