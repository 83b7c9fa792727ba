//! A target with everything that would run there, for commands that only read.

use std::path::Path;

use chrono::Utc;
use smoke::diagnostic::Diagnostic;
use smoke::plan::{Order, Plan};
use smoke::sandbox::{Options, Sandbox};
use smoke::scenario::Project;
use tokio_util::sync::CancellationToken;

use super::run::Prepared;

/// How a plan is made: with secrets, or with something in their place.
pub(super) type Make = fn(&Project, &Order) -> Result<Plan, Vec<Diagnostic>>;

/// The plan of everything on a target, until it is given up.
pub(super) fn plan(
    target: &str,
    vars: &[(String, String)],
    given_up: &CancellationToken,
    make: Make,
) -> Result<Prepared, Vec<Diagnostic>> {
    let project = Project::load(Path::new("."), &[])?;
    let sandbox = project.config.targets.iter().any(|known| known.name == target && known.sandbox);
    let brought = if sandbox { Sandbox::vars() } else { Vec::new() };
    let started = Utc::now();
    let order = Order {
        vars: vars.to_vec(),
        sandbox_vars: brought.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        given_up: given_up.clone(),
        ..Order::new(target, "none", started)
    };
    let plan = make(&project, &order)?;
    Ok(Prepared { plan, sandbox: sandbox.then(Options::default), id: order.run_id, started })
}
