//! Looking through one step's probe, again and again, and remembering what was seen.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::admission::{Closed, admit};
use super::clock::Clock;
use super::notes::Notes;
use super::sink::Sink;
use super::witness::Witness;
use crate::event::{Change, Fact, Judged, Look, Outcome, Phase, StepRef};
use crate::expr::{Expression, Scope, to_text};
use crate::judge::{self, Assessment, Course, Seen, Standing, Waited};
use crate::plan::Step;
use crate::probe::{Demand, DemandState, Observation, Request, Vantage};
use crate::redact::Secret;
use crate::span::{in_words, millis};
use crate::verdict::Verdict;

/// A look that begins at the very end of a step's time may still take this long to be answered.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// How long after the scenario's end a program is killed that still runs: that it is over is heard first.
const THEN: Duration = Duration::from_millis(100);

/// From here on a look is told of as a stretch of time, ms.
const LONG_LOOK: u64 = 1000;

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
    request: Arc<Request>,
    started: Instant,
    looks: u64,
    /// Whether looks wait until a log is complete that is judged: those of a step do, and the last one at a guard. While
    /// the steps go on, another one follows.
    patient: bool,
    /// Whether the next look at a log speaks of its own moment, and does not go on with what the last one claimed.
    anew: bool,
    /// Since when a look goes on.
    looking: Option<Duration>,
    changes: Vec<Change>,
    course: Course,
    last: Option<(Seen, Assessment)>,
}

impl<'step> Lookout<'step> {
    /// Fills the step's probe in and tells that it began; or says why it is not to be looked at.
    pub(crate) fn open(stage: &'step Stage, at: StepRef, step: &'step Step, scope: &Scope) -> Result<Self, Closed> {
        let scope = admit(step, scope, stage.clock.now())?;
        if let Some(null) = step.spec.probe.nameless(&scope) {
            return Err(Closed::nameless(null));
        }
        let request = step.spec.probe.resolve(&scope, &step.spec.dir).map_err(Closed::unfilled)?;
        let request = Arc::new(request);
        let until = awaited(step);
        let within_ms = step.within.or(step.hold).map(millis);
        stage.sink.tell(Fact::StepStarted { step: at, until, within_ms });
        let (started, changes, course) = (Instant::now(), Vec::new(), Course::default());
        let (patient, looks) = (at.phase != Phase::Guard, 0);
        Ok(Self {
            stage,
            at,
            step,
            scope,
            request,
            started,
            looks,
            patient,
            anew: true,
            looking: None,
            changes,
            course,
            last: None,
        })
    }

    /// Looks once. The look may take until `deadline`, but is always given a moment to be answered.
    pub(crate) async fn look(&mut self, deadline: Instant) -> Standing {
        let began = self.elapsed();
        self.looking = Some(began);
        let deadline = self.by(deadline);
        let seen = self.request.look(&self.vantage(deadline)).await;
        self.looking = None;
        self.scope.set_now(self.stage.clock.now());
        if let Ok(observation) = &seen {
            observation.bind_in(&mut self.scope);
        }
        self.learn_secrets();
        self.course.note(&seen);
        let assessment = judge::assess(&self.step.spec, &seen, &self.scope);
        self.remember(began, &seen, &assessment);
        let standing = assessment.standing;
        let unfinished = assessment.is_unfinished() || (seen.is_err() && !self.anew);
        self.anew = !(self.patient && unfinished);
        self.last = Some((seen, assessment));
        standing
    }

    fn vantage(&self, deadline: Instant) -> Vantage {
        let whole_log = self.patient && self.step.spec.reads_whole_log();
        let all_along = self.at.phase == Phase::Guard || self.step.hold.is_some();
        let (dir, step_start, anew) = (self.step.spec.dir.clone(), self.started, self.anew);
        Vantage { step_start, dir, whole_log, anew, all_along, deadline, ..self.stage.vantage.clone() }
    }

    /// From now on looks wait until a log is complete that is judged.
    pub(crate) const fn be_patient(&mut self) {
        self.patient = true;
    }

    /// By when a look must be through that should be by `deadline`. A program knows of the scenario's end too, so that it
    /// can still say how far it came; clean-up has its own time, and so has the last look at a guard.
    fn by(&self, deadline: Instant) -> Instant {
        let deadline = deadline.max(Instant::now() + LAST_LOOK);
        match (&*self.request, self.at.phase) {
            (Request::Exec(_), Phase::Ready | Phase::Step) => deadline.min(self.stage.vantage.deadline + THEN),
            _ => deadline,
        }
    }

    /// The look that did not come to its end, where one did not: `GET /slow had been under way for 2.9 s`; and what it was
    /// to show, where none before it did.
    pub(crate) fn unfinished(&self) -> Option<String> {
        let long = millis(self.elapsed().saturating_sub(self.looking?));
        let awaited = awaited(self.step).filter(|_| self.last.is_none());
        let awaited = awaited.map_or_else(String::new, |until| format!(", to see whether {until}"));
        Some(format!("{} had been under way for {}{awaited}", self.describe(), in_words(long)))
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

    /// What was tested and what that does not prove, a line each, as far as the last look shows it.
    pub(crate) fn subjects(&self) -> Vec<String> {
        let Some((Ok(observation), assessment)) = &self.last else { return Vec::new() };
        observation.subjects(&assessment.judged)
    }

    /// What it looks through, where that must see something exactly once.
    pub(crate) fn sights(&self) -> Option<Arc<Request>> {
        matches!(&*self.request, Request::Logs(query) if query.has_sequence()).then(|| Arc::clone(&self.request))
    }

    /// What it does, in a few words.
    pub(crate) fn describe(&self) -> String {
        self.request.describe()
    }

    /// Closes the step: what is reported of it, and what it bears witness to.
    pub(crate) fn close(self, verdict: Verdict, ran_out: bool) -> (Outcome, Witness) {
        let elapsed = self.elapsed();
        let passed = matches!(verdict, Verdict::Passed | Verdict::Skipped);
        let (seen, assessment) = self.last.unzip();
        let (cause, evidence) = match (&seen, &assessment) {
            (Some(seen), Some(assessment)) if !passed => {
                // A single look that had no answer has said itself how long that took.
                let waited = Waited { elapsed, ran_out: ran_out && (self.looks > 1 || seen.is_ok()) };
                // Why nothing was seen is the cause already.
                let evidence = seen.as_ref().map(Observation::evidence).unwrap_or_default();
                (Some(judge::because(assessment, seen, waited)), evidence)
            }
            _ => (None, Vec::new()),
        };
        let expectations = assessment.map(|assessment| assessment.judged).unwrap_or_default();
        // Only who waited in vain is asked whether that says something of the system.
        let course = if ran_out { self.course.ended(&self.step.spec.until, &self.scope) } else { self.course };
        let witness = Witness::of(seen, ran_out.then_some(elapsed), course);
        let outcome = Outcome {
            verdict,
            enforced: self.step.spec.enforce,
            duration_ms: millis(elapsed),
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
        }
    }

    fn remember(&mut self, began: Duration, seen: &Seen, assessment: &Assessment) {
        let summary = match seen {
            Ok(observation) => observation.summary(),
            Err(error) => error.message.clone(),
        };
        let words = seen.as_ref().ok().map(|observation| self.state(observation, &assessment.judged));
        let words = words.filter(|words| !words.is_empty());
        let asks = seen.as_ref().ok().and_then(Observation::asks);
        let state = match (words, asks) {
            (Some(words), Some(asks)) => format!("{words} ({asks})"),
            (words, _) => words.unwrap_or_else(|| summary.clone()),
        };
        let (at_ms, took_ms) = (millis(began), millis(self.elapsed().saturating_sub(began)));
        // What took long was so all that time.
        let to_ms = if took_ms < LONG_LOOK { at_ms } else { at_ms + took_ms };
        self.looks += 1;
        match self.changes.last_mut() {
            Some(last) if last.state == state => last.to_ms = to_ms,
            Some(_) | None => self.changes.push(Change { state: state.clone(), from_ms: at_ms, to_ms }),
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

/// What a step waits for, as it is written.
fn awaited(step: &Step) -> Option<String> {
    let until: Vec<&str> = step.spec.until.iter().map(Expression::text).collect();
    (!until.is_empty()).then(|| until.join(" && "))
}

fn demands_met(demands: &[Demand]) -> Option<String> {
    let met = demands.iter().filter(|demand| demand.state == DemandState::Met).count();
    (!demands.is_empty()).then(|| format!("{met} of {} met", demands.len()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use chrono::Utc;
    use serde_json::json;

    use super::*;
    use crate::aws::Window;
    use crate::aws::peer::{Answer, Peer};
    use crate::journal::Pen;
    use crate::probe::{Instruments, Recent, http};
    use crate::scenario::Project;
    use crate::target::TargetSettings;

    const LAG: Duration = Duration::from_millis(800);

    /// A log that AWS lets be scanned once at a time, and then throttles.
    async fn stage() -> Stage {
        let scans = AtomicUsize::new(0);
        let soon = Utc::now().timestamp_millis() + 1_000;
        let peer = Peer::start(move |_, _| {
            // The SDK asks three times before it gives up.
            if !scans.fetch_add(1, Ordering::SeqCst).is_multiple_of(4) {
                return Answer::Error("ThrottlingException", "Rate exceeded");
            }
            let line = json!({"timestamp": soon, "logStreamName": "w/app/t1", "message": json!({"event": "beat"}).to_string()});
            Answer::Ok(json!({"events": [line]}))
        });
        let aws = Some(peer.await.reader_of_logs(Some(LAG)).await);
        let http = http::Client::new(&TargetSettings::default()).unwrap();
        let instruments = Instruments { http, aws, recent: Recent::default(), redactor: Arc::default() };
        let vantage = Vantage {
            instruments: Arc::new(instruments),
            window: Window::opening(),
            step_start: Instant::now(),
            dir: PathBuf::new(),
            whole_log: false,
            anew: true,
            all_along: false,
            deadline: Instant::now() + Duration::from_mins(1),
        };
        let clock = Clock::starting_at(Utc::now());
        let sink = Sink::new(tokio::sync::mpsc::unbounded_channel().0, Arc::default(), clock);
        Stage { vantage, sink, clock, notes: Notes::resume(&Pen::dry(), 0, 0) }
    }

    /// Two looks, the second one when whatever the first one spoke of is long visible: where it stands after each.
    async fn check(phase: Phase, lines: &str, expected: &[bool]) {
        let scenario = format!("steps:\n- name: look\n  logs: {{ group: g, none: [ {{ level: ERROR }} ] }}\n{lines}");
        let (project, problems) = Project::of_texts("targets: { prod: { aws: { region: r } } }", &scenario);
        assert_eq!(problems, []);
        let spec = Arc::clone(&project.scenarios[0].steps[0]);
        let step = Step { name: "look".to_owned(), within: None, every: None, hold: None, spec };
        let (stage, at) = (stage().await, StepRef { case: 0, phase, index: 0 });
        let mut lookout = Lookout::open(&stage, at, &step, &Scope::default()).unwrap();
        for expected in expected {
            let standing = lookout.look(Instant::now()).await;
            let settled = standing == Standing::Settled(Verdict::Passed);
            assert_eq!(settled, *expected, "{phase:?} {lines}: {standing:?}");
            tokio::time::sleep(LAG).await;
        }
    }

    #[tokio::test]
    async fn a_step_whose_look_was_throttled_goes_on_with_what_it_claimed() {
        tokio::join!(
            check(Phase::Step, "", &[false, true, false]),
            // What it waits for comes about, or not, at the look that speaks of it.
            check(Phase::Step, "  until: logs.events.size() > 1", &[false, false]),
            // While the steps go on, a guard speaks of each moment anew.
            check(Phase::Guard, "", &[false, false]),
        );
    }
}
