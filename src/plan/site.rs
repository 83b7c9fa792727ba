//! Where a plan is made for, and what it brings.

use super::order::Order;
use super::target;
use super::variables::Definition;
use crate::expr::{Scope, Template};
use crate::scenario::config::Target;
use crate::scenario::{Config, Scenario};
use crate::target::TargetSettings;

/// Where cases are made for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'p> {
    /// `smoke.yaml`.
    pub(super) config: &'p Config,
    /// The target.
    pub(super) target: &'p Target,
    /// What was asked for.
    pub(super) order: &'p Order,
    /// The URL of the API, where it is known.
    pub(super) settings: &'p TargetSettings,
}

impl<'p> Site<'p> {
    /// Everything that defines a variable, the strongest last.
    pub(super) fn definitions(&self, scenario: Option<&'p Scenario>) -> Vec<(&'p str, Definition<'p>)> {
        let written = |vars: &'p [(String, Template)]| {
            vars.iter().map(|(name, template)| (name.as_str(), Definition::Written(template)))
        };
        let given = |vars: &'p [(String, String)]| {
            vars.iter().map(|(name, text)| (name.as_str(), Definition::Given(text.as_str())))
        };
        let own = scenario.map(|scenario| scenario.vars.as_slice()).unwrap_or_default();
        let sandbox = if self.target.sandbox { self.order.sandbox_vars.as_slice() } else { &[] };
        let files = written(own).chain(written(&self.config.vars)).chain(given(sandbox));
        files.chain(written(&self.target.vars)).chain(given(&self.order.vars)).collect()
    }

    /// `target` and `run`.
    pub(super) fn scope(&self) -> Scope {
        let mut scope = target::scope(self.target, &self.order.run_id, self.order.started);
        target::settle(&mut scope, self.settings);
        scope
    }
}
