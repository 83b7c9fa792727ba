//! `==`, `!=` and `in`.
//!
//! The interpreter calls two different things unequal, and is wrong of two kinds of things. What is withheld may be equal
//! to anything. And an optional value beside a plain one is never equal to it, whatever it holds: `x.?state != "failed"`
//! would be true for ever. Such a comparison has no value, as `x.?count > 3` has none.

use cel::common::types::{CelBool, CelList, CelMap, OPTIONAL_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{ExecutionError, Value};

use super::value::optional;
use super::withheld::{TYPE, Withheld, not_known, rests, untold};

/// The function by whose name an error is known that stems from an optional value beside a plain one.
const MIXED: &str = "@mixed";

/// `==`.
pub(super) fn equals<'b, 'v>(operands: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [left, right] = two(operands)?;
    equal(left.as_ref(), right.as_ref()).map(told)
}

/// `!=`.
pub(super) fn differs<'b, 'v>(operands: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [left, right] = two(operands)?;
    equal(left.as_ref(), right.as_ref()).map(|equal| told(!equal))
}

/// `in`.
pub(super) fn contains<'b, 'v>(operands: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let [wanted, range] = two(operands)?;
    if is_plain(wanted.as_ref()) && is_plain(range.as_ref()) {
        let container = range.as_container().ok_or_else(|| ExecutionError::UnexpectedType {
            got: range.get_type().name().to_owned(),
            want: "list or map".to_owned(),
        })?;
        return container.contains(wanted.as_ref()).map(told);
    }
    let (wanted, range) = (Value::try_from(wanted.as_ref())?, Value::try_from(range.as_ref())?);
    let range = revealed(&range)?;
    let answers: Vec<Result<bool, ExecutionError>> = match range {
        Value::List(items) => items.iter().map(|item| alike(&wanted, item)).collect(),
        Value::Map(fields) => {
            let untold = key_of(&wanted).and_then(|key| untold(fields, key)).map(|why| Err(not_known(why)));
            fields.map.keys().map(|key| alike(&wanted, &key.clone().into())).chain(untold).collect()
        }
        _ if optional(range).is_some() => vec![Err(mixed())],
        _ => vec![alike(&wanted, range)],
    };
    let found = answers.iter().any(|answer| matches!(answer, Ok(true)));
    if found { Ok(told(true)) } else { answers.into_iter().find(Result::is_err).unwrap_or(Ok(false)).map(told) }
}

fn two<'b, 'v>(operands: Vec<CowVal<'b, 'v>>) -> Result<[CowVal<'b, 'v>; 2], ExecutionError> {
    operands.try_into().map_err(|_| ExecutionError::missing_argument_or_target())
}

fn told<'b, 'v>(truth: bool) -> CowVal<'b, 'v> {
    CowVal::owned(CelBool::from(truth))
}

fn equal(left: &dyn Val, right: &dyn Val) -> Result<bool, ExecutionError> {
    if is_plain(left) && is_plain(right) {
        return Ok(left.equals(right));
    }
    alike(&Value::try_from(left)?, &Value::try_from(right)?)
}

/// Whether nothing in a value is withheld or optional.
fn is_plain(value: &dyn Val) -> bool {
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        return list.inner().iter().all(|item| is_plain(item.as_ref()));
    }
    if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
        return map.inner().values().all(|item| is_plain(item.as_ref()));
    }
    let kind = value.get_type();
    kind != &OPTIONAL_TYPE && kind.name() != TYPE
}

fn mixed() -> ExecutionError {
    ExecutionError::function_error(MIXED, "an optional value is compared with a plain one")
}

/// Whether an expression has no value because it compares an optional value with a plain one.
pub(super) fn is_mixed(error: &ExecutionError) -> bool {
    matches!(error, ExecutionError::FunctionError { function, .. } if function == MIXED)
}

/// Whether two values are equal, of which parts may be withheld or optional. What is different for certain is different,
/// whatever the unknown part may turn out to be.
pub(super) fn alike(left: &Value, right: &Value) -> Result<bool, ExecutionError> {
    match (optional(left), optional(right)) {
        (None, None) => {}
        (Some(left), Some(right)) => {
            return left.value().zip(right.value()).map_or_else(
                || Ok(left.value().is_none() && right.value().is_none()),
                |(left, right)| alike(left, right),
            );
        }
        (Some(_), None) | (None, Some(_)) => return Err(mixed()),
    }
    match (left, right) {
        _ if Withheld::of(left).is_some() => revealed(left).and_then(|left| alike(left, right)),
        _ if Withheld::of(right).is_some() => revealed(right).and_then(|right| alike(left, right)),
        (Value::List(left), Value::List(right)) if left.len() == right.len() => {
            all(left.iter().zip(right.iter()).map(|(left, right)| alike(left, right)))
        }
        (Value::Map(left), Value::Map(right)) if let Some((_, why)) = rests(left).chain(rests(right)).next() => {
            Err(not_known(why))
        }
        (Value::Map(left), Value::Map(right)) if left.map.len() == right.map.len() => {
            let pairs = left.map.iter().map(|(key, value)| match right.map.get(key) {
                Some(other) => alike(value, other),
                None => Ok(false),
            });
            all(pairs)
        }
        _ => {
            let [left, right]: [Box<dyn Val>; 2] = [left.clone().try_into()?, right.clone().try_into()?];
            Ok(left.equals(right.as_ref()))
        }
    }
}

fn all(answers: impl Iterator<Item = Result<bool, ExecutionError>>) -> Result<bool, ExecutionError> {
    let answers: Vec<_> = answers.collect();
    if answers.iter().any(|answer| matches!(answer, Ok(false))) {
        return Ok(false);
    }
    answers.into_iter().find(Result::is_err).unwrap_or(Ok(true))
}

fn revealed(value: &Value) -> Result<&Value, ExecutionError> {
    match Withheld::of(value) {
        Some(Withheld::Unknown(why) | Withheld::Rest(why)) => Err(not_known(why)),
        Some(Withheld::Sensitive(inner)) => Ok(inner),
        None => Ok(value),
    }
}

fn key_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}
