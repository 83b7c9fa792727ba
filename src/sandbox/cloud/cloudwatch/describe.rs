//! `DescribeAlarms`. A name that nobody knows is no error: the lists are empty.

use serde_json::{Value, json};

use super::alarm::Alarm;
use super::input::{WRONG, metric_alarms_wanted, place};
use super::watch::Watch;
use crate::sandbox::cloud::epoch::seconds;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::arn;
use crate::sandbox::cloud::refusal::Refusal;
use crate::sandbox::cloud::token;

const KNOWN: [&str; 7] =
    ["AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue", "ActionPrefix", "MaxRecords", "NextToken"];

/// Answers it. Without `AlarmTypes` only metric alarms come back; composite ones and log alarms there are none.
pub(super) fn answer(watch: &Watch, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("DescribeAlarms", WRONG, input, &KNOWN)?;
    let names = members.texts("AlarmNames", 100)?;
    let prefix = members.text("AlarmNamePrefix")?;
    if names.is_some() && prefix.is_some() {
        return Err(Refusal::new("InvalidParameterCombination", "AlarmNames and AlarmNamePrefix exclude each other"));
    }
    let state = members.choice("StateValue", &["OK", "ALARM", "INSUFFICIENT_DATA"])?;
    let action = members.text("ActionPrefix")?;
    let metric_alarms = metric_alarms_wanted(&members)?;
    let wanted = |alarm: &&Alarm| {
        metric_alarms
            && names.as_ref().is_none_or(|names| names.contains(&alarm.name.as_str()))
            && prefix.is_none_or(|prefix| alarm.name.starts_with(prefix))
            && state.is_none_or(|state| alarm.standing.state.name() == state)
            && action.is_none_or(|action| alarm.action.starts_with(action))
    };
    let drawn: Vec<Value> = watch.alarms.iter().filter(wanted).map(draw).collect();
    let request = token::fingerprint("DescribeAlarms", input);
    let size = members.size("MaxRecords", 1, 100)?.unwrap_or(50);
    let (page, next) = watch.paging.page(drawn, place(&members, request)?, size);
    let mut answer = json!({"CompositeAlarms": [], "LogAlarms": [], "MetricAlarms": page});
    if let Some(next) = next {
        answer["NextToken"] = token::write(request, &[next]).into();
    }
    Ok(answer)
}

fn draw(alarm: &Alarm) -> Value {
    let dimensions: Vec<Value> =
        alarm.metric.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
    let mut drawn = json!({
        "AlarmName": alarm.name,
        "AlarmArn": arn("cloudwatch", &format!("alarm:{}", alarm.name)),
        "AlarmDescription": alarm.description,
        "AlarmConfigurationUpdatedTimestamp": seconds(alarm.configured),
        "ActionsEnabled": alarm.enabled,
        "OKActions": alarm.ok_actions,
        "AlarmActions": [alarm.action],
        "InsufficientDataActions": [],
        "StateValue": alarm.standing.state.name(),
        "StateReason": alarm.standing.reason,
        "StateUpdatedTimestamp": seconds(alarm.updated),
        "StateTransitionedTimestamp": seconds(alarm.transitioned),
        "MetricName": alarm.metric.name,
        "Namespace": alarm.metric.namespace,
        "Statistic": alarm.statistic.name(),
        "Dimensions": dimensions,
        "Period": alarm.period.num_seconds(),
        "EvaluationPeriods": alarm.rule.periods,
        "DatapointsToAlarm": alarm.rule.to_alarm,
        "Threshold": alarm.threshold,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": alarm.rule.missing.name(),
    });
    if !alarm.standing.data.is_null() {
        drawn["StateReasonData"] = alarm.standing.data.to_string().into();
    }
    drawn
}
