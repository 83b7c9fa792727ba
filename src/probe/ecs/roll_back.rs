//! Whether the newest roll-out was taken back, how far that is, and to what.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::since::Since;
use crate::aws::{self, LastDeployment, ServiceEvent, ServiceFacts};
use crate::look::{LookError, LookErrorKind};
use crate::probe::Gap;
use crate::probe::moment::dated;

/// So long before the window no deployment was over that a deploy job waits for now.
const LONG_BEFORE: TimeDelta = TimeDelta::hours(1);

/// A roll-out that failed and is not to stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RollBack {
    stage: Stage,
    /// To which task definition; none while the service may still have the deployment that failed.
    to: Option<String>,
    /// When it was over, where that was before the window.
    before: Option<DateTime<Utc>>,
    /// Whether it may be the state of before an update that does not show yet.
    past: bool,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Wanted,
    UnderWay,
    Done,
    Failed,
}

impl RollBack {
    /// The service's, where its newest roll-out has one. A look at the service alone cannot tell: after a roll-back it is
    /// as quiet as after a success. Where AWS does not let us ask, one that said so in its events was rolled back, and one
    /// that does not do so on its own is taken not to have been: see [`Self::unlisted`].
    ///
    /// # Errors
    /// Where it is not known: why.
    pub(super) fn of(facts: &ServiceFacts, since: &Since) -> Result<Option<Self>, Gap> {
        let back = |stage: Stage, begun: Option<DateTime<Utc>>, over: Option<DateTime<Utc>>| {
            let before = over.filter(|at| matches!(stage, Stage::Done | Stage::Failed) && *at < since.window);
            let past = since.may_be_past(begun, facts.seen_at);
            Ok(Some(Self { stage, to: target(facts, stage), before, past }))
        };
        match &facts.last_deployment {
            // The service was looked at a moment before the list: what it says is not yet the roll-back's end.
            Ok(Some(last)) if last.status == "ROLLBACK_SUCCESSFUL" && is_rolling_out(facts) => Ok(None),
            Ok(Some(last)) if last.is_taken_back() && !is_outdated(last, facts) => {
                back(Stage::of(&last.status), last.created_at, last.finished_at)
            }
            Ok(_) => Ok(None),
            Err(error) => match told(facts) {
                Some(event) if is_rolling_out(facts) => back(Stage::UnderWay, Some(event.at), None),
                Some(event) => back(Stage::Done, Some(event.at), Some(event.at)),
                None if is_believed(facts, error) => Ok(None),
                None => Err(Gap::from(error).behind("whether it was rolled back is not known: ")),
            },
        }
    }

    /// What was not looked at where AWS does not let us ask, and the rest is believed: somebody may have taken a roll-out
    /// back by hand, or just asked for another.
    pub(super) fn unlisted(facts: &ServiceFacts) -> Option<String> {
        let error = facts.last_deployment.as_ref().err().filter(|error| is_believed(facts, error))?;
        let what = format!("whether {} was rolled back by hand, or is to be updated, was not looked at", facts.name);
        Some(format!("{what}: {}", error.message))
    }

    /// Whether it may be the state of before an update that does not show yet.
    pub(super) fn is_past(&self) -> bool {
        self.past
    }

    /// Whether what was to be rolled out may still come: an update of after it.
    pub(super) fn is_open(&self) -> bool {
        self.past || self.before.is_some()
    }

    /// Whether it decides nothing for somebody who deploys the revision to which it went back: an update to what runs
    /// already begins no deployment, so that this one stays the newest for ever. Sooner after it, it may be theirs: what is
    /// deployed by force, or with other settings, is taken back to its own revision.
    pub(super) fn is_history(&self, since: &Since) -> bool {
        self.stage == Stage::Done && self.before.is_some_and(|over| since.window - over >= LONG_BEFORE)
    }

    /// What a service did: `was rolled back to task definition worker:41`.
    pub(super) fn clause(&self) -> String {
        let verb = match self.stage {
            Stage::Wanted | Stage::UnderWay => "is ",
            Stage::Done => "was ",
            Stage::Failed => "",
        };
        format!("{verb}{self}")
    }
}

impl Stage {
    fn of(status: &str) -> Self {
        match status {
            "ROLLBACK_REQUESTED" => Self::Wanted,
            "ROLLBACK_SUCCESSFUL" => Self::Done,
            "ROLLBACK_FAILED" => Self::Failed,
            _ => Self::UnderWay,
        }
    }
}

impl fmt::Display for RollBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            Stage::Wanted => "about to be rolled back",
            Stage::UnderWay => "being rolled back",
            Stage::Done => "rolled back",
            Stage::Failed => "could not be rolled back",
        })?;
        self.to.iter().try_for_each(|to| write!(f, " to task definition {to}"))?;
        self.before.iter().try_for_each(|at| write!(f, " before the window, at {}", dated(*at)))
    }
}

/// What the service runs, where that is what it is rolled back to by now, and not the deployment that failed.
fn target(facts: &ServiceFacts, stage: Stage) -> Option<String> {
    let primary = facts.primary()?;
    let reason = primary.rollout_reason.as_deref().unwrap_or_default();
    let failed = |rollout: &Option<String>| rollout.as_deref() == Some("FAILED");
    let other_failed = || facts.deployments.iter().any(|other| other.id != primary.id && failed(&other.rollout));
    let is_back = match stage {
        Stage::Wanted => false,
        Stage::Done => true,
        Stage::UnderWay | Stage::Failed if failed(&primary.rollout) => false,
        Stage::UnderWay | Stage::Failed => reason.contains("rolling back") || other_failed() || told(facts).is_some(),
    };
    is_back.then(|| aws::short_name(&primary.task_definition).to_owned())
}

/// Whether a service whose service deployments may not be listed is believed not to have been rolled back: where it never
/// does so on its own, and nothing that it told speaks of it. Where AWS only would not answer just now, it is asked again.
fn is_believed(facts: &ServiceFacts, error: &LookError) -> bool {
    let begun = facts.primary().and_then(|primary| primary.created_at);
    let since = |event: &&ServiceEvent| begun.is_none_or(|begun| begun <= event.at);
    let told = || facts.events.iter().filter(since).any(|event| speaks_of_it(&event.message.to_lowercase()));
    let by_hand = !facts.may_roll_back && facts.strategy == "ROLLING";
    by_hand && error.kind != LookErrorKind::Obscured && !told()
}

fn speaks_of_it(message: &str) -> bool {
    message.contains("rolling back") || message.contains("rolled back")
}

fn is_rolling_out(facts: &ServiceFacts) -> bool {
    let rollout = facts.primary().and_then(|primary| primary.rollout.as_deref());
    rollout.is_some_and(|rollout| rollout != "COMPLETED")
}

/// Whether the service has been deployed anew since: the list of deployments may not show that yet.
fn is_outdated(last: &LastDeployment, facts: &ServiceFacts) -> bool {
    last.is_before(facts.primary().and_then(|primary| primary.created_at))
}

/// The event that says that the service was rolled back to what it runs now. An idle service keeps its events for weeks:
/// one about another deployment, or from before this one began, is history.
fn told(facts: &ServiceFacts) -> Option<&ServiceEvent> {
    let primary = facts.primary()?;
    facts.events.iter().find(|event| {
        let message = event.message.to_lowercase();
        speaks_of_it(&message)
            && match deployment_in(&message) {
                Some(id) => id == primary.id,
                None => primary.created_at.is_none_or(|begun| begun <= event.at),
            }
    })
}

/// The deployment that an event names: `ecs-svc/123` in `rolling back to deployment ecs-svc/123.`
fn deployment_in(message: &str) -> Option<&str> {
    let named = &message[message.find("ecs-svc/")?..];
    let length = named.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '/'))).unwrap_or(named.len());
    Some(&named[..length])
}
