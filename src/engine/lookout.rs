//! Looking through one step's probe, again and again, and remembering what was seen.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::clock::{Clock, millis};
use super::notes::Notes;
use super::sink::Sink;
use super::witness::Witness;
use crate::event::{Change, Evidence, Fact, Judged, Look, Outcome, StepRef};
use crate::expr::{Expression, Scope, Truth, to_json, to_text};
use crate::judge::{self, Assessment, Course, Seen, Standing, Waited};
use crate::plan::Step;
use crate::probe::{Demand, DemandState, Observation, Request, Vantage};
use crate::redact::Secret;
use crate::verdict::Verdict;

/// A look that begins at the very end of a step's time may still take this long to be answered.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// What every step of one attempt at a case shares.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) vantage: Vantage,
    pub(crate) sink: Sink,
    pub(crate) clock: Clock,
    /// What is noted for whoever may have to finish the clean-up.
    pub(crate) notes: Notes,
}

/// One step that is being looked at.
#[derive(Debug)]
pub(crate) struct Lookout<'step> {
    stage: &'step Stage,
    at: StepRef,
    step: &'step Step,
    scope: Scope,
    request: Request,
    started: Instant,
    looks: u64,
    changes: Vec<Change>,
    course: Course,
    last: Option<(Seen, Assessment)>,
}

/// Why a step is not looked at: not reached for a good reason, or wrong in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    /// The name whose value it needs, and which no step brought.
    pub(crate) lacks: Option<String>,
}

impl Closed {
    /// Not for want of a value.
    pub(crate) fn because(verdict: Verdict, reason: String) -> Self {
        Self { verdict, reason, lacks: None }
    }
}

impl<'step> Lookout<'step> {
    /// Fills the step's probe in and tells that it began; or says why it is not to be looked at.
    pub(crate) fn open(stage: &'step Stage, at: StepRef, step: &'step Step, scope: &Scope) -> Result<Self, Closed> {
        let scope = inner_scope(step, scope, stage.clock.now())?;
        admitted(step, &scope)?;
        let request = step.spec.probe.resolve(&scope, &step.spec.dir).map_err(|error| wrong(error.message))?;
        let until = (!step.spec.until.is_empty())
            .then(|| step.spec.until.iter().map(crate::expr::Expression::text).collect::<Vec<_>>().join(" && "));
        let within_ms = step.within.or(step.hold).map(millis);
        stage.sink.tell(Fact::StepStarted { step: at, until, within_ms });
        let (started, changes, course) = (Instant::now(), Vec::new(), Course::default());
        Ok(Self { stage, at, step, scope, request, started, looks: 0, changes, course, last: None })
    }

    /// Looks once. The look may take until `deadline`, but is always given a moment to be answered.
    pub(crate) async fn look(&mut self, deadline: Instant) -> Standing {
        let began = self.elapsed();
        let deadline = deadline.max(Instant::now() + LAST_LOOK);
        let vantage = Vantage { deadline, dir: self.step.spec.dir.clone(), ..self.stage.vantage.clone() };
        let seen = self.request.look(&vantage).await;
        self.scope.set_now(self.stage.clock.now());
        if let Ok(observation) = &seen {
            for (name, value) in observation.bindings() {
                self.scope.bind(name, value);
            }
        }
        self.learn_secrets();
        self.course.note(&seen);
        let assessment = judge::assess(&self.step.spec, &seen, &self.scope);
        self.remember(began, &seen, &assessment);
        let standing = assessment.standing;
        self.last = Some((seen, assessment));
        standing
    }

    /// Since the step began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// What `Retry-After` asked for in the last look.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match &self.last.as_ref()?.0 {
            Ok(observation) => observation.retry_after(),
            Err(error) => error.retry_after,
        }
    }

    /// What the last look brought.
    pub(crate) fn seen(&self) -> Option<&Seen> {
        self.last.as_ref().map(|(seen, _)| seen)
    }

    /// The names its expressions see, the last observation among them.
    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// What was tested, a line each, as far as this look shows it.
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.seen().and_then(|seen| seen.as_ref().ok()).map(Observation::subjects).unwrap_or_default()
    }

    /// What it does, in a few words.
    pub(crate) fn describe(&self) -> String {
        self.request.describe()
    }

    /// Closes the step: what is reported of it, and what it bears witness to.
    pub(crate) fn close(self, verdict: Verdict, ran_out: bool) -> (Outcome, Witness) {
        let waited = Waited { elapsed: self.elapsed(), ran_out };
        let passed = matches!(verdict, Verdict::Passed | Verdict::Skipped);
        let (seen, assessment) = self.last.unzip();
        let (cause, evidence) = match (&seen, &assessment) {
            (Some(seen), Some(assessment)) if !passed => {
                (Some(judge::because(assessment, seen, waited)), evidence(seen))
            }
            _ => (None, Vec::new()),
        };
        let expectations = assessment.map(|assessment| assessment.judged).unwrap_or_default();
        let course = self.course.ended(&self.step.spec.until, &self.scope);
        let witness = Witness::of(seen, ran_out.then_some(waited.elapsed), course);
        let outcome = Outcome {
            verdict,
            enforced: self.step.spec.enforce,
            duration_ms: millis(waited.elapsed),
            looks: self.looks,
            changes: self.changes,
            expectations,
            cause,
            evidence,
            captured: Vec::new(),
        };
        (outcome, witness)
    }

    /// Values that will be captured as secrets are learnt before anything is told of the look that brought them.
    fn learn_secrets(&self) {
        let secrets = self.step.spec.capture.iter().filter(|capture| capture.secret);
        for value in secrets.filter_map(|capture| capture.from.evaluate(&self.scope).ok()) {
            self.stage.sink.learn(&Secret::new(to_text(&value)));
            texts_in(&to_json(&value), &mut |text| self.stage.sink.learn(&Secret::new(text)));
        }
    }

    fn remember(&mut self, began: Duration, seen: &Seen, assessment: &Assessment) {
        let summary = match seen {
            Ok(observation) => observation.summary(),
            Err(error) => error.message.clone(),
        };
        let words = seen.as_ref().ok().map(|observation| self.state(observation, &assessment.judged));
        let state = words.filter(|words| !words.is_empty()).unwrap_or_else(|| summary.clone());
        let (at_ms, took_ms) = (millis(began), millis(self.elapsed().saturating_sub(began)));
        self.looks += 1;
        match self.changes.last_mut() {
            Some(last) if last.state == state => last.to_ms = at_ms,
            Some(_) | None => self.changes.push(Change { state: state.clone(), from_ms: at_ms, to_ms: at_ms }),
        }
        self.stage.sink.tell(Fact::Looked { step: self.at, look: Look { at_ms, took_ms, state, summary } });
    }

    /// What was seen, in a few words: the values that what is waited for reads; else those that are judged. Of what held
    /// they were put in words already.
    fn state(&self, observation: &Observation, judged: &[Judged]) -> String {
        let spec = &self.step.spec;
        let (kind, read) = if spec.until.is_empty() { ("expect", &spec.expect) } else { ("until", &spec.until) };
        let held = |expression: &Expression| {
            judged.iter().find(|one| one.held == Some(true) && one.kind == kind && one.text == expression.text())
        };
        let states = read.iter().map(|expression| match held(expression) {
            Some(judged) => judged.detail.clone().unwrap_or_default(),
            None => expression.state(&self.scope),
        });
        let mut known = BTreeSet::new();
        let words = demands_met(observation.demands()).into_iter().chain(states);
        words.filter(|word| known.insert(word.clone())).collect::<Vec<_>>().join(", ")
    }
}

/// The texts that a secret object or list is made of: whoever tells one of them tells the secret.
fn texts_in(value: &Json, learn: &mut dyn FnMut(&str)) {
    match value {
        Json::String(text) if text.chars().count() >= Secret::SHORTEST => learn(text),
        Json::Array(items) => items.iter().for_each(|item| texts_in(item, learn)),
        Json::Object(fields) => fields.values().for_each(|field| texts_in(field, learn)),
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn demands_met(demands: &[Demand]) -> Option<String> {
    let met = demands.iter().filter(|demand| demand.state == DemandState::Met).count();
    (!demands.is_empty()).then(|| format!("{met} of {} met", demands.len()))
}

fn evidence(seen: &Seen) -> Vec<Evidence> {
    match seen {
        Ok(observation) => observation.evidence(),
        Err(error) => vec![Evidence { title: "last look".to_owned(), text: error.message.clone() }],
    }
}

fn wrong(reason: String) -> Closed {
    Closed::because(Verdict::Failed, reason)
}

/// The names of `use … with`, filled in one after another.
fn inner_scope(step: &Step, scope: &Scope, now: DateTime<Utc>) -> Result<Scope, Closed> {
    let mut inner = scope.clone();
    inner.set_now(now);
    for (name, template) in &step.spec.with {
        missing(template.references().iter().map(|reference| reference.path.as_slice()), &inner, &[])?;
        let value = template.evaluate(&inner).map_err(|error| wrong(format!("with {name}: {}", error.message)))?;
        inner.bind(name, value);
    }
    Ok(inner)
}

/// Whether the step is to be looked at: `when` holds, and every value it reads was captured.
fn admitted(step: &Step, scope: &Scope) -> Result<(), Closed> {
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
            Truth::Unclear { reason } => {
                return Err(wrong(format!("when {} cannot be decided: {reason}", when.text())));
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
