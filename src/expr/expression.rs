//! One CEL expression: compiled, evaluated, explained.

use super::{EvaluationError, Scope, Value};
use crate::diagnostic::{Diagnostic, Location};

/// A compiled expression that knows where it stands.
#[derive(Debug)]
pub struct Expression {
    text: String,
    location: Location,
    program: cel::Program,
}

/// A path that an expression reads, as far as it is static: `response.body.id` in `response.body.id == 3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Root first: `["response", "body", "id"]`. Names bound by a macro (`x` in `list.all(x, …)`) are not references.
    pub path: Vec<String>,
    /// Where it stands.
    pub location: Location,
}

/// What came of a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Truth {
    /// It holds.
    Held,
    /// It does not: the values of its parts, as in `0 == 1`.
    Broken {
        /// The expression with values in place of what it reads.
        detail: String,
    },
    /// It has no value (yet): a field is not there, a type does not fit, it is not a boolean.
    Unclear {
        /// Why.
        reason: String,
    },
}

impl Expression {
    /// Compiles `text`, which stands at `location`. All syntax errors, unknown functions included, are given at once.
    ///
    /// # Errors
    /// The diagnostics, each at the place inside the expression where the error is.
    pub fn compile(text: &str, location: &Location) -> Result<Self, Vec<Diagnostic>> {
        let program = cel::Program::compile(text).map_err(|error| vec![Diagnostic::at(location, error.to_string())])?;
        Ok(Self { text: text.to_owned(), location: location.clone(), program })
    }

    /// As written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stands.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// What it reads.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        let _ = &self.program;
        todo!()
    }

    /// Its value.
    ///
    /// # Errors
    /// Where it has none.
    pub fn evaluate(&self, _scope: &Scope) -> Result<Value, EvaluationError> {
        todo!()
    }

    /// Whether it holds, with the explanation where it does not.
    #[must_use]
    pub fn truth(&self, _scope: &Scope) -> Truth {
        todo!()
    }

    /// What the expression reads just now, in a few words, for the list of changes while waiting:
    /// `queued` for `response.body.status == "review_ready"`, `0, 1` for `service.healthy == service.desired`.
    #[must_use]
    pub fn state(&self, _scope: &Scope) -> String {
        todo!()
    }
}
