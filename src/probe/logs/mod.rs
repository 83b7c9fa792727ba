//! `logs`: CloudWatch Logs over the window: a sequence that must appear, events that must not.

use serde::Serialize;

use super::{Demand, LookError, Vantage};
use crate::event::Evidence;
use crate::expr::{EvaluationError, Reference, Scope, Template};

/// The fields of `logs`.
pub const FIELDS: &[&str] = &["events", "matched", "complete"];

/// What is written under `logs`.
#[derive(Debug)]
pub struct Logs {
    /// `group`.
    pub group: Template,
    /// `stream_prefix`.
    pub stream_prefix: Option<Template>,
    /// `from_tasks`: a list of task ids, ARNs or tasks as `service.tasks` holds them; only their lines count.
    pub from_tasks: Option<Template>,
    /// `sequence`: in this order, each exactly once. Every entry is a map of fields and the values they must have.
    pub sequence: Vec<Vec<(String, Template)>>,
    /// `none`: none of these.
    pub none: Vec<Vec<(String, Template)>>,
    /// `text`: a regular expression with named groups, which become the fields of lines that are not JSON.
    pub text: Option<Template>,
}

/// A query, filled in.
#[derive(Debug)]
pub struct Query {}

/// `logs`.
#[derive(Debug, Serialize)]
pub struct LogsSeen {
    /// What `sequence` and `none` came to.
    #[serde(skip)]
    pub demands: Vec<Demand>,
}

impl Logs {
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
    pub async fn look(&self, _vantage: &Vantage) -> Result<LogsSeen, LookError> {
        todo!()
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        todo!()
    }
}

impl LogsSeen {
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
