//! One roll-out of one revision. Plain data that changes by small steps only, each given the time.

use chrono::{DateTime, Utc};
use uuid::Uuid;

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

impl Deployment {
    pub(super) fn new(definition: &str, now: DateTime<Utc>) -> Self {
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

    pub(super) fn complete(&mut self, now: DateTime<Utc>) {
        self.rollout = Rollout::Completed;
        self.reason = format!("ECS deployment {} completed.", self.id);
        self.proven = true;
        self.updated = now;
        self.finished.get_or_insert(now);
    }

    pub(super) fn fail(&mut self, now: DateTime<Utc>) {
        self.rollout = Rollout::Failed;
        "ECS deployment circuit breaker: tasks failed to start.".clone_into(&mut self.reason);
        self.updated = now;
        self.finished = Some(now);
    }
}
