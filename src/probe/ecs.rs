//! `ecs`: services, their deployments and tasks.

use serde::Serialize;

use super::{LookError, Unknown, Vantage};
use crate::event::Evidence;
use crate::expr::{EvaluationError, Reference, Scope, Template, Value};

/// The fields of `service`, and of each entry of `services`.
pub const FIELDS: &[&str] = &[
    "desired",
    "running",
    "pending",
    "healthy",
    "unhealthy",
    "rollout",
    "deployment",
    "task_definition",
    "images",
    "digests",
    "deployed_at",
    "tasks",
    "stopped",
    "retired",
    "events",
    "steady",
];

/// What is written under `ecs`.
#[derive(Debug)]
pub struct Ecs {
    /// `cluster`: name or ARN.
    pub cluster: Template,
    /// `service` or `services`.
    pub services: Services,
}

/// One service or several.
#[derive(Debug)]
pub enum Services {
    /// `service: name` brings `service`.
    One(Template),
    /// `services: [name, …]` brings `services`, a map by name.
    Several(Template),
}

/// A query, filled in.
#[derive(Debug)]
pub struct Query {}

/// `service` or `services`.
#[derive(Debug, Serialize)]
pub struct ServicesSeen {
    /// What could not be known.
    #[serde(skip)]
    pub unknowns: Vec<Unknown>,
}

impl Ecs {
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
    pub async fn look(&self, _vantage: &Vantage) -> Result<ServicesSeen, LookError> {
        todo!()
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        todo!()
    }
}

impl ServicesSeen {
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

impl Ecs {
    /// `service` with its fields, or `services`, whose keys are names that nobody knows beforehand.
    #[must_use]
    pub fn brings(&self) -> (&'static str, &'static [&'static str]) {
        match self.services {
            Services::One(_) => ("service", FIELDS),
            Services::Several(_) => ("services", &[]),
        }
    }
}

impl ServicesSeen {
    /// The name and the value that expressions see.
    #[must_use]
    pub fn binding(&self) -> (&'static str, Value) {
        todo!()
    }
}
