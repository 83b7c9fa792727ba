//! The rows of a matrix, and the ids that they make.

use std::fmt;
use std::sync::Arc;

use super::site::Site;
use super::variables::unfilled;
use crate::diagnostic::{Diagnostic, Location};
use crate::event::Planned;
use crate::expr::{Value, to_json, to_text};
use crate::scenario::Scenario;

/// A scenario with one row of its matrix, before its variables are known.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// The scenario.
    pub(super) scenario: Arc<Scenario>,
    /// `rejected-file[bad rows]`; for a row without a `name`, `rejected-file[errors=5,file=a.csv]`.
    pub(super) id: String,
    /// The scenario's name, likewise.
    pub(super) name: String,
    /// `row`, where there is a matrix.
    pub(super) row: Option<Value>,
}

impl Draft {
    /// What tells it from all others.
    pub(super) fn planned(&self) -> Planned {
        Planned { id: self.id.clone(), file: self.scenario.source.path.clone() }
    }
}

/// Every row of a scenario's matrix; one draft without a row where it has none.
pub(super) fn expand(scenario: &Arc<Scenario>, site: &Site<'_>, problems: &mut Vec<Diagnostic>) -> Vec<Draft> {
    if scenario.matrix.is_empty() {
        let (id, name) = (scenario.id.clone(), scenario.name.clone());
        return vec![Draft { scenario: Arc::clone(scenario), id, name, row: None }];
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for template in &scenario.matrix {
        let location = template.location();
        let row = match template.evaluate(&site.scope) {
            Ok(row) => row,
            Err(error) => {
                problems.push(unfilled(template, error, site.target));
                continue;
            }
        };
        let label = Label::of(&row);
        let draft = Draft {
            scenario: Arc::clone(scenario),
            id: format!("{}[{label}]", scenario.id),
            name: format!("{} [{label}]", scenario.name),
            row: Some(row),
        };
        if drafts.iter().any(|other| other.id == draft.id) {
            problems.push(label.twice(location));
        }
        drafts.push(draft);
    }
    drafts
}

/// What tells a row from its neighbours in reports.
enum Label {
    /// The row has a `name`.
    Name(String),
    /// It has not: `file=a.csv,rows=3`, sorted by column.
    Columns(String),
}

impl Label {
    fn of(row: &Value) -> Self {
        let serde_json::Value::Object(columns) = to_json(row) else { return Self::Columns(to_text(row)) };
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let Some(name) = columns.get("name").map(text).filter(|name| !name.trim().is_empty()) {
            return Self::Name(name);
        }
        let columns: Vec<String> = columns.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
        Self::Columns(columns.join(","))
    }

    /// What is said of a second row with the same label.
    fn twice(&self, location: &Location) -> Diagnostic {
        match self {
            Self::Name(name) => Diagnostic::at(location, format!("two rows of the matrix have the name `{name}`"))
                .help("reports tell rows apart by it"),
            Self::Columns(columns) => {
                Diagnostic::at(location, format!("two rows of the matrix are the same: {columns}"))
                    .help("reports tell rows apart by their values, or by a `name`")
            }
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Name(label) | Self::Columns(label)) = self;
        f.write_str(label)
    }
}
