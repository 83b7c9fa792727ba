//! Since when lines count.

use chrono::{DateTime, Utc};

use crate::aws::{CLOCK_SKEW, LogLine, Reader, Window};

/// Since when lines count.
#[derive(Debug, Clone, Copy)]
pub struct Since {
    /// When the window opened.
    pub(super) start: DateTime<Utc>,
    /// A moment of AWS's clock at which it surely had not opened yet; none where AWS did not tell the time.
    pub(super) surely: Option<DateTime<Utc>>,
}

impl Since {
    /// From a moment on, where nothing is known of AWS's clock.
    #[must_use]
    pub const fn at(start: DateTime<Utc>) -> Self {
        Self { start, surely: None }
    }

    pub(super) fn opening(window: &Window, reader: &Reader) -> Self {
        Self { start: reader.start_of(window), surely: reader.surely_before(window) }
    }

    /// Whether a line may be of the window, be it by a clock that is behind. One that AWS itself had taken in before is
    /// not, whatever time it bears.
    pub(super) fn admits(self, line: &LogLine) -> bool {
        let is_old = line.ingested.zip(self.surely).is_some_and(|(ingested, surely)| ingested < surely);
        line.time >= self.start - CLOCK_SKEW && !is_old
    }
}
