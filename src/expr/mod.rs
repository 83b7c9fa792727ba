//! CEL expressions and `${{ … }}` templates: compiled before anything is sent, evaluated against a [`Scope`], and
//! explained part by part when they do not hold. Pure: no IO; the clock and new ids come in through the scope.

mod certain;
mod compared;
mod difference;
mod environment;
mod equality;
mod explain;
mod expression;
mod kind;
mod literal;
mod loanwords;
mod mismatch;
mod mixed;
mod nothing;
mod operand;
mod optional;
mod order;
mod owner;
mod piece;
mod place;
mod print;
mod reason;
mod reference;
mod scope;
mod state;
mod syntax;
mod takes;
mod template;
mod token;
mod tree;
mod typing;
mod value;
mod veil;
mod vocabulary;
mod withheld;
mod words;

#[cfg(test)]
mod tests;

pub use cel::Value;
pub use compared::Compared;
pub use expression::{Expression, Reference, Truth};
pub use kind::Kind;
pub use scope::{Bound, Scope};
pub use template::Template;
pub use value::{from_json, from_observation, list, object, to_json, to_text};
pub use vocabulary::TYPES;
pub use withheld::{Withheld, withhold};

/// Why an expression or template has no value (yet): a field that is not there, an operand of the wrong type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvaluationError {
    /// In words: `response.body has no field status`.
    pub message: String,
    /// Whether it has none because something that it reads is there and not known: then nothing is wrong with it.
    pub unknown: bool,
}

impl EvaluationError {
    /// Something is wrong.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), unknown: false }
    }
}
