//! The rows of a matrix, and the ids that they make.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::expr::{Scope, Value, to_json, to_text};
use crate::scenario::Scenario;

/// A scenario with one row of its matrix, before its variables are known.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// The scenario.
    pub(super) scenario: Arc<Scenario>,
    /// `bulk-import[file=a.csv]`.
    pub(super) id: String,
    /// The scenario's name, likewise.
    pub(super) name: String,
    /// `row`, where there is a matrix.
    pub(super) row: Option<Value>,
}

/// Every row of a scenario's matrix; one draft without a row where it has none.
pub(super) fn expand(scenario: &Arc<Scenario>, scope: &Scope, problems: &mut Vec<Diagnostic>) -> Vec<Draft> {
    if scenario.matrix.is_empty() {
        let (id, name) = (scenario.id.clone(), scenario.name.clone());
        return vec![Draft { scenario: Arc::clone(scenario), id, name, row: None }];
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for template in &scenario.matrix {
        let location = template.location();
        let row = match template.evaluate(scope) {
            Ok(row) => row,
            Err(error) => {
                problems.push(Diagnostic::at(location, error.message));
                continue;
            }
        };
        let label = label(&row);
        let draft = Draft {
            scenario: Arc::clone(scenario),
            id: format!("{}[{label}]", scenario.id),
            name: format!("{} [{label}]", scenario.name),
            row: Some(row),
        };
        if drafts.iter().any(|other| other.id == draft.id) {
            let problem = Diagnostic::at(location, format!("two rows of the matrix are the same: {label}"));
            problems.push(problem.help("reports tell rows apart by their values"));
        }
        drafts.push(draft);
    }
    drafts
}

/// `file=a.csv,rows=3`, sorted by column.
fn label(row: &Value) -> String {
    let serde_json::Value::Object(columns) = to_json(row) else { return to_text(row) };
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let columns: Vec<String> = columns.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
    columns.join(",")
}
