//! `service.steady`, and what keeps a service from it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::roll_back::RollBack;
use crate::aws::{self, DeploymentFacts, ServiceFacts, TaskFacts};
use crate::probe::Gap;
use crate::probe::moment::when;

/// By then whatever began shows everywhere.
const LONG_AGO: TimeDelta = TimeDelta::days(1);

/// Whether a service is steady.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Steady {
    /// Everything holds.
    Yes,
    /// Something that was seen does not.
    No,
    /// What was seen holds, but not everything could be seen.
    Unknown(Gap),
}

impl Steady {
    /// What expressions read; none where it is not known.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Unknown(_) => None,
        }
    }
}

/// Something that keeps a service from being steady.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Blocker {
    /// It is being deleted: its status.
    Deleted(String),
    /// It wants no task at all.
    WantsNone,
    /// No deployment is the primary one.
    NoPrimary,
    /// An older deployment is still there: how many there are.
    Deployments(usize),
    /// The primary deployment is not completed: its state.
    Rollout(String),
    /// The roll-out failed: why, and since when at the latest.
    RolloutFailed { reason: String, by: Option<DateTime<Utc>> },
    /// The newest service deployment is not through, though what runs is: its state, and since when.
    Unfinished(String),
    /// The newest deployment failed and is taken back.
    RolledBack(RollBack),
    /// Fewer or more tasks run than are wanted.
    Running,
    /// Tasks are on their way.
    Pending,
    /// Tasks are not healthy: how many are.
    Unhealthy(usize),
    /// No task can ever become healthy, since no essential container of this task definition has a health check.
    NoHealthCheck(String),
}

impl Blocker {
    /// Whether it says more than the counts in a summary do.
    pub(super) fn is_telling(&self) -> bool {
        matches!(
            self,
            Self::Deleted(_)
                | Self::WantsNone
                | Self::NoPrimary
                | Self::Deployments(_)
                | Self::Unfinished(_)
                | Self::RolledBack(_)
                | Self::NoHealthCheck(_)
        )
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deleted(status) => write!(f, "being deleted ({status})"),
            Self::WantsNone => f.write_str("desired count is 0"),
            Self::NoPrimary => f.write_str("no primary deployment"),
            Self::Deployments(count) => write!(f, "{count} deployments"),
            Self::Rollout(state) => write!(f, "rollout {state}"),
            Self::RolloutFailed { reason, by: _ } => write!(f, "rollout FAILED: {reason}"),
            Self::Unfinished(state) => write!(f, "a service deployment is {state}"),
            Self::RolledBack(back) => back.fmt(f),
            Self::Running => f.write_str("not as many running as desired"),
            Self::Pending => f.write_str("tasks pending"),
            Self::Unhealthy(healthy) => write!(f, "only {healthy} healthy"),
            Self::NoHealthCheck(definition) => {
                let why = "has no container healthCheck, so ECS can never call its tasks healthy";
                write!(f, "task definition {definition} {why}")
            }
        }
    }
}

/// Judges, and names everything that stands in the way, the worst first. `tasks` are the primary deployment's current
/// ones, where they could be read; `back` is its roll-back, as far as that is known.
pub(super) fn judge(
    facts: &ServiceFacts,
    tasks: Option<&[&TaskFacts]>,
    back: &Result<Option<RollBack>, Gap>,
) -> (Steady, Vec<Blocker>) {
    let mut blockers: Vec<Blocker> = deleted(facts).into_iter().collect();
    blockers.extend(back.iter().flatten().cloned().map(Blocker::RolledBack));
    let (deployments, unsure) = of_deployments(facts);
    blockers.extend(deployments);
    blockers.extend(of_counts(facts));
    blockers.extend(tasks.and_then(|tasks| of_health(facts, tasks)));
    let unread = facts.tasks.as_ref().err().filter(|_| tasks.is_none()).map(Gap::from);
    let unseen = unread.or_else(|| back.as_ref().err().cloned()).or(unsure);
    let steady = match unseen {
        _ if !blockers.is_empty() => Steady::No,
        Some(why) => Steady::Unknown(why),
        None => Steady::Yes,
    };
    (steady, blockers)
}

fn deleted(facts: &ServiceFacts) -> Option<Blocker> {
    (facts.status != "ACTIVE").then(|| Blocker::Deleted(facts.status.clone()))
}

/// An update that was asked for and that the service itself does not show yet, or one whose alarms are still watched.
fn unfinished(facts: &ServiceFacts) -> Option<Blocker> {
    let last = facts.last_deployment.as_ref().ok()?.as_ref().filter(|last| last.is_unfinished())?;
    let since = last.created_at.map(|at| format!(" since {}", when(at, facts.seen_at))).unwrap_or_default();
    Some(Blocker::Unfinished(format!("{}{since}", last.status)))
}

/// What is wrong with its deployments, and why that is not known of a roll-out.
fn of_deployments(facts: &ServiceFacts) -> (Vec<Blocker>, Option<Gap>) {
    let alive = facts.deployments.iter().filter(|deployment| deployment.status != "INACTIVE").count();
    let Some(primary) = facts.primary() else { return (vec![Blocker::NoPrimary], None) };
    let (rollout, unsure) = match of_rollout(facts, primary) {
        Ok(rollout) => (rollout, None),
        Err(why) => (None, Some(why)),
    };
    let several = (alive != 1).then_some(Blocker::Deployments(alive));
    (rollout.into_iter().chain(several).collect(), unsure)
}

fn of_rollout(facts: &ServiceFacts, primary: &DeploymentFacts) -> Result<Option<Blocker>, Gap> {
    match primary.rollout.as_deref() {
        Some("COMPLETED") => Ok(unfinished(facts)),
        Some("FAILED") => {
            let reason = primary.rollout_reason.clone().unwrap_or_default();
            Ok(Some(Blocker::RolloutFailed { reason, by: primary.updated_at }))
        }
        Some(state) => Ok(Some(Blocker::Rollout(state.to_owned()))),
        None => of_untold(facts, primary),
    }
}

/// Behind a Classic Load Balancer ECS tells no rollout state: then the newest service deployment says it. Where none is
/// listed, either none has been made for as long as AWS remembers, or it does not show yet.
fn of_untold(facts: &ServiceFacts, primary: &DeploymentFacts) -> Result<Option<Blocker>, Gap> {
    let dark = "ECS tells no rollout state of it, as behind a Classic Load Balancer, and ";
    let unlisted = || Gap::passing(format!("{dark}lists no service deployment of it yet"));
    let long_ago = |begun: DateTime<Utc>| facts.seen_at - begun > LONG_AGO;
    match &facts.last_deployment {
        Ok(Some(last)) if last.is_before(primary.created_at) => Err(unlisted()),
        Ok(Some(last)) if last.status == "SUCCESSFUL" || last.is_taken_back() => Ok(None),
        Ok(Some(last)) if last.is_unfinished() => Ok(unfinished(facts)),
        Ok(Some(last)) => Ok(Some(Blocker::Rollout(last.status.clone()))),
        Ok(None) if primary.created_at.is_some_and(long_ago) => Ok(None),
        Ok(None) => Err(unlisted()),
        Err(error) => Err(Gap::from(error).behind(dark)),
    }
}

fn of_counts(facts: &ServiceFacts) -> Vec<Blocker> {
    let wrong = [
        (facts.desired < 1, Blocker::WantsNone),
        (facts.running != facts.desired, Blocker::Running),
        (facts.pending != 0, Blocker::Pending),
    ];
    wrong.into_iter().filter_map(|(wrong, blocker)| wrong.then_some(blocker)).collect()
}

fn of_health(facts: &ServiceFacts, tasks: &[&TaskFacts]) -> Option<Blocker> {
    let healthy = tasks.iter().filter(|task| task.health == "HEALTHY").count();
    let all = healthy == tasks.len() && i32::try_from(healthy) == Ok(facts.desired);
    if all || facts.desired < 1 {
        return None;
    }
    let unchecked = healthy == 0 && facts.definition.as_ref().is_ok_and(|definition| !definition.health_check);
    let primary = facts.primary().filter(|_| unchecked);
    let no_check = primary.map(|primary| Blocker::NoHealthCheck(aws::short_name(&primary.task_definition).to_owned()));
    Some(no_check.unwrap_or(Blocker::Unhealthy(healthy)))
}
