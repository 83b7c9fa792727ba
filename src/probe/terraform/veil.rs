//! Values of a plan with what is not known yet, and what is sensitive, told apart from what is missing.

use serde_json::Value as Json;

use crate::expr::{self, Value, Withheld};

/// Why a value of a plan is not known.
const AFTER_APPLY: &str = "it is known only after apply";

/// A value and what the plan says of its parts: `true` in the place of what is unknown or sensitive.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Veiled<'plan> {
    pub(super) value: Option<&'plan Json>,
    pub(super) unknown: Option<&'plan Json>,
    pub(super) sensitive: Option<&'plan Json>,
}

impl<'plan> Veiled<'plan> {
    /// As expressions see it.
    pub(super) fn into_value(self) -> Value {
        if is(self.sensitive) {
            let inner = Self { sensitive: None, ..self }.into_value();
            return match Withheld::of(&inner) {
                Some(Withheld::Unknown(_)) => inner,
                _ => Withheld::Sensitive(inner).into_value(),
            };
        }
        if is(self.unknown) {
            return Withheld::Unknown(AFTER_APPLY.to_owned()).into_value();
        }
        match (self.value, self.unknown) {
            (Some(Json::Object(_)), _) | (None, Some(Json::Object(_))) if self.is_there() => {
                expr::object(self.names().into_iter().map(|name| (name.to_owned(), self.field(name).into_value())))
            }
            (Some(Json::Array(_)), _) | (None, Some(Json::Array(_))) if self.is_there() => {
                expr::list((0..self.length()).map(|index| self.item(index).into_value()))
            }
            (value, _) => value.map_or(Value::Null, expr::from_json),
        }
    }

    /// Whether there is anything: a value, or one that is only known to come.
    fn is_there(self) -> bool {
        self.value.is_some() || holds_true(self.unknown)
    }

    /// The paths of everything unknown, and of everything sensitive: `network[0].id`.
    pub(super) fn paths(self) -> (Vec<String>, Vec<String>) {
        let (mut unknown, mut sensitive) = (Vec::new(), Vec::new());
        collect(self.unknown, "", &mut unknown);
        collect(self.sensitive, "", &mut sensitive);
        (unknown, sensitive)
    }

    /// The names of its fields: those with a value, then those that are only known to come.
    fn names(self) -> Vec<&'plan str> {
        let fields = |json: Option<&'plan Json>| json.and_then(Json::as_object).into_iter().flat_map(|it| it.keys());
        let known = fields(self.value);
        let held = |name: &&'plan String| self.value.and_then(|value| value.get(name.as_str())).is_none();
        let coming = fields(self.unknown).filter(held).filter(|name| holds_true(self.field(name).unknown));
        known.chain(coming).map(String::as_str).collect()
    }

    fn length(self) -> usize {
        let length = |json: Option<&Json>| json.and_then(Json::as_array).map_or(0, Vec::len);
        length(self.value).max(length(self.unknown))
    }

    fn field(self, name: &str) -> Self {
        self.part(|json| json.get(name))
    }

    fn item(self, index: usize) -> Self {
        self.part(|json| json.get(index))
    }

    fn part(self, part: impl Fn(&'plan Json) -> Option<&'plan Json>) -> Self {
        let Self { value, unknown, sensitive } = self;
        Self { value: value.and_then(&part), unknown: unknown.and_then(&part), sensitive: sensitive.and_then(&part) }
    }
}

fn is(mark: Option<&Json>) -> bool {
    mark == Some(&Json::Bool(true))
}

/// Whether anything is marked.
pub(super) fn holds_true(mark: Option<&Json>) -> bool {
    match mark {
        Some(Json::Bool(mark)) => *mark,
        Some(Json::Object(fields)) => fields.values().any(|mark| holds_true(Some(mark))),
        Some(Json::Array(items)) => items.iter().any(|mark| holds_true(Some(mark))),
        _ => false,
    }
}

fn collect(mark: Option<&Json>, path: &str, found: &mut Vec<String>) {
    match mark {
        Some(Json::Bool(true)) => found.push(path.to_owned()),
        Some(Json::Object(fields)) => {
            for (name, mark) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                collect(Some(mark), &format!("{path}{dot}{name}"), found);
            }
        }
        Some(Json::Array(items)) => {
            for (index, mark) in items.iter().enumerate() {
                collect(Some(mark), &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}
