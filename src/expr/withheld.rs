//! Values that are there and are not told: not known yet, or sensitive.
//!
//! A plan names attributes whose values only `apply` will bring. Whoever reads one can be told neither yes nor no.
//! Equality is the one thing that the interpreter would answer by itself (two different things are not equal), so `==`,
//! `!=` and `in` are taken over here; every other operation fails on such a value of its own accord.

use std::fmt;
use std::sync::Arc;

use cel::common::types::{CelBool, CelList, CelMap};
use cel::common::value::{CowVal, Val};
use cel::objects::{Key, Map, Opaque, OpaqueEq};
use cel::{ExecutionError, Value};

/// The type by which the interpreter knows such a value.
const TYPE: &str = "withheld";
/// The function by whose name an error is known that stems from a value that is not known.
const UNKNOWN: &str = "@unknown";

/// A value that is there and is not told.
#[derive(Clone)]
pub enum Withheld {
    /// Not known, and why: `known after apply`.
    Unknown(String),
    /// Known, compared, never shown.
    Sensitive(Value),
    /// No value but all that an object may have under keys which begin like this one up to its `*`, and why nobody knows.
    Rest(String),
}

impl fmt::Debug for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown())
    }
}

impl Opaque for Withheld {
    fn runtime_type_name(&self) -> &str {
        TYPE
    }
}

impl OpaqueEq for Withheld {
    /// Never asked: comparisons are taken over by `equals`.
    fn opaque_eq(&self, _: &dyn Opaque) -> bool {
        false
    }
}

impl Withheld {
    /// As a value that expressions can read.
    #[must_use]
    pub fn into_value(self) -> Value {
        Value::Opaque(Arc::new(self))
    }

    /// What a value withholds, where it is one of these.
    #[must_use]
    pub fn of(value: &Value) -> Option<&Self> {
        match value {
            Value::Opaque(opaque) => opaque.downcast_ref(),
            _ => None,
        }
    }

    /// A value as a sensitive one; what is withheld already stays as it is.
    #[must_use]
    pub fn veiled(value: Value) -> Value {
        if Self::of(&value).is_some() { value } else { Self::Sensitive(value).into_value() }
    }

    /// What stands in its place wherever it would be shown.
    #[must_use]
    pub fn shown(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Rest(_) => "(not known)",
            Self::Sensitive(_) => "(sensitive)",
        }
    }

    /// Why nothing can be said of it.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Unknown(why) | Self::Rest(why) => why.clone(),
            Self::Sensitive(_) => "it is sensitive: it can be compared with == and in, and is never shown".to_owned(),
        }
    }
}

/// Puts into an object that a field of it is there and not known.
pub fn withhold(value: &mut Value, path: &[&str], reason: &str) {
    let (Value::Map(fields), Some((first, rest))) = (value, path.split_first()) else { return };
    let fields = Arc::make_mut(&mut fields.map);
    if rest.is_empty() {
        fields.insert(Key::from(*first), Withheld::Unknown(reason.to_owned()).into_value());
    } else if let Some(inner) = fields.get_mut(&Key::from(*first)) {
        withhold(inner, rest, reason);
    }
}

/// The first thing that a value withholds, however deep.
pub(super) fn first(value: &Value) -> Option<&Withheld> {
    match value {
        Value::List(items) => items.iter().find_map(first),
        Value::Map(fields) => fields.map.values().find_map(first),
        _ => Withheld::of(value),
    }
}

/// Why an object does not tell of a key that it does not have: it may be one of those that are not known.
pub(super) fn untold<'m>(fields: &'m Map, key: &str) -> Option<&'m str> {
    rests(fields).find(|(rest, _)| key.starts_with(rest.trim_end_matches('*'))).map(|(_, why)| why)
}

/// Whatever stands in an object for keys that are not known, and why they are not.
fn rests(fields: &Map) -> impl Iterator<Item = (&str, &str)> {
    fields.map.iter().filter_map(|(key, value)| match (key, Withheld::of(value)) {
        (Key::String(key), Some(Withheld::Rest(why))) => Some((key.as_str(), why.as_str())),
        _ => None,
    })
}

fn key_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}

pub(super) fn not_known(why: &str) -> ExecutionError {
    ExecutionError::function_error(UNKNOWN, why)
}

/// An object of which not all keys are known, as a value of its own; none where all are.
pub(super) fn open(value: &dyn Val) -> Option<Map> {
    let map = value.downcast_ref::<CelMap<'_>>()?;
    if !map.inner().values().any(|value| value.get_type().name() == TYPE) {
        return None;
    }
    match Value::try_from(value).ok()? {
        Value::Map(fields) if rests(&fields).next().is_some() => Some(fields),
        _ => None,
    }
}

/// What is counted as a whole, which an object cannot be of which not all keys are known.
pub(super) fn whole<'b, 'v>(mut operands: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let counted = operands.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    match open(counted.as_ref()).as_ref().and_then(|fields| rests(fields).next()) {
        Some((_, why)) => Err(not_known(why)),
        None => Ok(counted),
    }
}

/// Why an expression has no value, where that is because something it reads is not known.
pub(super) fn unknown(error: &ExecutionError) -> Option<String> {
    match error {
        ExecutionError::FunctionError { function, message } if function == UNKNOWN => Some(message.clone()),
        _ => None,
    }
}

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
    if !withholds(wanted.as_ref()) && !withholds(range.as_ref()) {
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
    if withholds(left) || withholds(right) {
        return alike(&Value::try_from(left)?, &Value::try_from(right)?);
    }
    Ok(left.equals(right))
}

/// Whether anything in a value is withheld.
fn withholds(value: &dyn Val) -> bool {
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        return list.inner().iter().any(|item| withholds(item.as_ref()));
    }
    if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
        return map.inner().values().any(|item| withholds(item.as_ref()));
    }
    value.get_type().name() == TYPE
}

/// Whether two values are equal, of which parts may be withheld. What is different for certain is different, whatever
/// the unknown part may turn out to be.
pub(super) fn alike(left: &Value, right: &Value) -> Result<bool, ExecutionError> {
    match (left, right) {
        _ if Withheld::of(left).is_some() => revealed(left).and_then(|left| alike(left, right)),
        _ if Withheld::of(right).is_some() => revealed(right).and_then(|right| alike(left, right)),
        (Value::List(left), Value::List(right)) if left.len() == right.len() => {
            all(left.iter().zip(right.iter()).map(|(left, right)| alike(left, right)))
        }
        (Value::Map(left), Value::Map(right)) if rests(left).chain(rests(right)).next().is_some() => {
            let mut unsaid = rests(left).chain(rests(right));
            unsaid.next().map_or(Ok(false), |(_, why)| Err(not_known(why)))
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
