//! What the operations read from their input in the same way.

use super::store::{Group, Store};
use crate::sandbox::cloud::list::Dialect;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place;
use crate::sandbox::cloud::refusal::Refusal;

/// The code of CloudWatch Logs for a parameter that is wrong.
pub(super) const WRONG: &str = "InvalidParameterException";

/// How CloudWatch Logs speaks of lists in pages.
pub(super) const PAGES: Dialect = Dialect {
    token: "nextToken",
    size: ("limit", 50),
    lost: |members| members.wrong("The specified nextToken is invalid."),
};

/// The code for a group or a stream that is not there.
pub(super) const NOT_FOUND: &str = "ResourceNotFoundException";

/// The group that a request names, by name or by identifier (a name or an ARN), but not by both.
pub(super) fn group_of<'store>(store: &'store Store, members: &Members) -> Result<(String, &'store Group), Refusal> {
    let name = match (members.text("logGroupName")?, members.text("logGroupIdentifier")?) {
        (Some(name), None) => name,
        (None, Some(identifier)) => identifier.strip_prefix(&place::arn("logs", "log-group:")).unwrap_or(identifier),
        (Some(_), Some(_)) => return Err(members.wrong("logGroupName and logGroupIdentifier exclude each other")),
        (None, None) => return Err(members.wrong("logGroupName or logGroupIdentifier must be given")),
    };
    store
        .group(name)
        .map(|group| (name.to_owned(), group))
        .ok_or_else(|| Refusal::new(NOT_FOUND, "The specified log group does not exist."))
}
