//! What a secret of JSON is made of: an AWS secret is an object with a user and a password more often than not, and
//! whoever tells one of them tells the secret.

use serde_json::Value as Json;

use super::secret::Secret;

/// A shorter number is a port, a year or a count, and stands in every other line of a report.
const SHORTEST_NUMBER: usize = 6;
/// Words of JSON itself, which say nothing and would blank half of what is told.
const WORDS: [&str; 3] = ["true", "false", "null"];

/// The texts and long numbers in a JSON object or list; none where the secret is something else.
pub(super) fn of(secret: &str) -> Vec<Secret> {
    let mut parts = Vec::new();
    if secret.trim_start().starts_with(['{', '['])
        && let Ok(json) = serde_json::from_str::<Json>(secret)
    {
        gather(&json, &mut parts);
    }
    parts
}

fn gather(json: &Json, parts: &mut Vec<Secret>) {
    match json {
        Json::String(text) if text.chars().count() >= Secret::SHORTEST && !WORDS.contains(&text.as_str()) => {
            parts.push(Secret::new(text.as_str()));
        }
        Json::Number(number) if number.to_string().len() >= SHORTEST_NUMBER => {
            parts.push(Secret::new(number.to_string()));
        }
        Json::Array(items) => items.iter().for_each(|item| gather(item, parts)),
        Json::Object(fields) => fields.values().for_each(|field| gather(field, parts)),
        Json::String(_) | Json::Number(_) | Json::Null | Json::Bool(_) => {}
    }
}
