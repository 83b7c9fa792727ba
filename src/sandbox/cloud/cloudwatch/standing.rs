//! In which state an alarm is, and why, in words and as data.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::evaluation::{Rule, State};
use super::terms::Terms;

/// A state with its reason, in words and as data.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) state: State,
    pub(super) reason: String,
    pub(super) data: Value,
}

/// A period and what came of it.
#[derive(Debug)]
pub(super) struct Point {
    pub(super) start: DateTime<Utc>,
    pub(super) count: usize,
    pub(super) value: Option<f64>,
}

impl Standing {
    /// That of a new alarm, which knows nothing yet.
    pub(super) fn unchecked() -> Self {
        let reason = "Unchecked: Initial alarm creation".to_owned();
        Self { state: State::InsufficientData, reason, data: Value::Null }
    }

    /// A state that follows from points, oldest first.
    pub(super) fn of(terms: &Terms, state: State, points: &[Point], now: DateTime<Utc>) -> Self {
        let known: Vec<&Point> =
            points.iter().rev().filter(|point| point.value.is_some()).take(terms.rule.periods).collect();
        let data = json!({
            "version": "1.0",
            "queryDate": date(now),
            "startDate": known.last().map(|point| date(point.start)),
            "statistic": terms.statistic.name(),
            "period": terms.period.num_seconds(),
            "recentDatapoints": known.iter().rev().map(|point| point.value).collect::<Vec<_>>(),
            "threshold": terms.threshold,
            "evaluatedDatapoints": known.iter().map(|point| point.draw()).collect::<Vec<_>>(),
        });
        Self { state, reason: reason(terms, state, &known), data }
    }

    /// As the history has it.
    pub(super) fn draw(&self) -> Value {
        let mut drawn = json!({"stateValue": self.state.name(), "stateReason": self.reason});
        if !self.data.is_null() {
            drawn["stateReasonData"] = self.data.clone();
        }
        drawn
    }
}

fn reason(terms: &Terms, state: State, known: &[&Point]) -> String {
    let Rule { periods, to_alarm, missing } = terms.rule;
    if state == State::InsufficientData {
        return format!("Insufficient Data: {periods} datapoint was unknown.");
    }
    if known.is_empty() {
        return format!(
            "Threshold Crossed: no datapoints were received for {periods} period and {periods} missing \
             datapoint was treated as [{}].",
            missing.name()
        );
    }
    let drawn: Vec<String> = known.iter().map(|point| point.words()).collect();
    let was = if state == State::Alarm { "was" } else { "was not" };
    let needed = if state == State::Alarm { "OK -> ALARM" } else { "ALARM -> OK" };
    format!(
        "Threshold Crossed: {} out of the last {periods} datapoints [{}] {was} less than the threshold ({:?}) \
         (minimum {to_alarm} datapoint for {needed} transition).",
        known.len(),
        drawn.join(", "),
        terms.threshold,
    )
}

impl Point {
    fn draw(&self) -> Value {
        json!({"timestamp": date(self.start), "sampleCount": self.count, "value": self.value})
    }

    fn words(&self) -> String {
        format!("{:?} ({})", self.value.unwrap_or_default(), self.start.format("%d/%m/%y %H:%M:%S"))
    }
}

/// As in state reason data: `2026-11-23T23:10:00.000+0000`.
fn date(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true).replace('Z', "+0000")
}
