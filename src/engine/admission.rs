//! Whether a step is to be looked at at all.

use chrono::{DateTime, Utc};

use crate::expr::{EvaluationError, Expression, Scope, Truth};
use crate::plan::Step;
use crate::verdict::Verdict;

/// Why a step is not looked at: not reached for a good reason, or wrong in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    /// The name whose value it needs, and which no step brought, or brought as null.
    pub(crate) lacks: Option<String>,
}

impl Closed {
    /// Not for want of a value.
    pub(crate) fn because(verdict: Verdict, reason: String) -> Self {
        Self { verdict, reason, lacks: None }
    }

    /// It cannot be filled in: something is wrong with it, or something that it needs is not known.
    pub(crate) fn unfilled(error: EvaluationError) -> Self {
        let verdict = if error.unknown { Verdict::Inconclusive } else { Verdict::Failed };
        Self::because(verdict, error.message)
    }

    /// What it would ask has no name.
    pub(crate) fn nameless(null: &Expression) -> Self {
        let reason = format!("{} is null, which names nothing in an address: nothing was sent", null.text());
        let lacks = null.references().first().map(|reference| reference.path[0].clone());
        Self { lacks, ..Self::wrong(reason) }
    }

    /// Something is wrong with it.
    pub(crate) fn wrong(reason: String) -> Self {
        Self::because(Verdict::Failed, reason)
    }
}

/// The names that a step's expressions see, where it is to be looked at; `scope` are those that all steps see.
pub(crate) fn admit(step: &Step, scope: &Scope, now: DateTime<Utc>) -> Result<Scope, Closed> {
    let inner = inner_scope(step, scope, now)?;
    unhindered(step, &inner)?;
    Ok(inner)
}

/// The names of `use … with`, filled in one after another.
fn inner_scope(step: &Step, scope: &Scope, now: DateTime<Utc>) -> Result<Scope, Closed> {
    let mut inner = scope.clone();
    inner.set_now(now);
    for (name, template) in &step.spec.with {
        missing(template.references().iter().map(|reference| reference.path.as_slice()), &inner, &[])?;
        let value = template.evaluate(&inner).map_err(|error| {
            let message = format!("with {name}: {}", error.message);
            Closed::unfilled(EvaluationError { message, ..error })
        })?;
        inner.bind(name, value);
    }
    Ok(inner)
}

/// Whether nothing keeps it back: `when` holds, and every value it reads was captured.
fn unhindered(step: &Step, scope: &Scope) -> Result<(), Closed> {
    let spec = &step.spec;
    if let Some(when) = &spec.when {
        missing(when.references().iter().map(|reference| reference.path.as_slice()), scope, &[])?;
        match when.truth(scope) {
            Truth::Held => {}
            Truth::Broken { detail } => {
                return Err(Closed::because(Verdict::Skipped, format!("when {}: {detail}", when.text())));
            }
            Truth::Unknown { reason } => {
                let reason = format!("when {} cannot be decided: {reason}", when.text());
                return Err(Closed::because(Verdict::Inconclusive, reason));
            }
            Truth::Misused { reason } | Truth::Unclear { reason } => {
                return Err(Closed::wrong(format!("when {} cannot be decided: {reason}", when.text())));
            }
        }
    }
    let own: Vec<_> = spec.probe.brings().iter().map(|(name, _)| *name).collect();
    let expressions = spec.until.iter().chain(&spec.fail_if).chain(&spec.expect);
    let references = spec.probe.references().into_iter().chain(expressions.flat_map(Expression::references));
    missing(references.map(|reference| reference.path.as_slice()), scope, &own)
}

/// Skips a step that needs a value which an earlier step did not bring. (That the name exists at all was checked long
/// before.)
fn missing<'path>(paths: impl IntoIterator<Item = &'path [String]>, scope: &Scope, own: &[&str]) -> Result<(), Closed> {
    let absent =
        |path: &&[String]| path.first().is_some_and(|root| scope.get(root).is_none() && !own.contains(&root.as_str()));
    match paths.into_iter().find(absent) {
        Some(path) => {
            let reason = format!("needs {}, which was never captured", path[0]);
            Err(Closed { verdict: Verdict::Skipped, reason, lacks: Some(path[0].clone()) })
        }
        None => Ok(()),
    }
}
