//! Since when somebody looks.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::aws::TaskFacts;

/// How long an update may take until AWS shows it.
const UNTIL_VISIBLE: TimeDelta = TimeDelta::seconds(20);

/// Since when somebody looks.
#[derive(Debug, Clone)]
pub(super) struct Since {
    /// When the window opened.
    pub(super) window: DateTime<Utc>,
    /// When the step began.
    pub(super) step: DateTime<Utc>,
    /// Tasks that were seen alive in the window.
    pub(super) alive: BTreeSet<String>,
}

impl Since {
    /// Whether an update of before the step shows by `then`.
    pub(super) fn shows_by(&self, then: DateTime<Utc>) -> bool {
        then - self.step >= UNTIL_VISIBLE
    }

    /// Whether a task has stopped in the window. One whose end has no time cannot be shown to have ended before it; one
    /// that was seen alive in it did not, whatever the time of its end is by a clock that may be some seconds off.
    pub(super) fn has_seen_end(&self, stopped: &TaskFacts) -> bool {
        stopped.stopped_at.is_none_or(|at| at >= self.window) || self.alive.contains(&stopped.id)
    }
}
