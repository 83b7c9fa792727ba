//! `service`: from what AWS told to what expressions read.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::expected::{Expected, Instead};
use super::sorted::Tasks;
use super::steady::{self, Blocker, Steady};
use crate::aws::{self, ContainerFacts, DeploymentFacts, ServiceFacts, TaskFacts};
use crate::probe::finding::ServiceFinding;
use crate::probe::moment::{span, stamp};
use crate::probe::{Demand, DemandState};

/// `service`. What could not be known is left out; see `unknowns`.
#[derive(Debug, Clone, Serialize)]
pub struct Service {
    /// How many tasks it wants.
    pub desired: i64,
    /// How many run, of all deployments.
    pub running: i64,
    /// How many are on their way, of all deployments.
    pub pending: i64,
    /// How many of the primary deployment's tasks are healthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthy: Option<i64>,
    /// How many of the primary deployment's tasks are unhealthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unhealthy: Option<i64>,
    /// `IN_PROGRESS`, `COMPLETED`, `FAILED`; empty where ECS does not roll out itself.
    pub rollout: String,
    /// The primary deployment's id.
    pub deployment: String,
    /// The primary deployment's task definition, as `family:revision`.
    pub task_definition: String,
    /// Images of the primary deployment, as its task definition names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<String>>,
    /// Digests of the images that its tasks really run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digests: Option<Vec<String>>,
    /// When the primary deployment began.
    pub deployed_at: Option<cel::Timestamp>,
    /// The primary deployment's tasks that run or are about to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<Task>>,
    /// The primary deployment's tasks that stopped since the window opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Vec<StoppedTask>>,
    /// Tasks of other deployments that stopped since the window opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired: Option<Vec<StoppedTask>>,
    /// What the service told last, the newest first.
    pub events: Vec<ServiceMessage>,
    /// Whether waiting cannot help: the roll-out failed or was taken back, or no task can ever be healthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<bool>,
    /// Desired ≥ 1, one deployment, completed, all running, none pending, all healthy, not rolled back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steady: Option<bool>,
    /// Its name.
    #[serde(skip)]
    pub(super) name: String,
    /// When it was looked at.
    #[serde(skip)]
    pub(super) seen_at: DateTime<Utc>,
    /// What keeps it from being steady.
    #[serde(skip)]
    pub(super) blockers: Vec<Blocker>,
    /// The deployments, a line each.
    #[serde(skip)]
    pub(super) deployments: Vec<String>,
    /// The primary's task that stopped last, whenever that was.
    #[serde(skip)]
    pub(super) last_stopped: Option<StoppedTask>,
    /// When the oldest task that does not run yet was asked for.
    #[serde(skip)]
    pub(super) pending_since: Option<DateTime<Utc>>,
    /// Fields that are left out, and why.
    #[serde(skip)]
    pub(super) unknowns: Vec<(&'static str, String)>,
    /// What came of what must run.
    #[serde(skip)]
    pub(super) demands: Vec<Demand>,
}

/// One of `service.tasks`.
#[derive(Debug, Clone, Serialize)]
pub struct Task {
    /// The last part of its ARN.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The id of the deployment that started it.
    pub deployment: String,
    /// `PENDING`, `RUNNING`, …
    pub status: String,
    /// `HEALTHY`, `UNHEALTHY`, `UNKNOWN`.
    pub health: String,
    /// When it began to run; null before.
    pub started_at: Option<cel::Timestamp>,
    /// Its containers' images, as the task definition names them.
    pub images: Vec<String>,
    /// Digests of what really runs.
    pub digests: Vec<String>,
}

/// One of `service.stopped` and `service.retired`.
#[derive(Debug, Clone, Serialize)]
pub struct StoppedTask {
    /// The last part of its ARN.
    pub id: String,
    /// Why it stopped, in words; the containers' own reasons first.
    pub reason: String,
    /// For instance `EssentialContainerExited`; empty where AWS does not say.
    pub stop_code: String,
    /// Exit codes of its containers, as far as they had any.
    pub exit_codes: Vec<i64>,
    /// When; null where AWS does not say.
    pub stopped_at: Option<cel::Timestamp>,
    #[serde(skip)]
    at: Option<DateTime<Utc>>,
}

/// One of `service.events`.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceMessage {
    /// When.
    pub time: cel::Timestamp,
    /// What.
    pub message: String,
}

impl Service {
    /// What of `facts` concerns somebody whose window opened at `window_start`, and who expects this to run.
    #[must_use]
    pub(super) fn of(facts: &ServiceFacts, window_start: DateTime<Utc>, expected: &Expected) -> Self {
        let primary = facts.primary().cloned().unwrap_or_default();
        let tasks = facts.tasks.as_ref().ok().map(|tasks| Tasks::sort(tasks, &primary.id, window_start));
        let own = tasks.as_ref().map(|tasks| &tasks.current);
        let (steady, blockers) = steady::judge(facts, own.map(Vec::as_slice));
        let rolled_back = steady::rolled_back(facts);
        let count = |health: &str| own.map(|own| number(own.iter().filter(|task| task.health == health).count()));
        let stopped = |tasks: &[&TaskFacts]| tasks.iter().map(|task| StoppedTask::of(task)).collect();
        let service = Self {
            desired: facts.desired.into(),
            running: facts.running.into(),
            pending: facts.pending.into(),
            healthy: count("HEALTHY"),
            unhealthy: count("UNHEALTHY"),
            rollout: primary.rollout.clone().unwrap_or_default(),
            deployment: primary.id.clone(),
            task_definition: aws::short_name(&primary.task_definition).to_owned(),
            images: images(facts, own),
            digests: own.map(|own| every(own, |container| container.digest.as_deref())),
            deployed_at: primary.created_at.map(stamp),
            tasks: own.map(|own| own.iter().map(|task| Task::of(task)).collect()),
            stopped: tasks.as_ref().map(|tasks| stopped(&tasks.stopped)),
            retired: tasks.as_ref().map(|tasks| stopped(&tasks.retired)),
            events: facts.events.iter().map(ServiceMessage::of).collect(),
            failed: None,
            steady: match steady {
                Steady::Yes => Some(true),
                Steady::No => Some(false),
                Steady::Unknown(_) => None,
            },
            name: facts.name.clone(),
            seen_at: facts.seen_at,
            blockers,
            deployments: facts.deployments.iter().map(deployment_line).collect(),
            last_stopped: tasks.as_ref().and_then(|tasks| {
                let back = rolled_back.as_ref().is_ok_and(Option::is_some);
                let last = if back { tasks.last_failed.or(tasks.last_stopped) } else { tasks.last_stopped };
                last.map(StoppedTask::of)
            }),
            pending_since: own.and_then(|own| pending_since(own)),
            unknowns: unknowns(facts, &steady),
            demands: Vec::new(),
        };
        let demands = expected.hold(facts, own.map(Vec::as_slice), &service.instead());
        Self { demands, ..service }.with_failed(rolled_back.err())
    }

    /// Says whether it failed for good; `unclear` is why that is not known of a roll-back.
    fn with_failed(mut self, unclear: Option<String>) -> Self {
        let still_to_come = self.demands.iter().any(|demand| matches!(demand.state, DemandState::Open(_)));
        let failed = self.blockers.iter().any(|blocker| match blocker {
            Blocker::RolledBack { .. } | Blocker::RolloutFailed(_) => true,
            Blocker::NoHealthCheck(_) => !still_to_come,
            _ => false,
        });
        match unclear.filter(|_| !failed) {
            Some(reason) => self.unknowns.push(("failed", reason)),
            None => self.failed = Some(failed),
        }
        self
    }

    /// What was tested, for the report: the revision, and the digest that proves it where it is known; and that it is
    /// what was expected, where something was.
    #[must_use]
    pub fn subjects(&self) -> Vec<String> {
        let met = self.demands.iter().filter(|demand| demand.state == DemandState::Met);
        let expected = met.map(|demand| format!("{} is what was expected: {}", self.name, demand.text));
        std::iter::once(format!("tested {}: {}", self.name, self.revision())).chain(expected).collect()
    }

    /// What it shows of the system.
    #[must_use]
    pub fn finding(&self) -> ServiceFinding {
        ServiceFinding {
            name: self.name.clone(),
            well: self.desired > 0 && self.running >= self.desired && self.healthy == Some(self.desired),
            told: self.cause(),
            summary: self.summary(),
            image: self.image(),
        }
    }

    /// `task definition worker:42, image worker:2 (sha256:…)`.
    fn revision(&self) -> String {
        format!("task definition {}, image {}", self.task_definition, self.image())
    }

    /// `worker:2 (sha256:…)`.
    fn image(&self) -> String {
        let images = self.images.as_deref().unwrap_or_default().join(", ");
        let digests = self.digests.as_deref().unwrap_or_default().join(", ");
        if digests.is_empty() { images } else { format!("{images} ({digests})") }
    }

    fn instead(&self) -> Instead {
        let back = self.blockers.iter().find(|blocker| matches!(blocker, Blocker::RolledBack { .. }));
        Instead { runs: format!("{} runs {}", self.name, self.revision()), back: back.map(ToString::to_string) }
    }

    /// In one line: `1 of 1 running, 0 healthy, rollout IN_PROGRESS`.
    pub(super) fn summary(&self) -> String {
        let mut parts = vec![format!("{} of {} running", self.running, self.desired)];
        parts.extend(self.healthy.map(|healthy| format!("{healthy} healthy")));
        parts.extend((!self.rollout.is_empty()).then(|| format!("rollout {}", self.rollout)));
        let stopped = self.stopped.as_ref().map_or(0, Vec::len);
        parts.extend((stopped > 0).then(|| format!("{stopped} stopped in the window")));
        let telling = self.blockers.iter().filter(|blocker| blocker.is_telling());
        parts.extend(telling.map(ToString::to_string));
        parts.join(", ")
    }
}

impl Task {
    fn of(task: &TaskFacts) -> Self {
        Self {
            id: task.id.clone(),
            arn: task.arn.clone(),
            deployment: task.deployment.clone().unwrap_or_default(),
            status: task.status.clone(),
            health: task.health.clone(),
            started_at: task.started_at.map(stamp),
            images: every(&[task], |container| container.image.as_deref()),
            digests: every(&[task], |container| container.digest.as_deref()),
        }
    }
}

impl StoppedTask {
    /// Whether it went because somebody wanted fewer.
    pub(super) fn is_scaled_away(&self) -> bool {
        self.stop_code == "ServiceSchedulerInitiated" && self.reason.starts_with("Scaling activity initiated by")
    }

    fn of(task: &TaskFacts) -> Self {
        let own: Vec<&str> = task.containers.iter().filter_map(|container| container.reason.as_deref()).collect();
        let reason = if own.is_empty() { task.stopped_reason.clone() } else { Some(own.join("; ")) };
        Self {
            id: task.id.clone(),
            reason: reason.unwrap_or_default(),
            stop_code: task.stop_code.clone().unwrap_or_default(),
            exit_codes: task.containers.iter().filter_map(|container| container.exit_code).map(i64::from).collect(),
            stopped_at: task.stopped_at.map(stamp),
            at: task.stopped_at,
        }
    }

    /// `last task stopped 40 s ago: OutOfMemoryError, exit 137`, but for the first two words.
    pub(super) fn ending(&self, now: DateTime<Utc>) -> String {
        let when = self.at.map_or_else(String::new, |at| format!(" {} ago", span(now - at)));
        let why = self.why();
        if why.is_empty() { format!("stopped{when}") } else { format!("stopped{when}: {why}") }
    }

    /// `OutOfMemoryError, exit 137`.
    pub(super) fn why(&self) -> String {
        let reason = if self.reason.is_empty() { &self.stop_code } else { &self.reason };
        // The code that tells something: of a container that failed, where there is one.
        let exit = self.exit_codes.iter().find(|code| **code != 0).or(self.exit_codes.first());
        let exit = exit.map(|code| format!("exit {code}"));
        let parts = [Some(reason.clone()).filter(|reason| !reason.is_empty()), exit];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl ServiceMessage {
    fn of(event: &aws::ServiceEvent) -> Self {
        Self { time: stamp(event.at), message: event.message.clone() }
    }
}

fn images(facts: &ServiceFacts, tasks: Option<&Vec<&TaskFacts>>) -> Option<Vec<String>> {
    let running = tasks.map(|tasks| every(tasks, |container| container.image.as_deref()));
    let defined = || facts.definition.as_ref().ok().map(|definition| definition.images.clone());
    running.filter(|images| !images.is_empty()).or_else(defined)
}

/// Something of each container, sorted, each once.
fn every(tasks: &[&TaskFacts], part: impl Fn(&ContainerFacts) -> Option<&str>) -> Vec<String> {
    let containers = tasks.iter().flat_map(|task| &task.containers);
    let parts: BTreeSet<&str> = containers.filter_map(part).collect();
    parts.into_iter().map(str::to_owned).collect()
}

fn pending_since(tasks: &[&TaskFacts]) -> Option<DateTime<Utc>> {
    tasks.iter().filter(|task| task.status != "RUNNING").filter_map(|task| task.created_at).min()
}

fn deployment_line(deployment: &DeploymentFacts) -> String {
    let DeploymentFacts { id, status, task_definition, desired, running, pending, rollout, rollout_reason, .. } =
        deployment;
    let rollout = rollout.as_deref().unwrap_or("without a rollout state");
    let reason = rollout_reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let task_definition = aws::short_name(task_definition);
    format!("{status} {id} {task_definition}: {running} of {desired} running, {pending} pending, {rollout}{reason}")
}

fn unknowns(facts: &ServiceFacts, steady: &Steady) -> Vec<(&'static str, String)> {
    let mut unknowns = Vec::new();
    if let Err(error) = &facts.tasks {
        let fields = ["healthy", "unhealthy", "digests", "tasks", "stopped", "retired"];
        unknowns.extend(fields.map(|field| (field, error.message.clone())));
        if let Err(error) = &facts.definition {
            unknowns.push(("images", error.message.clone()));
        }
    }
    if let Steady::Unknown(reason) = steady {
        unknowns.push(("steady", reason.clone()));
    }
    unknowns
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
