//! What `terraform show -json` writes, as far as it is read here.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) format_version: Option<String>,
    pub(super) terraform_version: Option<String>,
    #[serde(default)]
    pub(super) variables: Map<String, Json>,
    pub(super) planned_values: Option<Values>,
    #[serde(default)]
    pub(super) resource_changes: Vec<ResourceChange>,
    #[serde(default)]
    pub(super) output_changes: Map<String, Json>,
    pub(super) prior_state: Option<State>,
    #[serde(default)]
    pub(super) configuration: Json,
    #[serde(default)]
    pub(super) errored: bool,
    /// Whether nothing was left out (`-target`) or put off. Terraform before 1.8 does not say.
    pub(super) complete: Option<bool>,
    /// Whether there is anything to apply, and it may be. Terraform before 1.8 does not say.
    pub(super) applyable: Option<bool>,
    /// Only a state has it.
    pub(super) values: Option<Json>,
}

#[derive(Debug, Deserialize)]
pub(super) struct State {
    pub(super) values: Option<Values>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Values {
    #[serde(default)]
    pub(super) outputs: Map<String, Json>,
    #[serde(default)]
    pub(super) root_module: Module,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Module {
    #[serde(default)]
    pub(super) address: String,
    #[serde(default)]
    pub(super) resources: Vec<Resource>,
    #[serde(default)]
    pub(super) child_modules: Vec<Module>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    pub(super) address: String,
    #[serde(default)]
    pub(super) mode: String,
    pub(super) r#type: String,
    pub(super) name: String,
    pub(super) index: Option<Json>,
    #[serde(default)]
    pub(super) provider_name: String,
    pub(super) values: Option<Json>,
    pub(super) sensitive_values: Option<Json>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ResourceChange {
    pub(super) address: String,
    pub(super) previous_address: Option<String>,
    #[serde(default)]
    pub(super) module_address: String,
    #[serde(default)]
    pub(super) mode: String,
    pub(super) r#type: String,
    pub(super) name: String,
    pub(super) index: Option<Json>,
    pub(super) deposed: Option<String>,
    pub(super) change: Change,
    pub(super) action_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Change {
    #[serde(default)]
    pub(super) actions: Vec<String>,
    pub(super) before: Option<Json>,
    pub(super) after: Option<Json>,
    pub(super) after_unknown: Option<Json>,
    pub(super) before_sensitive: Option<Json>,
    pub(super) after_sensitive: Option<Json>,
}

impl Module {
    /// Every resource in it and below, each with the address of its module.
    pub(super) fn all(&self) -> Vec<(&str, &Resource)> {
        let own = self.resources.iter().map(|resource| (self.address.as_str(), resource));
        own.chain(self.child_modules.iter().flat_map(Self::all)).collect()
    }
}
