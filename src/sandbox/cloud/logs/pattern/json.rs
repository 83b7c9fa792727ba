//! JSON patterns: `{ $.a = "x" && ( $.b > 1 || $.c[0] IS NULL ) }`.

use regex::Regex;
use serde_json::Value;

use super::glob;

/// What must be true of a message's fields.
#[derive(Debug)]
pub(crate) enum Condition {
    /// `||`.
    Any(Vec<Condition>),
    /// `&&`.
    All(Vec<Condition>),
    /// One field.
    Field { selector: Vec<Part>, test: Test },
}

/// A step of a selector.
#[derive(Debug)]
pub(crate) enum Part {
    /// `.name` or `['name']`.
    Name(String),
    /// `[0]`.
    Index(usize),
    /// `[*]` or `.*`.
    Each,
}

/// What must be true of a field.
#[derive(Debug)]
pub(crate) enum Test {
    /// `= value`; `*` in it stands for anything.
    Is(Literal),
    /// `!= value`. A field that is not there is not unequal either [?].
    IsNot(Literal),
    /// `< <= > >=` a number.
    Compares(Comparison, f64),
    /// `IS NULL`.
    Null,
    /// `IS TRUE`, `IS FALSE`.
    Boolean(bool),
    /// `EXISTS`, `NOT EXISTS`.
    Exists(bool),
}

/// A value in a pattern.
#[derive(Debug)]
pub(crate) enum Literal {
    /// In quotes or bare.
    Text(String),
    /// A bare number.
    Number(f64),
    /// `%…%`.
    Regular(Regex),
}

/// An order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Condition {
    /// Whether it is true of a message.
    pub(super) fn holds(&self, message: &Value) -> bool {
        match self {
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(message)),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(message)),
            Self::Field { selector, test } => {
                let selected = select(message, selector);
                match test {
                    Test::Exists(wanted) => *wanted != selected.is_empty(),
                    test => selected.iter().any(|value| test.holds(value)),
                }
            }
        }
    }
}

fn select<'value>(message: &'value Value, selector: &[Part]) -> Vec<&'value Value> {
    selector.iter().fold(vec![message], |values, part| values.into_iter().flat_map(|value| part.of(value)).collect())
}

impl Part {
    fn of<'value>(&self, value: &'value Value) -> Vec<&'value Value> {
        match (self, value) {
            (Self::Name(name), Value::Object(fields)) => fields.get(name).into_iter().collect(),
            (Self::Index(index), Value::Array(items)) => items.get(*index).into_iter().collect(),
            (Self::Each, Value::Array(items)) => items.iter().collect(),
            (Self::Each, Value::Object(fields)) => fields.values().collect(),
            _ => Vec::new(),
        }
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Is(literal) => literal.equals(value),
            Self::IsNot(literal) => !value.is_null() && !literal.equals(value),
            Self::Compares(order, number) => value.as_f64().is_some_and(|value| order.holds(value, *number)),
            Self::Null => value.is_null(),
            Self::Boolean(wanted) => value.as_bool() == Some(*wanted),
            Self::Exists(wanted) => *wanted,
        }
    }
}

impl Literal {
    /// Strings equal strings and numbers numbers [?]; a number also fits a text with a star in it, as `4*` does.
    fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(text), Value::String(value)) => glob::matches(text, value),
            (Self::Text(text), Value::Number(value)) => text.contains('*') && glob::matches(text, &value.to_string()),
            (Self::Text(text), Value::Bool(_)) => text == "*",
            (Self::Number(number), Value::Number(value)) => {
                value.as_f64().is_some_and(|value| (value - number).abs() <= f64::EPSILON * number.abs())
            }
            (Self::Regular(regex), Value::String(value)) => regex.is_match(value),
            _ => false,
        }
    }
}

impl Comparison {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}
