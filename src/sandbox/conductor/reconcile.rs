//! What to do next, so that what runs becomes what is wanted: a plain function of the fleet and the time.

use chrono::{DateTime, TimeDelta, Utc};

use crate::sandbox::cloud::ecs::{Definition, Deployment, Fleet, Health, Rank, Rollout, Service, Status, Task};

/// How long a task seeks a place.
const PROVISIONING: TimeDelta = TimeDelta::milliseconds(40);
/// So many CPU units a task may have here: for a larger one there is never a place.
const MOST_CPU: u32 = 4096;
/// The circuit breaker's threshold: the least that AWS has.
const BREAKER: u32 = 3;
/// How old a heartbeat may be: three checks that failed, one a second, and some grace.
const HEARTBEAT_AGE: TimeDelta = TimeDelta::seconds(5);

/// One step, which changes the fleet, and in part the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A new task of the service's deployment.
    Start { service: String, deployment: String },
    /// There is no place for a new task of the service.
    Wait { service: String },
    /// The task has a place and fetches its image.
    Fetch { task: String },
    /// The task's container is started.
    Run { task: String },
    /// The task is told to stop.
    Stop { task: String, reason: String },
    /// The service's primary deployment is rolled out.
    Complete { service: String },
    /// The circuit breaker ends the service's primary deployment.
    Fail { service: String },
}

/// All steps that are due. After they are taken there may be more at once, so whoever acts asks again until there is
/// none.
pub(super) fn reconcile(fleet: &Fleet, now: DateTime<Utc>) -> Vec<Step> {
    let advanced = fleet.tasks.iter().filter_map(|task| advance(fleet, task, now));
    let decided = fleet.services.iter().filter_map(|service| Roll::of(fleet, service)?.next(now));
    advanced.chain(decided).collect()
}

/// Whether nothing is on its way anywhere.
pub(super) fn is_settled(fleet: &Fleet) -> bool {
    fleet.services.iter().all(|service| {
        let Some(roll) = Roll::of(fleet, service) else { return true };
        match roll.primary.rollout {
            Rollout::InProgress => false,
            Rollout::Completed => roll.is_sound(),
            Rollout::Failed => roll.live.is_empty(),
        }
    })
}

/// Whether a task's container is looked at by now to see how it is.
pub(super) fn is_checked(fleet: &Fleet, task: &Task, now: DateTime<Utc>) -> bool {
    let first_check = fleet.service(&task.service).map(|service| service.first_check).unwrap_or_default();
    task.status == Status::Running
        && task.started.is_some_and(|started| now - started >= first_check)
        && fleet.definition(&task.definition).is_some_and(Definition::has_health_check)
}

/// What the health check of a worker says: its heartbeat in the database is not too old. While a task starts, a check
/// that fails counts for nothing.
pub(super) fn health(
    task: &Task,
    heartbeat: Option<DateTime<Utc>>,
    start_period: TimeDelta,
    now: DateTime<Utc>,
) -> Health {
    let starting = |started: DateTime<Utc>| now - started < HEARTBEAT_AGE.max(start_period);
    match heartbeat {
        Some(beat) if now - beat < HEARTBEAT_AGE => Health::Healthy,
        // Once it was healthy it is no longer starting.
        None if task.started.is_some_and(starting) => task.health,
        Some(_) if task.started.is_some_and(|started| now - started < HEARTBEAT_AGE) => task.health,
        _ => Health::Unhealthy,
    }
}

fn advance(fleet: &Fleet, task: &Task, now: DateTime<Utc>) -> Option<Step> {
    let age = now - task.created;
    let pull = fleet.service(&task.service).map(|service| service.pull).unwrap_or_default();
    match task.status {
        Status::Provisioning if age >= PROVISIONING => Some(Step::Fetch { task: task.id.clone() }),
        Status::Pending if age >= pull => Some(Step::Run { task: task.id.clone() }),
        _ => None,
    }
}

/// A service, and its tasks sorted by what they are to it.
struct Roll<'fleet> {
    fleet: &'fleet Fleet,
    service: &'fleet Service,
    primary: &'fleet Deployment,
    /// All that take a place: that have not stopped, but for those of older deployments that stop in a place of their own.
    live: Vec<&'fleet Task>,
    /// Those of the primary deployment that are meant to run.
    current: Vec<&'fleet Task>,
    /// Those of older deployments that were not told to stop yet.
    old: Vec<&'fleet Task>,
}

impl<'fleet> Roll<'fleet> {
    fn of(fleet: &'fleet Fleet, service: &'fleet Service) -> Option<Self> {
        let primary = service.primary()?;
        let tasks = fleet.tasks.iter().filter(|task| task.service == service.name);
        let takes_place = |task: &&Task| {
            task.stopped.is_none() && (service.exclusive || task.is_wanted() || task.deployment == primary.id)
        };
        let live: Vec<&Task> = tasks.filter(takes_place).collect();
        let wanted = live.iter().copied().filter(|task| task.is_wanted());
        let (current, old) = wanted.partition(|task| task.deployment == primary.id);
        Some(Self { fleet, service, primary, live, current, old })
    }

    /// One step for the service, the most urgent first.
    fn next(&self, now: DateTime<Utc>) -> Option<Step> {
        let name = || self.service.name.clone();
        if let Some(task) = self.live.iter().find(|task| task.is_wanted() && task.health == Health::Unhealthy) {
            return Some(stop(task, "Task failed container health checks".to_owned()));
        }
        let in_progress = self.primary.rollout == Rollout::InProgress;
        if in_progress && self.service.limits.breaker && self.primary.failed >= BREAKER {
            return Some(Step::Fail { service: name() });
        }
        if let Some(task) = self.surplus() {
            return Some(stop(task, format!("Scaling activity initiated by (deployment {})", self.primary.id)));
        }
        if self.may_start(now) && !self.fits() {
            return Some(Step::Wait { service: name() });
        }
        if self.may_start(now) {
            return Some(Step::Start { service: name(), deployment: self.primary.id.clone() });
        }
        (in_progress && self.is_sound()).then(|| Step::Complete { service: name() })
    }

    /// A task too many: of the primary deployment, or of an older one as far as the healthy ones allow it.
    fn surplus(&self) -> Option<&'fleet Task> {
        if self.current.len() > self.service.desired {
            return self.current.last().copied();
        }
        let healthy = self.current.iter().chain(&self.old).filter(|task| self.is_well(task)).count();
        let spare = healthy > self.service.limits.fewest(self.service.desired);
        let failed = self.primary.rollout == Rollout::Failed;
        self.old.iter().copied().find(|task| !failed && (spare || !self.is_well(task)))
    }

    fn may_start(&self, now: DateTime<Utc>) -> bool {
        self.primary.rollout != Rollout::Failed
            && self.current.len() < self.service.desired
            && self.live.len() < self.service.limits.most(self.service.desired)
            && now >= self.primary.not_before
    }

    /// Whether there is a place for a task as large as those of the primary deployment.
    fn fits(&self) -> bool {
        self.fleet.definition(&self.primary.definition).is_none_or(|definition| definition.cpu() <= MOST_CPU)
    }

    /// Whether as many run as are wanted, all well, and nothing else is left.
    fn is_sound(&self) -> bool {
        self.current.len() == self.service.desired
            && self.live.len() == self.current.len()
            && self.current.iter().all(|task| self.is_well(task))
            && !self
                .service
                .deployments
                .iter()
                .any(|other| other.rank == Rank::Active && self.live.iter().any(|task| task.deployment == other.id))
    }

    /// Healthy, where there is a check; else running is enough.
    fn is_well(&self, task: &Task) -> bool {
        let checked = self.fleet.definition(&task.definition).is_some_and(Definition::has_health_check);
        task.status == Status::Running && (task.health == Health::Healthy || !checked)
    }
}

fn stop(task: &Task, reason: String) -> Step {
    Step::Stop { task: task.id.clone(), reason }
}
