//! ECS: the fleet, and the operations that read and change it.

mod clusters;
mod definition;
mod definitions;
mod fleet;
mod rollouts;
mod services;
mod tasks;
mod update;

#[cfg(test)]
mod tests;

pub(crate) use definition::Definition;
pub(crate) use definitions::register;
pub(crate) use fleet::{Deployment, Fleet, Health, Limits, Rank, Rollout, Service, Status, Task};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::members::Members;
use super::place::{self, CLUSTER};
use super::refusal::Refusal;
use super::token;

/// The code of ECS for a parameter that is wrong.
const WRONG: &str = "InvalidParameterException";

/// Answers one operation.
pub(crate) fn answer(fleet: &mut Fleet, operation: &str, input: &Value, now: DateTime<Utc>) -> Result<Value, Refusal> {
    match operation {
        "ListClusters" => clusters::list(input),
        "DescribeClusters" => clusters::describe(fleet, input),
        "ListServices" => services::list(fleet, input),
        "DescribeServices" => services::describe(fleet, input),
        "ListTasks" => tasks::list(fleet, input),
        "DescribeTasks" => tasks::describe(fleet, input),
        "ListTaskDefinitions" => definitions::list(fleet, input),
        "DescribeTaskDefinition" => definitions::describe(fleet, input),
        "RegisterTaskDefinition" => definitions::answer_register(fleet, input, now),
        "ListServiceDeployments" => rollouts::list(fleet, input),
        "DescribeServiceDeployments" => rollouts::describe(fleet, input),
        "UpdateService" => update::answer(fleet, input, now),
        other => Err(Refusal::unknown_operation(other)),
    }
}

/// Holds `cluster` against the one there is. Where it is not given, AWS means the cluster `default`.
fn check_cluster(members: &Members) -> Result<(), Refusal> {
    let cluster = members.text("cluster")?.unwrap_or("default");
    if cluster == CLUSTER || cluster == cluster_arn() {
        Ok(())
    } else {
        Err(Refusal::new("ClusterNotFoundException", "Cluster not found."))
    }
}

/// The name in a name or an ARN, if it is one of this cluster.
fn name_of<'text>(kind: &str, given: &'text str) -> Option<&'text str> {
    if !given.starts_with("arn:") {
        return Some(given.strip_prefix(CLUSTER).and_then(|rest| rest.strip_prefix('/')).unwrap_or(given));
    }
    given.strip_prefix(&place::arn("ecs", &format!("{kind}/{CLUSTER}/")))
}

/// What `failures[]` says of something that is not there.
fn missing(kind: &str, given: &str) -> Value {
    let arn = if given.starts_with("arn:") { given.to_owned() } else { arn(kind, given) };
    json!({"arn": arn, "reason": "MISSING"})
}

/// The ARN of something in the cluster.
fn arn(kind: &str, name: &str) -> String {
    place::arn("ecs", &format!("{kind}/{CLUSTER}/{name}"))
}

fn cluster_arn() -> String {
    place::arn("ecs", &format!("cluster/{CLUSTER}"))
}

fn definition_arn(name: &str) -> String {
    place::arn("ecs", &format!("task-definition/{name}"))
}

/// A time as JSON has it at AWS: seconds with a fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit the 52 bits of a double")]
fn seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp_millis() as f64 / 1000.0
}

/// One page of a list, `default` entries unless `maxResults` says otherwise.
fn paged(members: &Members, input: &Value, list: (&str, Vec<Value>), default: usize) -> Result<Value, Refusal> {
    let (key, items) = list;
    let request = token::fingerprint(key, input);
    let offset = match members.text("nextToken")? {
        None => 0,
        Some(text) => {
            let [offset] =
                token::read(request, text).ok_or_else(|| members.wrong("Invalid token: the nextToken is not valid"))?;
            usize::try_from(offset).unwrap_or(usize::MAX)
        }
    };
    let size = members.size("maxResults", 1, 100)?.unwrap_or(default);
    let (page, next) = token::page(items, offset, size);
    let mut answer = json!({ key: page });
    if let Some(next) = next {
        answer["nextToken"] = token::write(request, &[next as u64]).into();
    }
    Ok(answer)
}
