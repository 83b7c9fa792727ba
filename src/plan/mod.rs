//! What will run: scenarios × matrix rows on one target, with variables filled in, durations known and secrets had.

use std::sync::Arc;
use std::time::Duration;

use crate::expr::Scope;
use crate::redact::Secret;
use crate::scenario::model;
pub use crate::target::{AwsSettings, TargetSettings};

/// Everything that one `smoke run` will do, in plan order.
#[derive(Debug)]
pub struct Plan {
    /// Name of the target.
    pub target: String,
    /// What to send to, and what to look at.
    pub target_settings: TargetSettings,
    /// Every secret that the target or a selected scenario names, by name.
    pub secrets: Vec<(String, Secret)>,
    /// What runs.
    pub cases: Vec<Case>,
}

/// One scenario with one row of its matrix.
#[derive(Debug)]
pub struct Case {
    /// The scenario's id, with the row where there is a matrix: `bulk-import[file=a.csv]`.
    pub id: String,
    /// The scenario's name, likewise.
    pub name: String,
    /// The scenario's file as shown.
    pub file: String,
    /// `timeout`; 10 min where it is not set.
    pub timeout: Duration,
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

use chrono::{DateTime, Utc};

use crate::diagnostic::Diagnostic;
use crate::scenario::Project;

/// What `smoke run` was asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Name of the target.
    pub target: String,
    /// SCENARIO …: paths, ids or tags; empty: all that admit the target.
    pub select: Vec<String>,
    /// `--tag`: at least one of them, where any is given.
    pub tags: Vec<String>,
    /// `--skip-tag`.
    pub skip_tags: Vec<String>,
    /// `--var K=V`, strongest of all.
    pub vars: Vec<(String, String)>,
    /// `--timeout`, over the scenarios' own.
    pub timeout: Option<Duration>,
    /// `--retries`, over the scenarios' own.
    pub retries: Option<u32>,
    /// `--shard I/N`: index from 1, and number.
    pub shard: Option<(usize, usize)>,
    /// `run.id`.
    pub run_id: String,
    /// `run.started`, and what `now()` gives while planning.
    pub started: DateTime<Utc>,
    /// `vars` that the sandbox brings; weaker than those of the target.
    pub sandbox_vars: Vec<(String, String)>,
}

impl Plan {
    /// Selects, expands matrices, fills in variables, names and durations, fetches the secrets that are named, and
    /// holds every expression against what is in scope where it stands.
    ///
    /// # Errors
    /// Everything that is wrong, at once: an unknown target, nothing selected, an undefined name, an unset secret, a
    /// duration that is none, a file that is not there, a scenario with nothing to judge.
    pub fn make(_project: &Project, _order: &Order) -> Result<Self, Vec<Diagnostic>> {
        todo!()
    }
}
