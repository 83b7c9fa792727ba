//! What one attempt at a case notes in the journal, so that its clean-up can be finished by somebody else: only what
//! `finally` reads, and no secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

use crate::event::Phase;
use crate::expr::{Bound, Scope, to_json};
use crate::journal::{Entry, Pen, Unwritten};
use crate::plan::{Case, Step};
use crate::probe::Probe;

/// Fields of these are noted; everything else before the first step is the same in every plan.
const ROOTS: [&str; 2] = ["vars", "row"];

/// The notes of one attempt. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Notes {
    pen: Pen,
    attempt: Arc<Place>,
}

#[derive(Debug)]
struct Place {
    case: usize,
    number: u32,
    /// Whether it has any clean-up.
    cleans: bool,
    /// What `finally` reads of each name.
    reads: BTreeMap<String, Vec<Vec<String>>>,
    /// The entry that comes before all others of the attempt.
    opening: Entry,
    opened: AtomicBool,
}

/// Cleans a text of secrets: a value that comes out otherwise holds one.
type Fit<'cleaner> = &'cleaner (dyn Fn(&str) -> String + Sync);

impl Notes {
    /// Notes for an attempt at a case. Where nothing is to be cleaned up, only that is noted which leaves open whether it
    /// made something; where there is nothing of that sort either, nothing is.
    pub(crate) fn begin(pen: &Pen, (case, number): (usize, u32), plan: &Case, clean: Fit<'_>) -> Self {
        let cleans = !plan.finally.is_empty();
        let opens = || plan.ready.iter().chain(&plan.steps).any(|step| silence(step, false).is_some());
        let pen = if cleans || opens() { pen.clone() } else { Pen::dry() };
        let reads = if pen.is_dry() { BTreeMap::new() } else { reads(&plan.finally) };
        let opening = Entry::Attempt {
            case,
            attempt: number,
            id: plan.id.clone(),
            file: plan.file.clone(),
            fingerprint: if pen.is_dry() { String::new() } else { fingerprint(plan) },
            scope: noted_scope(&plan.scope, &reads, clean),
            cleans,
        };
        let place = Place { case, number, cleans, reads, opening, opened: AtomicBool::new(false) };
        Self { pen, attempt: Arc::new(place) }
    }

    /// Notes of an attempt that somebody else began.
    pub(crate) fn resume(pen: &Pen, case: usize, number: u32) -> Self {
        let opened = AtomicBool::new(true);
        let (reads, opening) = (BTreeMap::new(), Entry::Settled);
        let place = Place { case, number, cleans: true, reads, opening, opened };
        Self { pen: pen.clone(), attempt: Arc::new(place) }
    }

    /// A step that may make something is about to be looked at: it is written down before anything is sent.
    ///
    /// # Errors
    /// Where that cannot be noted: then it must not be sent.
    pub(crate) fn sending(&self, step: &Step, what: String, at: DateTime<Utc>) -> Result<(), Unwritten> {
        let Place { case, number: attempt, .. } = *self.attempt;
        let brings: Vec<String> = self.brought(step).map(str::to_owned).collect();
        let open = silence(step, !brings.is_empty()).is_some();
        self.write(Entry::Sending { case, attempt, at, step: step.name.clone(), what, brings, open })
    }

    /// A step has come to its end. What cannot be noted now is no reason to stop: the attempt cleans up by itself, as
    /// long as it lives.
    pub(crate) fn ended(&self, phase: Phase, step: &Step, answered: bool, kept: &[(String, Bound)], clean: Fit<'_>) {
        let wanted = kept.iter().filter(|(name, _)| self.attempt.reads.contains_key(name));
        let wanted = wanted.collect::<Vec<_>>();
        let acts = self.concerns(phase, step);
        if phase == Phase::Finally || (wanted.is_empty() && !acts) {
            return;
        }
        let (mut noted, mut withheld) = (Map::new(), Vec::new());
        for (name, value) in wanted {
            let secret = step.spec.capture.iter().any(|capture| capture.name == *name && capture.secret);
            let read = only(&to_json(value), &paths(&self.attempt.reads[name]));
            match fit(read, clean).filter(|_| !secret) {
                Some(value) => drop(noted.insert(name.clone(), value)),
                None => withheld.push(name.clone()),
            }
        }
        let Place { case, number: attempt, .. } = *self.attempt;
        let entry = Entry::Ended { case, attempt, step: step.name.clone(), answered, kept: noted, withheld };
        let _ = self.write(entry);
    }

    /// A step of `finally` is done.
    pub(crate) fn cleaned(&self, step: &Step) {
        if self.is_open() {
            let Place { case, number: attempt, .. } = *self.attempt;
            // Where it cannot be noted, it is done once more: every clean-up must bear that.
            let _ = self.write(Entry::Cleaned { case, attempt, step: step.name.clone() });
        }
    }

    /// A step of `finally` did not come off; `what` it did holds no secret.
    pub(crate) fn left(&self, what: String) {
        let Place { case, number: attempt, .. } = *self.attempt;
        // It is told as left behind all the same; where it cannot be noted there is no more to be done.
        let _ = self.write(Entry::Left { case, attempt, what });
    }

    /// Nothing of the attempt is left.
    pub(crate) fn closed(&self) {
        if self.is_open() {
            let Place { case, number: attempt, .. } = *self.attempt;
            let _ = self.write(Entry::Closed { case, attempt });
        }
    }

    /// What the step brings that clean-up needs.
    pub(crate) fn needed<'step>(&self, step: &'step Step) -> Vec<&'step str> {
        self.brought(step).collect()
    }

    /// Whether what the step may make is anybody's business once the run is gone.
    pub(crate) fn concerns(&self, phase: Phase, step: &Step) -> bool {
        makes(phase, &step.spec.probe) && (self.attempt.cleans || silence(step, false).is_some())
    }

    fn is_open(&self) -> bool {
        self.attempt.opened.load(Ordering::Acquire)
    }

    /// Names that the step would bring and that clean-up reads.
    fn brought<'step>(&self, step: &'step Step) -> impl Iterator<Item = &'step str> {
        step.spec.keeps().filter(|name| self.attempt.reads.contains_key(*name))
    }

    fn write(&self, entry: Entry) -> Result<(), Unwritten> {
        // The steps of an attempt come one after another: nobody else opens it meanwhile.
        if self.is_open() {
            return self.pen.write(&[entry]);
        }
        self.pen.write(&[self.attempt.opening.clone(), entry])?;
        self.attempt.opened.store(true, Ordering::Release);
        Ok(())
    }
}

/// Whether looking through it may make something. GET and HEAD are safe; guards are looked at, and make nothing.
pub(super) fn makes(phase: Phase, probe: &Probe) -> bool {
    let acts = match probe {
        Probe::Http(http) => !http.method.only_reads(),
        Probe::Exec(_) => true,
        Probe::Logs(_) | Probe::Ecs(_) | Probe::Alarm(_) | Probe::Terraform(_) | Probe::PythonDeps(_) => false,
    };
    acts && matches!(phase, Phase::Ready | Phase::Step)
}

/// What is said of a step of which nothing came back, where it is not known then whether it made something. `needed`:
/// clean-up needs what the step brings; a program is taken to make something only there.
pub(crate) fn silence(step: &Step, needed: bool) -> Option<&'static str> {
    match step.spec.probe {
        Probe::Http(_) if needed || !step.spec.probe.idempotent() => Some("it was sent, but not answered"),
        Probe::Exec(_) if needed => Some("it was started, but did not come to its end"),
        _ => None,
    }
}

/// What changes when what the user wrote changes: a hash over the files in which the steps of a case stand.
pub(crate) fn fingerprint(case: &Case) -> String {
    let steps = [&case.ready, &case.guards, &case.steps, &case.finally].into_iter().flatten();
    let sources = steps.map(|step| &step.spec.location.source);
    let texts: BTreeMap<&str, &str> = sources.map(|source| (source.path.as_str(), source.text.as_str())).collect();
    let mut hash = Sha256::new();
    for text in texts.values() {
        hash.update(text.as_bytes());
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the steps read, by its first name.
fn reads(steps: &[Step]) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut reads = BTreeMap::<String, Vec<Vec<String>>>::new();
    for reference in steps.iter().flat_map(|step| step.spec.references()) {
        if let Some((root, rest)) = reference.path.split_first() {
            reads.entry(root.clone()).or_default().push(rest.to_vec());
        }
    }
    reads
}

/// The first names that a step reads.
pub(crate) fn roots(step: &Step) -> BTreeSet<String> {
    reads(std::slice::from_ref(step)).into_keys().collect()
}

fn noted_scope(scope: &Scope, reads: &BTreeMap<String, Vec<Vec<String>>>, clean: Fit<'_>) -> Map<String, Json> {
    let noted = ROOTS.into_iter().filter_map(|root| {
        let fields = only(&to_json(scope.get(root)?), &paths(reads.get(root)?));
        let Json::Object(fields) = fields else { return None };
        let fit = fields.into_iter().filter_map(|(name, value)| Some((name, fit(value, clean)?)));
        Some((root.to_owned(), Json::Object(fit.collect())))
    });
    noted.collect()
}

/// None where the value holds a secret.
fn fit(value: Json, clean: Fit<'_>) -> Option<Json> {
    let text = value.to_string();
    (clean(&text) == text).then_some(value)
}

fn paths(paths: &[Vec<String>]) -> Vec<&[String]> {
    paths.iter().map(Vec::as_slice).collect()
}

/// What lies on the paths; a part that a path ends at, or leads through in another way than by its keys, is kept whole.
fn only(value: &Json, paths: &[&[String]]) -> Json {
    match value {
        Json::Object(fields) if !paths.iter().any(|path| path.is_empty()) => {
            let kept = fields.iter().filter_map(|(key, inner)| {
                let inside = paths.iter().filter_map(|path| path.split_first());
                let below: Vec<&[String]> = inside.filter(|(first, _)| *first == key).map(|(_, rest)| rest).collect();
                (!below.is_empty()).then(|| (key.clone(), only(inner, &below)))
            });
            Json::Object(kept.collect())
        }
        whole => whole.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_read_is_kept() {
        #[track_caller]
        fn check(value: &Json, read: &[&[&str]], expected: &Json) {
            let read: Vec<Vec<String>> =
                read.iter().map(|path| path.iter().map(ToString::to_string).collect()).collect();
            assert_eq!(only(value, &paths(&read)), *expected);
        }
        let value = json!({"body": {"id": 7, "token": "x"}, "status": 201});
        check(&value, &[&["body", "id"]], &json!({"body": {"id": 7}}));
        check(&value, &[&["body", "id"], &["status"]], &json!({"body": {"id": 7}, "status": 201}));
        check(&value, &[&[]], &value);
        check(&value, &[&["nothing"]], &json!({}));
        check(&json!([1, 2]), &[&["0"]], &json!([1, 2]));
    }

    #[test]
    fn a_value_that_holds_a_secret_is_not_noted() {
        let clean = |text: &str| text.replace("hunter2", "***");
        assert_eq!(fit(json!({"a": ["x", "hunter2"]}), &clean), None);
        assert_eq!(fit(json!(7), &clean), Some(json!(7)));
    }
}
