//! Values that are there and are not told: not known yet, or sensitive.
//!
//! A plan names attributes whose values only `apply` will bring. Whoever reads one can be told neither yes nor no.
//! Equality is the one thing that the interpreter would answer by itself (two different things are not equal), so it is
//! taken over by [`super::equality`]; every other operation fails on such a value of its own accord.

use std::fmt;
use std::sync::Arc;

use cel::common::types::CelMap;
use cel::common::value::{CowVal, Val};
use cel::objects::{Key, Map, Opaque, OpaqueEq};
use cel::{ExecutionError, Value};

/// The type by which the interpreter knows such a value.
pub(super) const TYPE: &str = "withheld";
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
    /// Never asked: comparisons are taken over.
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
pub(super) fn rests(fields: &Map) -> impl Iterator<Item = (&str, &str)> {
    fields.map.iter().filter_map(|(key, value)| match (key, Withheld::of(value)) {
        (Key::String(key), Some(Withheld::Rest(why))) => Some((key.as_str(), why.as_str())),
        _ => None,
    })
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
