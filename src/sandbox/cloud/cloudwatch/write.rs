//! `PutMetricAlarm`, `DeleteAlarms`, `EnableAlarmActions` and `DisableAlarmActions`.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::alarm::Alarm;
use super::data::{metric, period, statistic};
use super::evaluation::{Missing, Rule};
use super::input::WRONG;
use super::terms::Terms;
use super::watch::Watch;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::refusal::Refusal;

/// No metric math, no percentiles, no tags: they would be ignored.
const KNOWN: [&str; 16] = [
    "AlarmName",
    "AlarmDescription",
    "ActionsEnabled",
    "OKActions",
    "AlarmActions",
    "InsufficientDataActions",
    "MetricName",
    "Namespace",
    "Statistic",
    "Dimensions",
    "Period",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
];

/// The most periods an alarm may look back.
const MOST_PERIODS: u32 = 100;

/// Puts an alarm: a new one, or new terms for the one of that name.
pub(super) fn put(watch: &mut Watch, input: &Value, now: DateTime<Utc>) -> Result<Value, Refusal> {
    let terms = terms(&Members::read("PutMetricAlarm", WRONG, input, &KNOWN)?)?;
    if let Some(alarm) = watch.alarms.iter_mut().find(|alarm| alarm.terms.name == terms.name) {
        alarm.change_terms(terms, now);
        return Ok(json!({}));
    }
    let gone = watch.deleted.iter().position(|alarm| alarm.terms.name == terms.name);
    let new = Alarm::new(terms, now);
    let new = match gone.map(|at| watch.deleted.remove(at)) {
        Some(before) => new.after(before),
        None => new,
    };
    watch.alarms.push(new);
    Ok(json!({}))
}

fn terms(members: &Members) -> Result<Terms, Refusal> {
    let required =
        |name: &str| members.value(name).map(drop).ok_or_else(|| members.wrong(format!("{name} must be given")));
    let names =
        ["MetricName", "Namespace", "Statistic", "Period", "EvaluationPeriods", "Threshold", "ComparisonOperator"];
    names.into_iter().try_for_each(required)?;
    members.choice("ComparisonOperator", &["LessThanThreshold"])?;
    if members.texts("InsufficientDataActions", 5)?.is_some_and(|actions| !actions.is_empty()) {
        return Err(members.wrong("the sandbox supports no entry of InsufficientDataActions"));
    }
    let actions = members.texts("AlarmActions", 5)?.unwrap_or_default();
    let [action] = actions[..] else {
        return Err(members.wrong("the sandbox supports exactly one entry of AlarmActions"));
    };
    let ok_actions = members.texts("OKActions", 5)?.unwrap_or_default();
    Ok(Terms {
        name: members.required_text("AlarmName")?.to_owned(),
        description: members.text("AlarmDescription")?.unwrap_or_default().to_owned(),
        action: action.to_owned(),
        ok_actions: ok_actions.into_iter().map(str::to_owned).collect(),
        enabled: members.flag("ActionsEnabled")?.unwrap_or(true),
        metric: metric(members)?,
        threshold: members.number("Threshold")?.unwrap_or_default(),
        period: period(members)?,
        statistic: statistic(members, "Statistic")?,
        rule: rule(members)?,
    })
}

fn rule(members: &Members) -> Result<Rule, Refusal> {
    let periods = members.size("EvaluationPeriods", 1, MOST_PERIODS)?.unwrap_or(1);
    let most = u32::try_from(periods).unwrap_or(MOST_PERIODS);
    let to_alarm = members.size("DatapointsToAlarm", 1, most)?.unwrap_or(periods);
    let all = [Missing::Nothing, Missing::Ignore, Missing::Breaching, Missing::NotBreaching];
    let given = members.choice("TreatMissingData", &all.map(Missing::name))?;
    let missing = all.into_iter().find(|missing| given == Some(missing.name()));
    Ok(Rule { periods, to_alarm, missing: missing.unwrap_or(Missing::Nothing) })
}

/// Deletes all that are named, or none where one of them is not there.
pub(super) fn delete(watch: &mut Watch, input: &Value, now: DateTime<Utc>) -> Result<Value, Refusal> {
    let members = Members::read("DeleteAlarms", WRONG, input, &["AlarmNames"])?;
    let names = names(&members)?;
    if !names.iter().all(|name| watch.alarms.iter().any(|alarm| alarm.terms.name == *name)) {
        return Err(Refusal { status: 404, ..Refusal::new("ResourceNotFound", "The named resource does not exist.") });
    }
    let (gone, kept) = watch.alarms.drain(..).partition(|alarm| names.contains(&alarm.terms.name.as_str()));
    watch.alarms = kept;
    watch.deleted.extend(Vec::into_iter(gone).map(|alarm: Alarm| alarm.deleted(now)));
    Ok(json!({}))
}

/// Lets alarms tell somebody, or not. Names that nobody knows are no error.
pub(super) fn enable(watch: &mut Watch, input: &Value, enabled: bool, now: DateTime<Utc>) -> Result<Value, Refusal> {
    let place = if enabled { "EnableAlarmActions" } else { "DisableAlarmActions" };
    let members = Members::read(place, WRONG, input, &["AlarmNames"])?;
    let names = names(&members)?;
    for alarm in watch.alarms.iter_mut().filter(|alarm| names.contains(&alarm.terms.name.as_str())) {
        alarm.enable(enabled, now);
    }
    Ok(json!({}))
}

fn names<'request>(members: &Members<'request>) -> Result<Vec<&'request str>, Refusal> {
    members.texts("AlarmNames", 100)?.ok_or_else(|| members.wrong("AlarmNames must be given"))
}
