//! The alarm: what it watches, in which state it is, and how it got there.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

#[cfg(test)]
use super::evaluation::State;
use super::metrics::Metrics;
use super::standing::{Point, Standing};
use super::terms::Terms;

/// History items that are kept.
const KEPT: usize = 1000;

/// An alarm on one metric.
#[derive(Debug)]
pub(crate) struct Alarm {
    /// What it is made of.
    pub(super) terms: Terms,
    /// When it was created or last changed.
    pub(super) configured: DateTime<Utc>,
    /// The state and its reason.
    pub(super) standing: Standing,
    /// When the state last changed.
    pub(super) transitioned: DateTime<Utc>,
    /// When it was last found anew.
    pub(super) updated: DateTime<Utc>,
    /// Oldest first.
    pub(super) history: Vec<Item>,
    evaluated: bool,
}

/// One item of the history.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) time: DateTime<Utc>,
    /// `StateUpdate` or `ConfigurationUpdate`.
    pub(super) kind: &'static str,
    pub(super) summary: String,
    /// JSON, as text.
    pub(super) data: String,
}

impl Alarm {
    /// A new one, which knows nothing yet.
    pub(crate) fn new(terms: Terms, now: DateTime<Utc>) -> Self {
        let history = vec![configuration(&terms.name, "created", now)];
        let (configured, transitioned, updated) = (now, now, now);
        let standing = Standing::unchecked();
        Self { terms, configured, standing, transitioned, updated, history, evaluated: false }
    }

    /// Takes new terms and keeps its state, as an alarm does that is put again.
    pub(super) fn change_terms(&mut self, terms: Terms, now: DateTime<Utc>) {
        self.note(configuration(&terms.name, "updated", now));
        (self.terms, self.configured) = (terms, now);
    }

    /// Whether it may tell anybody.
    pub(super) fn enable(&mut self, enabled: bool, now: DateTime<Utc>) {
        if self.terms.enabled != enabled {
            self.terms.enabled = enabled;
            self.configured = now;
            self.note(configuration(&self.terms.name, "updated", now));
        }
    }

    /// What is left of it once it is deleted: its history.
    pub(super) fn deleted(mut self, now: DateTime<Utc>) -> Self {
        self.note(configuration(&self.terms.name, "deleted", now));
        self
    }

    /// Goes on with the history of one that had its name.
    pub(super) fn after(mut self, before: Self) -> Self {
        self.history.splice(0..0, before.history);
        self
    }

    /// Whether it was held against its metric at least once.
    pub(crate) const fn is_evaluated(&self) -> bool {
        self.evaluated
    }

    /// The state it is in.
    #[cfg(test)]
    pub(crate) const fn state(&self) -> State {
        self.standing.state
    }

    /// Holds it against its metric: the last period ends now, so a point counts as soon as it is there.
    pub(crate) fn evaluate(&mut self, metrics: &Metrics, now: DateTime<Utc>) {
        let points = self.points(metrics, now);
        let breaching: Vec<Option<bool>> =
            points.iter().map(|point| point.value.map(|value| value < self.terms.threshold)).collect();
        let state = self.terms.rule.evaluate(&breaching, self.standing.state);
        let first = !self.evaluated;
        self.evaluated = true;
        if first || state != self.standing.state {
            self.change(Standing::of(&self.terms, state, &points, now), now);
        }
    }

    /// The periods in range, oldest first. The newest includes this very moment.
    fn points(&self, metrics: &Metrics, now: DateTime<Utc>) -> Vec<Point> {
        let end = now + TimeDelta::milliseconds(1);
        let back = |periods: usize| end - self.terms.period * i32::try_from(periods).unwrap_or(i32::MAX);
        (0..self.terms.rule.range())
            .rev()
            .map(|index| {
                let start = back(index + 1);
                let values = metrics.values(&self.terms.metric, start, back(index));
                Point { start, count: values.len(), value: self.terms.statistic.of(&values) }
            })
            .collect()
    }

    fn change(&mut self, standing: Standing, now: DateTime<Utc>) {
        self.updated = now;
        let before = std::mem::replace(&mut self.standing, standing);
        if before.state == self.standing.state {
            return;
        }
        self.transitioned = now;
        let summary = format!("Alarm updated from {} to {}", before.state.name(), self.standing.state.name());
        let data = json!({"version": "1.0", "oldState": before.draw(), "newState": self.standing.draw()}).to_string();
        self.note(Item { time: now, kind: "StateUpdate", summary, data });
    }

    fn note(&mut self, item: Item) {
        self.history.push(item);
        if self.history.len() > KEPT {
            self.history.remove(0);
        }
    }
}

/// What the history says of an alarm that was `created`, `updated` or `deleted`.
fn configuration(name: &str, what: &str, time: DateTime<Utc>) -> Item {
    let kind = match what {
        "created" => "Create",
        "updated" => "Update",
        _ => "Delete",
    };
    let data = json!({"version": "1.0", "type": kind}).to_string();
    Item { time, kind: "ConfigurationUpdate", summary: format!("Alarm \"{name}\" {what}"), data }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::sandbox::cloud::cloudwatch::{MetricId, Missing, Rule, Statistic};

    fn metric() -> MetricId {
        MetricId { namespace: "n".into(), name: "m".into(), dimensions: vec![] }
    }

    fn alarm(now: DateTime<Utc>) -> Alarm {
        let terms = Terms {
            name: "down".into(),
            description: String::new(),
            action: "arn".into(),
            ok_actions: Vec::new(),
            enabled: true,
            metric: metric(),
            threshold: 1.0,
            period: TimeDelta::seconds(10),
            statistic: Statistic::Minimum,
            rule: Rule { periods: 1, to_alarm: 1, missing: Missing::Breaching },
        };
        Alarm::new(terms, now)
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
    }

    #[test]
    fn it_goes_to_ok_with_the_first_good_point_to_alarm_with_the_first_bad_one_and_back_when_that_is_old() {
        let mut alarm = alarm(at(0));
        let mut metrics = Metrics::default();
        let mut states = Vec::new();
        for (second, value) in [(0, 1.0), (1, 1.0), (2, 0.0), (3, 1.0), (11, 1.0), (12, 1.0), (13, 1.0)] {
            metrics.put(&metric(), at(second), value);
            alarm.evaluate(&metrics, at(second));
            states.push((second, alarm.state().name()));
        }
        assert_eq!(states, [(0, "OK"), (1, "OK"), (2, "ALARM"), (3, "ALARM"), (11, "ALARM"), (12, "OK"), (13, "OK")]);
        let summaries: Vec<&str> = alarm.history.iter().map(|item| item.summary.as_str()).collect();
        assert_eq!(
            summaries,
            [
                "Alarm \"down\" created",
                "Alarm updated from INSUFFICIENT_DATA to OK",
                "Alarm updated from OK to ALARM",
                "Alarm updated from ALARM to OK",
            ]
        );
        assert_eq!(alarm.transitioned, at(12));
    }

    #[test]
    fn the_history_says_why_as_aws_does() {
        let mut alarm = alarm(at(0));
        let mut metrics = Metrics::default();
        metrics.put(&metric(), at(9), 0.0);
        alarm.evaluate(&metrics, at(9));
        let data: Value = serde_json::from_str(&alarm.history[1].data).unwrap();
        assert_eq!(data["oldState"]["stateValue"], "INSUFFICIENT_DATA");
        assert_eq!(
            data["newState"]["stateReason"],
            "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (21/09/26 14:13:19)] was less than the threshold \
             (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
        );
        let newest = &data["newState"]["stateReasonData"];
        assert_eq!(newest["recentDatapoints"], json!([0.0]));
        assert_eq!(newest["queryDate"], "2026-09-21T14:13:29.000+0000");
    }

    #[test]
    fn without_any_points_missing_data_decides() {
        let mut alarm = alarm(at(0));
        alarm.evaluate(&Metrics::default(), at(5));
        assert_eq!(alarm.state(), State::Alarm);
        assert_eq!(
            alarm.standing.reason,
            "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as \
             [breaching]."
        );
    }
}
