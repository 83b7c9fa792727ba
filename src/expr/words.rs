//! How a value is spoken of: its kind, and its text cut to a bearable length.

use serde_json::Value as Json;

use super::value::to_json;
use super::{Scope, Value, Withheld};

/// How much of a value is shown in an explanation, in characters.
pub(super) const SHOWN: usize = 120;

/// How much of a value is shown in the list of changes, in characters.
pub(super) const BRIEF: usize = 40;

/// What sort of thing a value is, with its article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::UInt(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::String(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "a list",
        Value::Map(_) | Value::Struct(_) => "an object",
        Value::Timestamp(_) => "a time",
        Value::Duration(_) => "a duration",
        Value::Opaque(_) => match Withheld::of(value) {
            Some(Withheld::Unknown(_) | Withheld::Rest(_)) => "not known",
            Some(Withheld::Sensitive(_)) => "sensitive",
            None => "an optional value",
        },
        Value::Function(..) => "a function",
    }
}

/// The value as one would write it, text in quotes; clean of secrets, then cut.
pub(super) fn shown(value: &Value, scope: &Scope) -> String {
    let text = match value {
        Value::Timestamp(_) | Value::Duration(_) | Value::Opaque(_) => super::to_text(value),
        _ => to_json(value).to_string(),
    };
    cut(&scope.clean(text), SHOWN)
}

/// The value in a word or two, text without quotes; clean of secrets, then cut.
pub(super) fn brief(value: &Value, scope: &Scope) -> String {
    let text = match to_json(value) {
        Json::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    let text = if text.is_empty() { "\"\"".to_owned() } else { text };
    cut(&scope.clean(text), BRIEF)
}

/// At most `limit` characters, the last of them an ellipsis where something was left out.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.chars().nth(limit).is_none() {
        return text.to_owned();
    }
    text.chars().take(limit - 1).chain(['…']).collect()
}
