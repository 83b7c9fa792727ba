//! HCL's own values.

use hcl::eval::{Context, Evaluate as _};
use hcl_edit::expr::Expression;

use crate::expr::{self, Value};

/// The value of an expression.
///
/// # Errors
/// What it lacks.
pub(super) fn evaluate(expression: &Expression, context: &Context<'_>) -> Result<hcl::Value, hcl::eval::Error> {
    hcl::Expression::from(expression.clone()).evaluate(context)
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
