//! How long something took.

use chrono::{DateTime, Utc};

/// Milliseconds from one time to another; 0 where one is not known or the clock went backwards.
pub(super) fn between(from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> u64 {
    let span = from.zip(to).map(|(from, to)| (to - from).num_milliseconds());
    span.and_then(|ms| u64::try_from(ms).ok()).unwrap_or_default()
}
