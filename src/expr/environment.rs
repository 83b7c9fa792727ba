//! The one CEL environment: the standard library, the usual extensions, and our own functions.

use std::sync::{Arc, OnceLock};

use cel::common::types::{CelList, CelMap, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Context, DeclarationError, Env, ExecutionError, extensions};

use super::order::ordered;
use super::value::{from_json, list, object};
use super::vocabulary::{CONTAINS, DIFFERS, ELEMENTS, EQUALS, FIELDS, ORDERED, WHOLE};
use super::{Scope, Value, Withheld, equality, owner, withheld};

/// The environment, built once for the process.
///
/// # Panics
/// Never: the libraries do not declare anything twice, which every test here would show.
pub(super) fn environment() -> Arc<Env> {
    static ENVIRONMENT: OnceLock<Arc<Env>> = OnceLock::new();
    Arc::clone(ENVIRONMENT.get_or_init(|| Arc::new(build().expect("no function is declared twice"))))
}

fn build() -> Result<Env, DeclarationError> {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings)?;
    env.add_extension(extensions::lists)?;
    env.add_extension(extensions::math)?;
    env.add_extension(extensions::encoders)?;
    env.add_overload("json", "json(dyn)", vec![DYN_TYPE], json)?;
    env.add_overload(EQUALS, "@equals(dyn, dyn)", vec![DYN_TYPE, DYN_TYPE], equality::equals)?;
    env.add_overload(DIFFERS, "@differs(dyn, dyn)", vec![DYN_TYPE, DYN_TYPE], equality::differs)?;
    env.add_overload(CONTAINS, "@contains(dyn, dyn)", vec![DYN_TYPE, DYN_TYPE], equality::contains)?;
    env.add_overload(ORDERED, "@ordered(dyn)", vec![DYN_TYPE], ordered)?;
    env.add_overload(WHOLE, "@whole(dyn)", vec![DYN_TYPE], withheld::whole)?;
    env.add_overload(FIELDS, "@fields(dyn, dyn)", vec![DYN_TYPE, DYN_TYPE], owner::of_fields)?;
    env.add_overload(ELEMENTS, "@elements(dyn, dyn)", vec![DYN_TYPE, DYN_TYPE], owner::of_elements)?;
    env.add_overload("uuid", "uuid()", vec![], uuid)?;
    Ok(env)
}

/// What an expression is evaluated in. Values are lent from the scope.
pub(super) fn context(scope: &Scope) -> Context<'_, '_> {
    let mut context = Context::with_env(environment());
    context.set_variable_resolver(scope);
    let now = scope.now().fixed_offset();
    // It cannot fail: the environment has no overload of that name.
    let _ = context.add_function("now", move || Ok::<_, ExecutionError>(Value::Timestamp(now)));
    context
}

/// What a text means as JSON; where it is sensitive, so is every part of it. What is a list or an object already stays as
/// it is: Terraform files have it in one form, a plan in the other.
fn json<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let argument = arguments.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    if argument.downcast_ref::<CelList<'_>>().is_some() || argument.downcast_ref::<CelMap<'_>>().is_some() {
        return Ok(argument);
    }
    let value = match argument.downcast_ref::<CelString<'_>>() {
        Some(text) => read(text.inner())?,
        None => match Withheld::of(&Value::try_from(argument.as_ref())?) {
            Some(Withheld::Sensitive(Value::String(text))) => sensitive(read(text)?),
            Some(Withheld::Sensitive(inner @ (Value::List(_) | Value::Map(_)))) => sensitive(inner.clone()),
            _ => {
                let kind = argument.get_type().name().to_owned();
                return Err(ExecutionError::no_such_overload("json", vec![kind]));
            }
        },
    };
    let value: Box<dyn Val> = value.try_into()?;
    Ok(CowVal::Owned(value))
}

fn read(text: &str) -> Result<Value, ExecutionError> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    Ok(from_json(&json))
}

/// Without a word of the text, which may be sensitive.
fn not_json(error: &serde_json::Error) -> ExecutionError {
    ExecutionError::function_error("json", format!("the text is not JSON: {error}"))
}

/// The same with all its parts sensitive.
fn sensitive(value: Value) -> Value {
    match value {
        Value::List(items) => list(items.iter().cloned().map(sensitive)),
        Value::Map(fields) => {
            object(fields.map.iter().map(|(name, value)| (name.to_string(), sensitive(value.clone()))))
        }
        value => Withheld::veiled(value),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the signature that the environment asks for")]
fn uuid<'b, 'v>(_: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    Ok(CowVal::owned(CelString::from(uuid::Uuid::new_v4().to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::vocabulary::{FUNCTIONS, METHODS};

    /// What is not there at all is told apart from what is there but takes something else.
    fn exists(called: &str) -> bool {
        (0..5).any(|count| {
            let arguments = vec!["a.b"; count].join(", ");
            let Ok(program) = environment().compile(&format!("{called}({arguments})")) else { return true };
            let scope = Scope::default().with("a", from_json(&serde_json::json!({"b": "x"})));
            !matches!(program.execute(&context(&scope)), Err(ExecutionError::UndeclaredReference(_)))
        })
    }

    #[test]
    fn every_function_and_method_that_is_offered_is_there() {
        for name in FUNCTIONS {
            assert!(exists(name), "{name}");
        }
        for name in METHODS {
            assert!(exists(&format!("'x'.{name}")), "{name}");
        }
        assert!(!exists("nope") && !exists("'x'.nope"));
    }
}
