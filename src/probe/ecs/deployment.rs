//! A deployment, as evidence tells it.

use crate::aws::{self, DeploymentFacts};

/// `PRIMARY ecs-svc/2 worker:42: 1 of 1 running, 0 pending, COMPLETED`.
pub(super) fn line(deployment: &DeploymentFacts) -> String {
    let DeploymentFacts { id, status, task_definition, desired, running, pending, rollout, rollout_reason, .. } =
        deployment;
    let rollout = rollout.as_deref().unwrap_or("without a rollout state");
    let reason = rollout_reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let task_definition = aws::short_name(task_definition);
    format!("{status} {id} {task_definition}: {running} of {desired} running, {pending} pending, {rollout}{reason}")
}
