//! What runs in the cluster: services, their deployments and tasks. Plain data that changes by small steps only, each
//! given the time; who decides on the steps is the conductor.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::definition::Definition;
use super::service::{Limits, Service};
use super::task::{Health, Task};
use crate::sandbox::cloud::token::Paging;

/// Stopped tasks stay describable for an hour, as at AWS, but no more than this many.
const STOPPED_KEPT: usize = 500;

/// The cluster's content.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    /// By creation.
    pub(crate) services: Vec<Service>,
    /// By creation, stopped ones too.
    pub(crate) tasks: Vec<Task>,
    /// Every revision of every family.
    pub(crate) definitions: Vec<Definition>,
    /// How its lists are cut into pages.
    pub(crate) paging: Paging,
    /// Whether Container Insights is off.
    pub(crate) no_insights: bool,
}

impl Fleet {
    /// Creates a service with its first deployment.
    pub(crate) fn create_service(&mut self, name: &str, definition: &str, limits: Limits, now: DateTime<Utc>) {
        self.services.push(Service::new(name, definition, limits, now));
    }

    /// A service by its name.
    pub(crate) fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// Likewise, to change it.
    pub(crate) fn service_mut(&mut self, name: &str) -> Option<&mut Service> {
        self.services.iter_mut().find(|service| service.name == name)
    }

    /// A task by its id.
    pub(crate) fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// Likewise, to change it.
    pub(crate) fn task_mut(&mut self, id: &str) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.id == id)
    }

    /// A revision by `family:revision`.
    pub(crate) fn definition(&self, name: &str) -> Option<&Definition> {
        self.definitions.iter().find(|definition| definition.name() == name)
    }

    /// Adds a task of a deployment; its id.
    pub(crate) fn add_task(&mut self, service: &str, deployment: &str, now: DateTime<Utc>) -> Option<String> {
        let owner = self.service_mut(service)?;
        let definition = owner.deployment(deployment)?.definition.clone();
        let id = Uuid::new_v4().simple().to_string();
        owner.tell(&format!("has started 1 tasks: (task {id})."), now);
        self.tasks.push(Task::new(&id, service.to_owned(), deployment.to_owned(), definition, now));
        Some(id)
    }

    /// Notes that a task has ended by itself or as it was told to, and what that means for its deployment.
    pub(crate) fn task_ended(&mut self, id: &str, exit_code: Option<i32>, now: DateTime<Utc>) {
        let Some(task) = self.task_mut(id) else { return };
        let by_itself = task.stop.is_none() || task.stop.as_ref().is_some_and(|stop| stop.code == "TaskFailedToStart");
        task.end(exit_code, now);
        let (service, deployment, proven) = (task.service.clone(), task.deployment.clone(), task.proven);
        if by_itself && !proven {
            self.count_failure(&service, &deployment, now);
        }
        self.forget_old_tasks(now);
    }

    /// A failure before health: the next task waits, twice as long each time, up to ten seconds.
    pub(crate) fn count_failure(&mut self, service: &str, deployment: &str, now: DateTime<Utc>) {
        let Some(service) = self.service_mut(service) else { return };
        let Some(deployment) = service.deployments.iter_mut().find(|one| one.id == deployment) else { return };
        deployment.failed += 1;
        let wait = TimeDelta::milliseconds(100 << deployment.failed.min(7)).min(TimeDelta::seconds(10));
        deployment.not_before = now + wait;
        deployment.updated = now;
        if deployment.failed == 2 {
            service.tell(
                "is unable to consistently start tasks successfully. For more information, see the Troubleshooting \
                 section of the Amazon ECS Developer Guide.",
                now,
            );
        }
    }

    /// Notes what the health check said. A healthy task clears its deployment's count of failures.
    pub(crate) fn set_health(&mut self, id: &str, health: Health) {
        let Some(task) = self.task_mut(id) else { return };
        task.health = health;
        if health != Health::Healthy {
            return;
        }
        task.proven = true;
        let (service, deployment) = (task.service.clone(), task.deployment.clone());
        let of_it = self.service_mut(&service).map(|service| &mut service.deployments);
        if let Some(deployment) = of_it.and_then(|all| all.iter_mut().find(|one| one.id == deployment)) {
            deployment.failed = 0;
        }
    }

    fn forget_old_tasks(&mut self, now: DateTime<Utc>) {
        let an_hour_ago = now - TimeDelta::hours(1);
        let mut surplus = self.tasks.iter().filter(|task| task.stopped.is_some()).count().saturating_sub(STOPPED_KEPT);
        self.tasks.retain(|task| {
            let Some(stopped) = task.stopped else { return true };
            let over = surplus > 0;
            surplus = surplus.saturating_sub(1);
            !over && stopped > an_hour_ago
        });
    }
}
