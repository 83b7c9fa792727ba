//! One step from its beginning to its end.

use std::sync::Arc;
use std::time::Duration;

use super::admission::Closed;
use super::halt::{Halt, HaltListener};
use super::lookout::{Lookout, Stage};
use super::notes;
use super::waiting::{End, Waiting};
use super::witness::Witness;
use crate::event::{Outcome, StepRef};
use crate::expr::{Bound, Scope, Value, to_text};
use crate::journal::Unwritten;
use crate::plan::Step;
use crate::probe::{Observation, Request};
use crate::scenario::model::Capture;
use crate::span::millis;
use crate::verdict::Verdict;

/// A step that came to its end.
#[derive(Debug)]
pub(crate) struct Finished {
    /// What is reported of it.
    pub(crate) outcome: Outcome,
    /// Names and values that later steps see.
    pub(crate) kept: Vec<(String, Bound)>,
    /// What it looked at, in a few words.
    pub(crate) what: Option<String>,
    /// What was tested, a line each.
    pub(crate) subjects: Vec<String>,
    /// Set where something may have been made without our knowing its name: what was sent, and why that is not known.
    pub(crate) unanswered: Option<(String, String)>,
    /// The name for want of whose value it was not looked at.
    pub(crate) lacks: Option<String>,
    /// The names that it brought as null, each with what was seen there.
    pub(crate) nulls: Vec<(String, String)>,
    /// What it looked through, where it has seen what it must see exactly once.
    pub(crate) sighted: Option<Arc<Request>>,
    /// What it saw of the system.
    pub(crate) witness: Witness,
}

/// Runs one step: fills it in, looks until it is decided or time is up, keeps what later steps need.
pub(crate) async fn run(stage: &Stage, at: StepRef, step: &Step, scope: &Scope, halt: &HaltListener) -> Finished {
    let mut lookout = match Lookout::open(stage, at, step, scope) {
        Ok(lookout) => lookout,
        Err(closed) => return Finished::closed(step, closed),
    };
    let makes = stage.notes.concerns(at.phase, step);
    if makes && let Err(unwritten) = note_sending(stage, step, &lookout) {
        let reason = format!("{unwritten}; so nothing was sent");
        return Finished::closed(step, Closed::because(Verdict::Aborted, reason));
    }
    let end = Waiting::of(step, halt.clone()).until_decided(&mut lookout).await;
    let needed = if makes { stage.notes.needed(step) } else { Vec::new() };
    let came = match lookout.seen() {
        Some(Err(error)) => !error.kind.leaves_open(),
        seen => seen.is_some(),
    };
    let finished = Finished::of(step, lookout, &end, &needed);
    // Whether what was sent is known to have come to its end, or never to have arrived.
    let answered = came && finished.unanswered.is_none();
    stage.notes.ended(at.phase, step, answered, &finished.kept, &stage.sink.cleaner());
    finished
}

/// Notes a request that may make something before it is sent.
fn note_sending(stage: &Stage, step: &Step, lookout: &Lookout<'_>) -> Result<(), Unwritten> {
    let what = stage.sink.cleaner()(&lookout.describe());
    stage.notes.sending(step, what, stage.clock.now())
}

impl Finished {
    fn closed(step: &Step, closed: Closed) -> Self {
        let outcome = unlooked(step, closed.verdict, closed.reason);
        let (kept, subjects, nulls, witness) = (Vec::new(), Vec::new(), Vec::new(), Witness::default());
        Self {
            outcome,
            kept,
            what: None,
            subjects,
            unanswered: None,
            lacks: closed.lacks,
            nulls,
            sighted: None,
            witness,
        }
    }

    /// `needed`: the names by which what the step may make is cleaned up.
    fn of(step: &Step, lookout: Lookout<'_>, end: &End, needed: &[&str]) -> Self {
        let (what, subjects) = (lookout.describe(), lookout.subjects());
        let (kept, missing) = keep(step, &lookout);
        let nulls = nulls(step, &lookout, &kept);
        let silent = || unanswered(step, &lookout, end, !needed.is_empty());
        let lost = missing.iter().find(|missing| needed.contains(&missing.name)).map(|missing| missing.why.as_str());
        let unanswered = silent().or_else(|| unnamed(&lookout, lost));
        let unanswered = unanswered.map(|why| (what.clone(), why));
        let (verdict, ran_out) = match end {
            End::Decided(verdict) => (*verdict, false),
            End::RanOut(verdict) => (*verdict, true),
            End::Halted(Halt::TimedOut(_), so_far) => (*so_far, true),
            End::Halted(Halt::Guard(_), _) => (Verdict::Skipped, false),
            End::Halted(Halt::Stopped(_), _) => (Verdict::Aborted, true),
        };
        // What could not be captured is shown with the answer that lacks it.
        let lacking = missing.into_iter().min_by_key(|missing| missing.unknown).filter(|_| verdict == Verdict::Passed);
        let verdict = lacking.as_ref().map_or(verdict, Missing::verdict);
        let unfinished = lookout.unfinished();
        let sighted = lookout.sights().filter(|_| verdict == Verdict::Passed);
        let (mut outcome, mut witness) = lookout.close(verdict, ran_out);
        if let End::Halted(halt, _) = end {
            witness.cut_short = true;
            outcome.cause = Some(cut_short(halt, unfinished, outcome.cause));
        }
        outcome.cause = lacking.map(|missing| missing.why).or(outcome.cause);
        outcome.captured = kept.iter().map(|(name, value)| told(step, name, value)).collect();
        Self { outcome, kept, what: Some(what), subjects, unanswered, lacks: None, nulls, sighted, witness }
    }
}

/// Why a step ended before its own time: what ended it, the look that went on meanwhile, what the last one brought.
fn cut_short(halt: &Halt, unfinished: Option<String>, last: Option<String>) -> String {
    let parts = [unfinished, last.map(|last| format!("last: {last}"))].into_iter().flatten();
    parts.fold(format!("cut short: {}", halt.words()), |said, part| format!("{said}; {part}"))
}

/// What is reported of a step that was never looked at.
pub(crate) fn unlooked(step: &Step, verdict: Verdict, reason: String) -> Outcome {
    Outcome {
        verdict,
        enforced: step.spec.enforce,
        duration_ms: millis(Duration::ZERO),
        looks: 0,
        changes: Vec::new(),
        expectations: Vec::new(),
        cause: Some(reason),
        evidence: Vec::new(),
        captured: Vec::new(),
    }
}

/// Why it is not known whether something was made whose name nobody was told. `needed`: clean-up needs what the step
/// brings.
fn unanswered(step: &Step, lookout: &Lookout<'_>, end: &End, needed: bool) -> Option<String> {
    let said = notes::silence(step, needed)?;
    let why = match (lookout.seen(), end) {
        (Some(Err(error)), _) if error.kind.leaves_open() => error.message.clone(),
        (None, End::Halted(halt, _)) => halt.words(),
        _ => return None,
    };
    Some(format!("{said} ({why}): whether it made something is not known"))
}

/// Likewise, where there was an answer: a gateway gives up on a request that goes on behind it, a server falls over after
/// it has stored, what a redirect led to says nothing of what came before, and an answer that has changed does not say any
/// more what it made. `unnamed`: why clean-up was not told what it needs.
fn unnamed(lookout: &Lookout<'_>, unnamed: Option<&str>) -> Option<String> {
    let Some(Ok(Observation::Http(response))) = lookout.seen() else { return None };
    let made = matches!(response.status, 200..300 | 500..600) || response.is_redirected();
    let why = unnamed.filter(|_| made)?;
    Some(format!("it was answered {} ({why}): whether it made something is not known", response.status))
}

/// A name that a step should have brought, and why it did not.
struct Missing<'step> {
    name: &'step str,
    why: String,
    /// Whether the value is there and not known.
    unknown: bool,
}

impl Missing<'_> {
    fn verdict(&self) -> Verdict {
        if self.unknown { Verdict::Inconclusive } else { Verdict::Failed }
    }
}

/// The values that later steps see, and those that could not be had. They are taken even where the step failed: whatever
/// was made can then still be cleaned up.
fn keep<'step>(step: &'step Step, lookout: &Lookout<'_>) -> (Vec<(String, Bound)>, Vec<Missing<'step>>) {
    let (mut kept, mut missing) = (Vec::new(), Vec::new());
    let Some(Ok(observation)) = lookout.seen() else { return (kept, missing) };
    for Capture { name, from, secret: _ } in &step.spec.capture {
        match from.evaluate(lookout.scope()) {
            Ok(value) => kept.push((name.clone(), value.into())),
            Err(error) => {
                let why = observation.remarked(from, error.message);
                let why = format!("could not capture {name} from {}: {why}", from.text());
                missing.push(Missing { name, why, unknown: error.unknown });
            }
        }
    }
    if let Some(name) = &step.spec.keep_as {
        kept.push((name.clone(), observation.whole()));
    }
    (kept, missing)
}

/// What was seen where a value was captured that is null: who reads it as a name will want to know.
fn nulls(step: &Step, lookout: &Lookout<'_>, kept: &[(String, Bound)]) -> Vec<(String, String)> {
    let is_null =
        |capture: &&Capture| kept.iter().any(|(name, value)| *name == capture.name && matches!(**value, Value::Null));
    let Some(Ok(observation)) = lookout.seen() else { return Vec::new() };
    let seen = |Capture { name, from, secret: _ }: &Capture| {
        let seen = format!("\"{}\" captured it from {}: {}", step.name, from.text(), observation.summary());
        (name.clone(), seen)
    };
    step.spec.capture.iter().filter(is_null).map(seen).collect()
}

/// A captured value as it is told: a secret one not at all, a whole observation by its name.
fn told(step: &Step, name: &str, value: &Value) -> (String, String) {
    let text = match step.spec.capture.iter().find(|capture| capture.name == name) {
        Some(Capture { secret: true, .. }) => "***".to_owned(),
        Some(_) => to_text(value),
        None => {
            let names: Vec<_> = step.spec.probe.brings().iter().map(|(name, _)| *name).collect();
            format!("the whole {}", names.join(" and "))
        }
    };
    (name.to_owned(), text)
}
