//! Guards: looked at just before the first of `steps`, all along, and once more after the last.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::admission::Closed;
use super::halt::{Halt, HaltListener, HaltSpeaker};
use super::lookout::{Lookout, Stage};
use super::step::unlooked;
use super::wait::{self, BLINK, Next, Pace};
use super::witness::Witness;
use crate::event::{Outcome, Phase, StepRef};
use crate::expr::Scope;
use crate::judge::{Patience, Standing};
use crate::plan::Step;
use crate::probe::Probe;
use crate::verdict::Verdict;

/// The shortest pause between two rounds without `every`: guards look at AWS, whose quota everybody shares.
const ROUND_MIN: Duration = Duration::from_secs(1);
/// How long the last look is repeated where it cannot be known yet: longer than logs usually lag, shorter than patience.
const SETTLE: Duration = Duration::from_secs(30);
/// How long a look may take while the steps go on: as long as a request may that says nothing of its own `timeout`.
const LOOK: Duration = Duration::from_secs(30);
/// A look at a log waits for late lines as long as it may. While the steps go on, another one follows.
const GLANCE: Duration = Duration::from_secs(5);

/// The guards of one attempt at a case.
#[derive(Debug)]
pub(crate) struct Guards<'case> {
    guards: Vec<Guard<'case>>,
}

#[derive(Debug)]
struct Guard<'case> {
    at: StepRef,
    step: &'case Step,
    eye: Result<Lookout<'case>, Closed>,
    standing: Standing,
    /// Since when every look has met a trouble that may pass.
    trouble: Option<Instant>,
    /// Set once it failed: before anything was done, or while the steps went on.
    failed: Option<Failed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failed {
    Already,
    Meanwhile,
}

/// A guard that came to its end.
#[derive(Debug)]
pub(crate) struct Guarded {
    pub(crate) at: StepRef,
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
    /// What was tested, a line each.
    pub(crate) subjects: Vec<String>,
    /// The name for want of whose value it was never looked at.
    pub(crate) lacks: Option<String>,
    /// What it saw of the system.
    pub(crate) witness: Witness,
}

impl<'case> Guards<'case> {
    /// Fills all guards of a case in; nothing is looked at yet.
    pub(crate) fn open(stage: &'case Stage, case: usize, steps: &'case [Step], scope: &Scope) -> Self {
        let guard = |(index, step): (usize, &'case Step)| {
            let at = StepRef { case, phase: Phase::Guard, index };
            let eye = Lookout::open(stage, at, step, scope);
            Guard { at, step, eye, standing: Standing::Settled(Verdict::Skipped), trouble: None, failed: None }
        };
        Self { guards: steps.iter().enumerate().map(guard).collect() }
    }

    /// The look before the first step, repeated while a trouble may pass: what has not held yet keeps the steps back.
    /// What is wrong here was so already.
    pub(crate) async fn before(&mut self, speaker: &HaltSpeaker, mut halt: HaltListener) {
        let started = Instant::now();
        loop {
            self.round(Failed::Already, None, speaker).await;
            if !self.guards.iter().any(Guard::is_troubled) {
                return;
            }
            tokio::select! {
                () = sleep(self.pause(started.elapsed())) => {}
                _ = halt.heard() => return,
            }
        }
    }

    /// Looks again and again, until dropped. A guard that fails halts the scenario.
    pub(crate) async fn meanwhile(&mut self, speaker: &HaltSpeaker) {
        let started = Instant::now();
        loop {
            sleep(self.pause(started.elapsed())).await;
            self.round(Failed::Meanwhile, None, speaker).await;
        }
    }

    /// The look after the last step, repeated while something cannot be known yet, until the run is to stop. Where it is
    /// already, or a guard has failed, one short look is all. `lag` is how late a log line may become visible.
    pub(crate) async fn after(&mut self, lag: Duration, speaker: &HaltSpeaker, mut halt: HaltListener) {
        if halt.reason().is_some() {
            return self.round(Failed::Meanwhile, Some(Duration::ZERO), speaker).await;
        }
        self.guards.iter_mut().filter_map(|guard| guard.eye.as_mut().ok()).for_each(Lookout::be_patient);
        let looks = self.last_looks(SETTLE.max(lag * 2), speaker);
        tokio::select! {
            () = looks => {}
            _ = halt.heard() => {}
        }
    }

    async fn last_looks(&mut self, within: Duration, speaker: &HaltSpeaker) {
        let started = Instant::now();
        loop {
            let left = within.saturating_sub(started.elapsed());
            self.round(Failed::Meanwhile, Some(left), speaker).await;
            let unsettled = self.guards.iter().any(Guard::is_unsettled);
            match wait::next(Pace::default(), started.elapsed(), within, rand::random()) {
                Next::LookIn(pause) if unsettled => sleep(pause).await,
                _ => return,
            }
        }
    }

    /// Closes all of them.
    pub(crate) fn end(self) -> Vec<Guarded> {
        self.guards.into_iter().map(Guard::end).collect()
    }

    fn pause(&self, elapsed: Duration) -> Duration {
        let every = self.guards.iter().filter_map(|guard| guard.step.every).min();
        let far = elapsed + Duration::from_hours(1);
        match wait::next(Pace { every, retry_after: None }, elapsed, far, rand::random()) {
            Next::LookIn(pause) => {
                let usual = pause.max(every.unwrap_or(ROUND_MIN));
                // Whether a trouble passes is to be known soon.
                if self.guards.iter().any(|guard| guard.trouble.is_some()) { usual.min(ROUND_MIN) } else { usual }
            }
            Next::GiveUp => ROUND_MIN,
        }
    }

    /// One look at each. `within`: how long it may take at most, where it is the last.
    async fn round(&mut self, failed: Failed, within: Option<Duration>, speaker: &HaltSpeaker) {
        join_all(self.guards.iter_mut().map(|guard| guard.look(failed, within))).await;
        if let Some(guard) = self.guards.iter().find(|guard| guard.failed.is_some() && guard.step.spec.enforce) {
            speaker.halt(Halt::Guard(guard.step.name.clone()));
        }
    }
}

impl Guard<'_> {
    async fn look(&mut self, failed: Failed, within: Option<Duration>) {
        let (Ok(eye), None) = (&mut self.eye, self.failed) else { return };
        let usual = if matches!(self.step.spec.probe, Probe::Logs(_)) { GLANCE } else { LOOK };
        self.standing = eye.look(Instant::now() + within.unwrap_or(usual)).await;
        let over = match self.standing {
            Standing::Settled(verdict) => verdict == Verdict::Failed,
            Standing::Open { verdict: Verdict::Failed, patience: Patience::Blink } => {
                self.trouble.get_or_insert_with(Instant::now).elapsed() >= BLINK
            }
            Standing::Open { .. } => return,
        };
        if over {
            self.failed = Some(failed);
        } else if matches!(self.standing, Standing::Settled(_)) {
            self.trouble = None;
        }
    }

    /// Whether it does not hold, and may do so yet.
    fn is_troubled(&self) -> bool {
        self.trouble.is_some() && self.failed.is_none() && self.step.spec.enforce
    }

    /// Whether another look may tell more: it could not be seen just now, or a log is not known to be complete yet.
    fn is_unsettled(&self) -> bool {
        self.eye.is_ok() && self.failed.is_none() && matches!(self.standing, Standing::Open { .. })
    }

    fn end(self) -> Guarded {
        let Self { at, step, eye, standing, trouble: _, failed } = self;
        let name = step.name.clone();
        let eye = match eye {
            Ok(eye) => eye,
            Err(closed) => {
                let outcome = unlooked(step, closed.verdict, closed.reason);
                let (subjects, witness) = (Vec::new(), Witness::default());
                return Guarded { at, name, outcome, subjects, lacks: closed.lacks, witness };
            }
        };
        let (verdict, ran_out) = match (failed, standing) {
            (Some(_), _) => (Verdict::Failed, false),
            (None, Standing::Settled(verdict)) => (verdict, false),
            (None, Standing::Open { verdict, .. }) => (verdict, true),
        };
        let subjects = eye.subjects();
        let (mut outcome, witness) = eye.close(verdict, ran_out);
        if failed == Some(Failed::Already) {
            outcome.cause = outcome.cause.map(|cause| format!("{cause}; it was so already before the first step"));
        }
        Guarded { at, name, outcome, subjects, lacks: None, witness }
    }
}
