//! The pieces of a text with `${{ … }}` in it.

use super::place::Scalar;
use super::token::{CLOSING, closing};
use super::{EvaluationError, Expression, Scope, Value, to_text, withheld};
use crate::diagnostic::{Diagnostic, Location};

const OPENING: &str = "${{";

/// A part of a text.
#[derive(Debug)]
pub(super) enum Piece {
    /// As it is written.
    Fixed(String),
    /// What is filled in.
    Expression(Box<Expression>),
}

/// Takes a string apart as it stands in the file.
///
/// # Errors
/// An unclosed `${{`, an expression that does not compile; all at once.
pub(super) fn read(text: &str, location: &Location) -> Result<Vec<Piece>, Vec<Diagnostic>> {
    let mut reader = Reader { text, scalar: Scalar::new(text, location), pieces: Vec::new(), diagnostics: Vec::new() };
    reader.read();
    if reader.diagnostics.is_empty() { Ok(reader.pieces) } else { Err(reader.diagnostics) }
}

impl Piece {
    /// The expression that it is.
    pub(super) fn expression(&self) -> Option<&Expression> {
        if let Self::Expression(expression) = self { Some(expression) } else { None }
    }

    /// What it comes to, as text.
    pub(super) fn text(&self, scope: &Scope) -> Result<String, EvaluationError> {
        match self {
            Self::Fixed(text) => Ok(text.clone()),
            Self::Expression(expression) => told(expression, scope).map(|value| to_text(&value)),
        }
    }
}

/// What is withheld must not leave as the words that stand in its place.
pub(super) fn told(expression: &Expression, scope: &Scope) -> Result<Value, EvaluationError> {
    let value = expression.evaluate(scope)?;
    match withheld::first(&value) {
        Some(withheld) => {
            let message = format!("{} is not told: {}", expression.text(), withheld.reason());
            Err(EvaluationError { message, unknown: true })
        }
        None => Ok(value),
    }
}

/// Takes a string apart.
struct Reader<'text> {
    text: &'text str,
    scalar: Scalar<'text>,
    pieces: Vec<Piece>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read(&mut self) {
        let mut at = 0;
        while let Some(found) = self.text[at..].find(OPENING) {
            let opening = at + found;
            let inside = opening + OPENING.len();
            if self.text[at..opening].ends_with('$') {
                self.plain(&self.text[at..opening - 1]);
                self.plain(OPENING);
                at = inside;
                continue;
            }
            self.plain(&self.text[at..opening]);
            let Some(length) = closing(&self.text[inside..]) else {
                return self.unclosed(opening);
            };
            self.expression(inside, inside + length);
            at = inside + length + CLOSING.len();
        }
        self.plain(&self.text[at..]);
    }

    fn plain(&mut self, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Fixed(before)) => before.push_str(text),
            _ => self.pieces.push(Piece::Fixed(text.to_owned())),
        }
    }

    fn expression(&mut self, start: usize, end: usize) {
        let text = &self.text[start..end];
        let begins = start + (text.len() - text.trim_start().len());
        let text = text.trim();
        if text.is_empty() {
            let place = self.scalar.place(start - OPENING.len(), end + CLOSING.len());
            return self.diagnostics.push(Diagnostic::at(&place, "there is no expression between `${{` and `}}`"));
        }
        let place = self.scalar.place(begins, begins + text.len());
        match Expression::compile(text, &place) {
            Ok(expression) => self.pieces.push(Piece::Expression(Box::new(expression))),
            Err(diagnostics) => self.diagnostics.extend(diagnostics),
        }
    }

    fn unclosed(&mut self, opening: usize) {
        let place = self.scalar.place(opening, opening + OPENING.len());
        let diagnostic = Diagnostic::at(&place, "`${{` is never closed with `}}`");
        self.diagnostics.push(diagnostic.help("a plain `${{` is written `$${{`"));
    }
}
