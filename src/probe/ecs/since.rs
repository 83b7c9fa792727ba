//! Since when somebody looks.

use chrono::{DateTime, TimeDelta, Utc};

/// How long an update may take until AWS shows it.
const UNTIL_VISIBLE: TimeDelta = TimeDelta::seconds(20);

/// Since when somebody looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since {
    /// When the window opened.
    pub(super) window: DateTime<Utc>,
    /// When the step began.
    pub(super) step: DateTime<Utc>,
}

impl Since {
    /// Whether an update of before the step shows by `then`.
    pub(super) fn shows_by(self, then: DateTime<Utc>) -> bool {
        then - self.step >= UNTIL_VISIBLE
    }
}
