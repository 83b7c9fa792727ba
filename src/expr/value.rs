//! CEL values to and from JSON and our own observations.

use super::Value;

/// JSON as a CEL value: whole numbers become `int`, others `double`.
#[must_use]
pub fn from_json(_json: &serde_json::Value) -> Value {
    todo!()
}

/// An observation as a CEL value. Whole numbers become `int`; use [`cel::Timestamp`] and [`cel::Duration`] in fields
/// for CEL's `timestamp` and `duration`.
#[must_use]
pub fn from_observation<T: serde::Serialize>(_observation: &T) -> Value {
    todo!()
}

/// A CEL value as JSON, map keys sorted, timestamps as RFC 3339, durations as `1.5s`.
#[must_use]
pub fn to_json(_value: &Value) -> serde_json::Value {
    todo!()
}

/// A CEL value as text in a template: a string as it is, anything else as JSON.
#[must_use]
pub fn to_text(_value: &Value) -> String {
    todo!()
}
