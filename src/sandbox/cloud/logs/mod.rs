//! CloudWatch Logs: a store, and the operations that read it.

mod describe;
mod filter;
mod get;
mod pattern;
mod store;

#[cfg(test)]
mod tests;

pub(crate) use store::Store;

use serde_json::Value;

use super::members::Members;
use super::place;
use super::refusal::Refusal;

/// The code of CloudWatch Logs for a parameter that is wrong.
const WRONG: &str = "InvalidParameterException";
/// The code for a group or a stream that is not there.
const NOT_FOUND: &str = "ResourceNotFoundException";

/// Answers one operation; `now` in milliseconds.
pub(crate) fn answer(store: &Store, operation: &str, input: &Value, now: i64) -> Result<Value, Refusal> {
    match operation {
        "FilterLogEvents" => filter::answer(store, input),
        "GetLogEvents" => get::answer(store, input),
        "DescribeLogGroups" => describe::groups(store, input),
        "DescribeLogStreams" => describe::streams(store, input, now),
        other => Err(Refusal::unknown_operation(other)),
    }
}

/// The group that a request names, by name or by identifier (a name or an ARN), but not by both.
fn group_of<'store>(store: &'store Store, members: &Members) -> Result<(String, &'store store::Group), Refusal> {
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
