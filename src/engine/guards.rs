//! Guards: looked at just before the first of `steps`, all along, and once more after the last; each by itself, so that
//! one that is slow keeps nobody from seeing.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::admission::Closed;
use super::gate::{Gate, MOMENT};
use super::halt::{Halt, HaltListener, HaltSpeaker};
use super::lookout::{Lookout, Stage};
use super::step::unlooked;
use super::timetable::Timetable;
use super::wait::{self, BLINK, Next, Pace};
use super::waiting::UNBOUNDED;
use super::witness::Witness;
use crate::event::{Outcome, Phase, StepRef};
use crate::expr::Scope;
use crate::judge::{Patience, Standing};
use crate::plan::Step;
use crate::probe::Probe;
use crate::verdict::Verdict;

/// How long a look may take while the steps go on, where the probe itself sets no limit.
const LOOK: Duration = Duration::from_secs(35);
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

    /// Looks at each again and again, until dropped: before the steps, which `gate` keeps back until each was looked at and
    /// none is in trouble, and beside them. One that fails halts the scenario.
    pub(crate) async fn watch(&mut self, gate: &Gate, speaker: &HaltSpeaker) {
        let timetable = Timetable::starting(rand::random());
        join_all(self.guards.iter_mut().map(|guard| guard.watch(timetable, gate, speaker))).await;
        // Nothing is left to be looked at; the steps go on.
        std::future::pending::<()>().await;
    }

    /// The look after the last step, repeated while something cannot be known yet, until the run is to stop. Where it is
    /// already, or a guard has failed, one short look is all. `settle` is how long it is repeated.
    pub(crate) async fn after(&mut self, settle: Duration, gate: &Gate, speaker: &HaltSpeaker, mut halt: HaltListener) {
        let halted = halt.reason().is_some();
        let within = if halted { Duration::ZERO } else { settle };
        if !halted {
            self.guards.iter_mut().filter_map(|guard| guard.eye.as_mut().ok()).for_each(Lookout::be_patient);
        }
        let looks = join_all(self.guards.iter_mut().map(|guard| guard.last_looks(within, gate, speaker)));
        tokio::select! {
            _ = looks => {}
            _ = halt.heard(), if !halted => {}
        }
    }

    /// Closes all of them.
    pub(crate) fn end(self) -> Vec<Guarded> {
        self.guards.into_iter().map(Guard::end).collect()
    }
}

impl Guard<'_> {
    async fn watch(&mut self, timetable: Timetable, gate: &Gate, speaker: &HaltSpeaker) {
        let usual = self.usual();
        let (mut passed, mut due) = (false, Duration::ZERO);
        loop {
            self.look(usual, gate, speaker).await;
            if !passed && !self.is_troubled() {
                gate.pass(self.step.spec.enforce);
                passed = true;
            }
            if !self.is_watching() {
                return;
            }
            sleep_until(timetable.next(self.step.every, &mut due, self.trouble.is_some())).await;
        }
    }

    /// The last looks, `within` which they are repeated. Nobody waits for a shadow check longer than a moment; but what a log
    /// says is known no sooner, shadow or not.
    async fn last_looks(&mut self, within: Duration, gate: &Gate, speaker: &HaltSpeaker) {
        let shadow = !self.step.spec.enforce;
        let patience = if self.reads_a_log() { within.max(MOMENT) } else { MOMENT };
        let looks = self.until_settled(within, gate, speaker);
        if shadow {
            // What it saw until then counts.
            let _ = timeout(patience, looks).await;
        } else {
            looks.await;
        }
    }

    async fn until_settled(&mut self, within: Duration, gate: &Gate, speaker: &HaltSpeaker) {
        let started = Instant::now();
        while self.is_watching() {
            self.look(within.saturating_sub(started.elapsed()), gate, speaker).await;
            match wait::next(Pace::default(), started.elapsed(), within, rand::random()) {
                Next::LookIn(pause) if self.is_unsettled() => sleep(pause).await,
                _ => return,
            }
        }
    }

    /// One look, which may take so long; where the guard has failed, that is said at once.
    async fn look(&mut self, most: Duration, gate: &Gate, speaker: &HaltSpeaker) {
        let failed = if gate.is_open() { Failed::Meanwhile } else { Failed::Already };
        let Ok(eye) = &mut self.eye else { return };
        // Boxed: a thousand cases have two guards each, which pause most of the time and need no room for a look then.
        self.standing = Box::pin(eye.look(Instant::now() + most)).await;
        let over = match self.standing {
            Standing::Settled(verdict) => verdict == Verdict::Failed,
            Standing::Open { verdict: Verdict::Failed, patience: Patience::Blink } => {
                self.trouble.get_or_insert_with(Instant::now).elapsed() >= BLINK
            }
            Standing::Open { .. } => return,
        };
        if over {
            self.failed = Some(failed);
            if self.step.spec.enforce {
                speaker.halt(Halt::Guard(self.step.name.clone()));
            }
        } else if matches!(self.standing, Standing::Settled(_)) {
            self.trouble = None;
        }
    }

    /// How long a look may take while the steps go on.
    fn usual(&self) -> Duration {
        match self.step.spec.probe {
            Probe::Logs(_) => GLANCE,
            // A request has a time of its own, and it is that which is over.
            Probe::Http(_) => UNBOUNDED,
            Probe::Ecs(_) | Probe::Alarm(_) | Probe::Terraform(_) | Probe::PythonDeps(_) | Probe::Exec(_) => LOOK,
        }
    }

    fn reads_a_log(&self) -> bool {
        matches!(self.step.spec.probe, Probe::Logs(_))
    }

    /// Whether another look may change anything.
    fn is_watching(&self) -> bool {
        self.eye.is_ok() && self.failed.is_none()
    }

    /// Whether it does not hold, and may do so yet.
    fn is_troubled(&self) -> bool {
        self.trouble.is_some() && self.failed.is_none() && self.step.spec.enforce
    }

    /// Whether another look may tell more: it could not be seen just now, or a log is not known to be complete yet.
    fn is_unsettled(&self) -> bool {
        self.failed.is_none() && matches!(self.standing, Standing::Open { .. })
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
            // Nobody waited until its first look was answered.
            (None, _) if eye.seen().is_none() => (Verdict::Inconclusive, true),
            (None, Standing::Settled(verdict)) => (verdict, false),
            (None, Standing::Open { verdict, .. }) => (verdict, true),
        };
        let (subjects, unfinished) = (eye.subjects(), eye.unfinished());
        let (mut outcome, witness) = eye.close(verdict, ran_out);
        if failed == Some(Failed::Already) {
            outcome.cause = outcome.cause.map(|cause| format!("{cause}; it was so already before the first step"));
        }
        if outcome.looks == 0 {
            outcome.cause = unfinished.map(|look| format!("nothing was seen: {look}"));
        }
        Guarded { at, name, outcome, subjects, lacks: None, witness }
    }
}
