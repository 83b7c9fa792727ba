//! CEL values to and from JSON and our own observations.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use cel::objects::{Key, Map, OptionalValue};
use chrono::SecondsFormat;
use serde_json::Value as Json;

use super::{Value, Withheld};

/// JSON as a CEL value: whole numbers become `int` (`uint` where they are too large for it), others `double`.
#[must_use]
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(number) => from_number(number),
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(from_json).collect())),
        Json::Object(fields) => {
            map(fields.iter().map(|(name, value)| (Key::String(Arc::new(name.clone())), from_json(value))))
        }
    }
}

fn from_number(number: &serde_json::Number) -> Value {
    number
        .as_i64()
        .map(Value::Int)
        .or_else(|| number.as_u64().map(Value::UInt))
        .unwrap_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)))
}

fn map(entries: impl Iterator<Item = (Key, Value)>) -> Value {
    Value::Map(Map { map: Arc::new(entries.collect::<HashMap<_, _>>()) })
}

/// An object of values that are there already.
#[must_use]
pub fn object(fields: impl IntoIterator<Item = (String, Value)>) -> Value {
    map(fields.into_iter().map(|(name, value)| (Key::String(Arc::new(name)), value)))
}

/// A list of values that are there already.
#[must_use]
pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(Arc::new(items.into_iter().collect()))
}

/// An observation as a CEL value. Whole numbers become `int`; use [`cel::Timestamp`] and [`cel::Duration`] in fields
/// for CEL's `timestamp` and `duration`. What cannot be told in CEL at all (a map with lists as keys) is `null`.
#[must_use]
pub fn from_observation<T: serde::Serialize>(observation: &T) -> Value {
    let mut value = cel::to_value(observation).unwrap_or(Value::Null);
    sign(&mut value);
    value
}

/// Unsigned numbers as `int`: CEL's arithmetic does not mix the two, and nobody who writes `service.desired + 1`
/// thinks of that.
fn sign(value: &mut Value) {
    match value {
        Value::UInt(number) => {
            if let Ok(number) = i64::try_from(*number) {
                *value = Value::Int(number);
            }
        }
        Value::List(items) => Arc::make_mut(items).iter_mut().for_each(sign),
        Value::Map(fields) => Arc::make_mut(&mut fields.map).values_mut().for_each(sign),
        _ => {}
    }
}

/// A CEL value as JSON, map keys sorted, timestamps as RFC 3339, durations as `1.5s`, bytes as base64.
#[must_use]
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Int(number) => Json::from(*number),
        Value::UInt(number) => Json::from(*number),
        // JSON has no words for infinity and "not a number"; text at least says which it was.
        Value::Float(number) => {
            serde_json::Number::from_f64(*number).map_or_else(|| Json::String(number.to_string()), Json::Number)
        }
        Value::String(text) => Json::String(text.as_str().to_owned()),
        Value::Bytes(bytes) => Json::String(base64::engine::general_purpose::STANDARD.encode(bytes.as_slice())),
        Value::List(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(fields) => {
            Json::Object(sorted(fields).map(|(key, value)| (key_text(key), to_json(value))).collect())
        }
        Value::Timestamp(time) => Json::String(time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        Value::Duration(span) => Json::String(duration_text(*span)),
        Value::Opaque(_) => match Withheld::of(value) {
            Some(withheld) => Json::String(withheld.shown().to_owned()),
            None => optional(value).and_then(OptionalValue::value).map_or(Json::Null, to_json),
        },
        Value::Function(name, _) => Json::String(name.as_str().to_owned()),
        Value::Struct(fields) => Json::String(fields.name().to_owned()),
    }
}

/// The value as one that may be there or not, where it is such: what `x.?a` comes to.
pub(super) fn optional(value: &Value) -> Option<&OptionalValue> {
    <&OptionalValue>::try_from(value).ok()
}

/// The value without anything optional in it: what is not there is null. So it leaves an expression, for beyond it nobody
/// can ask whether it is there.
pub(super) fn settled(value: Value) -> Value {
    if holds_optional(&value) { resolved(&value) } else { value }
}

fn holds_optional(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(holds_optional),
        Value::Map(fields) => fields.map.values().any(holds_optional),
        _ => optional(value).is_some(),
    }
}

fn resolved(value: &Value) -> Value {
    match value {
        Value::List(items) => list(items.iter().map(resolved)),
        Value::Map(fields) => map(fields.map.iter().map(|(key, value)| (key.clone(), resolved(value)))),
        _ => match optional(value) {
            Some(optional) => optional.value().map_or(Value::Null, resolved),
            None => value.clone(),
        },
    }
}

/// The fields of a map in the order of their keys, so that the same value always reads the same.
pub(super) fn sorted(fields: &Map) -> impl Iterator<Item = (&Key, &Value)> {
    let mut entries: Vec<_> = fields.map.iter().collect();
    entries.sort_by_key(|(key, _)| *key);
    entries.into_iter()
}

/// A map's key as text.
pub(super) fn key_text(key: &Key) -> String {
    match key {
        Key::Int(number) => number.to_string(),
        Key::Uint(number) => number.to_string(),
        Key::Bool(bool) => bool.to_string(),
        Key::String(text) => text.as_str().to_owned(),
    }
}

fn duration_text(span: chrono::Duration) -> String {
    let sign = if span < chrono::Duration::zero() { "-" } else { "" };
    let nanos = span.subsec_nanos().unsigned_abs();
    let fraction = format!("{nanos:09}");
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{dot}{fraction}s", span.num_seconds().unsigned_abs())
}

/// A CEL value as text in a template: a string as it is, anything else as JSON.
#[must_use]
pub fn to_text(value: &Value) -> String {
    match to_json(value) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(value: &Value, expected: &str) {
        assert_eq!(to_text(value), expected);
    }

    #[test]
    fn text_as_it_is_and_the_rest_as_json() {
        let time = chrono::DateTime::parse_from_rfc3339("2024-05-01T10:00:00.5+00:00").unwrap();
        check(&Value::from("a \"b\""), "a \"b\"");
        check(&Value::Int(-3), "-3");
        check(&Value::Float(1.0), "1.0");
        check(&Value::Float(f64::INFINITY), "inf");
        check(&Value::Null, "null");
        check(&Value::Timestamp(time), "2024-05-01T10:00:00.500Z");
        check(&Value::Duration(chrono::Duration::milliseconds(1500)), "1.5s");
        check(&Value::Duration(chrono::Duration::milliseconds(-250)), "-0.25s");
        check(&Value::Duration(chrono::Duration::minutes(2)), "120s");
        check(&Value::Bytes(Arc::new(b"hi".to_vec())), "aGk=");
        check(&from_json(&json!({"b": [1, {"z": 0, "y": null}], "a": true})), r#"{"a":true,"b":[1,{"y":null,"z":0}]}"#);
    }

    #[test]
    fn what_may_be_there_is_it_or_null() {
        let optional = |value| Value::Opaque(Arc::new(value));
        let some = |value| optional(OptionalValue::of(value));
        let none = || optional(OptionalValue::none());
        assert_eq!(settled(none()), Value::Null);
        assert_eq!(settled(some(some(Value::Int(1)))), Value::Int(1));
        assert_eq!(
            settled(list([none(), some(list([some(Value::Int(1)), none()]))])),
            list([Value::Null, list([Value::Int(1), Value::Null])])
        );
        let keyed = |value| map([(Key::Int(3), value)].into_iter());
        assert_eq!(settled(keyed(some(Value::Int(1)))), keyed(Value::Int(1)));
        assert_eq!(settled(keyed(Value::Int(1))), keyed(Value::Int(1)));
    }

    #[test]
    fn whole_numbers_are_int() {
        assert_eq!(from_json(&json!(7)), Value::Int(7));
        assert_eq!(from_json(&json!(7.5)), Value::Float(7.5));
        assert_eq!(from_json(&json!(u64::MAX)), Value::UInt(u64::MAX));
    }

    #[test]
    fn an_observation_keeps_times_and_makes_numbers_int() {
        #[derive(serde::Serialize)]
        struct Seen {
            desired: u32,
            elapsed: cel::Duration,
            at: cel::Timestamp,
            tasks: Vec<u64>,
            none: Option<u8>,
        }
        let at = chrono::DateTime::parse_from_rfc3339("2024-05-01T10:00:00Z").unwrap();
        let elapsed = chrono::Duration::milliseconds(20);
        let seen =
            from_observation(&Seen { desired: 2, elapsed: elapsed.into(), at: at.into(), tasks: vec![1], none: None });
        let Value::Map(fields) = &seen else { panic!("{seen:?}") };
        let get = |name: &str| fields.map[&Key::from(name)].clone();
        assert_eq!(
            (get("desired"), get("elapsed"), get("at")),
            (Value::Int(2), Value::Duration(elapsed), Value::Timestamp(at))
        );
        assert!(matches!(get("tasks"), Value::List(items) if matches!(items[0], Value::Int(1))));
        assert_eq!(get("none"), Value::Null);
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            (-1e12..1e12).prop_map(Json::from),
            ".{0,8}".prop_map(Json::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::vec((".{0,4}", inner), 0..4).prop_map(|fields| fields.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn json_comes_back_as_it_went(json in any_json()) {
            prop_assert_eq!(to_json(&from_json(&json)), json);
        }
    }
}
