//! Guards: looked at just before the first of `steps`, all along, and once more after the last.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::halt::{Halt, HaltListener, HaltSpeaker};
use super::lookout::{Closed, Lookout, Stage};
use super::step::unlooked;
use super::wait::{self, Next, Pace};
use super::witness::Witness;
use crate::event::{Outcome, Phase, StepRef};
use crate::expr::Scope;
use crate::judge::{Patience, Standing};
use crate::plan::Step;
use crate::verdict::Verdict;

/// The shortest pause between two rounds without `every`: guards look at AWS, whose quota everybody shares.
const ROUND_MIN: Duration = Duration::from_secs(1);
/// How long the last look is repeated where it cannot be known yet: longer than logs lag, shorter than patience.
const SETTLE: Duration = Duration::from_secs(30);

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
    pub(crate) outcome: Outcome,
    /// What was tested, a line each.
    pub(crate) subjects: Vec<String>,
    /// What it saw of the system.
    pub(crate) witness: Witness,
}

impl<'case> Guards<'case> {
    /// Fills all guards of a case in; nothing is looked at yet.
    pub(crate) fn open(stage: &'case Stage, case: usize, steps: &'case [Step], scope: &Scope) -> Self {
        let guard = |(index, step): (usize, &'case Step)| {
            let at = StepRef { case, phase: Phase::Guard, index };
            let eye = Lookout::open(stage, at, step, scope);
            Guard { at, step, eye, standing: Standing::Settled(Verdict::Skipped), failed: None }
        };
        Self { guards: steps.iter().enumerate().map(guard).collect() }
    }

    /// The look before the first step. What is wrong here was so already.
    pub(crate) async fn before(&mut self, speaker: &HaltSpeaker) {
        self.round(Failed::Already, speaker).await;
    }

    /// Looks again and again, until dropped. A guard that fails halts the scenario.
    pub(crate) async fn meanwhile(&mut self, speaker: &HaltSpeaker) {
        let started = Instant::now();
        loop {
            sleep(self.pause(started.elapsed())).await;
            self.round(Failed::Meanwhile, speaker).await;
        }
    }

    /// The look after the last step, repeated while something cannot be known yet, unless the run is to stop.
    pub(crate) async fn after(&mut self, speaker: &HaltSpeaker, halt: &HaltListener) {
        let started = Instant::now();
        loop {
            self.round(Failed::Meanwhile, speaker).await;
            let unsettled = self.guards.iter().any(Guard::is_unsettled);
            let next = wait::next(Pace::default(), started.elapsed(), SETTLE, rand::random());
            match (unsettled, next, halt.reason()) {
                (true, Next::LookIn(pause), None) => sleep(pause).await,
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
            Next::LookIn(pause) => pause.max(every.unwrap_or(ROUND_MIN)),
            Next::GiveUp => ROUND_MIN,
        }
    }

    async fn round(&mut self, failed: Failed, speaker: &HaltSpeaker) {
        join_all(self.guards.iter_mut().map(|guard| guard.look(failed))).await;
        if let Some(guard) = self.guards.iter().find(|guard| guard.failed.is_some() && guard.step.spec.enforce) {
            speaker.halt(Halt::Guard(guard.step.name.clone()));
        }
    }
}

impl Guard<'_> {
    async fn look(&mut self, failed: Failed) {
        let (Ok(eye), None) = (&mut self.eye, self.failed) else { return };
        self.standing = eye.look(Instant::now()).await;
        if self.standing == Standing::Settled(Verdict::Failed) {
            self.failed = Some(failed);
        }
    }

    /// Whether another look may tell more: it could not be seen just now, or a log is not known to be complete yet.
    fn is_unsettled(&self) -> bool {
        self.eye.is_ok()
            && match self.standing {
                Standing::Open { patience: Patience::Within | Patience::Blink | Patience::Throttle, .. } => true,
                Standing::Settled(_) => false,
            }
    }

    fn end(self) -> Guarded {
        let Self { at, step, eye, standing, failed } = self;
        let eye = match eye {
            Ok(eye) => eye,
            Err(closed) => {
                let outcome = unlooked(step, closed.verdict, closed.reason);
                return Guarded { at, outcome, subjects: Vec::new(), witness: Witness::default() };
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
        Guarded { at, outcome, subjects, witness }
    }
}
