//! `DescribeAlarms`. A name that nobody knows is no error: the lists are empty.

use serde_json::{Value, json};

use super::alarm::Alarm;
use super::data::draw_dimensions;
use super::input::{PAGES, WRONG, metric_alarms_wanted};
use super::watch::Watch;
use crate::sandbox::cloud::epoch::seconds;
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::arn;
use crate::sandbox::cloud::refusal::Refusal;

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
            && names.as_ref().is_none_or(|names| names.contains(&alarm.terms.name.as_str()))
            && prefix.is_none_or(|prefix| alarm.terms.name.starts_with(prefix))
            && state.is_none_or(|state| alarm.standing.state.name() == state)
            && action.is_none_or(|action| alarm.terms.action.starts_with(action))
    };
    let drawn = watch.alarms.iter().filter(wanted).map(draw).collect();
    let list = List { key: "MetricAlarms", items: drawn, size: 50, paging: watch.paging };
    let mut answer = PAGES.page(&members, input, list)?;
    (answer["CompositeAlarms"], answer["LogAlarms"]) = (json!([]), json!([]));
    Ok(answer)
}

fn draw(alarm: &Alarm) -> Value {
    let Alarm { terms, standing, .. } = alarm;
    let mut drawn = json!({
        "AlarmName": terms.name,
        "AlarmArn": arn("cloudwatch", &format!("alarm:{}", terms.name)),
        "AlarmDescription": terms.description,
        "AlarmConfigurationUpdatedTimestamp": seconds(alarm.configured),
        "ActionsEnabled": terms.enabled,
        "OKActions": terms.ok_actions,
        "AlarmActions": [terms.action],
        "InsufficientDataActions": [],
        "StateValue": standing.state.name(),
        "StateReason": standing.reason,
        "StateUpdatedTimestamp": seconds(alarm.updated),
        "StateTransitionedTimestamp": seconds(alarm.transitioned),
        "MetricName": terms.metric.name,
        "Namespace": terms.metric.namespace,
        "Statistic": terms.statistic.name(),
        "Dimensions": draw_dimensions(&terms.metric),
        "Period": terms.period.num_seconds(),
        "EvaluationPeriods": terms.rule.periods,
        "DatapointsToAlarm": terms.rule.to_alarm,
        "Threshold": terms.threshold,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": terms.rule.missing.name(),
    });
    if !standing.data.is_null() {
        drawn["StateReasonData"] = standing.data.to_string().into();
    }
    drawn
}
