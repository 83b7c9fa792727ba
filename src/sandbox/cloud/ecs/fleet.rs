//! What runs in the cluster: services, their deployments and tasks. Plain data that changes by small steps only, each
//! given the time; who decides on the steps is the conductor.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::definition::Definition;

/// Stopped tasks stay describable for an hour, as at AWS, but no more than this many.
const STOPPED_KEPT: usize = 500;
/// Service events that are kept, as at AWS.
const EVENTS_KEPT: usize = 100;

/// The cluster's content.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    /// By creation.
    pub(crate) services: Vec<Service>,
    /// By creation, stopped ones too.
    pub(crate) tasks: Vec<Task>,
    /// Every revision of every family.
    pub(crate) definitions: Vec<Definition>,
}

/// A service.
#[derive(Debug)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: String,
    /// When it was created.
    pub(crate) created: DateTime<Utc>,
    /// How many tasks it wants.
    pub(crate) desired: usize,
    /// How far a roll-out may go below and above that.
    pub(crate) limits: Limits,
    /// Oldest first, those that ended too.
    pub(crate) deployments: Vec<Deployment>,
    /// Newest first.
    pub(crate) events: Vec<ServiceEvent>,
    /// Whether a task of it ever ran.
    pub(crate) ran: bool,
}

/// Percentages of the desired count, and what happens when tasks keep failing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// `minimumHealthyPercent`.
    pub(crate) minimum: usize,
    /// `maximumPercent`.
    pub(crate) maximum: usize,
    /// `deploymentCircuitBreaker.enable`.
    pub(crate) breaker: bool,
    /// `deploymentCircuitBreaker.rollback`.
    pub(crate) rollback: bool,
}

/// What a service says happened to it.
#[derive(Debug)]
pub(crate) struct ServiceEvent {
    /// A UUID.
    pub(crate) id: String,
    /// When.
    pub(crate) time: DateTime<Utc>,
    /// `(service backend) has reached a steady state.`
    pub(crate) message: String,
}

/// One roll-out of one revision.
#[derive(Debug)]
pub(crate) struct Deployment {
    /// `ecs-svc/` and digits.
    pub(crate) id: String,
    /// `family:revision`.
    pub(crate) definition: String,
    /// Its place among the others.
    pub(crate) rank: Rank,
    /// How far it is.
    pub(crate) rollout: Rollout,
    /// Why, in ECS's words.
    pub(crate) reason: String,
    /// Tasks in a row that failed before they were healthy; 0 again once one is.
    pub(crate) failed: u32,
    /// When it was created.
    pub(crate) created: DateTime<Utc>,
    /// When it last changed.
    pub(crate) updated: DateTime<Utc>,
    /// When it was through, one way or the other.
    pub(crate) finished: Option<DateTime<Utc>>,
    /// No task is started before this.
    pub(crate) not_before: DateTime<Utc>,
    /// Whether it was once rolled out whole.
    pub(crate) proven: bool,
    /// The failed deployment that this one took over from again.
    pub(crate) rolls_back: Option<String>,
}

/// A deployment's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    /// The one that is wanted.
    Primary,
    /// An older one that still has tasks, or may be wanted again.
    Active,
    /// Gone.
    Inactive,
}

/// How far a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rollout {
    /// On its way.
    InProgress,
    /// All tasks run and are healthy.
    Completed,
    /// The circuit breaker ended it.
    Failed,
}

/// A task.
#[derive(Debug)]
pub(crate) struct Task {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// The service it belongs to.
    pub(crate) service: String,
    /// The deployment that started it.
    pub(crate) deployment: String,
    /// `family:revision`.
    pub(crate) definition: String,
    /// How far it is.
    pub(crate) status: Status,
    /// How it is.
    pub(crate) health: Health,
    /// When it was created.
    pub(crate) created: DateTime<Utc>,
    /// When it began to run.
    pub(crate) started: Option<DateTime<Utc>>,
    /// When it was told to stop, or began to by itself.
    pub(crate) stopping: Option<DateTime<Utc>>,
    /// When it had stopped.
    pub(crate) stopped: Option<DateTime<Utc>>,
    /// Why it stops or stopped.
    pub(crate) stop: Option<Stop>,
    /// The exit code of its container, once it had run.
    pub(crate) exit_code: Option<i32>,
    /// Whether it was ever healthy.
    pub(crate) proven: bool,
}

/// Why a task stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    /// `EssentialContainerExited`, `ServiceSchedulerInitiated`, `TaskFailedToStart`.
    pub(crate) code: &'static str,
    /// In words.
    pub(crate) reason: String,
}

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// A place is sought.
    Provisioning,
    /// The image is fetched.
    Pending,
    /// It runs.
    Running,
    /// It was told to stop.
    Stopping,
    /// It has stopped.
    Stopped,
}

/// How a task is, by its container's health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// Nobody knows (yet).
    Unknown,
    /// The check succeeds.
    Healthy,
    /// It fails.
    Unhealthy,
}

impl Fleet {
    /// Creates a service with its first deployment.
    pub(crate) fn create_service(&mut self, name: &str, definition: &str, limits: Limits, now: DateTime<Utc>) {
        let deployment = Deployment::new(definition, now);
        self.services.push(Service {
            name: name.to_owned(),
            created: now,
            desired: 1,
            limits,
            deployments: vec![deployment],
            events: Vec::new(),
            ran: false,
        });
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

impl Service {
    /// The deployment that is wanted; there always is one.
    pub(crate) fn primary(&self) -> Option<&Deployment> {
        self.deployments.iter().find(|deployment| deployment.rank == Rank::Primary)
    }

    /// Likewise, to change it.
    pub(crate) fn primary_mut(&mut self) -> Option<&mut Deployment> {
        self.deployments.iter_mut().find(|deployment| deployment.rank == Rank::Primary)
    }

    /// A deployment by its id.
    pub(crate) fn deployment(&self, id: &str) -> Option<&Deployment> {
        self.deployments.iter().find(|deployment| deployment.id == id)
    }

    /// Adds an event, as ECS words it: behind the service's name.
    pub(crate) fn tell(&mut self, what: &str, time: DateTime<Utc>) {
        let message = format!("(service {}) {what}", self.name);
        self.events.insert(0, ServiceEvent { id: Uuid::new_v4().to_string(), time, message });
        self.events.truncate(EVENTS_KEPT);
    }

    /// Begins to roll out a revision.
    pub(crate) fn deploy(&mut self, definition: &str, now: DateTime<Utc>) {
        for deployment in &mut self.deployments {
            if deployment.rank == Rank::Primary {
                deployment.rank = Rank::Active;
                deployment.updated = now;
            }
        }
        self.deployments.push(Deployment::new(definition, now));
    }

    /// The primary deployment is rolled out; older ones are gone.
    pub(crate) fn complete(&mut self, now: DateTime<Utc>) {
        for deployment in &mut self.deployments {
            if deployment.rank == Rank::Active {
                deployment.rank = Rank::Inactive;
                deployment.finished.get_or_insert(now);
            }
        }
        let Some(primary) = self.primary_mut() else { return };
        primary.complete(now);
        let id = primary.id.clone();
        self.tell(&format!("(deployment {id}) deployment completed."), now);
        self.tell("has reached a steady state.", now);
    }

    /// The circuit breaker ends the primary deployment; the last good one takes over again where there is one.
    pub(crate) fn fail(&mut self, now: DateTime<Utc>) {
        let good = self.deployments.iter().rposition(|one| one.rank == Rank::Active && one.proven);
        let good = good.filter(|_| self.limits.rollback);
        let Some(primary) = self.primary_mut() else { return };
        primary.fail(now);
        let failed = primary.id.clone();
        self.tell(&format!("(deployment {failed}) deployment failed: tasks failed to start."), now);
        if let Some(good) = good {
            self.roll_back(good, &failed, now);
        }
    }

    fn roll_back(&mut self, good: usize, failed: &str, now: DateTime<Utc>) {
        if let Some(primary) = self.primary_mut() {
            primary.rank = Rank::Active;
        }
        let deployment = &mut self.deployments[good];
        let id = deployment.id.clone();
        deployment.rank = Rank::Primary;
        deployment.rollout = Rollout::InProgress;
        deployment.reason = format!("ECS deployment circuit breaker: rolling back to deploymentId {id}.");
        deployment.rolls_back = Some(failed.to_owned());
        deployment.updated = now;
        self.tell(&format!("rolling back to (deployment {id})"), now);
    }
}

impl Deployment {
    fn new(definition: &str, now: DateTime<Utc>) -> Self {
        let number = Uuid::new_v4().as_u128() % 10_u128.pow(19);
        let id = format!("ecs-svc/{number:019}");
        Self {
            reason: format!("ECS deployment {id} in progress."),
            id,
            definition: definition.to_owned(),
            rank: Rank::Primary,
            rollout: Rollout::InProgress,
            failed: 0,
            created: now,
            updated: now,
            finished: None,
            not_before: now,
            proven: false,
            rolls_back: None,
        }
    }

    fn complete(&mut self, now: DateTime<Utc>) {
        self.rollout = Rollout::Completed;
        self.reason = format!("ECS deployment {} completed.", self.id);
        self.proven = true;
        self.updated = now;
        self.finished.get_or_insert(now);
    }

    fn fail(&mut self, now: DateTime<Utc>) {
        self.rollout = Rollout::Failed;
        "ECS deployment circuit breaker: tasks failed to start.".clone_into(&mut self.reason);
        self.updated = now;
        self.finished = Some(now);
    }
}

impl Task {
    fn new(id: &str, service: String, deployment: String, definition: String, now: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            service,
            deployment,
            definition,
            status: Status::Provisioning,
            health: Health::Unknown,
            created: now,
            started: None,
            stopping: None,
            stopped: None,
            stop: None,
            exit_code: None,
            proven: false,
        }
    }

    /// Whether it is meant to run: it was not told to stop and did not stop.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.stop.is_none() && self.stopped.is_none()
    }

    /// Tells it to stop. One that does not run yet has stopped with that.
    pub(crate) fn tell_to_stop(&mut self, reason: String, now: DateTime<Utc>) {
        self.stop = Some(Stop { code: "ServiceSchedulerInitiated", reason });
        self.stopping = Some(now);
        if self.status == Status::Running {
            self.status = Status::Stopping;
        } else {
            self.end(None, now);
        }
    }

    /// Notes why its container could not be started; [`Fleet::task_ended`] follows.
    pub(crate) fn refuse(&mut self, reason: String) {
        self.stop = Some(Stop { code: "TaskFailedToStart", reason });
    }

    fn end(&mut self, exit_code: Option<i32>, now: DateTime<Utc>) {
        self.status = Status::Stopped;
        self.exit_code = exit_code;
        self.stopping.get_or_insert(now);
        self.stopped = Some(now);
        self.stop.get_or_insert_with(|| Stop {
            code: "EssentialContainerExited",
            reason: "Essential container in task exited".to_owned(),
        });
    }
}

impl Limits {
    /// As few tasks as a roll-out may leave, of so many desired.
    pub(crate) const fn fewest(&self, desired: usize) -> usize {
        (desired * self.minimum).div_ceil(100)
    }

    /// As many as it may have at once.
    pub(crate) const fn most(&self, desired: usize) -> usize {
        desired * self.maximum / 100
    }
}
