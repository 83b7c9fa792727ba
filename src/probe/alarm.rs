//! `alarm`: CloudWatch alarms, their state, history and whether they could have fired.

use serde::Serialize;

use super::{LookError, Unknown, Vantage};
use crate::event::Evidence;
use crate::expr::{EvaluationError, Reference, Scope, Template, Value};

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
#[derive(Debug)]
pub struct Query {}

/// `alarm` or `alarms`.
#[derive(Debug, Serialize)]
pub struct AlarmsSeen {
    /// What could not be known.
    #[serde(skip)]
    pub unknowns: Vec<Unknown>,
}

impl Alarm {
    /// Everything that its templates read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        todo!()
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, _scope: &Scope) -> Result<Query, EvaluationError> {
        todo!()
    }
}

impl Query {
    /// Looks once.
    ///
    /// # Errors
    /// Where nothing could be seen.
    pub async fn look(&self, _vantage: &Vantage) -> Result<AlarmsSeen, LookError> {
        todo!()
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        todo!()
    }
}

impl AlarmsSeen {
    /// In one line.
    #[must_use]
    pub fn summary(&self) -> String {
        todo!()
    }

    /// What is wrong, where this alone shows it.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        todo!()
    }

    /// What to keep when the step did not pass.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        todo!()
    }
}

impl Alarm {
    /// `alarm` with its fields, or `alarms`, whose keys are names that nobody knows beforehand.
    #[must_use]
    pub fn brings(&self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::One(_) => ("alarm", FIELDS),
            Self::Several(_) => ("alarms", &[]),
        }
    }
}

impl AlarmsSeen {
    /// The name and the value that expressions see.
    #[must_use]
    pub fn binding(&self) -> (&'static str, Value) {
        todo!()
    }
}
