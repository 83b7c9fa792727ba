//! Before anything is sent: what is to run, and everything that is wrong with it.

use std::path::Path;

use chrono::{DateTime, Utc};
use smoke::diagnostic::Diagnostic;
use smoke::plan::{Order, Plan};
use smoke::sandbox::{Options, Sandbox};
use smoke::scenario::Project;
use tokio_util::sync::CancellationToken;

use super::aim::aim;
use super::consent;
use crate::cli::command::project;
use crate::cli::folder;
use crate::cli::options;
use crate::cli::reports;
use crate::cli::settings::RunSettings;

/// A plan, and what else is known before it begins.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What runs.
    pub(crate) plan: Plan,
    /// What the sandbox is to be started with, where that is the target.
    pub(crate) sandbox: Option<Options>,
    /// The run's id.
    pub(crate) id: String,
    /// When it began.
    pub(crate) started: DateTime<Utc>,
}

/// Why nothing will be run.
#[derive(Debug)]
pub(super) enum Refusal {
    /// What is wrong with what the user wrote.
    Diagnostics(Vec<Diagnostic>),
    /// In a sentence.
    Said(String),
}

/// Reads the project and makes the plan; asks where the target is protected.
pub(super) fn prepare(settings: &RunSettings, given_up: &CancellationToken) -> Result<Prepared, Refusal> {
    let started = Utc::now();
    let id = reports::new_id(&settings.args.output.reports, started);
    let project = project(&settings.paths()).map_err(Refusal::Diagnostics)?;
    if folder::is_bare(&project) {
        return Err(Refusal::Diagnostics(vec![folder::nothing_in(Path::new("."))]));
    }
    let (target, select) = aim(&settings.args.words, &project).map_err(Refusal::Said)?;
    let Traits { sandbox, protected } = traits(&project, &target);
    if !sandbox && !settings.args.faults.fault.is_empty() {
        let why = format!("--fault breaks the local target only, and {target} is another one");
        return Err(Refusal::Said(why));
    }
    if !sandbox && settings.args.worker != options::Worker::Rust {
        let why = format!("--worker is for the local target only, and {target} is another one");
        return Err(Refusal::Said(why));
    }
    let options = Options {
        worker: settings.args.worker.into(),
        faults: settings.args.faults.fault.clone(),
        ..Options::default()
    };
    options.check().map_err(Refusal::Said)?;
    let order = Order { given_up: given_up.clone(), ..order(settings, (target, select), (&id, started), sandbox) };
    let plan = Plan::make(&project, &order).map_err(Refusal::Diagnostics)?;
    if protected && !settings.args.yes {
        consent::ask(&plan.target, "run", plan.cases.len()).map_err(Refusal::Said)?;
    }
    Ok(Prepared { plan, sandbox: sandbox.then_some(options), id, started })
}

/// What matters of a target before its settings are known. A target that is not there has none: the plan says so.
#[derive(Debug, Default)]
struct Traits {
    sandbox: bool,
    protected: bool,
}

fn traits(project: &Project, name: &str) -> Traits {
    let target = project.config.targets.iter().find(|target| target.name == name);
    target.map_or_else(Traits::default, |target| Traits { sandbox: target.sandbox, protected: target.protected })
}

fn order(
    settings: &RunSettings,
    (target, select): (String, Vec<String>),
    (id, started): (&str, DateTime<Utc>),
    sandbox: bool,
) -> Order {
    let vars = if sandbox { Sandbox::vars() } else { Vec::new() };
    Order {
        select,
        tags: settings.args.filter.tag.clone(),
        skip_tags: settings.args.filter.skip_tag.clone(),
        vars: settings.args.vars.var.clone(),
        vars_must_be_read: true,
        timeout: settings.args.timeout,
        retries: settings.args.retries,
        shard: settings.shard,
        shard_may_be_empty: settings.may_be_idle(),
        sandbox_vars: vars.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..Order::new(&target, id, started)
    }
}
