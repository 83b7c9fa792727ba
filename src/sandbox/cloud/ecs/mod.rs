//! ECS: the fleet, and the operations that read and change it.

mod arns;
mod clusters;
mod definition;
mod definitions;
mod deployment;
mod fleet;
mod input;
mod rollouts;
mod service;
mod services;
mod task;
mod tasks;
mod update;

#[cfg(test)]
mod tests;

pub(crate) use definition::{Definition, PREVIOUS};
pub(crate) use definitions::register;
pub(crate) use deployment::{Deployment, Rank, Rollout};
pub(crate) use fleet::Fleet;
pub(crate) use service::{Limits, Service};
pub(crate) use task::{Health, Status, Task};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::refusal::Refusal;

/// Answers one operation.
pub(crate) fn answer(fleet: &mut Fleet, operation: &str, input: &Value, now: DateTime<Utc>) -> Result<Value, Refusal> {
    match operation {
        "ListClusters" => clusters::list(fleet, input),
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
