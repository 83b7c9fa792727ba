//! `plan` and `config`: what a look at Terraform brought.

use super::config::Config;
use super::plan::Plan;
use crate::event::Evidence;
use crate::expr::Value;
use crate::redact::Secret;

/// Shorter sensitive texts (`on`, `prod`) are not looked for elsewhere: they would blank half of every report.
const SHORTEST: usize = 8;
/// How many resources are listed as evidence at most.
const MOST_LINES: usize = 60;

/// A plan, the files, or both.
#[derive(Debug)]
pub struct TerraformSeen {
    pub(super) plan: Option<Plan>,
    pub(super) config: Option<Config>,
}

impl TerraformSeen {
    /// The names and the values that expressions see.
    #[must_use]
    pub fn bindings(&self) -> Vec<(&'static str, Value)> {
        let plan = self.plan.iter().map(|plan| ("plan", plan.value.clone()));
        plan.chain(self.config.iter().map(|config| ("config", config.value.clone()))).collect()
    }

    /// Where what an expression reads is written: the place of the longest part of its path that has one.
    #[must_use]
    pub fn place(&self, path: &[String]) -> Option<&str> {
        let config = self.config.as_ref()?;
        let (root, below) = path.split_first()?;
        if root != "config" {
            return None;
        }
        let longest = (1..=below.len()).rev().find_map(|length| config.places.get(&below[..length].join(".")));
        longest.map(String::as_str)
    }

    /// Every text that must not appear anywhere.
    pub(super) fn secrets(&self) -> impl Iterator<Item = Secret> {
        let plan = self.plan.iter().flat_map(|plan| &plan.secrets);
        let config = self.config.iter().flat_map(|config| &config.secrets);
        plan.chain(config).filter(|text| text.len() >= SHORTEST).map(|text| Secret::new(text.as_str()))
    }

    /// In one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let plan = self.plan.as_ref().map(|plan| {
            format!(
                "a plan of {} resources, {} to change, Terraform {}",
                plan.resources, plan.changes, plan.terraform_version
            )
        });
        let config =
            self.config.as_ref().map(|config| format!("{} resources in {} files", config.resources, config.files));
        plan.into_iter().chain(config).collect::<Vec<_>>().join("; ")
    }

    /// Files are right or wrong only by what is expected of them.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        None
    }

    /// What was read, and which resources there are.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let listed = |value: &Value| match value {
            Value::Map(root) => match root.map.get(&cel::objects::Key::from("resources")) {
                Some(Value::Map(resources)) => {
                    let mut names: Vec<_> = resources.map.keys().map(ToString::to_string).collect();
                    names.sort();
                    names
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let plan = self.plan.iter().map(|plan| ("resources of the plan", listed(&plan.value)));
        let config = self.config.iter().map(|config| {
            let named = listed(&config.value).into_iter();
            let placed = named.map(|name| match config.places.get(&format!("resources.{name}")) {
                Some(at) => format!("{at} {name}"),
                None => name,
            });
            ("resources in the files", placed.collect())
        });
        let kept = |(title, names): (&str, Vec<String>)| Evidence {
            title: title.to_owned(),
            text: names.into_iter().take(MOST_LINES).collect::<Vec<_>>().join("\n"),
        };
        plan.chain(config).map(kept).collect()
    }
}
