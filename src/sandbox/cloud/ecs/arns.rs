//! The ARNs of what is in the cluster, and the names within them.

use serde_json::{Value, json};

use super::deployment::Deployment;
use super::service::Service;
use crate::sandbox::cloud::place::{self, CLUSTER, last_part};

/// The ARN of something in the cluster.
pub(super) fn arn(kind: &str, name: &str) -> String {
    place::arn("ecs", &format!("{kind}/{CLUSTER}/{name}"))
}

/// The ARN of the one cluster.
pub(super) fn cluster_arn() -> String {
    place::arn("ecs", &format!("cluster/{CLUSTER}"))
}

/// The ARN of a task definition, `family:revision`.
pub(super) fn definition_arn(name: &str) -> String {
    place::arn("ecs", &format!("task-definition/{name}"))
}

/// The name in a name or an ARN, if it is one of this cluster.
pub(super) fn name_of<'text>(kind: &str, given: &'text str) -> Option<&'text str> {
    if !given.starts_with("arn:") {
        return Some(given.strip_prefix(CLUSTER).and_then(|rest| rest.strip_prefix('/')).unwrap_or(given));
    }
    given.strip_prefix(&place::arn("ecs", &format!("{kind}/{CLUSTER}/")))
}

/// What `failures[]` says of something that is not there.
pub(super) fn missing(kind: &str, given: &str) -> Value {
    let arn = if given.starts_with("arn:") { given.to_owned() } else { arn(kind, given) };
    json!({"arn": arn, "reason": "MISSING"})
}

/// The ARN of a service deployment, which is not the id of the deployment in `deployments[]`.
pub(super) fn deployment_arn(service: &Service, deployment: &Deployment) -> String {
    arn("service-deployment", &format!("{}/{}", service.name, last_part(&deployment.id)))
}
