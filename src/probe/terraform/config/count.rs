//! How many there are of a resource or of a module.

use super::declared::Stanza;
use super::evaluate::Evaluation;
use crate::expr::{Value, Withheld};

/// As the block's `count` or `for_each` says; one where it says neither.
pub(super) fn of(stanza: &Stanza<'_>, evaluation: &Evaluation<'_>) -> Value {
    let (written, size): (_, fn(&Value) -> Option<i64>) =
        match (stanza.attribute("count"), stanza.attribute("for_each")) {
            (Some(count), _) => (count, whole),
            (None, Some(each)) => (each, keys),
            (None, None) => return Value::Int(1),
        };
    let value = evaluation.value(written);
    if let Some(Withheld::Unknown(_)) = Withheld::of(&value) {
        return value;
    }
    // Terraform takes nothing sensitive here.
    let no_number = || format!("`{}` ({}) says no number", written.text(), written.at());
    size(&value).map_or_else(|| Withheld::Unknown(no_number()).into_value(), Value::Int)
}

/// So many of something in each of so many. None of them is none, whatever the other may be.
pub(super) fn times(one: &Value, other: &Value) -> Value {
    match (one, other) {
        (Value::Int(0), _) | (_, Value::Int(0)) => Value::Int(0),
        (Value::Int(one), Value::Int(other)) => Value::Int(one.saturating_mul(*other)),
        (Value::Int(_), unknown) | (unknown, _) => unknown.clone(),
    }
}

/// As Terraform converts to a number.
fn whole(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Int(number) => Some(*number),
        Value::Float(number) => format!("{number}").parse().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    number.filter(|number| *number >= 0)
}

fn keys(value: &Value) -> Option<i64> {
    let size = match value {
        Value::List(items) => items.len(),
        Value::Map(fields) => fields.map.len(),
        _ => return None,
    };
    i64::try_from(size).ok()
}
