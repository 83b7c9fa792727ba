//! What one case consists of.

use std::sync::Arc;
use std::time::Duration;

use super::variables;
use crate::expr::{EvaluationError, Scope};
use crate::scenario::model;

/// One scenario with one row of its matrix.
#[derive(Debug, Clone)]
pub struct Case {
    /// The scenario's id, with the row where there is a matrix: `rejected-file[bad rows]`.
    pub id: String,
    /// The scenario's name, likewise.
    pub name: String,
    /// The scenario's file as shown.
    pub file: String,
    /// `timeout`; 10 min where it is not set.
    pub timeout: Duration,
    /// Why it does not run at all: nobody asked for it by name, and a program that it needs is not on PATH.
    pub unmet: Option<String>,
    /// Which of the variables given with `--var` it reads, by way of others or of the target too; none where none is given.
    pub reads: Option<Vec<String>>,
    /// `exclusive`.
    pub exclusive: Option<String>,
    /// How often a failed case is run afresh.
    pub retries: u32,
    /// `vars`, `secret`, `target`, `run`, `row`: bound and ready.
    pub scope: Scope,
    /// `ready`.
    pub ready: Vec<Step>,
    /// `guards`.
    pub guards: Vec<Step>,
    /// `steps`.
    pub steps: Vec<Step>,
    /// `finally`.
    pub finally: Vec<Step>,
}

/// A step with its name and durations known.
#[derive(Debug, Clone)]
pub struct Step {
    /// Filled in; holds no ids and no times.
    pub name: String,
    /// How long may be waited; set wherever there is something to wait for.
    pub within: Option<Duration>,
    /// How often is looked; adaptive where it is not set.
    pub every: Option<Duration>,
    /// How long `expect` must keep holding.
    pub hold: Option<Duration>,
    /// As written.
    pub spec: Arc<model::Step>,
}

impl Step {
    /// The scope with the names that `use` … `with` gives to this step, outermost first, so that inner ones may read
    /// outer ones. Everything of the step is evaluated in it.
    ///
    /// # Errors
    /// Where one of them reads what has no value (yet), such as a capture that never came about.
    pub fn bound(&self, scope: &Scope) -> Result<Scope, EvaluationError> {
        variables::bound(&self.spec.with, scope)
    }
}
