//! Variables that are compared with a value of another kind, so that they never are the same.

use crate::diagnostic::Diagnostic;
use crate::expr::{Compared, Scope, Value, to_text};
use crate::scenario::model::Step;

/// What is wrong with the comparisons of a step, by the values that its variables have. Only what is the same but for its
/// kind: `"3"` beside 3. Anything else may be what tells one target from another.
pub(super) fn unlike(step: &Step, scope: &Scope) -> Vec<Diagnostic> {
    let compared = step.conditions().flat_map(|condition| condition.compared("vars"));
    let compared = compared.filter(|compared| compared.path.len() == 2);
    compared.filter_map(|compared| problem(&compared, scope.read(&compared.path)?)).collect()
}

fn problem(compared: &Compared<'_>, value: &Value) -> Option<Diagnostic> {
    let (kind, right) = match (value, &compared.literal) {
        (Value::Int(_) | Value::UInt(_) | Value::Float(_), Value::String(text)) => {
            ("a number", text.parse::<f64>().ok().map(|_| text.to_string())?)
        }
        (Value::Bool(_), Value::String(text)) => {
            ("true or false", ["true", "false"].contains(&text.as_str()).then(|| text.to_string())?)
        }
        (Value::String(text), number @ (Value::Int(_) | Value::UInt(_) | Value::Float(_))) => {
            ("a text", text.parse::<f64>().ok().map(|_| format!("\"{}\"", to_text(number)))?)
        }
        _ => return None,
    };
    let name = compared.path.join(".");
    let location = compared.location();
    let written = location.text();
    let problem = Diagnostic::at(&location, format!("`{name}` can never be what `{written}` is"));
    Some(problem.help(format!("`{name}` is {kind}: compare it with `{right}`")))
}
