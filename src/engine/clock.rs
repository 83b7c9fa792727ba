//! Time within a run: one wall-clock reading at the beginning, everything else measured from there.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// A clock that never runs backwards, whatever happens to the system's, and that stands still when tests pause time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    started: DateTime<Utc>,
    origin: Instant,
}

impl Clock {
    /// A clock that shows `started` now.
    pub(crate) fn starting_at(started: DateTime<Utc>) -> Self {
        Self { started, origin: Instant::now() }
    }

    /// The time of day, UTC.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.started + self.origin.elapsed()
    }
}
