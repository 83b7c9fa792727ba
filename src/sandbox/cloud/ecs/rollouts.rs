//! `ListServiceDeployments` and `DescribeServiceDeployments`: how roll-outs ended, roll-backs among them.

use serde_json::{Value, json};

use super::arns::{arn, cluster_arn, deployment_arn, name_of};
use super::deployment::{Deployment, Rank, Rollout};
use super::fleet::Fleet;
use super::input::{PAGES, WRONG, check_cluster};
use super::service::Service;
use super::services::{configuration, count};
use super::task::{Status, Task};
use crate::sandbox::cloud::epoch::seconds;
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::last_part;
use crate::sandbox::cloud::refusal::Refusal;

/// `ListServiceDeployments`, newest first.
pub(super) fn list(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    const KNOWN: [&str; 6] = ["service", "cluster", "status", "createdAt", "nextToken", "maxResults"];
    let members = Members::read("ListServiceDeployments", WRONG, input, &KNOWN)?;
    check_cluster(&members)?;
    let service = name_of("service", members.required_text("service")?)
        .and_then(|name| fleet.service(name))
        .ok_or_else(|| Refusal::new("ServiceNotFoundException", "Service not found."))?;
    let statuses = members.texts("status", 9)?.unwrap_or_default();
    let created = members.structure("createdAt", &["before", "after"])?;
    let before = created.map(|created| created.number("before")).transpose()?.flatten();
    let after = created.map(|created| created.number("after")).transpose()?.flatten();
    let wanted = |deployment: &&Deployment| {
        let at = seconds(deployment.created);
        (statuses.is_empty() || statuses.contains(&status(service, deployment)))
            && before.is_none_or(|before| at < before)
            && after.is_none_or(|after| at > after)
    };
    let drawn = service.deployments.iter().rev().filter(wanted).map(|one| brief(service, one)).collect();
    PAGES.page(&members, input, List { key: "serviceDeployments", items: drawn, size: 20, paging: fleet.paging })
}

/// `DescribeServiceDeployments`: at most twenty.
pub(super) fn describe(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("DescribeServiceDeployments", WRONG, input, &["serviceDeploymentArns"])?;
    let given = members.texts("serviceDeploymentArns", 20)?.unwrap_or_default();
    if given.is_empty() {
        return Err(members.wrong("serviceDeploymentArns cannot be empty."));
    }
    let mut found = Vec::new();
    let mut failures = Vec::new();
    for arn in given {
        let all = fleet.services.iter().flat_map(|service| service.deployments.iter().map(move |one| (service, one)));
        match all.into_iter().find(|(service, deployment)| deployment_arn(service, deployment) == arn) {
            Some((service, deployment)) => found.push(whole(fleet, service, deployment)),
            None => failures.push(json!({"arn": arn, "reason": "MISSING"})),
        }
    }
    Ok(json!({"serviceDeployments": found, "failures": failures}))
}

fn revision_arn(service: &Service, deployment: &Deployment) -> String {
    arn("service-revision", &format!("{}/{}", service.name, last_part(&deployment.id)))
}

fn brief(service: &Service, deployment: &Deployment) -> Value {
    let mut drawn = json!({
        "serviceDeploymentArn": deployment_arn(service, deployment),
        "serviceArn": arn("service", &service.name),
        "clusterArn": cluster_arn(),
        "createdAt": seconds(deployment.created),
        "startedAt": seconds(deployment.created),
        "targetServiceRevisionArn": revision_arn(service, deployment),
        "status": status(service, deployment),
    });
    if let Some(finished) = deployment.finished {
        drawn["finishedAt"] = seconds(finished).into();
    }
    if deployment.rollout == Rollout::Failed {
        drawn["statusReason"] =
            "Service deployment rolled back because the circuit breaker threshold was exceeded.".into();
        if successor(service, deployment).is_none() {
            drawn["statusReason"] = deployment.reason.clone().into();
        }
    }
    drawn
}

fn whole(fleet: &Fleet, service: &Service, deployment: &Deployment) -> Value {
    let tasks: Vec<&Task> = fleet.tasks.iter().filter(|task| task.deployment == deployment.id).collect();
    let mut drawn = brief(service, deployment);
    if let Value::Object(members) = &mut drawn {
        members.remove("targetServiceRevisionArn");
    }
    drawn["updatedAt"] = seconds(deployment.updated).into();
    drawn["targetServiceRevision"] = json!({
        "arn": revision_arn(service, deployment),
        "requestedTaskCount": service.desired,
        "runningTaskCount": count(&tasks, &[Status::Running]),
        "pendingTaskCount": count(&tasks, &[Status::Provisioning, Status::Pending]),
    });
    drawn["sourceServiceRevisions"] = json!([]);
    drawn["deploymentConfiguration"] = configuration(service);
    drawn["deploymentCircuitBreaker"] = json!({
        "status": breaker(service, deployment),
        "failureCount": deployment.failed,
        "threshold": 3,
    });
    if let Some(good) = successor(service, deployment) {
        drawn["rollback"] = json!({
            "reason": "Circuit breaker threshold exceeded.",
            "startedAt": deployment.finished.map(seconds),
            "serviceRevisionArn": revision_arn(service, good),
        });
    }
    drawn
}

/// The deployment that took over again from a failed one.
fn successor<'service>(service: &'service Service, failed: &Deployment) -> Option<&'service Deployment> {
    service.deployments.iter().find(|one| one.rolls_back.as_deref() == Some(failed.id.as_str()))
}

fn status(service: &Service, deployment: &Deployment) -> &'static str {
    match (deployment.rollout, successor(service, deployment)) {
        (Rollout::Failed, Some(good)) if good.rollout == Rollout::InProgress => "ROLLBACK_IN_PROGRESS",
        (Rollout::Failed, Some(_)) => "ROLLBACK_SUCCESSFUL",
        // One that is rolled back to had succeeded before.
        (Rollout::Completed | Rollout::InProgress, _) if deployment.proven => "SUCCESSFUL",
        (Rollout::InProgress, _) if deployment.rank == Rank::Primary => "IN_PROGRESS",
        // Ended by the circuit breaker, or overtaken by a newer one.
        _ => "STOPPED",
    }
}

fn breaker(service: &Service, deployment: &Deployment) -> &'static str {
    match deployment.rollout {
        _ if !service.limits.breaker => "DISABLED",
        Rollout::InProgress => "MONITORING",
        Rollout::Completed => "MONITORING_COMPLETE",
        Rollout::Failed => "TRIGGERED",
    }
}
