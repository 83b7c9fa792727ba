//! A service. Plain data that changes by small steps only, each given the time.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::deployment::{Deployment, Rank, Rollout};

/// Service events that are kept, as at AWS.
const EVENTS_KEPT: usize = 100;

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
    /// Whether two of its tasks cannot be there at once, not even while one of them stops: they share a port.
    pub(crate) exclusive: bool,
    /// How long after its creation a task has its image and runs.
    pub(crate) pull: TimeDelta,
    /// How long after its start a task's health is first looked at.
    pub(crate) first_check: TimeDelta,
}

/// How long it usually takes until a task runs: scaled down from half a minute.
const PULL: TimeDelta = TimeDelta::milliseconds(120);

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

impl Service {
    /// A new one, which wants one task, with its first deployment.
    pub(super) fn new(name: &str, definition: &str, limits: Limits, now: DateTime<Utc>) -> Self {
        Self {
            name: name.to_owned(),
            created: now,
            desired: 1,
            limits,
            deployments: vec![Deployment::new(definition, now)],
            events: Vec::new(),
            ran: false,
            exclusive: false,
            pull: PULL,
            first_check: TimeDelta::zero(),
        }
    }

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
