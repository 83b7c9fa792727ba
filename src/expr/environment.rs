//! The one CEL environment: the standard library, the usual extensions, and our own functions.

use std::sync::{Arc, OnceLock};

use cel::common::types::{CelString, DYN_TYPE, STRING_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Context, DeclarationError, Env, ExecutionError, extensions};

use super::order::{ORDERED, ordered};
use super::value::from_json;
use super::{Scope, Value};

/// Functions that are called by name, macros included. A test holds that the environment has each of them.
pub(super) const FUNCTIONS: &[&str] = &[
    "has",
    "size",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "duration",
    "timestamp",
    "type",
    "dyn",
    "matches",
    "json",
    "now",
    "uuid",
    "optional.of",
    "optional.none",
    "optional.ofNonZeroValue",
    "strings.quote",
    "base64.encode",
    "base64.decode",
    "lists.range",
    "math.greatest",
    "math.least",
    "math.abs",
    "math.ceil",
    "math.floor",
    "math.round",
    "math.trunc",
    "math.sign",
    "math.sqrt",
    "math.isNaN",
    "math.isInf",
    "math.isFinite",
    "math.bitAnd",
    "math.bitOr",
    "math.bitXor",
    "math.bitNot",
    "math.bitShiftLeft",
    "math.bitShiftRight",
];

/// Functions that are called on a value, macros included. A test holds that the environment has each of them.
pub(super) const METHODS: &[&str] = &[
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "charAt",
    "indexOf",
    "lastIndexOf",
    "join",
    "lowerAscii",
    "upperAscii",
    "trim",
    "replace",
    "split",
    "substring",
    "format",
    "reverse",
    "distinct",
    "flatten",
    "slice",
    "sort",
    "sortBy",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "hasValue",
    "value",
    "or",
    "orValue",
    "optMap",
    "optFlatMap",
];

/// Macros that only the environment's own parser knows; the fast one has the standard macros alone.
pub(super) const EXTENSION_MACROS: &[&str] = &["sortBy", "optMap", "optFlatMap", "greatest", "least"];

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
    env.add_overload("json", "json(string)", vec![STRING_TYPE], json)?;
    env.add_overload(ORDERED, "@ordered(dyn)", vec![DYN_TYPE], ordered)?;
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

#[expect(clippy::needless_pass_by_value, reason = "the signature that the environment asks for")]
fn json<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let text = arguments.first().and_then(|text| text.downcast_ref::<CelString>());
    let text = text.ok_or_else(ExecutionError::missing_argument_or_target)?;
    let json: serde_json::Value = serde_json::from_str(text.inner())
        .map_err(|error| ExecutionError::function_error("json", format!("the text is not JSON: {error}")))?;
    let value: Box<dyn Val> = from_json(&json).try_into()?;
    Ok(CowVal::Owned(value))
}

#[expect(clippy::unnecessary_wraps, reason = "the signature that the environment asks for")]
fn uuid<'b, 'v>(_: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    Ok(CowVal::owned(CelString::from(uuid::Uuid::new_v4().to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

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
