//! What a step changes in the fleet, and nothing else.

use chrono::{DateTime, TimeDelta, Utc};

use super::reconcile::Step;
use crate::sandbox::cloud::ecs::{Fleet, Status};

/// When a place is sought again.
const ANOTHER_TRY: TimeDelta = TimeDelta::seconds(5);

/// Takes a step.
pub(super) fn apply(fleet: &mut Fleet, step: &Step, now: DateTime<Utc>) {
    match step {
        Step::Start { service, deployment } => {
            fleet.add_task(service, deployment, now);
        }
        Step::Wait { service } => wait(fleet, service, now),
        Step::Fetch { task } => {
            if let Some(task) = fleet.task_mut(task) {
                task.status = Status::Pending;
            }
        }
        Step::Run { task } => run(fleet, task, now),
        Step::Stop { task, reason } => stop(fleet, task, reason, now),
        Step::Complete { service } => {
            if let Some(service) = fleet.service_mut(service) {
                service.complete(now);
            }
        }
        Step::Fail { service } => {
            if let Some(service) = fleet.service_mut(service) {
                service.fail(now);
            }
        }
    }
}

/// Another try follows after a while. No task has failed: nothing counts this, and nothing ends it.
fn wait(fleet: &mut Fleet, service: &str, now: DateTime<Utc>) {
    let Some(service) = fleet.service_mut(service) else { return };
    service.tell(
        "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a \
         different availability zone. For more information, see the Troubleshooting section of the Amazon ECS \
         Developer Guide.",
        now,
    );
    if let Some(primary) = service.primary_mut() {
        primary.not_before = now + ANOTHER_TRY;
    }
}

fn run(fleet: &mut Fleet, id: &str, now: DateTime<Utc>) {
    let Some(task) = fleet.task_mut(id) else { return };
    task.status = Status::Running;
    task.started = Some(now);
    let service = task.service.clone();
    if let Some(service) = fleet.service_mut(&service) {
        service.ran = true;
    }
}

fn stop(fleet: &mut Fleet, id: &str, reason: &str, now: DateTime<Utc>) {
    let Some(task) = fleet.task_mut(id) else { return };
    task.tell_to_stop(reason.to_owned(), now);
    let (service, deployment, unhealthy) = (task.service.clone(), task.deployment.clone(), !task.proven);
    if let Some(service) = fleet.service_mut(&service) {
        service.tell(&format!("has stopped 1 running tasks: (task {id})."), now);
    }
    // A task of the wanted deployment that is stopped before it was ever healthy has failed its checks.
    let is_primary = |fleet: &Fleet| {
        fleet.service(&service).and_then(|service| service.primary()).is_some_and(|primary| primary.id == deployment)
    };
    if unhealthy && reason.contains("health checks") && is_primary(fleet) {
        fleet.count_failure(&service, &deployment, now);
    }
}
