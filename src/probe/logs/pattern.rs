//! What an event must look like: fields and their values.

use std::fmt;

use serde_json::{Map, Value as Json};

/// One entry of `sequence` or `none`, filled in.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Pattern {
    fields: Vec<(String, Json)>,
}

impl Pattern {
    pub(super) fn new(fields: Vec<(String, Json)>) -> Self {
        Self { fields }
    }

    /// How many fields it asks for.
    pub(super) const fn len(&self) -> usize {
        self.fields.len()
    }

    /// The fields that it asks for, and their values.
    pub(super) fn fields(&self) -> &[(String, Json)] {
        &self.fields
    }

    /// Whether an event with these fields has all that it asks for, be it with other values.
    pub(super) fn is_told_by(&self, event: &Map<String, Json>) -> bool {
        self.fields.iter().all(|(name, _)| field(event, name).is_some())
    }

    /// Whether an event with these fields is meant. An entry without fields means every event.
    pub(super) fn matches(&self, event: &Map<String, Json>) -> bool {
        self.fields.iter().all(|(name, expected)| field(event, name).is_some_and(|seen| same(expected, seen)))
    }

    /// For each field, whether the event agrees in it.
    pub(super) fn agreement(&self, event: &Map<String, Json>) -> Vec<bool> {
        let agrees = |(name, expected): &(String, Json)| field(event, name).is_some_and(|seen| same(expected, seen));
        self.fields.iter().map(agrees).collect()
    }

    /// For each field, whether another of `entries` asks for the same value of it.
    pub(super) fn in_common(&self, entries: &[Self]) -> Vec<bool> {
        let others = || entries.iter().filter(|entry| *entry != self);
        self.fields.iter().map(|field| others().any(|other| other.fields.contains(field))).collect()
    }

    /// Where the event differs: `status failed, expected completed`.
    pub(super) fn differences(&self, event: &Map<String, Json>) -> String {
        let difference = |(name, expected): &(String, Json)| match field(event, name) {
            Some(seen) if same(expected, seen) => None,
            Some(seen) => Some(format!("{name} {}, expected {}", text(seen), text(expected))),
            None => Some(format!("no {name}, expected {}", text(expected))),
        };
        self.fields.iter().filter_map(difference).collect::<Vec<_>>().join("; ")
    }

    /// What the event is called, where the event agrees in that: the value of `event`, or of the first field.
    pub(super) fn name_of(&self, event: &Map<String, Json>) -> Option<String> {
        let (name, expected) = self.fields.iter().find(|(name, _)| name == "event").or(self.fields.first())?;
        field(event, name).filter(|seen| same(expected, seen)).map(text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = self.fields.iter().map(|(name, value)| format!("{name}: {}", text(value)));
        write!(f, "{{{}}}", fields.collect::<Vec<_>>().join(", "))
    }
}

/// A field by its name, or, where no field has that name, by its dotted path: `job.id`, `rows.0.name`.
pub(super) fn field<'event>(event: &'event Map<String, Json>, path: &str) -> Option<&'event Json> {
    event.get(path).or_else(|| {
        let mut parts = path.split('.');
        let first = event.get(parts.next()?)?;
        parts.try_fold(first, |value, part| match value {
            Json::Array(items) => items.get(part.parse::<usize>().ok()?),
            value => value.get(part),
        })
    })
}

/// Values of one type are compared as such (1 equals 1.0); of different types as text, since a log may write `"42"` where
/// the API says `42`.
fn same(expected: &Json, seen: &Json) -> bool {
    match (expected, seen) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::String(a), Json::String(b)) => a == b,
        (Json::String(_), other) | (other, Json::String(_)) if other.is_object() || other.is_array() => false,
        (Json::String(_), _) | (_, Json::String(_)) => text(expected) == text(seen),
        _ => expected == seen,
    }
}

/// A value as it is compared with one of another type, and shown.
pub(super) fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(pattern: &Json, event: &Json, expected: bool) {
        let pattern = Pattern::new(pattern.as_object().unwrap().clone().into_iter().collect());
        assert_eq!(pattern.matches(event.as_object().unwrap()), expected, "{pattern} on {event}");
    }

    #[test]
    fn fields_match_typed_and_else_as_text() {
        let event =
            json!({"event": "end", "job": {"id": 42, "rows": [{"n": 1}]}, "a.b": true, "ok": "true", "none": null});
        check(&json!({}), &event, true);
        check(&json!({"event": "end", "job.id": 42}), &event, true);
        check(&json!({"job.id": 42.0}), &event, true);
        check(&json!({"job.id": "42"}), &event, true);
        check(&json!({"job.rows.0.n": 1}), &event, true);
        check(&json!({"a.b": true, "ok": true, "none": null}), &event, true);
        check(&json!({"job": {"id": 42, "rows": [{"n": 1}]}}), &event, true);
        check(&json!({"event": "en"}), &event, false);
        check(&json!({"event": "end", "missing": 1}), &event, false);
        check(&json!({"job.id": 4}), &event, false);
        check(&json!({"ok": 1}), &event, false);
        check(&json!({"missing": null}), &event, false);
    }
}
