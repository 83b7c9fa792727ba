//! The functions of Terraform's that a condition in the files may use. Any other makes its expression unknown.
//! What goes wrong is said without the value: it may be a secret.

use std::collections::BTreeSet;

use hcl::Value;
use hcl::eval::{Context, FuncArgs, FuncDef, ParamType};

type Answer = Result<Value, String>;
type Function = fn(FuncArgs) -> Answer;

/// Makes them known.
pub(super) fn declare(context: &mut Context<'_>) {
    let all: [(&str, Function); 17] = [
        ("tostring", |arguments| one(arguments).and_then(|value| Ok(Value::String(text(&value)?)))),
        ("tonumber", |arguments| one(arguments).and_then(number)),
        ("tobool", |arguments| one(arguments).and_then(boolean)),
        ("tolist", |arguments| one(arguments).and_then(|value| list(value).map(Value::Array))),
        ("toset", |arguments| one(arguments).and_then(set)),
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
        ("jsonencode", |arguments| {
            one(arguments)
                .and_then(|value| serde_json::to_string(&value).map(Value::String).map_err(|error| error.to_string()))
        }),
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

/// As Terraform converts to a number.
pub(super) fn number(value: Value) -> Answer {
    match &value {
        Value::Number(_) | Value::Null => Ok(value),
        Value::String(text) => {
            let whole = text.parse::<i64>().ok().map(Value::from);
            let number = whole.or_else(|| text.parse::<f64>().ok().filter(|it| it.is_finite()).map(Value::from));
            number.ok_or_else(|| "this text is no number".to_owned())
        }
        _ => Err("this is no number".to_owned()),
    }
}

/// As Terraform converts to a boolean.
pub(super) fn boolean(value: Value) -> Answer {
    match &value {
        Value::Bool(_) | Value::Null => Ok(value),
        Value::String(text) if text == "true" => Ok(Value::Bool(true)),
        Value::String(text) if text == "false" => Ok(Value::Bool(false)),
        _ => Err("this is neither true nor false".to_owned()),
    }
}

/// As Terraform converts to text.
pub(super) fn string(value: Value) -> Answer {
    match &value {
        Value::Null => Ok(value),
        _ => text(&value).map(Value::String),
    }
}

fn list(value: Value) -> Result<Vec<Value>, String> {
    match value {
        Value::Array(items) => Ok(items),
        _ => Err("this is no list".to_owned()),
    }
}

/// A set of texts, which Terraform sorts.
fn set(value: Value) -> Answer {
    let texts = list(value)?.into_iter().map(|item| match item {
        Value::String(text) => Ok(text),
        _ => Err("this is no list of texts".to_owned()),
    });
    let texts = texts.collect::<Result<BTreeSet<_>, _>>()?;
    Ok(Value::Array(texts.into_iter().map(Value::String).collect()))
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
