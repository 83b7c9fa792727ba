//! `service`: from what AWS told to what expressions read.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::deployment;
use super::expected::{Expected, Instead};
use super::health::Unproven;
use super::roll_back::RollBack;
use super::since::Since;
use super::sorted::Tasks;
use super::steady::{self, Blocker, Steady};
use super::task::{Own, StoppedTask, Task};
use crate::aws::{self, ServiceFacts, TaskFacts};
use crate::probe::Gap;
use crate::probe::moment::{dated, stamp};
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
    /// `IN_PROGRESS`, `COMPLETED`, `FAILED`; empty behind a Classic Load Balancer, of which ECS tells none.
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
    /// Whether waiting cannot help: the roll-out failed or was taken back, no task can ever be healthy, or the service is
    /// being deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<bool>,
    /// Active, desired ≥ 1, one deployment, completed, no other asked for, all running, none pending, all healthy, not
    /// rolled back.
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
    /// What of it was not looked at, or does not count, and so decides nothing.
    #[serde(skip)]
    pub(super) remark: Option<String>,
    /// When the oldest task that does not run yet was asked for.
    #[serde(skip)]
    pub(super) pending_since: Option<DateTime<Utc>>,
    /// Why tasks that run are not called healthy, where none is ill.
    #[serde(skip)]
    pub(super) unproven: Option<Unproven>,
    /// Fields that are left out, and why.
    #[serde(skip)]
    pub(super) unknowns: Vec<(&'static str, Gap)>,
    /// What came of what must run.
    #[serde(skip)]
    pub(super) demands: Vec<Demand>,
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
    /// What of `facts` concerns somebody who looks `since` then, and who expects this to run.
    #[must_use]
    pub(super) fn of(facts: &ServiceFacts, since: &Since, expected: &Expected) -> Self {
        let primary = facts.primary().cloned().unwrap_or_default();
        // Without a primary deployment nobody can tell whose tasks they are.
        let tasks = facts.primary().and(facts.tasks.as_ref().ok());
        let tasks = tasks.map(|tasks| Tasks::sort(tasks, &primary.id, since));
        let containers = Own::of(facts);
        let own = tasks.as_ref().map(|tasks| &tasks.current);
        let untold = own.map(|own| containers.unknowns(own)).unwrap_or_default();
        let told = |field: &str| untold.iter().all(|(unknown, _)| *unknown != field);
        let rolled_back = RollBack::of(facts, since);
        let history = rolled_back.as_ref().ok().and_then(Option::as_ref);
        let history = history.filter(|back| back.is_history(since) && expected.names(&primary.task_definition));
        let history = history.map(|back| format!("{} {}", facts.name, back.clause()));
        let rolled_back = if history.is_some() { Ok(None) } else { rolled_back };
        let (steady, blockers) = steady::judge(facts, own.map(Vec::as_slice), &rolled_back);
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
            images: containers.images(facts, own).filter(|_| told("images")),
            digests: own
                .filter(|_| told("digests"))
                .map(|own| containers.every(own, |container| container.digest.as_deref())),
            deployed_at: primary.created_at.map(stamp),
            tasks: own.map(|own| own.iter().map(|task| Task::of(task, &containers)).collect()),
            stopped: tasks.as_ref().map(|tasks| stopped(&tasks.stopped)),
            retired: tasks.as_ref().map(|tasks| stopped(&tasks.retired)),
            events: facts.events.iter().map(ServiceMessage::of).collect(),
            failed: None,
            steady: steady.truth(),
            name: facts.name.clone(),
            seen_at: facts.seen_at,
            blockers,
            deployments: facts.deployments.iter().map(deployment::line).collect(),
            last_stopped: tasks.as_ref().and_then(|tasks| {
                let back = rolled_back.as_ref().is_ok_and(Option::is_some);
                let last = if back { tasks.last_failed.or(tasks.last_stopped) } else { tasks.last_stopped };
                last.map(StoppedTask::of)
            }),
            remark: history.or_else(|| RollBack::unlisted(facts)),
            unproven: own.and_then(|own| Unproven::of(facts, own)),
            pending_since: own.and_then(|own| pending_since(own)),
            unknowns: unknowns(facts, untold, &steady),
            demands: Vec::new(),
        };
        let demands = expected.hold(facts, own.map(Vec::as_slice), &service.instead());
        Self { demands, ..service }.with_failed(rolled_back.err(), since)
    }

    /// Says whether it failed for good; `unclear` is why that is not known of a roll-back. What is older than the window (a
    /// roll-back, a roll-out that failed, a deployment without a health check) may be all that there is to see for a
    /// moment after an update.
    fn with_failed(mut self, unclear: Option<Gap>, since: &Since) -> Self {
        let past = |at| since.may_be_past(at, self.seen_at);
        let begun = self.deployed_at.map(|at| at.0.to_utc());
        let still_to_come = self.demands.iter().any(|demand| matches!(demand.state, DemandState::Open(_)));
        let failed = self.blockers.iter().any(|blocker| match blocker {
            Blocker::Deleted(_) => true,
            Blocker::RolloutFailed { by, .. } => !past(*by),
            Blocker::RolledBack(back) => !back.is_past(),
            Blocker::NoHealthCheck(_) => !still_to_come && !past(begun),
            _ => false,
        });
        if failed {
            self.failed = Some(true);
            return self;
        }
        let later = |what: String| Gap::passing(format!("{what}; an update of after that may not show yet"));
        let back = self.rolled_back().map(|back| later(format!("{} {}", self.name, back.clause())));
        let old = self.blockers.iter().find_map(|blocker| match blocker {
            Blocker::RolloutFailed { by: Some(by), .. } => Some(dated(*by)),
            _ => None,
        });
        let old = old.map(|at| later(format!("the roll-out of {} failed before the window, at {at}", self.name)));
        self.unknowns.extend(old.clone().map(|why| ("rollout", why)));
        let unchecked = self.unchecked().filter(|_| !still_to_come).map(later);
        match unclear.or(back).or(old).or(unchecked) {
            Some(why) => self.unknowns.push(("failed", why)),
            None => self.failed = Some(false),
        }
        self
    }

    /// The tasks that stopped in the window, by their ids: all that depends on who looks, but for what is expected.
    pub(super) fn gone(&self) -> Vec<&str> {
        let stopped = self.stopped.iter().chain(&self.retired).flatten();
        stopped.map(|task| task.id.as_str()).collect()
    }

    /// What was tested, for the report: the revision, and the digest that proves it where it is known; that it is what was
    /// expected, where something was; and what decides nothing.
    #[must_use]
    pub fn subjects(&self) -> Vec<String> {
        let met = self.demands.iter().filter(|demand| demand.state == DemandState::Met);
        let expected = met.map(|demand| format!("{} is what was expected: {}", self.name, demand.text));
        let tested = std::iter::once(format!("tested {}: {}", self.name, self.revision()));
        tested.chain(expected).chain(self.remark.clone()).collect()
    }

    /// `task definition worker:42, image worker:2 (sha256:…)`, the image where it is known.
    fn revision(&self) -> String {
        let image = Some(self.image()).filter(|image| !image.is_empty());
        let image = image.map(|image| format!(", image {image}")).unwrap_or_default();
        format!("task definition {}{image}", self.task_definition)
    }

    /// `worker:2 (sha256:…)`; empty where it is not known.
    pub(super) fn image(&self) -> String {
        let images = self.images.as_deref().unwrap_or_default().join(", ");
        let digests = self.digests.as_deref().unwrap_or_default().join(", ");
        if digests.is_empty() { images } else { format!("{images} ({digests})") }
    }

    fn instead(&self) -> Instead {
        let runs = format!("{} runs {}", self.name, self.revision());
        match self.rolled_back() {
            Some(back) if back.is_open() => Instead { runs: format!("{runs}; it {}", back.clause()), back: None },
            back => Instead { runs, back: back.map(RollBack::clause) },
        }
    }

    fn rolled_back(&self) -> Option<&RollBack> {
        self.blockers.iter().find_map(|blocker| match blocker {
            Blocker::RolledBack(back) => Some(back),
            _ => None,
        })
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

impl ServiceMessage {
    fn of(event: &aws::ServiceEvent) -> Self {
        Self { time: stamp(event.at), message: event.message.clone() }
    }
}

fn pending_since(tasks: &[&TaskFacts]) -> Option<DateTime<Utc>> {
    tasks.iter().filter(|task| task.status != "RUNNING").filter_map(|task| task.created_at).min()
}

/// What is not known, beside what is not of the containers.
fn unknowns(
    facts: &ServiceFacts,
    of_containers: Vec<(&'static str, Gap)>,
    steady: &Steady,
) -> Vec<(&'static str, Gap)> {
    let mut unknowns = of_containers;
    let no_primary = || Gap::lasting(format!("{} has no primary deployment", facts.name));
    let why = facts.tasks.as_ref().err().map(Gap::from);
    let why = why.or_else(|| facts.primary().is_none().then(no_primary));
    if let Some(why) = why {
        let fields = ["healthy", "unhealthy", "digests", "tasks", "stopped", "retired"];
        unknowns.extend(fields.map(|field| (field, why.clone())));
        if let Err(error) = &facts.definition {
            unknowns.push(("images", error.into()));
        }
    }
    if let Steady::Unknown(why) = steady {
        unknowns.push(("steady", why.clone()));
    }
    unknowns
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
