//! The functions of Terraform's that a condition in the files may use. Any other makes its expression unknown.
//! What goes wrong is said without the value: it may be a secret.

use hcl::Value;
use hcl::eval::{Context, FuncArgs, FuncDef, ParamType};

use super::hcl_value::{from_hcl, to_hcl};
use super::terms;
use super::types::Type;
use crate::expr::Withheld;

type Answer = Result<Value, String>;
type Function = fn(FuncArgs) -> Answer;

/// Makes them known.
pub(super) fn declare(context: &mut Context<'_>) {
    let all: [(&str, Function); 20] = [
        ("tostring", |arguments| converted(arguments, &Type::Text)),
        ("tonumber", |arguments| converted(arguments, &Type::Number)),
        ("tobool", |arguments| converted(arguments, &Type::Bool)),
        ("tolist", |arguments| converted(arguments, &Type::List(Box::new(Type::Any)))),
        ("toset", |arguments| converted(arguments, &Type::Set(Box::new(Type::Any)))),
        (terms::IN_ORDER, |arguments| one(arguments).map(in_order)),
        (terms::EQUALS, |arguments| equal(arguments).map(Value::Bool)),
        (terms::DIFFERS, |arguments| equal(arguments).map(|equal| Value::Bool(!equal))),
        ("sensitive", one),
        ("length", |arguments| one(arguments).and_then(|value| length(&value))),
        ("lower", |arguments| one(arguments).and_then(|value| Ok(Value::String(text(&value)?.to_lowercase())))),
        ("upper", |arguments| one(arguments).and_then(|value| Ok(Value::String(text(&value)?.to_uppercase())))),
        ("trimspace", |arguments| one(arguments).and_then(|value| Ok(Value::String(text(&value)?.trim().to_owned())))),
        ("concat", |arguments| {
            arguments
                .into_values()
                .into_iter()
                .map(list)
                .collect::<Result<Vec<_>, _>>()
                .map(|lists| Value::Array(lists.concat()))
        }),
        ("merge", merge),
        ("contains", contains),
        ("join", join),
        ("max", |arguments| extreme(arguments, |one, other| one > other)),
        ("min", |arguments| extreme(arguments, |one, other| one < other)),
        ("jsonencode", |arguments| one(arguments).and_then(|value| encoded(&value))),
    ];
    for (name, function) in all {
        context.declare_func(name, FuncDef::builder().variadic_param(ParamType::Any).build(function));
    }
}

fn one(arguments: FuncArgs) -> Answer {
    let mut values = arguments.into_values();
    match (values.pop(), values.is_empty()) {
        (Some(value), true) => Ok(value),
        _ => Err("it takes one argument".to_owned()),
    }
}

fn two(arguments: FuncArgs) -> Result<[Value; 2], String> {
    arguments.into_values().try_into().map_err(|_| "it takes two arguments".to_owned())
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(bool) => Ok(bool.to_string()),
        _ => Err("this is no text".to_owned()),
    }
}

/// A value made into one of a type.
fn converted(arguments: FuncArgs, kind: &Type) -> Answer {
    let value = kind.convert(from_hcl(&one(arguments)?))?;
    to_hcl(&value).ok_or_else(|| match Withheld::of(&value) {
        Some(Withheld::Unknown(why)) => why.clone(),
        _ => "only Terraform knows what becomes of it".to_owned(),
    })
}

/// The fields of an object as Terraform goes through them; anything else as it is.
fn in_order(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => {
            fields.sort_keys();
            Value::Object(fields)
        }
        other => other,
    }
}

/// Terraform compares without converting, types included: a list is not equal to what is written as `[]`.
fn equal(arguments: FuncArgs) -> Result<bool, String> {
    let [one, other] = two(arguments)?;
    let collections =
        matches!((&one, &other), (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)));
    if collections && one == other {
        return Err("whether two collections are equal hangs on their types, which only Terraform knows".to_owned());
    }
    Ok(one == other)
}

/// As `jsonencode` writes it: names sorted, and nothing that could end a script in HTML.
fn encoded(value: &Value) -> Answer {
    let sorted = to_hcl(&from_hcl(value)).ok_or("this has no text in JSON")?;
    let mut text = serde_json::to_string(&sorted).map_err(|error| error.to_string())?;
    for (special, escaped) in
        [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")]
    {
        text = text.replace(special, escaped);
    }
    Ok(Value::String(text))
}

fn list(value: Value) -> Result<Vec<Value>, String> {
    match value {
        Value::Array(items) => Ok(items),
        _ => Err("this is no list".to_owned()),
    }
}

fn length(value: &Value) -> Answer {
    match value {
        Value::Array(items) => Ok(Value::from(items.len())),
        Value::Object(fields) => Ok(Value::from(fields.len())),
        Value::String(text) => Ok(Value::from(text.chars().count())),
        _ => Err("this has no length".to_owned()),
    }
}

fn merge(arguments: FuncArgs) -> Answer {
    let mut merged = hcl::Map::new();
    for value in arguments.into_values() {
        match value {
            Value::Object(fields) => merged.extend(fields),
            Value::Null => {}
            _ => return Err("this is no object".to_owned()),
        }
    }
    Ok(Value::Object(merged))
}

fn contains(arguments: FuncArgs) -> Answer {
    let [range, wanted] = two(arguments)?;
    Ok(Value::Bool(list(range)?.contains(&wanted)))
}

fn join(arguments: FuncArgs) -> Answer {
    let [separator, items] = two(arguments)?;
    let items: Vec<String> = list(items)?.iter().map(text).collect::<Result<_, _>>()?;
    Ok(Value::String(items.join(&text(&separator)?)))
}

fn extreme(arguments: FuncArgs, better: fn(f64, f64) -> bool) -> Answer {
    let mut best: Option<(f64, Value)> = None;
    for value in arguments.into_values() {
        let number = value.as_f64().ok_or("this is no number")?;
        if best.as_ref().is_none_or(|(most, _)| better(number, *most)) {
            best = Some((number, value));
        }
    }
    best.map(|(_, value)| value).ok_or_else(|| "it takes at least one number".to_owned())
}
