//! Times as the APIs have them.

use chrono::{DateTime, Utc};

/// A time as JSON has it at AWS: seconds with a fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit the 52 bits of a double")]
pub(crate) fn seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp_millis() as f64 / 1000.0
}
