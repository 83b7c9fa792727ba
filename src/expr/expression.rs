//! One CEL expression: compiled, evaluated, explained.

use cel::{ExecutionError, IdedExpr};

use super::environment::context;
use super::explain::Explainer;
use super::operand::COMPARE;
use super::place::{Scalar, within};
use super::reference::Read;
use super::syntax::{self, Fault};
use super::token::{Kind as Word, tokens};
use super::typing::{self, Kinds};
use super::value::settled;
use super::{EvaluationError, Kind, Scope, Value, reference};
use crate::diagnostic::{Diagnostic, Location};

/// A compiled expression that knows where it stands.
#[derive(Debug)]
pub struct Expression {
    text: String,
    location: Location,
    tree: IdedExpr,
    references: Vec<Reference>,
}

/// A path that an expression reads, as far as it is static: `response.body.id` in `response.body.id == 3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Root first: `["response", "body", "id"]`; ends before an index that is no text (`tasks[0].id` reads `tasks`).
    /// Names bound by a macro (`x` in `list.all(x, …)`) are not references, nor is a field that is only asked for
    /// (`has(a.b)` and `a.?b` read `a`).
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
    /// It reads something that is there and not known, so that it is neither true nor false.
    Unknown {
        /// What, and why.
        reason: String,
    },
    /// It has none, whatever is looked at: an optional value is compared with a plain one.
    Misused {
        /// Which, and what to write instead.
        reason: String,
    },
    /// It has no value (yet): a field is not there, a type does not fit, it is not a boolean.
    Unclear {
        /// Why.
        reason: String,
    },
}

impl Expression {
    /// Compiles `text`, which stands at `location` (of the whole scalar, quotes included where it has any). Every
    /// unknown word and function is given at once, and the first place that makes no sentence.
    ///
    /// # Errors
    /// The diagnostics, each at the place inside the expression where the error is; at the whole scalar where unusual
    /// escapes keep places inside it from being known.
    pub fn compile(text: &str, location: &Location) -> Result<Self, Vec<Diagnostic>> {
        let tell = |fault| diagnostic(text, location, fault);
        let parsed = syntax::parse(text).map_err(|faults| faults.into_iter().map(tell).collect::<Vec<_>>())?;
        let scalar = Scalar::new(text, location);
        let reads = reference::reads(&parsed).into_iter();
        let place = |read: &Read| scalar.place(read.start, read.end);
        let references = reads.map(|read| Reference { location: place(&read), path: read.path }).collect();
        Ok(Self { text: text.to_owned(), location: location.clone(), tree: parsed.tree, references })
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

    /// What it reads, in the order in which it is written.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Everything in it that can never be right, by the kinds of the names that it reads: a comparison of what cannot be
    /// compared, a text that never comes, a field that is not there. A name without a kind may be anything.
    #[must_use]
    pub fn misfits(&self, kinds: &Kinds<'_>) -> Vec<Diagnostic> {
        let misfits = typing::misfits(&self.tree, kinds).into_iter();
        misfits.map(|misfit| Diagnostic::at(&self.word(&misfit.word), misfit.message).help(misfit.help)).collect()
    }

    /// What is wrong with it as a condition, where it is certainly neither true nor false.
    #[must_use]
    pub fn unfit_condition(&self, kinds: &Kinds<'_>) -> Option<Diagnostic> {
        let kind = typing::kind(&self.tree, kinds);
        let what = match kind {
            Kind::Any => typing::computes(&self.tree).then_some("a computed value"),
            kind => kind.word().filter(|_| !kind.may_be_bool()),
        };
        let help = match kind {
            Kind::Optional => "say with `.orValue(false)` what it is where it is not there",
            _ => COMPARE,
        };
        let problem = |what| Diagnostic::at(&self.location, format!("this is {what}, so it is neither true nor false"));
        what.map(|what| problem(what).help(help))
    }

    /// Whether it is always true, or always false, since it reads nothing; none where it may come out either way.
    #[must_use]
    pub fn constant(&self) -> Option<bool> {
        let moves = || tokens(&self.text).any(|word| matches!(word.text, "now" | "uuid"));
        if !self.references().is_empty() || moves() {
            return None;
        }
        match self.truth(&Scope::default()) {
            Truth::Held => Some(true),
            Truth::Broken { .. } => Some(false),
            Truth::Unknown { .. } | Truth::Misused { .. } | Truth::Unclear { .. } => None,
        }
    }

    /// Whether a word stands in it, as a text or as a name. The function of that name (`list.exists(…)`) is another word.
    #[must_use]
    pub fn mentions(&self, wanted: &str) -> bool {
        let words: Vec<_> = tokens(&self.text).collect();
        let called = |at: usize| words.get(at + 1).is_some_and(|next| next.text == "(");
        words.iter().enumerate().any(|(at, word)| word.says(wanted) && (word.kind == Word::Text || !called(at)))
    }

    pub(super) fn tree(&self) -> &IdedExpr {
        &self.tree
    }

    /// The place of a word, where it is written once; else the whole.
    pub(super) fn word(&self, wanted: &str) -> Location {
        let mut found = tokens(&self.text).filter(|word| word.says(wanted));
        match (found.next(), found.next()) {
            (Some(word), None) => within(&self.text, &self.location, word.start, word.end()),
            _ => self.location.clone(),
        }
    }

    /// Its value; what is optional in it and not there is null.
    ///
    /// # Errors
    /// Where it has none.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        let context = context(scope);
        Value::resolve(&self.tree, &context).map(settled).map_err(|error| {
            let explainer = Explainer { context: &context, scope };
            if let Some(message) = explainer.mixed(&self.tree, &error) {
                return EvaluationError::new(message);
            }
            let withheld = explainer.withheld(&self.tree, Some(&error));
            let unknown = withheld.is_some();
            EvaluationError { message: withheld.unwrap_or_else(|| explainer.reason(&self.tree)), unknown }
        })
    }

    /// Whether it holds, with the explanation where it does not.
    #[must_use]
    pub fn truth(&self, scope: &Scope) -> Truth {
        let context = context(scope);
        let explainer = Explainer { context: &context, scope };
        let result: Result<Value, ExecutionError> = Value::resolve(&self.tree, &context);
        match result {
            Ok(Value::Bool(true)) => Truth::Held,
            Ok(Value::Bool(false)) => Truth::Broken { detail: explainer.broken(&self.tree) },
            other => {
                let error = other.as_ref().err();
                if let Some(reason) = error.and_then(|error| explainer.mixed(&self.tree, error)) {
                    return Truth::Misused { reason };
                }
                match explainer.withheld(&self.tree, error) {
                    Some(reason) => Truth::Unknown { reason },
                    None => Truth::Unclear { reason: explainer.reason(&self.tree) },
                }
            }
        }
    }

    /// What the expression reads just now, in a few words, for the list of changes while waiting:
    /// `queued` for `response.body.status == "review_ready"`, `healthy 0, desired 1` for `service.healthy == service.desired`,
    /// `status missing` where there is no such field (yet), `not steady` for `service.steady`.
    #[must_use]
    pub fn state(&self, scope: &Scope) -> String {
        let context = context(scope);
        Explainer { context: &context, scope }.state(&self.tree)
    }
}

fn diagnostic(text: &str, location: &Location, fault: Fault) -> Diagnostic {
    let place = within(text, location, fault.start, fault.end);
    let diagnostic = Diagnostic::at(&place, fault.message);
    match fault.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
