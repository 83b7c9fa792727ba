//! A plan in Terraform's JSON form, format 0.x (Terraform 0.12 to 1.1) and 1.x.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::document::{Change, Document, Resource, ResourceChange};
use super::members::modules;
use super::veil::{Veiled, holds_true};
use super::withheld;
use crate::expr::{self, Value};
use crate::probe::local_file;

/// The newest major version of the format that is known.
const NEWEST: u64 = 1;

/// `plan`, as expressions see it, and all that must never be shown of it.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) value: Value,
    pub(super) resources: usize,
    pub(super) changes: usize,
    pub(super) terraform_version: String,
    /// The texts of sensitive values.
    pub(super) secrets: BTreeSet<String>,
}

/// Reads a plan.
///
/// # Errors
/// What it is instead: no JSON, a state, a newer format, a plan that Terraform could not finish.
pub(super) fn read(bytes: &[u8]) -> Result<Plan, String> {
    if bytes.starts_with(b"PK") {
        let help = "write it with `terraform show -json FILE`";
        return Err(format!("this is a plan as Terraform keeps it for itself, not JSON; {help}"));
    }
    // PowerShell writes what it is told to keep in UTF-16.
    let text = local_file::text(bytes, |_| None)?;
    let document: Document = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    refused(&document)?;
    Ok(document.plan())
}

fn unreadable(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    format!("line {line}, column {column}: {message}; `terraform show -json` writes plans that can be read")
}

fn refused(document: &Document) -> Result<(), String> {
    let Some(version) = &document.format_version else {
        return Err("it has no `format_version`, so it is no plan that `terraform show -json` wrote".to_owned());
    };
    let major: Option<u64> = version.split('.').next().and_then(|major| major.parse().ok());
    match major {
        None => Err(format!("`{version}` is no format version of a plan")),
        Some(major) if major > NEWEST => {
            Err(format!("the plan has format {version}, and smoke knows up to {NEWEST}.x: a newer smoke may read it"))
        }
        Some(_) if document.planned_values.is_none() && document.values.is_some() => {
            Err("this is a state, not a plan: `terraform plan -out FILE`, then `terraform show -json FILE`".to_owned())
        }
        Some(_) if document.planned_values.is_none() => Err("it has no `planned_values`, so it is no plan".to_owned()),
        Some(_) if document.errored => Err("Terraform could not finish this plan: it is errored".to_owned()),
        Some(_) => Ok(()),
    }
}

impl Document {
    fn plan(&self) -> Plan {
        let resources = self.resources();
        let changes: BTreeMap<String, Value> =
            self.resource_changes.iter().map(|change| (change.key(), change.value())).collect();
        let (resource_count, change_count) = (resources.len(), self.moving());
        let terraform_version = self.terraform_version.clone().unwrap_or_default();
        let value = expr::object([
            ("resources".to_owned(), expr::object(resources)),
            ("changes".to_owned(), expr::object(changes)),
            ("outputs".to_owned(), expr::object(self.outputs())),
            ("variables".to_owned(), expr::object(self.variables())),
            ("terraform_version".to_owned(), Value::from(terraform_version.as_str())),
            ("complete".to_owned(), self.complete.map_or(Value::Null, Value::Bool)),
            ("applyable".to_owned(), self.applyable.map_or(Value::Null, Value::Bool)),
        ]);
        let secrets = withheld::secrets(&value).into_iter().collect();
        Plan { value, resources: resource_count, changes: change_count, terraform_version, secrets }
    }

    /// How many resources would change.
    fn moving(&self) -> usize {
        let still = |change: &&ResourceChange| matches!(change.action(), "no-op" | "read");
        self.resource_changes.iter().filter(|change| !still(change)).count()
    }

    /// Every resource that there will be, by its full address; and data sources that were read already.
    fn resources(&self) -> BTreeMap<String, Value> {
        let changes: BTreeMap<&str, &ResourceChange> = self
            .resource_changes
            .iter()
            .filter(|change| change.deposed.is_none())
            .map(|change| (change.address.as_str(), change))
            .collect();
        let mut found = BTreeMap::new();
        let planned = self.planned_values.as_ref().map(|values| values.root_module.all()).unwrap_or_default();
        let prior = self.prior_state.as_ref().and_then(|state| state.values.as_ref());
        let prior = prior.map(|values| values.root_module.all()).unwrap_or_default();
        let data = prior.into_iter().filter(|(_, resource)| resource.mode == "data");
        for (module, resource) in planned.into_iter().chain(data) {
            let address = resource.full_address(module);
            let change = changes.get(address.as_str()).copied();
            let references = self.references(module, resource);
            found.entry(address.clone()).or_insert_with(|| resource.value(&address, module, change, &references));
        }
        found
    }

    /// What the configuration of a resource refers to.
    fn references(&self, module: &str, resource: &Resource) -> Vec<String> {
        let root = self.configuration.get("root_module");
        let module =
            modules(module).iter().fold(root, |module, name| module?.get("module_calls")?.get(name)?.get("module"));
        let all = module.and_then(|module| module.get("resources")?.as_array()).map(Vec::as_slice).unwrap_or_default();
        // A data source may be called like a resource.
        let alike = |own: &Json| own["mode"].as_str().is_none_or(|mode| mode == resource.mode);
        let named = |own: &Json| own["type"] == json!(resource.r#type) && own["name"] == json!(resource.name);
        let own = all.iter().find(|own| named(own) && alike(own));
        let mut found = BTreeSet::new();
        for part in ["expressions", "count_expression", "for_each_expression"] {
            referred(own.and_then(|own| own.get(part)), &mut found);
        }
        found.into_iter().collect()
    }

    fn outputs(&self) -> BTreeMap<String, Value> {
        let planned = self.planned_values.as_ref().map(|values| values.outputs.clone()).unwrap_or_default();
        let names: BTreeSet<&String> = planned.keys().chain(self.output_changes.keys()).collect();
        let output = |name: &String| {
            let (planned, change) = (planned.get(name), self.output_changes.get(name));
            let coming = planned.is_some_and(|output| output.get("value").is_none()).then_some(json!(true));
            let value = planned.and_then(|output| output.get("value"));
            let unknown = change.and_then(|change| change.get("after_unknown")).or(coming.as_ref());
            let sensitive = planned.and_then(|output| output.get("sensitive"));
            let actions = change.and_then(|change| change.get("actions")).map_or(Value::Null, expr::from_json);
            expr::object([
                ("value".to_owned(), Veiled { value, unknown, sensitive }.into_value()),
                ("sensitive".to_owned(), Value::Bool(sensitive == Some(&json!(true)))),
                ("actions".to_owned(), actions),
            ])
        };
        let there = |name: &&String| planned.contains_key(*name);
        names.into_iter().filter(there).map(|name| (name.clone(), output(name))).collect()
    }

    fn variables(&self) -> BTreeMap<String, Value> {
        let declared = self.configuration.get("root_module").and_then(|root| root.get("variables"));
        let variable = |(name, variable): (&String, &Json)| {
            let sensitive = declared.and_then(|declared| declared.get(name)?.get("sensitive"));
            let veiled = Veiled { value: variable.get("value"), unknown: None, sensitive };
            (name.clone(), expr::object([("value".to_owned(), veiled.into_value())]))
        };
        self.variables.iter().map(variable).collect()
    }
}

impl Resource {
    /// Terraform 0.12 left modules and keys out of some addresses.
    fn full_address(&self, module: &str) -> String {
        let dot = if module.is_empty() { "" } else { "." };
        let address = if self.address.starts_with(module) {
            self.address.clone()
        } else {
            format!("{module}{dot}{}", self.address)
        };
        match &self.index {
            Some(index) if !address.ends_with(']') => format!("{address}[{index}]"),
            _ => address,
        }
    }

    fn value(&self, address: &str, module: &str, change: Option<&ResourceChange>, references: &[String]) -> Value {
        let veiled = Veiled {
            value: self.values.as_ref(),
            unknown: change.and_then(|change| change.change.after_unknown.as_ref()),
            // Where one of the two marks nothing, the other may.
            sensitive: change
                .and_then(|change| change.change.after_sensitive.as_ref())
                .filter(|marks| holds_true(Some(marks)))
                .or(self.sensitive_values.as_ref()),
        };
        let (unknown, sensitive) = veiled.paths();
        let told = json!({
            "address": address, "mode": self.mode, "type": self.r#type, "name": self.name, "module": module,
            "key": self.index, "provider": self.provider_name, "unknown": unknown, "sensitive": sensitive,
            "references": references, "action": change.map(ResourceChange::action),
        });
        let told = told.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), expr::from_json(value)));
        // A resource without a value at all still is an object, whose fields are all missing.
        let empty = json!({});
        let veiled = Veiled { value: veiled.value.or(Some(&empty)), ..veiled };
        expr::object(told.chain([("values".to_owned(), veiled.into_value())]))
    }
}

impl ResourceChange {
    /// The address; what was deposed beside it has a key of its own.
    fn key(&self) -> String {
        match &self.deposed {
            Some(deposed) => format!("{} (deposed {deposed})", self.address),
            None => self.address.clone(),
        }
    }

    /// `create`, `read`, `update`, `delete`, `replace`, `no-op`, `forget`.
    fn action(&self) -> &str {
        match self.change.actions.as_slice() {
            [one] => one,
            [_, _] => "replace",
            _ => "no-op",
        }
    }

    fn value(&self) -> Value {
        let Change { actions, before, after, after_unknown, before_sensitive, after_sensitive } = &self.change;
        let told = json!({
            "address": self.address, "previous_address": self.previous_address, "module": self.module_address,
            "mode": self.mode, "type": self.r#type, "name": self.name, "key": self.index, "deposed": self.deposed,
            "actions": actions, "action": self.action(), "reason": self.action_reason,
        });
        let told = told.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), expr::from_json(value)));
        let before = Veiled { value: before.as_ref(), unknown: None, sensitive: before_sensitive.as_ref() };
        let after =
            Veiled { value: after.as_ref(), unknown: after_unknown.as_ref(), sensitive: after_sensitive.as_ref() };
        let sides = [("before".to_owned(), before.into_value()), ("after".to_owned(), after.into_value())];
        expr::object(told.chain(sides))
    }
}

/// Every reference below an expression of the configuration.
fn referred(expression: Option<&Json>, found: &mut BTreeSet<String>) {
    match expression {
        Some(Json::Object(fields)) => {
            for (name, inner) in fields {
                match inner.as_array().filter(|_| name == "references") {
                    Some(names) => found.extend(names.iter().filter_map(Json::as_str).map(str::to_owned)),
                    None => referred(Some(inner), found),
                }
            }
        }
        Some(Json::Array(items)) => items.iter().for_each(|item| referred(Some(item), found)),
        _ => {}
    }
}
