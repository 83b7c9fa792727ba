//! CloudWatch Logs: a store, and the operations that read it.

mod delivery;
mod describe;
mod filter;
mod get;
mod input;
mod pattern;
mod store;

#[cfg(test)]
mod tests;

pub(crate) use delivery::Delivery;
#[cfg(any(test, fuzzing))]
pub(crate) use pattern::Pattern;
pub(crate) use store::Store;

use serde_json::Value;

use super::refusal::Refusal;

/// Answers one operation; `now` in milliseconds.
pub(crate) fn answer(store: &mut Store, operation: &str, input: &Value, now: i64) -> Result<Value, Refusal> {
    store.arrive(now);
    match operation {
        "FilterLogEvents" => filter::answer(store, input),
        "GetLogEvents" => get::answer(store, input),
        "DescribeLogGroups" => describe::groups(store, input),
        "DescribeLogStreams" => describe::streams(store, input, now),
        other => Err(Refusal::unknown_operation(other)),
    }
}
