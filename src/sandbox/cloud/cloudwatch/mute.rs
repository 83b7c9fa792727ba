//! `ListAlarmMuteRules`. A rule that there is is active; which alarms it silences is not in the answer.

use serde_json::{Value, json};

use super::input::{WRONG, place};
use super::mute_rule::MuteRule;
use super::watch::Watch;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::arn;
use crate::sandbox::cloud::refusal::Refusal;
use crate::sandbox::cloud::token;

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
    let active = statuses.is_empty() || statuses.contains(&"ACTIVE");
    let wanted = |rule: &&MuteRule| active && alarm.is_none_or(|alarm| rule.alarms.iter().any(|name| name == alarm));
    let drawn: Vec<Value> = watch.mute_rules.iter().filter(wanted).map(draw).collect();
    let request = token::fingerprint("ListAlarmMuteRules", input);
    let size = members.size("MaxRecords", 1, 100)?.unwrap_or(50);
    let (page, next) = watch.paging.page(drawn, place(&members, request)?, size);
    let mut answer = json!({"AlarmMuteRuleSummaries": page});
    if let Some(next) = next {
        answer["NextToken"] = token::write(request, &[next]).into();
    }
    Ok(answer)
}

fn draw(rule: &MuteRule) -> Value {
    let arn = arn("cloudwatch", &format!("alarm-mute-rule:{}", rule.name));
    json!({"AlarmMuteRuleArn": arn, "Status": "ACTIVE", "MuteType": "ONE_TIME"})
}
