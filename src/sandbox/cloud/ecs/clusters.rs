//! `ListClusters` and `DescribeClusters`.

use serde_json::{Value, json};

use super::arns::cluster_arn;
use super::fleet::Fleet;
use super::input::{PAGES, WRONG};
use super::task::Status;
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::{self, CLUSTER};
use crate::sandbox::cloud::refusal::Refusal;

/// `ListClusters`.
pub(super) fn list(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("ListClusters", WRONG, input, &["nextToken", "maxResults"])?;
    let items = vec![cluster_arn().into()];
    PAGES.page(&members, input, List { key: "clusterArns", items, size: 100, paging: fleet.paging })
}

/// `DescribeClusters`. Only `SETTINGS` may be included.
pub(super) fn describe(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("DescribeClusters", WRONG, input, &["clusters", "include"])?;
    let include = members.texts("include", 5)?.unwrap_or_default();
    if let Some(other) = include.iter().find(|part| **part != "SETTINGS") {
        return Err(members.wrong(format!("the sandbox does not support to include {other}")));
    }
    let given = members.texts("clusters", 100)?.filter(|given| !given.is_empty()).unwrap_or_else(|| vec!["default"]);
    let ours = |name: &str| name == CLUSTER || name == cluster_arn();
    let clusters: Vec<Value> =
        given.iter().filter(|name| ours(name)).map(|_| draw(fleet, !include.is_empty())).collect();
    let failures: Vec<Value> = given.iter().filter(|name| !ours(name)).map(|name| absent(name)).collect();
    Ok(json!({"clusters": clusters, "failures": failures}))
}

fn absent(name: &str) -> Value {
    let arn = if name.starts_with("arn:") { name.to_owned() } else { place::arn("ecs", &format!("cluster/{name}")) };
    json!({"arn": arn, "reason": "MISSING"})
}

fn draw(fleet: &Fleet, with_settings: bool) -> Value {
    let count = |among: &[Status]| fleet.tasks.iter().filter(|task| among.contains(&task.status)).count();
    let insights = if fleet.no_insights { "disabled" } else { "enabled" };
    let settings = if with_settings { json!([{"name": "containerInsights", "value": insights}]) } else { json!([]) };
    json!({
        "clusterArn": cluster_arn(),
        "clusterName": CLUSTER,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": count(&[Status::Running]),
        "pendingTasksCount": count(&[Status::Provisioning, Status::Pending]),
        "activeServicesCount": fleet.services.len(),
        "statistics": [],
        "tags": [],
        "settings": settings,
        "capacityProviders": [],
        "defaultCapacityProviderStrategy": [],
    })
}
