//! The fold: one event more.

use chrono::{DateTime, Utc};

use super::{Attempt, AttemptStep, Run, Scenario, Step};
use crate::event::{Event, Fact, Leftover, RunHeader, StepRef};
use crate::verdict::Verdict;

impl Run {
    /// Takes in one event. What does not fit (a case or a step that was not planned, anything after the end) is left out.
    pub fn apply(&mut self, event: &Event) {
        if self.ended.is_some() {
            return;
        }
        let at = event.at;
        match &event.fact {
            Fact::RunStarted { run, cases } => {
                self.begin(run);
                self.scenarios = cases.iter().map(Scenario::planned).collect();
            }
            Fact::ScenarioStarted { case, attempt } => self.case(*case, |scenario| scenario.begin(*attempt, at)),
            Fact::WindowOpened { case } => self.case(*case, |scenario| scenario.window_opened = Some(at)),
            Fact::StepStarted { step, until, within_ms } => self.step(*step, |step| {
                step.started = Some(at);
                step.until.clone_from(until);
                step.within_ms = *within_ms;
            }),
            Fact::Looked { step, look } => self.step(*step, |step| step.looked(look)),
            Fact::StepEnded { step, outcome } => self.step(*step, |step| step.ended(outcome)),
            Fact::ScenarioEnded { case, verdict, cause, notes, retrying: _ } => self.case(*case, |scenario| {
                scenario.cause.clone_from(cause);
                scenario.notes.clone_from(notes);
                scenario.end(*verdict, at);
            }),
            Fact::LeftBehind { case, leftover } => {
                self.case(*case, |scenario| scenario.left(leftover.clone()));
            }
            Fact::StopRequested { signal } => self.stopped_by = Some(signal.clone()),
            Fact::RunEnded { verdict, exit_code, aws, http_requests, learnt } => {
                self.identity.extend_from_slice(learnt);
                self.aws = aws.clone();
                self.http_requests = *http_requests;
                self.end(*verdict, *exit_code, at);
            }
        }
    }

    fn begin(&mut self, header: &RunHeader) {
        let RunHeader { id, target, started, smoke, identity, revision, shard, whole, options, embedded, folder } =
            header;
        self.id.clone_from(id);
        self.target.clone_from(target);
        self.started = *started;
        self.smoke.clone_from(smoke);
        self.identity.clone_from(identity);
        self.revision.clone_from(revision);
        self.shard = *shard;
        self.whole.clone_from(whole);
        self.options.clone_from(options);
        self.embedded = *embedded;
        self.folder.clone_from(folder);
    }

    fn case(&mut self, case: usize, change: impl FnOnce(&mut Scenario)) {
        if let Some(scenario) = self.scenarios.get_mut(case) {
            change(scenario);
        }
    }

    fn step(&mut self, step: StepRef, change: impl FnOnce(&mut Step)) {
        self.case(step.case, |scenario| {
            if let Some(step) = scenario.list_mut(step.phase).get_mut(step.index) {
                change(step);
            }
        });
    }
}

impl Scenario {
    fn begin(&mut self, attempt: u32, at: DateTime<Utc>) {
        if self.started.is_some() {
            let earlier = self.in_short();
            self.earlier.push(earlier);
            self.all_mut().for_each(Step::reset);
            // What was left before is the next attempt's no more.
            let before = Some(self.attempt);
            self.leftovers.iter_mut().for_each(|left| left.attempt = left.attempt.or(before));
        }
        self.attempt = attempt;
        self.started = Some(at);
        self.ended = None;
        self.window_opened = None;
        self.verdict = None;
        self.cause = None;
        self.notes.clear();
    }

    /// Takes note of something that is left. Told anew of a record, it says itself of which attempt it is.
    pub(super) fn left(&mut self, leftover: Leftover) {
        let attempt = leftover.attempt.or_else(|| (!self.earlier.is_empty()).then_some(self.attempt));
        self.leftovers.push(Leftover { attempt, ..leftover });
    }

    fn in_short(&self) -> Attempt {
        Attempt {
            number: self.attempt,
            verdict: self.verdict.unwrap_or(Verdict::Aborted),
            duration_ms: self.duration_ms(),
            cause: self.cause.clone(),
            steps: self
                .all()
                .filter_map(|(phase, index, step)| AttemptStep::of(StepRef { case: 0, phase, index }, step))
                .collect(),
        }
    }
}

impl AttemptStep {
    /// A step in short, where it did not pass.
    fn of(place: StepRef, step: &Step) -> Option<Self> {
        let verdict = step.verdict.filter(|verdict| *verdict > Verdict::Passed)?;
        let StepRef { case: _, phase, index } = place;
        Some(Self {
            phase,
            index,
            verdict,
            duration_ms: step.duration_ms,
            cause: step.cause.clone(),
            expectations: step.expectations.clone(),
            evidence: step.evidence.clone(),
        })
    }
}
