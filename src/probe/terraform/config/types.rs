//! Types of variables, and how Terraform makes a value into one of them. What it would do with a value that is known in
//! parts is done to the parts that are.

use std::collections::{BTreeMap, BTreeSet};

use cel::objects::Key;
use hcl::eval::Context;
use hcl_edit::Ident;
use hcl_edit::expr::{Expression, FuncCall, Object, ObjectKey};

use super::hcl_value::{evaluate, from_hcl};
use crate::expr::{self, Value, Withheld};

/// What a variable's `type` says.
#[derive(Debug, Clone)]
pub(super) enum Type {
    Any,
    Text,
    Number,
    Bool,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Object(BTreeMap<String, Field>),
}

/// A field of an object.
#[derive(Debug, Clone)]
pub(super) struct Field {
    kind: Type,
    /// `optional(…)`, with what it is where it is not given.
    missing: Option<Value>,
}

impl Type {
    /// The type that is written.
    ///
    /// # Errors
    /// It is none that is known here.
    pub(super) fn of(expression: &Expression) -> Result<Self, String> {
        let name = expression.as_variable().map(Ident::as_str).or(expression.as_str());
        match (name, expression) {
            (Some("any"), _) => Ok(Self::Any),
            (Some("string"), _) => Ok(Self::Text),
            (Some("number"), _) => Ok(Self::Number),
            (Some("bool"), _) => Ok(Self::Bool),
            (Some("list"), _) => Ok(Self::List(Box::new(Self::Any))),
            (Some("set"), _) => Ok(Self::Set(Box::new(Self::Any))),
            (Some("map"), _) => Ok(Self::Map(Box::new(Self::Any))),
            (None, Expression::Parenthesis(group)) => Self::of(group.inner()),
            (None, Expression::FuncCall(call)) => Self::of_call(call),
            _ => Err(STRANGE.to_owned()),
        }
    }

    fn of_call(call: &FuncCall) -> Result<Self, String> {
        let [argument] = call.args.iter().collect::<Vec<_>>()[..] else { return Err(STRANGE.to_owned()) };
        match (call.name.name.as_str(), argument) {
            ("list", of) => Ok(Self::List(Box::new(Self::of(of)?))),
            ("set", of) => Ok(Self::Set(Box::new(Self::of(of)?))),
            ("map", of) => Ok(Self::Map(Box::new(Self::of(of)?))),
            ("tuple", Expression::Array(items)) => {
                items.iter().map(Self::of).collect::<Result<_, _>>().map(Self::Tuple)
            }
            ("object", Expression::Object(fields)) => fields_of(fields).map(Self::Object),
            _ => Err(STRANGE.to_owned()),
        }
    }

    /// A value made into one of this type.
    ///
    /// # Errors
    /// It cannot be; said without the value, which may be a secret.
    pub(super) fn convert(&self, value: Value) -> Result<Value, String> {
        if let Some(Withheld::Sensitive(inner)) = Withheld::of(&value) {
            return self.convert(inner.clone()).map(Withheld::veiled);
        }
        if Withheld::of(&value).is_some() || matches!(value, Value::Null) {
            return Ok(value);
        }
        match self {
            Self::Any => Ok(value),
            Self::Text => text(value),
            Self::Number => number(value),
            Self::Bool => boolean(value),
            Self::List(of) => items(value).and_then(|items| of.all(items)).map(expr::list),
            Self::Set(of) => items(value).and_then(|items| of.all(items)).map(set),
            Self::Map(of) => {
                let (names, values): (Vec<_>, Vec<_>) = named(value)?.into_iter().unzip();
                of.all(values).map(|values| expr::object(names.into_iter().zip(values)))
            }
            Self::Tuple(kinds) => tuple(kinds, items(value)?),
            Self::Object(fields) => object(fields, named(value)?),
        }
    }

    /// All members of a collection. Where they may be of any type, they become of one.
    fn all(&self, items: Vec<Value>) -> Result<Vec<Value>, String> {
        let one = if matches!(self, Self::Any) { &common(&items)? } else { self };
        items.into_iter().map(|item| one.convert(item)).collect()
    }
}

const STRANGE: &str = "its type is none that smoke knows";

fn fields_of(fields: &Object) -> Result<BTreeMap<String, Field>, String> {
    let field = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
        let name = match key {
            ObjectKey::Ident(name) | ObjectKey::Expression(Expression::Variable(name)) => name.as_str(),
            ObjectKey::Expression(other) => other.as_str().ok_or(STRANGE)?,
        };
        Ok((name.to_owned(), field_of(value.expr())?))
    };
    fields.iter().map(field).collect()
}

fn field_of(written: &Expression) -> Result<Field, String> {
    let optional = match written {
        Expression::FuncCall(call) if call.name.name.as_str() == "optional" => call,
        _ => return Ok(Field { kind: Type::of(written)?, missing: None }),
    };
    let (kind, default) = match optional.args.iter().collect::<Vec<_>>()[..] {
        [kind] => (kind, Value::Null),
        [kind, default] => {
            let default = evaluate(default, &Context::new()).map_err(|_| "a default in its type has no value")?;
            (kind, from_hcl(&default))
        }
        _ => return Err(STRANGE.to_owned()),
    };
    let kind = Type::of(kind)?;
    let missing = kind.convert(default)?;
    Ok(Field { kind, missing: Some(missing) })
}

/// As Terraform converts to text. What is only partly known may be what `jsonencode` makes a text of.
fn text(value: Value) -> Result<Value, String> {
    match &value {
        Value::String(_) => Ok(value),
        Value::Int(number) => Ok(Value::from(number.to_string())),
        Value::Float(number) if number.abs() < 1e15 => Ok(Value::from(number.to_string())),
        Value::Bool(bool) => Ok(Value::from(bool.to_string())),
        Value::List(_) | Value::Map(_) if holds_unknown(&value) => Ok(value),
        _ => Err("this is no text".to_owned()),
    }
}

/// As Terraform converts to a number.
fn number(value: Value) -> Result<Value, String> {
    match &value {
        Value::Int(_) | Value::Float(_) => Ok(value),
        Value::String(text) => {
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
            let whole = text.parse::<i64>().ok().map(Value::Int);
            whole
                .or(number.and_then(hcl::Number::from_f64).map(|number| from_hcl(&hcl::Value::Number(number))))
                .ok_or_else(|| "this text is no number".to_owned())
        }
        _ => Err("this is no number".to_owned()),
    }
}

/// As Terraform converts to a boolean.
fn boolean(value: Value) -> Result<Value, String> {
    match &value {
        Value::Bool(_) => Ok(value),
        Value::String(text) if ["true", "1"].contains(&text.as_str()) => Ok(Value::Bool(true)),
        Value::String(text) if ["false", "0"].contains(&text.as_str()) => Ok(Value::Bool(false)),
        _ => Err("this is neither true nor false".to_owned()),
    }
}

fn items(value: Value) -> Result<Vec<Value>, String> {
    match value {
        Value::List(items) => Ok(items.to_vec()),
        _ => Err("this is no list".to_owned()),
    }
}

/// The fields of an object, sorted.
fn named(value: Value) -> Result<BTreeMap<String, Value>, String> {
    match value {
        Value::Map(fields) => Ok(fields.map.iter().map(|(name, value)| (name.to_string(), value.clone())).collect()),
        _ => Err("this is no object".to_owned()),
    }
}

fn tuple(kinds: &[Type], items: Vec<Value>) -> Result<Value, String> {
    if kinds.len() != items.len() {
        return Err(format!("this has {} parts, and its type {}", items.len(), kinds.len()));
    }
    kinds.iter().zip(items).map(|(kind, item)| kind.convert(item)).collect::<Result<Vec<_>, _>>().map(expr::list)
}

/// With the fields of its type: what is not given is as the type says, what the type does not name is left out.
fn object(fields: &BTreeMap<String, Field>, mut given: BTreeMap<String, Value>) -> Result<Value, String> {
    let field = |(name, field): (&String, &Field)| {
        let value = match (given.remove(name), &field.missing) {
            (None | Some(Value::Null), Some(missing)) => missing.clone(),
            (Some(value), _) => field.kind.convert(value)?,
            (None, None) => return Err(format!("its field {name} is missing")),
        };
        Ok((name.clone(), value))
    };
    fields.iter().map(field).collect::<Result<Vec<_>, _>>().map(expr::object)
}

/// Members of a set, each once, in the order in which Terraform has them.
fn set(items: Vec<Value>) -> Value {
    let unknown = |why: &str| Withheld::Unknown(why.to_owned()).into_value();
    if items.iter().any(|item| Withheld::of(item).is_some() || holds_unknown(item)) {
        return unknown("what a set holds is known where all of it is");
    }
    let texts: Option<BTreeSet<&str>> = items.iter().map(text_of).collect();
    if let Some(texts) = texts {
        return expr::list(texts.into_iter().map(Value::from));
    }
    if items.iter().all(|item| number_of(item).is_some()) {
        let mut items = items;
        items.sort_by(|one, other| number_of(one).partial_cmp(&number_of(other)).unwrap_or(std::cmp::Ordering::Equal));
        items.dedup();
        return expr::list(items);
    }
    if items.len() < 2 { expr::list(items) } else { unknown("only Terraform knows the order of such a set") }
}

fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "only to put them in order")]
fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// What members of any type become: texts, where numbers or booleans stand beside texts.
fn common(items: &[Value]) -> Result<Type, String> {
    let items: Vec<&Value> = items.iter().map(revealed).filter(|item| !matches!(item, Value::Null)).collect();
    let texts = items.iter().filter(|item| text_of(item).is_some()).count();
    let unknown = items.iter().filter(|item| Withheld::of(item).is_some()).count();
    let plain = |item: &&&Value| matches!(item, Value::Bool(_)) || number_of(item).is_some();
    let plains = items.iter().filter(plain).count();
    let alike = || items.windows(2).all(|pair| alike(pair[0], pair[1]));
    if texts + unknown == items.len() || (unknown == 0 && alike()) {
        return Ok(Type::Any);
    }
    if texts > 0 && texts + plains + unknown == items.len() {
        return Ok(Type::Text);
    }
    Err("only Terraform knows of which type its members become".to_owned())
}

/// Whether two values are of the same type for certain.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(_), Value::String(_)) | (Value::Bool(_), Value::Bool(_)) => true,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| alike(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            let same = |(name, value): (&Key, &Value)| other.map.get(name).is_some_and(|it| alike(value, it));
            one.map.len() == other.map.len() && one.map.iter().all(same)
        }
        _ => number_of(one).is_some() && number_of(other).is_some(),
    }
}

pub(super) fn revealed(value: &Value) -> &Value {
    match Withheld::of(value) {
        Some(Withheld::Sensitive(inner)) => inner,
        _ => value,
    }
}

fn holds_unknown(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(holds_unknown),
        Value::Map(fields) => fields.map.values().any(holds_unknown),
        _ => matches!(Withheld::of(value), Some(Withheld::Unknown(_))),
    }
}
