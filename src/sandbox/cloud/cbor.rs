//! CBOR to JSON and back, for Smithy's rpc-v2-cbor: a thin layer that knows which members are timestamps.
//! Inside the endpoint a timestamp is a number of seconds; on the wire it is that number under tag 1.

use ciborium::value::{Integer, Value as Cbor};
use serde_json::{Map, Number, Value};

/// The tag of an epoch-based date.
const TIMESTAMP: u64 = 1;

/// The request in `bytes`; an empty body is an empty structure.
///
/// # Errors
/// Where it is not CBOR, or holds what JSON cannot.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, String> {
    if bytes.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let value: Cbor = ciborium::from_reader(bytes).map_err(|error| format!("the body is not CBOR: {error}"))?;
    to_json(value)
}

/// The answer as bytes.
pub(crate) fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a Vec cannot fail, and a value built from JSON always has a CBOR form.
    let written = ciborium::into_writer(&from_json(value, false), &mut bytes);
    debug_assert!(written.is_ok(), "{written:?}");
    bytes
}

fn to_json(value: Cbor) -> Result<Value, String> {
    Ok(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Text(text) => Value::String(text),
        Cbor::Integer(number) => whole(number)?,
        Cbor::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        Cbor::Tag(TIMESTAMP, inner) => to_json(*inner)?,
        Cbor::Array(items) => Value::Array(items.into_iter().map(to_json).collect::<Result<_, _>>()?),
        Cbor::Map(entries) => Value::Object(entries.into_iter().map(member).collect::<Result<_, _>>()?),
        other => return Err(format!("the body holds what no member can be: {other:?}")),
    })
}

fn whole(number: Integer) -> Result<Value, String> {
    i64::try_from(number).map(Value::from).map_err(|_| "a whole number does not fit 64 bits".to_owned())
}

fn member((name, value): (Cbor, Cbor)) -> Result<(String, Value), String> {
    match name {
        Cbor::Text(name) => Ok((name, to_json(value)?)),
        other => Err(format!("a member's name is not text: {other:?}")),
    }
}

fn from_json(value: &Value, timestamp: bool) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Number(number) if timestamp => {
            Cbor::Tag(TIMESTAMP, Box::new(Cbor::Float(number.as_f64().unwrap_or_default())))
        }
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Cbor::Integer(whole.into()),
            None => Cbor::Float(number.as_f64().unwrap_or_default()),
        },
        Value::Array(items) => Cbor::Array(items.iter().map(|item| from_json(item, timestamp)).collect()),
        Value::Object(members) => Cbor::Map(
            members
                .iter()
                .map(|(name, value)| (Cbor::Text(name.clone()), from_json(value, is_timestamp(name))))
                .collect(),
        ),
    }
}

/// CloudWatch's members that are timestamps: `Timestamp`, `Timestamps`, `StateUpdatedTimestamp`, and so on. No other
/// member of the answers given here ends like that.
fn is_timestamp(name: &str) -> bool {
    name.ends_with("Timestamp") || name.ends_with("Timestamps")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn timestamps_go_out_under_tag_1_and_come_back_as_numbers() {
        let answer = json!({"StateUpdatedTimestamp": 1.5, "Timestamps": [2.0], "Threshold": 1.0, "Period": 10});
        let bytes = write(&answer);
        let Cbor::Map(members) = ciborium::from_reader(bytes.as_slice()).unwrap() else { panic!("no map") };
        assert_eq!(members[0].1, Cbor::Tag(1, Box::new(Cbor::Float(1.5))));
        assert_eq!(members[1].1, Cbor::Array(vec![Cbor::Tag(1, Box::new(Cbor::Float(2.0)))]));
        assert_eq!(members[2].1, Cbor::Float(1.0));
        assert_eq!(members[3].1, Cbor::Integer(10.into()));
        assert_eq!(read(&bytes), Ok(answer));
    }

    #[test]
    fn an_empty_body_is_an_empty_structure() {
        assert_eq!(read(&[]), Ok(json!({})));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
