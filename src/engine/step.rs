//! One step from its beginning to its end.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::clock::millis;
use super::halt::{Halt, HaltListener};
use super::lookout::{Closed, Lookout, Stage};
use super::notes;
use super::wait::{self, BLINK, Next, Pace};
use super::witness::Witness;
use crate::event::{Outcome, StepRef};
use crate::expr::{Expression, Scope, Value, to_text};
use crate::journal::Unwritten;
use crate::judge::{Patience, Standing};
use crate::plan::Step;
use crate::probe::{LookErrorKind, Observation, Probe};
use crate::scenario::model::Capture;
use crate::verdict::Verdict;

/// How long is waited where a plan says nothing.
const WITHIN: Duration = Duration::from_mins(1);
/// How long a single look may take: the probe has its own limits, and the scenario its `timeout`.
const UNBOUNDED: Duration = Duration::from_hours(24);
/// How long AWS is asked again that would not answer, where the step itself does not wait.
const THROTTLE: Duration = Duration::from_secs(30);
/// How long an answer is still waited for, once the run was asked to stop, to a request that must not be cut off.
const PARTING: Duration = Duration::from_secs(5);

/// A step that came to its end.
#[derive(Debug)]
pub(crate) struct Finished {
    /// What is reported of it.
    pub(crate) outcome: Outcome,
    /// Names and values that later steps see.
    pub(crate) kept: Vec<(String, Value)>,
    /// What it looked at, in a few words.
    pub(crate) what: Option<String>,
    /// What was tested, a line each.
    pub(crate) subjects: Vec<String>,
    /// Set where something may have been made without our knowing its name: what was sent, and why that is not known.
    pub(crate) unanswered: Option<(String, String)>,
    /// The name for want of whose value it was not looked at.
    pub(crate) lacks: Option<String>,
    /// What it saw of the system.
    pub(crate) witness: Witness,
}

/// Runs one step: fills it in, looks until it is decided or time is up, keeps what later steps need.
pub(crate) async fn run(stage: &Stage, at: StepRef, step: &Step, scope: &Scope, halt: &HaltListener) -> Finished {
    let mut lookout = match Lookout::open(stage, at, step, scope) {
        Ok(lookout) => lookout,
        Err(closed) => return Finished::closed(step, closed),
    };
    if let Err(unwritten) = note_sending(stage, at, step, &lookout).await {
        let reason = format!("{unwritten}; so nothing was sent");
        return Finished::closed(step, Closed { verdict: Verdict::Aborted, reason, lacks: None });
    }
    let end = Waiting { step, halt: halt.clone(), trouble: None, holding: None, so_far: before_any_look(step) }
        .until_decided(&mut lookout)
        .await;
    let needed = notes::makes(at.phase, &step.spec.probe) && stage.notes.needs(step);
    let came = match lookout.seen() {
        Some(Err(error)) => error.kind != LookErrorKind::System,
        seen => seen.is_some(),
    };
    let finished = Finished::of(step, lookout, &end, needed);
    // Whether what was sent is known to have come to its end, or never to have arrived.
    let answered = came && finished.unanswered.is_none();
    stage.notes.ended(at.phase, step, answered, &finished.kept, &stage.sink.cleaner()).await;
    finished
}

/// Notes a request that may make something before it is sent.
async fn note_sending(stage: &Stage, at: StepRef, step: &Step, lookout: &Lookout<'_>) -> Result<(), Unwritten> {
    let what = stage.sink.cleaner()(&lookout.describe());
    stage.notes.sending(at.phase, step, what, stage.clock.now()).await
}

/// What is said of a step whose first look never came back. A system under test that does not answer has failed; AWS that
/// does not answer says nothing of it.
fn before_any_look(step: &Step) -> Verdict {
    match step.spec.probe {
        Probe::Http(_) | Probe::Exec(_) | Probe::Terraform(_) | Probe::PythonDeps(_) => Verdict::Failed,
        Probe::Logs(_) | Probe::Ecs(_) | Probe::Alarm(_) => Verdict::Inconclusive,
    }
}

/// How the looking ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    /// By something that was seen.
    Decided(Verdict),
    /// By the clock.
    RanOut(Verdict),
    /// By something else that ended the scenario; and what would have been said had the clock ended it.
    Halted(Halt, Verdict),
}

/// The state of waiting between two looks.
struct Waiting<'step> {
    step: &'step Step,
    halt: HaltListener,
    /// Since when every look has met the same passing trouble.
    trouble: Option<Instant>,
    /// Since when `expect` has held (`for`).
    holding: Option<Instant>,
    /// What would be said of the step if its time ran out now.
    so_far: Verdict,
}

impl Waiting<'_> {
    async fn until_decided(&mut self, lookout: &mut Lookout<'_>) -> End {
        loop {
            let standing = match self.look(lookout).await {
                Ok(standing) => standing,
                Err(halt) => return self.cut_short(halt),
            };
            let pause = match self.decide(standing, lookout) {
                Ok(pause) => pause,
                Err(end) => return end,
            };
            tokio::select! {
                () = sleep(pause) => {}
                halt = self.halt.heard() => return self.cut_short(halt),
            }
        }
    }

    /// One look, which a halt cuts off, unless the request would do something: then its answer is waited for, so that
    /// what it made can be cleaned up.
    async fn look(&mut self, lookout: &mut Lookout<'_>) -> Result<Standing, Halt> {
        let left = self.step.within.map_or(UNBOUNDED, |within| within.saturating_sub(lookout.elapsed()));
        let deadline = Instant::now() + left;
        let must_finish = matches!(self.step.spec.probe, Probe::Http(_)) && !self.step.spec.probe.idempotent();
        let mut halt = self.halt.clone();
        let look = lookout.look(deadline);
        tokio::pin!(look);
        tokio::select! {
            standing = &mut look => return Ok(standing),
            reason = halt.heard() => if !must_finish { return Err(reason) },
        }
        tokio::time::timeout(PARTING, look).await.map_err(|_| self.halt.reason().unwrap_or(Halt::TimedOut))
    }

    /// The scenario's own timeout is a clock like any other: what could not be seen until then is not known to be wrong.
    fn cut_short(&self, halt: Halt) -> End {
        End::Halted(halt, self.so_far)
    }

    fn within(&self) -> Duration {
        self.step.within.unwrap_or(WITHIN)
    }

    /// The pause before the next look, or the end.
    fn decide(&mut self, standing: Standing, lookout: &Lookout<'_>) -> Result<Duration, End> {
        match standing {
            Standing::Settled(Verdict::Passed) => self.hold(),
            Standing::Settled(verdict) => Err(End::Decided(verdict)),
            // What must keep holding does not, be it only for a moment.
            Standing::Open { verdict: Verdict::Failed, .. } if self.holding.is_some() => {
                Err(End::Decided(Verdict::Failed))
            }
            Standing::Open { verdict, patience: Patience::Within } if self.holding.is_none() => {
                self.trouble = None;
                self.pause(verdict, lookout.elapsed(), self.within(), lookout)
            }
            Standing::Open { verdict, patience } => {
                let since = self.trouble.get_or_insert_with(Instant::now).elapsed();
                let limit = if patience == Patience::Blink { BLINK } else { THROTTLE };
                self.pause(verdict, since, limit, lookout)
            }
        }
    }

    fn pause(
        &mut self,
        verdict: Verdict,
        waited: Duration,
        limit: Duration,
        lookout: &Lookout<'_>,
    ) -> Result<Duration, End> {
        self.so_far = verdict;
        let pace = Pace { every: self.step.every, retry_after: lookout.retry_after() };
        match wait::next(pace, waited, limit, rand::random()) {
            Next::LookIn(pause) => Ok(pause),
            Next::GiveUp => Err(End::RanOut(verdict)),
        }
    }

    /// What holds must keep holding for as long as `for` says.
    fn hold(&mut self) -> Result<Duration, End> {
        self.trouble = None;
        let Some(hold) = self.step.hold else { return Err(End::Decided(Verdict::Passed)) };
        let lasted = self.holding.get_or_insert_with(Instant::now).elapsed();
        let pace = Pace { every: self.step.every, retry_after: None };
        match wait::next(pace, lasted, hold, rand::random()) {
            Next::LookIn(pause) => Ok(pause),
            Next::GiveUp => Err(End::Decided(Verdict::Passed)),
        }
    }
}

impl Finished {
    fn closed(step: &Step, closed: Closed) -> Self {
        let outcome = unlooked(step, closed.verdict, closed.reason);
        let (kept, subjects, witness) = (Vec::new(), Vec::new(), Witness::default());
        Self { outcome, kept, what: None, subjects, unanswered: None, lacks: closed.lacks, witness }
    }

    /// `needed`: what the step may make is cleaned up by what it brings.
    fn of(step: &Step, lookout: Lookout<'_>, end: &End, needed: bool) -> Self {
        let (what, subjects) = (lookout.describe(), lookout.subjects());
        let (kept, uncaptured) = keep(step, &lookout);
        let silent = || unanswered(step, &lookout, end, needed);
        let unanswered = silent().or_else(|| unnamed(&lookout, uncaptured.as_deref().filter(|_| needed)));
        let unanswered = unanswered.map(|why| (what.clone(), why));
        let (verdict, ran_out) = match end {
            End::Decided(verdict) => (*verdict, false),
            End::RanOut(verdict) => (*verdict, true),
            End::Halted(Halt::TimedOut, so_far) => (*so_far, true),
            End::Halted(Halt::Guard(_), _) => (Verdict::Skipped, false),
            End::Halted(Halt::Stopped(_), _) => (Verdict::Aborted, true),
        };
        let (mut outcome, witness) = lookout.close(verdict, ran_out);
        if let End::Halted(halt, _) = end {
            let seen = outcome.cause.take().map(|cause| format!("; last: {cause}")).unwrap_or_default();
            outcome.cause = Some(format!("cut short: {}{seen}", halt.words()));
        }
        if let (Verdict::Passed, Some(reason)) = (verdict, uncaptured) {
            outcome.verdict = Verdict::Failed;
            outcome.cause = Some(reason);
        }
        outcome.captured = kept.iter().map(|(name, value)| told(step, name, value)).collect();
        Self { outcome, kept, what: Some(what), subjects, unanswered, lacks: None, witness }
    }
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
    let said = match step.spec.probe {
        Probe::Http(_) if needed || !step.spec.probe.idempotent() => "it was sent, but not answered",
        // A program is taken to make something where it brings what clean-up needs.
        Probe::Exec(_) if needed => "it was started, but did not come to its end",
        _ => return None,
    };
    let why = match (lookout.seen(), end) {
        (Some(Err(error)), _) if error.kind == LookErrorKind::System => error.message.clone(),
        (None, End::Halted(halt, _)) => halt.words(),
        _ => return None,
    };
    Some(format!("{said} ({why}): whether it made something is not known"))
}

/// Likewise, where there was an answer: a gateway gives up on a request that goes on behind it, a server falls over after
/// it has stored, and an answer that has changed does not say any more what it made. `unnamed`: why clean-up was not told
/// what it needs.
fn unnamed(lookout: &Lookout<'_>, unnamed: Option<&str>) -> Option<String> {
    let Some(Ok(Observation::Http(response))) = lookout.seen() else { return None };
    let made = matches!(response.status, 200..300 | 500..600);
    let why = unnamed.filter(|_| made)?;
    Some(format!("it was answered {} ({why}): whether it made something is not known", response.status))
}

/// The values that later steps see, and why one of them could not be had. They are taken even where the step failed:
/// whatever was made can then still be cleaned up.
fn keep(step: &Step, lookout: &Lookout<'_>) -> (Vec<(String, Value)>, Option<String>) {
    let (mut kept, mut missing) = (Vec::new(), None);
    let Some(Ok(observation)) = lookout.seen() else { return (kept, missing) };
    for Capture { name, from, secret: _ } in &step.spec.capture {
        match from.evaluate(lookout.scope()) {
            Ok(value) => kept.push((name.clone(), value)),
            Err(error) => {
                missing = missing
                    .or_else(|| Some(format!("could not capture {name} from {}: {error}", Expression::text(from))));
            }
        }
    }
    if let Some(name) = &step.spec.keep_as {
        kept.push((name.clone(), observation.whole()));
    }
    (kept, missing)
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
