//! What an attempt left to be cleaned up, made into a case of its own: the same `finally`, in the scope that it had.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::notes;
use super::origins::Origins;
use crate::event::Leftover;
use crate::expr::{Scope, from_json, to_json};
use crate::journal::{Attempt, Pen, Sent};
use crate::plan::{Case, Step};
use crate::verdict::Verdict;

/// The rest of one attempt.
#[derive(Debug)]
pub struct Rest {
    pub(super) pen: Pen,
    pub(super) case: usize,
    pub(super) attempt: u32,
    /// What a person should know of it.
    pub(super) notes: Vec<String>,
    /// Names that cannot be had any more.
    pub(super) lost: BTreeMap<String, Loss>,
    /// Where the names come from that its clean-up goes by.
    pub(super) origins: Origins,
    /// What may be left though nobody knows its name.
    pub(super) unknown: Vec<Leftover>,
}

/// Why a name cannot be had, and what that means for a clean-up which needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loss {
    pub(crate) verdict: Verdict,
    pub(crate) why: String,
}

impl Rest {
    /// From an attempt of the run `run`, noted in the journal that `pen` writes, and its case as it is planned today:
    /// what is still to be done, and what is known of it. Values of variables are those of then; secrets are today's.
    #[must_use]
    pub fn of(attempt: &Attempt, case: Case, run: &str, pen: &Pen) -> (Case, Self) {
        let changed = notes::fingerprint(&case) != attempt.fingerprint;
        let origins = Origins::of(&case);
        let scope = restored(&case.scope, attempt);
        let finally: Vec<Step> =
            case.finally.into_iter().filter(|step| !attempt.cleaned.contains(&step.name)).collect();
        let lost = lost(attempt, run, &finally, &scope, changed);
        let again = if attempt.number > 1 { format!(", attempt {}", attempt.number) } else { String::new() };
        let said = changed.then(|| {
            let file = &case.file;
            format!("{file} has changed since that run: its clean-up is done as it is written now")
        });
        let rest = Self {
            pen: pen.clone(),
            case: attempt.case,
            attempt: attempt.number,
            notes: std::iter::once(format!("left by the run {run}{again}")).chain(said).collect(),
            unknown: attempt.silent().map(|sent| unknown(sent, run)).fold(Vec::new(), once_each),
            lost,
            origins,
        };
        let (ready, guards, steps) = (Vec::new(), Vec::new(), Vec::new());
        (Case { scope, ready, guards, steps, finally, ..case }, rest)
    }
}

/// The scope that the attempt had, as far as clean-up reads it.
fn restored(today: &Scope, attempt: &Attempt) -> Scope {
    let mut scope = today.clone();
    for (root, noted) in &attempt.scope {
        if let (Json::Object(noted), Some(value)) = (noted, scope.get(root))
            && let Some(fields) = overlaid(to_json(value), noted)
        {
            scope.bind(root.as_str(), from_json(&fields));
        }
    }
    for (name, value) in &attempt.kept {
        scope.bind(name.as_str(), from_json(value));
    }
    scope
}

/// None where nothing differs: then the values keep the types that JSON does not know.
fn overlaid(today: Json, noted: &Map<String, Json>) -> Option<Json> {
    let Json::Object(mut fields) = today else { return None };
    let differs = noted.iter().any(|(name, value)| fields.get(name) != Some(value));
    fields.extend(noted.clone());
    differs.then_some(Json::Object(fields))
}

fn lost(attempt: &Attempt, run: &str, finally: &[Step], scope: &Scope, changed: bool) -> BTreeMap<String, Loss> {
    let secret = |name: &String| {
        let why = format!(
            "needs {name}, which was kept as a secret and is written nowhere: take away by hand {}, and then: smoke \
             cleanup --settled {run}",
            attempt.remains()
        );
        (name.clone(), Loss { verdict: Verdict::Failed, why })
    };
    let unanswered = |(name, sent): (&str, &Sent)| {
        let why = format!("needs {name}, and no answer to {} brought it", sent.what);
        (name.to_owned(), Loss { verdict: Verdict::Skipped, why })
    };
    // Whatever a changed scenario reads under a name that nobody kept then may well have been made.
    let renamed = |name: String| {
        let why = format!("needs {name}, which was not kept when the scenario ran: it has changed since");
        (name, Loss { verdict: Verdict::Failed, why })
    };
    let read = finally.iter().filter(|_| changed).flat_map(|step| {
        let own: Vec<_> = step.spec.probe.brings().iter().map(|(name, _)| *name).collect();
        let with: Vec<&String> = step.spec.with.iter().map(|(name, _)| name).collect();
        notes::roots(step).into_iter().filter(move |name| !own.contains(&name.as_str()) && !with.contains(&name))
    });
    let unheard = read.filter(|name| scope.get(name).is_none());
    let mut lost: BTreeMap<String, Loss> = unheard.map(renamed).collect();
    lost.extend(attempt.unanswered().into_iter().map(unanswered));
    lost.extend(attempt.withheld.iter().map(secret));
    lost
}

fn unknown(sent: &Sent, run: &str) -> Leftover {
    let Sent { at, step, what, brings: _, open: _, answered: _ } = sent;
    let at = at.format("%Y-%m-%d %H:%M:%S");
    let why = format!(
        "it was sent at {at} UTC, and no answer said what came of it: whether it made something is not known; look for \
         it by hand, and then: smoke cleanup --settled {run}"
    );
    Leftover { step: step.clone(), what: what.clone(), why, attempt: None }
}

fn once_each(mut all: Vec<Leftover>, one: Leftover) -> Vec<Leftover> {
    if !all.contains(&one) {
        all.push(one);
    }
    all
}
