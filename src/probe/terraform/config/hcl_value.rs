//! HCL's own values.

use std::collections::BTreeMap;

use hcl::eval::{Context, ErrorKind, Evaluate as _};
use hcl_edit::expr::Expression;

use super::terms;
use crate::expr::{self, Value};

/// The value of an expression.
///
/// # Errors
/// What it lacks.
pub(super) fn evaluate(expression: &Expression, context: &Context<'_>) -> Result<hcl::Value, hcl::eval::Error> {
    hcl::Expression::from(terms::settled(expression)).evaluate(context)
}

/// Why an expression has no value. Values are not quoted: any may be a secret.
pub(super) fn lack(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::UndefinedFunc(name) => format!("only Terraform has the function {name}"),
        ErrorKind::UndefinedVar(name) => format!("{} is known only to Terraform", name.as_str()),
        ErrorKind::NoSuchKey(name) => format!("{name} is known only to Terraform"),
        ErrorKind::Unexpected(_, expected) => format!("a value is not as it must be: {expected} is expected"),
        ErrorKind::UnaryOp(operator, _) => format!("`{operator}` does not go with this value"),
        ErrorKind::BinaryOp(_, operator, _) => format!("`{operator}` does not go with these values"),
        ErrorKind::FuncCall(name, why) if name.name.starts_with("smoke_") => why.clone(),
        ErrorKind::KeyExists(_) => "two of its keys are the same".to_owned(),
        other => other.to_string(),
    }
}

/// A value of HCL's as expressions see it.
pub(super) fn from_hcl(value: &hcl::Value) -> Value {
    match value {
        hcl::Value::Null => Value::Null,
        hcl::Value::Bool(bool) => Value::Bool(*bool),
        hcl::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
        }
        hcl::Value::String(text) => Value::from(text.as_str()),
        hcl::Value::Array(items) => expr::list(items.iter().map(from_hcl)),
        hcl::Value::Object(fields) => expr::object(fields.iter().map(|(name, value)| (name.clone(), from_hcl(value)))),
    }
}

/// The same value as HCL has it, objects sorted; none where a part of it is withheld.
pub(super) fn to_hcl(value: &Value) -> Option<hcl::Value> {
    match value {
        Value::Null => Some(hcl::Value::Null),
        Value::Bool(bool) => Some(hcl::Value::Bool(*bool)),
        Value::Int(number) => Some(hcl::Value::from(*number)),
        Value::Float(number) => hcl::Number::from_f64(*number).map(hcl::Value::Number),
        Value::String(text) => Some(hcl::Value::String(text.as_str().to_owned())),
        Value::List(items) => items.iter().map(to_hcl).collect::<Option<_>>().map(hcl::Value::Array),
        Value::Map(fields) => {
            let fields = fields.map.iter().map(|(name, value)| Some((name.to_string(), to_hcl(value)?)));
            let sorted = fields.collect::<Option<BTreeMap<_, _>>>()?;
            Some(hcl::Value::Object(sorted.into_iter().collect()))
        }
        _ => None,
    }
}
