//! How many there are of a resource or of a module.

use super::declared::{Stanza, Written};
use super::evaluate::Evaluation;
use crate::expr::{Value, Withheld};

/// As the block's `count` or `for_each` says; one where it says neither.
pub(super) fn of(stanza: &Stanza<'_>, evaluation: &Evaluation<'_>) -> Value {
    let (written, size) = match (stanza.attribute("count"), stanza.attribute("for_each")) {
        (Some(count), _) => (count, whole(&evaluation.value(count))),
        (None, Some(each)) => (each, keys(&evaluation.value(each))),
        (None, None) => return Value::Int(1),
    };
    size.map_or_else(|why| withheld(why, written), Value::Int)
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
fn whole(value: &Value) -> Result<i64, Option<String>> {
    let number = match value {
        Value::Int(number) => Ok(*number),
        Value::Float(number) => format!("{number}").parse().map_err(|_| None),
        Value::String(text) => text.parse().map_err(|_| None),
        value => Err(reason(value)),
    };
    number.and_then(|number| if number < 0 { Err(None) } else { Ok(number) })
}

fn keys(value: &Value) -> Result<i64, Option<String>> {
    let size = match value {
        Value::List(items) => items.len(),
        Value::Map(fields) => fields.map.len(),
        value => return Err(reason(value)),
    };
    i64::try_from(size).map_err(|_| None)
}

fn reason(value: &Value) -> Option<String> {
    match Withheld::of(value) {
        Some(Withheld::Unknown(why)) => Some(why.clone()),
        _ => None,
    }
}

fn withheld(why: Option<String>, written: Written<'_>) -> Value {
    // Terraform takes nothing sensitive here.
    let why = why.unwrap_or_else(|| format!("`{}` ({}) says no number", written.text(), written.at()));
    Withheld::Unknown(why).into_value()
}
