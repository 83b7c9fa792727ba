//! Text with `${{ … }}` in it, and trees of such text.

use super::{EvaluationError, Expression, Reference, Scope, Value};
use crate::diagnostic::{Diagnostic, Location};

/// A YAML value in whose strings `${{ … }}` may stand. Alone in a string, it keeps its type.
#[derive(Debug)]
pub struct Template {
    location: Location,
    node: Node,
}

#[derive(Debug)]
enum Node {
    Fixed(Value),
    Whole(Expression),
    Text(Vec<Piece>),
    List(Vec<Template>),
    Map(Vec<(String, Template)>),
}

#[derive(Debug)]
enum Piece {
    Fixed(String),
    Expression(Expression),
}

impl Template {
    /// Parses a string as it stands in the file. `location` covers the scalar, quotes included where it has any.
    ///
    /// # Errors
    /// An unclosed `${{`, an expression that does not compile; all at once.
    pub fn parse(_text: &str, _location: &Location) -> Result<Self, Vec<Diagnostic>> {
        todo!()
    }

    /// A value with nothing to fill in.
    #[must_use]
    pub fn fixed(value: Value, location: &Location) -> Self {
        Self { location: location.clone(), node: Node::Fixed(value) }
    }

    /// A list of templates.
    #[must_use]
    pub fn list(items: Vec<Self>, location: &Location) -> Self {
        Self { location: location.clone(), node: Node::List(items) }
    }

    /// A map of templates; keys are fixed.
    #[must_use]
    pub fn map(entries: Vec<(String, Self)>, location: &Location) -> Self {
        Self { location: location.clone(), node: Node::Map(entries) }
    }

    /// Where it stands.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// What it reads, all through.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        todo!()
    }

    /// Its value, types kept.
    ///
    /// # Errors
    /// Where one of its expressions has no value.
    pub fn evaluate(&self, _scope: &Scope) -> Result<Value, EvaluationError> {
        todo!()
    }

    /// Its value as text: a string as it is, a number or boolean as written, anything else as JSON.
    ///
    /// # Errors
    /// Where one of its expressions has no value.
    pub fn evaluate_text(&self, _scope: &Scope) -> Result<String, EvaluationError> {
        todo!()
    }
}
