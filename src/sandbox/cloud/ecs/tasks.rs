//! `ListTasks` and `DescribeTasks`.

use serde_json::{Value, json};

use super::arns::{arn, cluster_arn, definition_arn, missing, name_of};
use super::definition::Definition;
use super::fleet::Fleet;
use super::input::{PAGES, WRONG, check_cluster, check_include};
use super::task::{Health, Status, Task};
use crate::sandbox::cloud::epoch::seconds;
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::last_part;
use crate::sandbox::cloud::refusal::Refusal;

/// `ListTasks`: those that are meant to run, unless `desiredStatus` says STOPPED. PENDING is never desired.
pub(super) fn list(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    const KNOWN: [&str; 8] =
        ["cluster", "family", "nextToken", "maxResults", "startedBy", "serviceName", "desiredStatus", "launchType"];
    let members = Members::read("ListTasks", WRONG, input, &KNOWN)?;
    check_cluster(&members)?;
    let service = members.text("serviceName")?.map(|given| (given, name_of("service", given)));
    if service.is_some_and(|(_, name)| name.and_then(|name| fleet.service(name)).is_none()) {
        return Err(Refusal::new("ServiceNotFoundException", "Service not found."));
    }
    let started_by = members.text("startedBy")?;
    if service.is_some() && started_by.is_some() {
        return Err(members.wrong("cannot specify serviceName and startedBy"));
    }
    let family = members.text("family")?;
    let launch = members.choice("launchType", &["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])?;
    let desired = members.choice("desiredStatus", &["RUNNING", "PENDING", "STOPPED"])?.unwrap_or("RUNNING");
    let wanted = |task: &&Task| {
        desired_status(task) == desired
            && service.is_none_or(|(_, name)| name == Some(task.service.as_str()))
            && started_by.is_none_or(|id| task.deployment == id)
            && family.is_none_or(|family| task.definition.rsplit_once(':').is_some_and(|(name, _)| name == family))
            && launch.is_none_or(|launch| launch == "FARGATE")
    };
    let arns = fleet.tasks.iter().filter(wanted).map(|task| arn("task", &task.id).into()).collect();
    PAGES.page(&members, input, List { key: "taskArns", items: arns, size: 100, paging: fleet.paging })
}

/// `DescribeTasks`: at most a hundred; what does not exist is among the failures, with HTTP 200.
pub(super) fn describe(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("DescribeTasks", WRONG, input, &["cluster", "tasks", "include"])?;
    check_cluster(&members)?;
    check_include(&members)?;
    let given = members.texts("tasks", 100)?.unwrap_or_default();
    if given.is_empty() {
        return Err(members.wrong("Tasks cannot be empty."));
    }
    for id in given.iter().map(|name| last_part(name)) {
        // One id that cannot be one spoils the call for all of them.
        match id.len() {
            32 | 36 => {}
            37.. => return Err(members.wrong("taskId longer than 36.")),
            _ => return Err(members.wrong("taskId length should be one of [32,36]")),
        }
    }
    let mut tasks = Vec::new();
    let mut failures = Vec::new();
    for name in given {
        match name_of("task", name).and_then(|id| fleet.task(id)) {
            Some(task) => tasks.push(draw(fleet, task)),
            None => failures.push(missing("task", name)),
        }
    }
    Ok(json!({"tasks": tasks, "failures": failures}))
}

fn draw(fleet: &Fleet, task: &Task) -> Value {
    let definition = fleet.definition(&task.definition);
    let mut drawn = json!({
        "taskArn": arn("task", &task.id),
        "clusterArn": cluster_arn(),
        "taskDefinitionArn": definition_arn(&task.definition),
        "attachments": [],
        "attributes": [],
        "availabilityZone": format!("{}a", crate::sandbox::cloud::place::REGION),
        "connectivity": "CONNECTED",
        "containers": [container(fleet, task)],
        "cpu": definition.and_then(|definition| definition.body["cpu"].as_str()),
        "memory": definition.and_then(|definition| definition.body["memory"].as_str()),
        "createdAt": seconds(task.created),
        "desiredStatus": desired_status(task),
        "enableExecuteCommand": false,
        "group": format!("service:{}", task.service),
        "healthStatus": health(task.health),
        "lastStatus": status(task.status),
        "launchType": "FARGATE",
        "overrides": {"containerOverrides": []},
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "startedBy": task.deployment,
        "tags": [],
        "version": 1,
    });
    let times = [
        ("pullStartedAt", task.started),
        ("pullStoppedAt", task.started),
        ("startedAt", task.started),
        ("stoppingAt", task.stopping),
        ("executionStoppedAt", task.stopped.filter(|_| task.started.is_some())),
        ("stoppedAt", task.stopped),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            drawn[name] = seconds(time).into();
        }
    }
    if let Some(stop) = &task.stop {
        drawn["stopCode"] = stop.code.into();
        drawn["stoppedReason"] = stop.reason.clone().into();
    }
    drawn
}

fn container(fleet: &Fleet, task: &Task) -> Value {
    let definition = fleet.definition(&task.definition);
    let name = definition.map(Definition::container_name).unwrap_or_default();
    let mut drawn = json!({
        "containerArn": arn("container", &format!("{}/{name}", task.id)),
        "taskArn": arn("task", &task.id),
        "name": name,
        "image": definition.map(|definition| image(fleet, task, definition)),
        "lastStatus": status(task.status),
        "healthStatus": health(task.health),
        "networkBindings": [],
        "networkInterfaces": [],
    });
    if task.started.is_some() {
        drawn["imageDigest"] = definition.map(Definition::image_digest).into();
        drawn["runtimeId"] = task.id.clone().into();
    }
    if let Some(code) = task.exit_code {
        drawn["exitCode"] = code.into();
        if let Some(reason) = &task.container_reason {
            drawn["reason"] = reason.clone().into();
        }
    }
    drawn
}

/// The image as a task tells of it. ECS binds a tag to a digest with the first task of a deployment, and those after it
/// name both.
fn image(fleet: &Fleet, task: &Task, definition: &Definition) -> String {
    let before = |other: &Task| other.started.is_some_and(|started| started < task.created);
    let bound = fleet.tasks.iter().any(|other| other.deployment == task.deployment && before(other));
    let written = definition.image();
    if bound && !written.contains('@') {
        format!("{written}@{}", definition.image_digest())
    } else {
        written.to_owned()
    }
}

const fn desired_status(task: &Task) -> &'static str {
    if task.is_wanted() { "RUNNING" } else { "STOPPED" }
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Provisioning => "PROVISIONING",
        Status::Pending => "PENDING",
        Status::Running => "RUNNING",
        Status::Stopping => "STOPPING",
        Status::Stopped => "STOPPED",
    }
}

const fn health(health: Health) -> &'static str {
    match health {
        Health::Unknown => "UNKNOWN",
        Health::Healthy => "HEALTHY",
        Health::Unhealthy => "UNHEALTHY",
    }
}
