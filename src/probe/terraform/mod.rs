//! `terraform`: a plan as `terraform show -json` writes it, and the files it is made from.

mod config;
mod document;
mod members;
mod modules;
mod plan;
mod seen;
#[cfg(test)]
mod tests;
mod veil;
mod withheld;

use std::path::{Path, PathBuf};

pub use self::modules::Modules;
pub use self::seen::TerraformSeen;
use super::{LookError, LookErrorKind, Vantage, local_file};
use crate::expr::{self, EvaluationError, Scope, Template};

/// The fields of `plan`.
pub const PLAN_FIELDS: &[&str] =
    &["resources", "changes", "outputs", "variables", "terraform_version", "complete", "applyable"];
/// The fields of `config`.
pub const CONFIG_FIELDS: &[&str] = &["resources", "outputs", "variables", "locals"];

/// What is written under `terraform`.
#[derive(Debug)]
pub struct Terraform {
    /// `plan`: what `terraform show -json` wrote; brings `plan`.
    pub plan: Option<Template>,
    /// `dir`: the root module's folder; brings `config`.
    pub dir: Option<Template>,
    /// `var_files`: as `-var-file`, over what the folder holds itself.
    pub var_files: Vec<Template>,
    /// `vars`: as `-var`, over all files.
    pub vars: Vec<(String, Template)>,
}

/// What to read, filled in.
#[derive(Debug, Clone)]
pub struct Query {
    plan: Option<PathBuf>,
    dir: Option<PathBuf>,
    var_files: Vec<PathBuf>,
    vars: Vec<(String, serde_json::Value)>,
}

impl Terraform {
    /// What is filled in.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let vars = self.vars.iter().map(|(_, value)| value);
        let files = self.plan.iter().chain(&self.dir).chain(&self.var_files);
        files.chain(vars).collect()
    }

    /// The files that must be there.
    #[must_use]
    pub fn files(&self) -> Vec<&Template> {
        self.plan.iter().chain(&self.var_files).collect()
    }

    /// What its expressions see: `plan`, `config` or both.
    #[must_use]
    pub fn brings(&self) -> Vec<(&'static str, &'static [&'static str])> {
        let plan = self.plan.iter().map(|_| ("plan", PLAN_FIELDS));
        plan.chain(self.dir.iter().map(|_| ("config", CONFIG_FIELDS))).collect()
    }

    /// The first of its `vars` that the module in a folder does not declare: its value, its name, and what may be meant.
    /// None where the files cannot be read.
    #[must_use]
    pub fn undeclared(&self, dir: &Path, modules: &Modules) -> Option<(&Template, &str, String)> {
        let (name, help) = modules.undeclared(dir, self.vars.iter().map(|(name, _)| name.as_str()))?;
        self.vars.iter().find(|(own, _)| own == name).map(|(own, value)| (value, own.as_str(), help))
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, scope: &Scope, dir: &Path) -> Result<Query, EvaluationError> {
        let path = |template: &Template| Ok(dir.join(template.evaluate_text(scope)?));
        let vars = self.vars.iter().map(|(name, value)| Ok((name.clone(), expr::to_json(&value.fill(scope)?))));
        Ok(Query {
            plan: self.plan.as_ref().map(path).transpose()?,
            dir: self.dir.as_ref().map(path).transpose()?,
            var_files: self.var_files.iter().map(path).collect::<Result<_, EvaluationError>>()?,
            vars: vars.collect::<Result<_, EvaluationError>>()?,
        })
    }
}

impl Query {
    /// Looks once: reads the files.
    ///
    /// # Errors
    /// Where one of them cannot be read, or is not what it should be; the message names file and line.
    pub async fn look(&self, vantage: &Vantage) -> Result<TerraformSeen, LookError> {
        let query = self.clone();
        let read = tokio::task::spawn_blocking(move || query.read()).await;
        let seen = read.unwrap_or_else(|panic| Err(panic.to_string()));
        let seen = seen.map_err(|message| LookError { kind: LookErrorKind::Unusable, message, retry_after: None })?;
        seen.secrets().for_each(|secret| vantage.instruments.redactor.learn(&secret));
        Ok(seen)
    }

    fn read(&self) -> Result<TerraformSeen, String> {
        let plan = self.plan.as_ref().map(|path| {
            let read = local_file::bytes(path).and_then(|bytes| plan::read(&bytes));
            read.map_err(|why| format!("{}: {why}", local_file::shown(path)))
        });
        let config = self.dir.as_ref().map(|dir| config::read(dir, &self.var_files, &self.vars));
        Ok(TerraformSeen { plan: plan.transpose()?, config: config.transpose()? })
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        let paths = self.plan.iter().chain(&self.dir).map(|path| local_file::shown(path));
        format!("terraform {}", paths.collect::<Vec<_>>().join(", "))
    }
}

/// What the files of a root module tell, as a step sees it under `config`; and beside that, as `providers`, what the
/// provider of each kind is given that has no alias. What is not known or sensitive is no plain value.
///
/// # Errors
/// Where a file cannot be read, or is no Terraform; the message names file and line.
pub fn config_of(dir: &Path) -> Result<serde_json::Value, String> {
    let config = config::read(dir, &[], &[])?;
    let mut json = expr::to_json(&config.value);
    json["providers"] = expr::to_json(&config.providers);
    Ok(json)
}

/// Reads a plan and draws what is seen of it, for tests that throw anything at it.
#[cfg(any(test, fuzzing))]
pub(super) fn read_plan(bytes: &[u8]) {
    if let Ok(plan) = plan::read(bytes) {
        drawn(&TerraformSeen { plan: Some(plan), config: None });
    }
}

/// Reads a file as a module of its own, with itself as its variables.
#[cfg(any(test, fuzzing))]
pub(super) fn read_files(text: &str) {
    if let Ok(config) = config::read_text(text) {
        drawn(&TerraformSeen { plan: None, config: Some(config) });
    }
}

#[cfg(any(test, fuzzing))]
fn drawn(seen: &TerraformSeen) {
    let shown = seen.bindings().iter().map(|(_, value)| expr::to_text(value)).collect::<String>();
    let _ = (shown, seen.summary(), seen.evidence(), seen.secrets().count());
}
