//! `alarm`: `CloudWatch` alarms, their state, history and whether they could have fired.

mod doubt;
mod mute;
mod seen;
mod silence;
#[cfg(test)]
mod tests;
mod unarmed;

use std::collections::BTreeMap;

use futures_util::future::try_join_all;

pub use mute::{unevaluated, why as mute};
pub use seen::{AlarmSeen, Change, Metric, Threshold};
pub use silence::{UNSHOWN, nearest};
pub use unarmed::why as unarmed;

use super::finding::AlarmFinding;
use super::{LookError, LookErrorKind, Unknown, Vantage};
use crate::aws;
use crate::event::{Evidence, Judged};
use crate::expr::{self, EvaluationError, Scope, Template, Value};

/// The fields of `alarm`, and of each entry of `alarms`.
pub const FIELDS: &[&str] =
    &["exists", "state", "since", "enabled", "actions", "metric", "threshold", "history", "silent"];

/// What is written under `alarm`.
#[derive(Debug)]
pub enum Alarm {
    /// `alarm: name` brings `alarm`.
    One(Template),
    /// `alarm: { names: [name, …] }` brings `alarms`, a map by name.
    Several(Template),
}

/// A query, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    names: Vec<String>,
    several: bool,
}

/// `alarm` or `alarms`.
#[derive(Debug)]
pub struct AlarmsSeen {
    /// In the order in which they were asked for.
    alarms: Vec<AlarmSeen>,
    several: bool,
    /// What could not be known.
    pub unknowns: Vec<Unknown>,
}

impl Alarm {
    /// What is filled in.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let (Self::One(names) | Self::Several(names)) = self;
        vec![names]
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, scope: &Scope) -> Result<Query, EvaluationError> {
        match self {
            Self::One(name) => Query::new(vec![name.evaluate_text(scope)?], false),
            Self::Several(names) => Query::new(texts(&names.fill(scope)?)?, true),
        }
    }

    /// `alarm` with its fields, or `alarms`, whose keys are names that nobody knows beforehand.
    #[must_use]
    pub fn brings(&self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::One(_) => ("alarm", FIELDS),
            Self::Several(_) => ("alarms", &[]),
        }
    }
}

/// A list of names.
fn texts(value: &Value) -> Result<Vec<String>, EvaluationError> {
    let names: Result<Vec<String>, _> = serde_json::from_value(expr::to_json(value));
    names.map_err(|_| EvaluationError::new("names must be a list of alarm names"))
}

impl Query {
    fn new(names: Vec<String>, several: bool) -> Result<Self, EvaluationError> {
        if names.is_empty() || names.iter().any(String::is_empty) {
            return Err(EvaluationError::new("an alarm's name must not be empty"));
        }
        Ok(Self { names, several })
    }

    /// Looks once.
    ///
    /// # Errors
    /// Where nothing could be seen. An alarm that is not there is seen: `exists` is false.
    pub async fn look(&self, vantage: &Vantage) -> Result<AlarmsSeen, LookError> {
        let reader = vantage.instruments.aws.as_ref().ok_or_else(no_aws)?;
        let looks = self.names.iter().map(|name| reader.since(&vantage.window, |since| reader.alarm(name, since)));
        let facts = reader.before(vantage.deadline, "cloudwatch", try_join_all(looks)).await?;
        let (window, start) = (&vantage.window, reader.start_of(&vantage.window));
        let alarms = facts.iter().map(|facts| AlarmSeen::of(facts, window.start_for(&facts.name, start)));
        let seen = AlarmsSeen::new(alarms.collect(), self.several);
        for facts in &facts {
            if let Some(at) = facts.last_change() {
                window.saw_change(&facts.name, at);
            }
        }
        Ok(seen)
    }

    /// What it looks at in AWS.
    #[must_use]
    pub fn things(&self) -> Vec<aws::Thing> {
        self.names.iter().map(|name| aws::Thing::Alarm { name: name.clone() }).collect()
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("alarm {}", self.names.join(","))
    }
}

/// What expressions call a field of it.
fn path(alarm: &AlarmSeen, several: bool, field: &str) -> String {
    if several { format!("alarms.{}.{field}", alarm.name) } else { format!("alarm.{field}") }
}

fn no_aws() -> LookError {
    let message = "the target has no aws in smoke.yaml: an alarm step cannot look".to_owned();
    LookError { kind: LookErrorKind::Unusable, message, retry_after: None }
}

impl AlarmsSeen {
    fn new(alarms: Vec<AlarmSeen>, several: bool) -> Self {
        let unknown = |alarm: &AlarmSeen| -> Vec<Unknown> {
            let unknowns = alarm.unknowns.iter();
            unknowns.map(|(field, why)| Unknown { path: path(alarm, several, field), why: why.clone() }).collect()
        };
        let unknowns = alarms.iter().flat_map(unknown).collect();
        Self { alarms, several, unknowns }
    }

    /// One look at these, by somebody whose window opened with the epoch.
    #[cfg(test)]
    pub(crate) fn made_up(facts: &[aws::AlarmFacts], several: bool) -> Self {
        let start = chrono::DateTime::UNIX_EPOCH;
        Self::new(facts.iter().map(|facts| AlarmSeen::of(facts, start)).collect(), several)
    }

    /// In one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let line = |alarm: &AlarmSeen| {
            if self.several { format!("{}: {}", alarm.name, alarm.summary()) } else { alarm.summary() }
        };
        self.alarms.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    /// What is wrong, where this alone shows it.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        self.alarms.iter().find_map(|alarm| alarm.cause.clone())
    }

    /// The first that is not there: what is read of it, and why that does not hold.
    #[must_use]
    pub fn absent(&self) -> Option<(String, String)> {
        let mut absent = self.alarms.iter().filter(|alarm| !alarm.exists);
        absent.find_map(|alarm| Some((path(alarm, self.several, "exists"), alarm.cause.clone()?)))
    }

    /// Whether the cause that it tells may be why that does not hold. What an alarm did says nothing of what it watches,
    /// nor of another one that is not there, nor why something is not known.
    #[must_use]
    pub fn explains(&self, judged: &Judged) -> bool {
        let another = |(path, why): (String, String)| judged.text == path && self.cause() != Some(why);
        let watched = [".metric", ".threshold"].iter().any(|field| judged.text.contains(field));
        judged.held.is_some() && !watched && !self.absent().is_some_and(another)
    }

    /// What each shows of the system.
    pub fn findings(&self) -> impl Iterator<Item = AlarmFinding> + '_ {
        self.alarms.iter().map(AlarmSeen::finding)
    }

    /// What the silence that a step went by does not prove, a line each.
    #[must_use]
    pub fn doubts(&self, judged: &[Judged]) -> Vec<String> {
        let asked = |judged: &Judged| ["silent", "history"].iter().any(|field| judged.text.contains(field));
        let silent = self.alarms.iter().filter(|alarm| alarm.silent == Some(true) && judged.iter().any(asked));
        let line = |alarm: &AlarmSeen, doubt: &String| format!("alarm {}: {doubt}", alarm.name);
        silent.flat_map(|alarm| alarm.doubts.iter().map(move |doubt| line(alarm, doubt))).collect()
    }

    /// What to keep when the step did not pass.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        self.alarms.iter().map(AlarmSeen::evidence).collect()
    }

    /// The name and the value that expressions see.
    #[must_use]
    pub fn binding(&self) -> (&'static str, Value) {
        match self.alarms.as_slice() {
            [alarm] if !self.several => ("alarm", expr::from_observation(alarm)),
            alarms => {
                let by_name: BTreeMap<&str, &AlarmSeen> =
                    alarms.iter().map(|alarm| (alarm.name.as_str(), alarm)).collect();
                ("alarms", expr::from_observation(&by_name))
            }
        }
    }
}
