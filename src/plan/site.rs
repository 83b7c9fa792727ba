//! Where a plan is made for, and what it brings.

use std::collections::HashSet;
use std::time::Duration;

use super::definition::{Definition, Definitions};
use super::order::Order;
use super::reads::Read;
use super::target;
use crate::expr::{Scope, Template};
use crate::probe::terraform::Modules;
use crate::scenario::config::Target;
use crate::scenario::{Config, Scenario};
use crate::target::{AwsSettings, TargetSettings};

/// Where cases are made for.
#[derive(Debug)]
pub(super) struct Site<'p> {
    /// `smoke.yaml`.
    pub(super) config: &'p Config,
    /// The target.
    pub(super) target: &'p Target,
    /// What was asked for.
    pub(super) order: &'p Order,
    /// `target` and `run`.
    pub(super) scope: Scope,
    /// Which variables the target itself reads.
    pub(super) reads: Read<'p>,
    /// Modules that steps give values to.
    pub(super) modules: &'p Modules,
    /// How late a log line may become visible, where that is known.
    pub(super) log_lag: Option<Duration>,
}

impl<'p> Site<'p> {
    /// A target before the URL of its API is known.
    pub(super) fn new(config: &'p Config, target: &'p Target, order: &'p Order, modules: &'p Modules) -> Self {
        let scope = target::scope(target, &order.run_id, order.started);
        let mut site =
            Self { config, target, order, scope, reads: Read::Names(HashSet::new()), modules, log_lag: None };
        // Only of what is given it is asked who reads it.
        if !order.vars.is_empty() {
            let references = target.templates().flat_map(Template::references).collect();
            site.reads = Read::by(references, &site.definitions(None));
        }
        site
    }

    /// Takes over what the target's templates came to.
    pub(super) fn settle(&mut self, settings: &TargetSettings) {
        target::settle(&mut self.scope, settings);
        self.log_lag = settings.aws.as_ref().map(AwsSettings::log_lag);
    }

    /// What defines each variable.
    pub(super) fn definitions(&self, scenario: Option<&'p Scenario>) -> Definitions<'p> {
        let written = |vars: &'p [(String, Template)]| {
            vars.iter().map(|(name, template)| (name.as_str(), Definition::Written(template)))
        };
        let given = |vars: &'p [(String, String)]| {
            vars.iter().map(|(name, text)| (name.as_str(), Definition::Given(text.as_str())))
        };
        let own = scenario.map(|scenario| scenario.vars.as_slice()).unwrap_or_default();
        let sandbox = if self.target.sandbox { self.order.sandbox_vars.as_slice() } else { &[] };
        let files = written(own).chain(written(&self.config.vars)).chain(given(sandbox));
        // The strongest last: it takes the place of the others.
        files.chain(written(&self.target.vars)).chain(given(&self.order.vars)).collect()
    }
}
