//! Names of things.

/// The last part of an ARN or of a path: a task's id, a service's name.
#[must_use]
pub fn short_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
