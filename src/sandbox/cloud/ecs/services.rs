//! `ListServices` and `DescribeServices`.

use serde_json::{Value, json};

use super::arns::{arn, cluster_arn, definition_arn, deployment_arn, missing, name_of};
use super::deployment::{Deployment, Rank, Rollout};
use super::fleet::Fleet;
use super::input::{PAGES, WRONG, check_cluster, check_include};
use super::service::Service;
use super::task::{Status, Task};
use crate::sandbox::cloud::epoch::seconds;
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::refusal::Refusal;

/// `ListServices`: ten a page unless asked otherwise.
pub(super) fn list(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    const KNOWN: [&str; 5] = ["cluster", "nextToken", "maxResults", "launchType", "schedulingStrategy"];
    let members = Members::read("ListServices", WRONG, input, &KNOWN)?;
    check_cluster(&members)?;
    let launch = members.choice("launchType", &["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])?;
    let strategy = members.choice("schedulingStrategy", &["REPLICA", "DAEMON"])?;
    let all = launch.is_none_or(|launch| launch == "FARGATE") && strategy.is_none_or(|strategy| strategy == "REPLICA");
    let arns = fleet.services.iter().filter(|_| all).map(|service| arn("service", &service.name).into()).collect();
    PAGES.page(&members, input, List { key: "serviceArns", items: arns, size: 10, paging: fleet.paging })
}

/// `DescribeServices`: at most ten; what does not exist is among the failures, with HTTP 200.
pub(super) fn describe(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("DescribeServices", WRONG, input, &["cluster", "services", "include"])?;
    check_cluster(&members)?;
    check_include(&members)?;
    let given = members.texts("services", 10)?.unwrap_or_default();
    if given.is_empty() {
        return Err(members.wrong("Services cannot be empty."));
    }
    let mut services = Vec::new();
    let mut failures = Vec::new();
    for name in given {
        match name_of("service", name).and_then(|name| fleet.service(name)) {
            Some(service) => services.push(draw(fleet, service)),
            None => failures.push(missing("service", name)),
        }
    }
    Ok(json!({"services": services, "failures": failures}))
}

/// A service as `DescribeServices` and `UpdateService` give it.
pub(super) fn draw(fleet: &Fleet, service: &Service) -> Value {
    let tasks: Vec<&Task> = fleet.tasks.iter().filter(|task| task.service == service.name).collect();
    let primary = service.primary();
    let deployments = service.deployments.iter().rev().filter(|deployment| deployment.rank != Rank::Inactive);
    let events: Vec<Value> = service
        .events
        .iter()
        .map(|event| json!({"id": event.id, "createdAt": seconds(event.time), "message": event.message}))
        .collect();
    json!({
        "serviceArn": arn("service", &service.name),
        "serviceName": service.name,
        "clusterArn": cluster_arn(),
        "loadBalancers": [],
        "serviceRegistries": [],
        "status": "ACTIVE",
        "desiredCount": service.desired,
        "runningCount": count(&tasks, &[Status::Running]),
        "pendingCount": count(&tasks, &[Status::Provisioning, Status::Pending]),
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "taskDefinition": primary.map(|deployment| definition_arn(&deployment.definition)),
        "deploymentConfiguration": configuration(service),
        "deployments": deployments.map(|deployment| draw_deployment(service, deployment, &tasks)).collect::<Vec<_>>(),
        "events": events,
        "createdAt": seconds(service.created),
        "currentServiceDeployment": primary.map(|deployment| deployment_arn(service, deployment)),
        "placementConstraints": [],
        "placementStrategy": [],
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableECSManagedTags": false,
        "propagateTags": "NONE",
        "enableExecuteCommand": false,
    })
}

/// `deploymentConfiguration`.
pub(super) fn configuration(service: &Service) -> Value {
    json!({
        "deploymentCircuitBreaker": {"enable": service.limits.breaker, "rollback": service.limits.rollback},
        "maximumPercent": service.limits.maximum,
        "minimumHealthyPercent": service.limits.minimum,
        "strategy": "ROLLING",
    })
}

fn draw_deployment(service: &Service, deployment: &Deployment, tasks: &[&Task]) -> Value {
    let own: Vec<&Task> = tasks.iter().copied().filter(|task| task.deployment == deployment.id).collect();
    let primary = deployment.rank == Rank::Primary;
    json!({
        "id": deployment.id,
        "status": if primary { "PRIMARY" } else { "ACTIVE" },
        "taskDefinition": definition_arn(&deployment.definition),
        "desiredCount": if primary { service.desired } else { 0 },
        "pendingCount": count(&own, &[Status::Provisioning, Status::Pending]),
        "runningCount": count(&own, &[Status::Running]),
        "failedTasks": deployment.failed,
        "createdAt": seconds(deployment.created),
        "updatedAt": seconds(deployment.updated),
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "rolloutState": rollout(deployment.rollout),
        "rolloutStateReason": deployment.reason,
    })
}

const fn rollout(rollout: Rollout) -> &'static str {
    match rollout {
        Rollout::InProgress => "IN_PROGRESS",
        Rollout::Completed => "COMPLETED",
        Rollout::Failed => "FAILED",
    }
}

/// How many of the tasks are in one of the states.
pub(super) fn count(tasks: &[&Task], among: &[Status]) -> usize {
    tasks.iter().filter(|task| among.contains(&task.status)).count()
}
