//! A service's tasks, those that run and those that stopped.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::image::named;
use crate::aws::{ContainerFacts, ServiceFacts, TaskFacts};
use crate::probe::moment::{span, stamp};
use crate::probe::{Gap, LookError};

/// The stop code of a task that ECS stopped to replace it, or because fewer are wanted.
pub(super) const BY_THE_SCHEDULER: &str = "ServiceSchedulerInitiated";

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

impl Task {
    pub(super) fn of(task: &TaskFacts, own: &Own<'_>) -> Self {
        Self {
            id: task.id.clone(),
            arn: task.arn.clone(),
            deployment: task.deployment.clone().unwrap_or_default(),
            status: task.status.clone(),
            health: task.health.clone(),
            started_at: task.started_at.map(stamp),
            images: own.every(&[task], |container| container.image.as_deref().map(named)),
            digests: own.every(&[task], |container| container.digest.as_deref()),
        }
    }
}

impl StoppedTask {
    /// Whether it went because somebody wanted fewer.
    pub(super) fn is_scaled_away(&self) -> bool {
        self.stop_code == BY_THE_SCHEDULER && self.reason.starts_with("Scaling activity initiated by")
    }

    pub(super) fn of(task: &TaskFacts) -> Self {
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

/// What containers are called that AWS adds to tasks: the agents of `GuardDuty` and of Service Connect.
const ADDED: [&str; 2] = ["aws-guardduty-agent", "ecs-service-connect"];

/// Which of a task's containers are its own: those that its task definition names. AWS adds others, which nobody deployed.
pub(super) struct Own<'facts>(Result<&'facts [String], &'facts LookError>);

impl<'facts> Own<'facts> {
    /// Those of the primary deployment; all but what AWS is known to add where its task definition could not be read.
    pub(super) fn of(facts: &'facts ServiceFacts) -> Self {
        Self(facts.definition.as_ref().map(|definition| definition.containers.as_slice()))
    }

    /// Something of each container, sorted, each once.
    pub(super) fn every(&self, tasks: &[&TaskFacts], part: impl Fn(&ContainerFacts) -> Option<&str>) -> Vec<String> {
        let parts: BTreeSet<&str> = self.containers(tasks).filter_map(part).collect();
        parts.into_iter().map(str::to_owned).collect()
    }

    /// The images that these tasks run, or would by their task definition.
    pub(super) fn images(&self, facts: &ServiceFacts, tasks: Option<&Vec<&TaskFacts>>) -> Option<Vec<String>> {
        let running = tasks.map(|tasks| self.every(tasks, |container| container.image.as_deref().map(named)));
        let defined = || facts.definition.as_ref().ok().map(|definition| definition.images.clone());
        running.filter(|images| !images.is_empty()).or_else(defined)
    }

    /// What cannot be said of what these tasks run, and why.
    pub(super) fn unknowns(&self, tasks: &[&TaskFacts]) -> Vec<(&'static str, Gap)> {
        if let Some(error) = self.0.err().filter(|_| tasks.iter().any(|task| self.containers(&[task]).count() > 1)) {
            let why = Gap::from(error).behind("which containers are the service's own is not known: ");
            return ["images", "digests"].map(|field| (field, why.clone())).to_vec();
        }
        let vague = self.without_digest(tasks);
        let why = |task: &TaskFacts| Gap::passing(format!("ECS does not say yet which image task {} runs", task.id));
        vague.map(|task| ("digests", why(task))).into_iter().collect()
    }

    /// The first task that runs with a container of which it is not known yet what it runs.
    fn without_digest<'task>(&self, tasks: &[&'task TaskFacts]) -> Option<&'task TaskFacts> {
        let vague = |task: &&&TaskFacts| self.containers(&[**task]).any(|container| container.digest.is_none());
        tasks.iter().filter(|task| task.status == "RUNNING").find(vague).copied()
    }

    fn containers<'tasks>(&self, tasks: &'tasks [&TaskFacts]) -> impl Iterator<Item = &'tasks ContainerFacts> {
        let named = |name: &String| match self.0 {
            Ok(names) => names.is_empty() || names.contains(name),
            Err(_) => true,
        };
        let added = |name: &String| ADDED.iter().any(|prefix| name.starts_with(prefix));
        let all = tasks.iter().flat_map(|task| &task.containers);
        all.filter(move |container| named(&container.name) && !added(&container.name))
    }
}
