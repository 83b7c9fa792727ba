//! Expectations, one by one: an expression held against what one look brought.

use crate::event::Judged;
use crate::expr::{Expression, Scope, Truth};
use crate::probe::{Gap, Observation, Unknown};
use crate::scenario::model::{Implied, Step};
use crate::verdict::Verdict;

/// One expression, judged, and what that makes of the step.
#[derive(Debug)]
pub(super) struct One {
    pub(super) judged: Judged,
    pub(super) verdict: Verdict,
    /// Whether it is not known just now, and another look may bring it.
    pub(super) passing: bool,
    /// Whether AWS does not let us see it.
    pub(super) denied: bool,
}

impl One {
    pub(super) fn seen(kind: &str, expression: &Expression, held: bool, detail: Option<String>) -> Self {
        let (text, verdict) = (expression.text().to_owned(), if held { Verdict::Passed } else { Verdict::Failed });
        let judged = Judged { text, kind: kind.to_owned(), held: Some(held), detail };
        Self { judged, verdict, passing: false, denied: false }
    }

    /// `why` where it is this look that does not know; else it read something that was not known before.
    pub(super) fn unseen(kind: &str, expression: &Expression, why: Option<&Gap>, reason: &str) -> Self {
        let judged = unknown(kind, expression, why.map_or(reason, |why| &why.reason));
        let is = |what: fn(&Gap) -> bool| why.is_some_and(what);
        Self { judged, verdict: Verdict::Inconclusive, passing: is(|why| why.passing), denied: is(|why| why.denied) }
    }
}

/// Holds expressions against what one look brought.
#[derive(Debug)]
pub(super) struct Judge<'look> {
    observation: &'look Observation,
    scope: &'look Scope,
}

impl<'look> Judge<'look> {
    /// `scope` has the observation bound under its name.
    pub(super) const fn new(observation: &'look Observation, scope: &'look Scope) -> Self {
        Self { observation, scope }
    }

    /// Each of a list.
    pub(super) fn all(&self, kind: &str, list: &[Expression]) -> Vec<One> {
        list.iter().map(|expression| self.one(kind, expression)).collect()
    }

    fn one(&self, kind: &str, expression: &Expression) -> One {
        match expression.truth(self.scope) {
            Truth::Held => match self.doubt(expression) {
                Some(reason) => One::unseen(kind, expression, self.observation.silent(), &reason),
                None => One::seen(kind, expression, true, self.read(expression)),
            },
            Truth::Broken { detail } => {
                One::seen(kind, expression, false, Some(self.observation.remarked(expression, detail)))
            }
            Truth::Unknown { reason } => One::unseen(kind, expression, self.not_known(expression), &reason),
            Truth::Misused { reason } => One::seen(kind, expression, false, Some(reason)),
            Truth::Unclear { reason } => match self.not_known(expression) {
                Some(why) => One::unseen(kind, expression, Some(why), &reason),
                None => One::seen(kind, expression, false, Some(self.observation.remarked(expression, reason))),
            },
        }
    }

    /// Why nothing follows from what holds, where it would not hold without something that is in doubt: a log in which
    /// nothing stands since nobody is heard there at all, be it one that an earlier step kept.
    fn doubt(&self, expression: &Expression) -> Option<String> {
        match expression.truth(&self.scope.doubting()?) {
            Truth::Held => None,
            Truth::Unknown { reason } | Truth::Misused { reason } | Truth::Unclear { reason } => Some(reason),
            Truth::Broken { detail } => Some(detail),
        }
    }

    /// What takes something away, and says nothing of the answer that it wants, wants one of what it asked.
    pub(super) fn strayed(&self, step: &Step) -> Option<One> {
        if step.implied != Some(Implied::TakenAway) {
            return None;
        }
        let Observation::Http(response) = self.observation else { return None };
        let (text, saw) = response.strays()?;
        let judged = Judged { text, kind: "expect".to_owned(), held: Some(false), detail: Some(saw) };
        Some(One { judged, verdict: Verdict::Failed, passing: false, denied: false })
    }

    /// An alarm that is not there, unless the step says itself what that means: it is neither loud nor quiet, and whatever
    /// is said of it would hold by chance.
    pub(super) fn absent(&self, step: &Step) -> Option<Judged> {
        let Observation::Alarm(alarms) = self.observation else { return None };
        let (text, why) = alarms.absent().filter(|_| !step.judges_absence())?;
        Some(Judged { text, kind: "expect".to_owned(), held: Some(false), detail: Some(why) })
    }

    /// What it read, for those who want to know what held.
    fn read(&self, expression: &Expression) -> Option<String> {
        Some(expression.state(self.scope)).filter(|state| !state.is_empty())
    }

    /// Why the expression cannot be judged, where it reads something that could not be known.
    fn not_known(&self, expression: &Expression) -> Option<&Gap> {
        if self.observation.unknowns().is_empty() {
            return None;
        }
        let references = expression.references();
        let reads = |unknown: &&Unknown| {
            references.iter().any(|reference| {
                let read = reference.path.join(".");
                read == unknown.path || read.starts_with(&format!("{}.", unknown.path))
            })
        };
        self.observation.unknowns().iter().find(reads).map(|unknown| &unknown.why)
    }

    /// Those of `fail_if` of which it is not known whether they hold. As long as something is waited for that may still be
    /// seen; in the end nothing can be said without them.
    ///
    /// # Errors
    /// The first that holds, or could never be told to hold.
    pub(super) fn fail_if(&self, list: &[Expression]) -> Result<Vec<One>, Judged> {
        let mut unsure = Vec::new();
        for expression in list {
            match expression.truth(self.scope) {
                Truth::Held => {
                    let detail = Some(format!("it holds: {}", expression.state(self.scope)));
                    return Err(One::seen("fail_if", expression, false, detail).judged);
                }
                Truth::Misused { reason } => {
                    return Err(One::seen("fail_if", expression, false, Some(reason)).judged);
                }
                Truth::Unknown { reason } => {
                    unsure.push(One::unseen("fail_if", expression, self.not_known(expression), &reason));
                }
                Truth::Broken { .. } | Truth::Unclear { .. } => {}
            }
        }
        Ok(unsure)
    }
}

/// An expression of which it is not known whether it holds.
pub(super) fn unknown(kind: &str, expression: &Expression, reason: &str) -> Judged {
    Judged { text: expression.text().to_owned(), kind: kind.to_owned(), held: None, detail: Some(reason.to_owned()) }
}
