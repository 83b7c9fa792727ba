//! An alarm as `DescribeAlarms` tells it, whatever its type.

use aws_sdk_cloudwatch::types::{CompositeAlarm, LogAlarm, MetricAlarm};
use chrono::{DateTime, Utc};

use super::known::time;
use super::metric::MetricFacts;

/// What every alarm has, and what only those of a type have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlarmKind {
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Why, in words.
    pub reason: String,
    /// When its state last changed; where AWS does not say that, when it was last updated.
    pub since: Option<DateTime<Utc>>,
    /// When its state last changed, only where AWS says that.
    pub changed_at: Option<DateTime<Utc>>,
    /// Whether its actions are enabled.
    pub enabled: bool,
    /// What is told when it goes to `ALARM`.
    pub actions: Vec<String>,
    /// `EVALUATION_ERROR`, `EVALUATION_FAILURE` or `PARTIAL_DATA`, where it could not be evaluated as it should be.
    pub evaluation: Option<String>,
    /// What it judges.
    pub subject: AlarmSubject,
}

/// What an alarm judges.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum AlarmSubject {
    /// What a scheduled query finds in logs.
    #[default]
    Log,
    /// A metric, or an expression over several.
    Metric(MetricFacts),
    /// Other alarms.
    Alarms {
        /// For instance `ALARM("worker-down") OR ALARM("backend-down")`.
        rule: String,
        /// Where its actions are held back just now.
        suppressed: Option<Suppression>,
    },
}

/// That a composite alarm's actions are held back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suppression {
    /// `Alarm` while the suppressor is in ALARM; `WaitPeriod` and `ExtensionPeriod` for some seconds around that.
    pub by: String,
    /// Name or ARN of the alarm that holds them back.
    pub suppressor: String,
    /// Why, in words.
    pub reason: String,
}

impl AlarmKind {
    /// The metric of a metric alarm.
    #[must_use]
    pub const fn metric(&self) -> Option<&MetricFacts> {
        if let AlarmSubject::Metric(metric) = &self.subject { Some(metric) } else { None }
    }

    /// Where a composite alarm's actions are held back just now.
    #[must_use]
    pub const fn suppressed(&self) -> Option<&Suppression> {
        if let AlarmSubject::Alarms { suppressed, .. } = &self.subject { suppressed.as_ref() } else { None }
    }
}

/// What all types of alarm have under the same names. AWS leaves nothing out there; an alarm is made with its actions
/// enabled unless it is said otherwise.
macro_rules! alarm {
    ($alarm:ident, $evaluation:expr, $subject:expr) => {
        AlarmKind {
            state: $alarm.state_value().map(|state| state.as_str().to_owned()).unwrap_or_default(),
            reason: $alarm.state_reason().unwrap_or_default().to_owned(),
            since: $alarm.state_transitioned_timestamp().or($alarm.state_updated_timestamp()).map(time),
            changed_at: $alarm.state_transitioned_timestamp().map(time),
            enabled: $alarm.actions_enabled().unwrap_or(true),
            actions: $alarm.alarm_actions().to_vec(),
            evaluation: $evaluation,
            subject: $subject,
        }
    };
}

/// A metric alarm, by its name.
pub(super) fn of_metric(alarm: &MetricAlarm) -> Option<(String, AlarmKind)> {
    let evaluation = alarm.evaluation_state().map(|state| state.as_str().to_owned());
    let kind = alarm!(alarm, evaluation, AlarmSubject::Metric(MetricFacts::of(alarm)));
    Some((alarm.alarm_name()?.to_owned(), kind))
}

/// A composite alarm, by its name.
pub(super) fn of_alarms(alarm: &CompositeAlarm) -> Option<(String, AlarmKind)> {
    let suppressed = alarm.actions_suppressed_by().map(|by| Suppression {
        by: by.as_str().to_owned(),
        suppressor: alarm.actions_suppressor().unwrap_or_default().to_owned(),
        reason: alarm.actions_suppressed_reason().unwrap_or_default().to_owned(),
    });
    let rule = alarm.alarm_rule().unwrap_or_default().to_owned();
    let kind = alarm!(alarm, None, AlarmSubject::Alarms { rule, suppressed });
    Some((alarm.alarm_name()?.to_owned(), kind))
}

/// A log alarm, by its name.
pub(super) fn of_log(alarm: &LogAlarm) -> Option<(String, AlarmKind)> {
    let evaluation = alarm.evaluation_state().map(|state| state.as_str().to_owned());
    let kind = alarm!(alarm, evaluation, AlarmSubject::Log);
    Some((alarm.alarm_name()?.to_owned(), kind))
}
