//! What every fact that AWS tells may lack.

use chrono::{DateTime, Utc};

use crate::look::LookError;

/// Something that may not have been readable.
pub type Known<T> = Result<T, LookError>;

/// An AWS timestamp as ours; one that is out of range is the epoch.
pub(super) fn time(at: &aws_smithy_types::DateTime) -> DateTime<Utc> {
    at.to_millis().ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}

/// The token of the next page. A page may be empty and still have a next one; an empty token is none.
pub(super) fn following(token: Option<&str>) -> Option<String> {
    token.filter(|token| !token.is_empty()).map(str::to_owned)
}
