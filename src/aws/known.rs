//! What every fact that AWS tells may lack.

use chrono::{DateTime, Utc};

use crate::look::LookError;

/// Something that may not have been readable.
pub type Known<T> = Result<T, LookError>;

/// An AWS timestamp as ours; one that is out of range is the epoch.
pub(super) fn time(at: &aws_smithy_types::DateTime) -> DateTime<Utc> {
    at.to_millis().ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}
