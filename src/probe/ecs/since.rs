//! Since when somebody looks.

use chrono::{DateTime, TimeDelta, Utc};

use crate::aws::{TaskFacts, Window};

/// How long an update may take until AWS shows it, in all that it tells.
const UNTIL_VISIBLE: TimeDelta = TimeDelta::seconds(20);

/// Since when somebody looks.
#[derive(Debug, Clone)]
pub(super) struct Since {
    /// When the window opened.
    pub(super) window: DateTime<Utc>,
    /// When the step began.
    pub(super) step: DateTime<Utc>,
    /// The window itself, which knows who was seen alive in it.
    pub(super) seen: Window,
}

impl Since {
    /// Whether what began or came about `at` that time may be the state of before an update that does not show by `then`:
    /// nothing of within the window is, and nothing once an update of before the step surely shows.
    pub(super) fn may_be_past(&self, at: Option<DateTime<Utc>>, then: DateTime<Utc>) -> bool {
        then - self.step < UNTIL_VISIBLE && at.is_some_and(|at| at < self.window)
    }

    /// Whether a task has stopped in the window. One whose end has no time cannot be shown to have ended before it; one
    /// that was seen alive in it did not, whatever the time of its end is by a clock that may be some seconds off.
    pub(super) fn has_seen_end(&self, stopped: &TaskFacts) -> bool {
        stopped.stopped_at.is_none_or(|at| at >= self.window) || self.seen.has_seen_alive(&stopped.id)
    }
}
