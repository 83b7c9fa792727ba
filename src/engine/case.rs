//! One case: `ready`, the window, `guards` beside `steps`, evidence, `finally`; and again where it may be retried.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::cleanup::{self, Terms};
use super::conclusion::Conclusion;
use super::evidence;
use super::gate::Gate;
use super::guards::Guards;
use super::halt::{self, Halt, HaltListener, HaltSpeaker};
use super::journey::{Ended, Journey};
use super::lookout::Stage;
use super::notes::Notes;
use super::origins::Origins;
use super::rest::Rest;
use super::sighting::look_again;
use super::stop::Stop;
use super::witness::{Decided, Witness};
use crate::aws::{Reader, Window};
use crate::event::{Fact, Phase, StepRef};
use crate::journal::Pen;
use crate::judge::{Own, Scene, diagnose};
use crate::plan::Case;
use crate::verdict::Verdict;

/// How long last looks are repeated at least: longer than logs usually lag, shorter than patience.
const SETTLE: Duration = Duration::from_secs(30);
/// Longer than any look at guards takes.
const FAR: Duration = Duration::from_hours(24);

/// Why a case is skipped that went its whole way.
const UNJUDGED: &str = "nothing that was asked for was judged: steps were skipped, or are shadow checks";

/// What a case needs from the run.
#[derive(Debug)]
pub(crate) struct CaseRun<'run> {
    /// Index in the plan.
    pub(crate) index: usize,
    /// What runs.
    pub(crate) case: &'run Case,
    /// What its steps share; the window is set anew by each attempt.
    pub(crate) stage: Stage,
    /// Whether the run is to stop.
    pub(crate) stop: watch::Receiver<Stop>,
    /// How long the clean-up may take.
    pub(crate) cleanup_within: Duration,
}

/// What came of a case in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CaseEnd {
    pub(crate) verdict: Verdict,
    /// Whether any expectation was judged, held or not.
    pub(crate) judged: bool,
}

impl CaseRun<'_> {
    /// Runs the case, afresh after a failure as often as it may be retried.
    pub(crate) async fn run(mut self, pen: &Pen) -> CaseEnd {
        let (mut attempt, mut failed) = (1, None);
        loop {
            self.stage.sink.tell(Fact::ScenarioStarted { case: self.index, attempt });
            self.stage.notes = Notes::begin(pen, (self.index, attempt), self.case, &self.stage.sink.cleaner());
            let journey = self.attempt().await;
            let judged = journey.judged_any();
            let own = self.conclude(journey);
            failed = own.failure(attempt).or(failed);
            let standing = own.clone().after(failed.as_ref(), attempt);
            let verdict = standing.verdict;
            let retrying = self.may_retry(verdict, attempt);
            self.tell_end(if retrying { own } else { standing }, retrying);
            if !retrying {
                return CaseEnd { verdict, judged };
            }
            attempt += 1;
        }
    }

    /// Does only what an attempt left to be cleaned up, in the same way as the attempt itself would have.
    pub(crate) async fn clean_up(mut self, rest: &Rest) -> CaseEnd {
        self.stage.sink.tell(Fact::ScenarioStarted { case: self.index, attempt: 1 });
        self.stage.notes = Notes::resume(&rest.pen, rest.case, rest.attempt);
        let mut scope = self.case.scope.clone();
        scope.clean_with(self.stage.sink.cleaner());
        let mut journey = Journey::new(self.index, scope);
        for leftover in &rest.unknown {
            journey.left_behind(&self.stage, leftover.clone(), Verdict::Inconclusive);
        }
        let terms = Terms { within: self.cleanup_within, lost: &rest.lost, origins: &rest.origins };
        cleanup::clean(&self.stage, self.case, &mut journey, &terms).await;
        let (verdict, cause) = match journey.left() {
            Some((verdict, why)) => (*verdict, Some(why.clone())),
            None => (Verdict::Passed, None),
        };
        self.tell_end(Conclusion { verdict, cause, notes: rest.notes.clone() }, false);
        CaseEnd { verdict, judged: true }
    }

    fn may_retry(&self, verdict: Verdict, attempt: u32) -> bool {
        verdict == Verdict::Failed && attempt <= self.case.retries && *self.stop.borrow() == Stop::No
    }

    /// One attempt, up to and with its clean-up.
    async fn attempt(&mut self) -> Journey {
        self.stage.vantage.window = Window::opening();
        let (speaker, listener) = halt::channel();
        let deadline = Instant::now() + self.case.timeout;
        self.stage.vantage.deadline = deadline;
        let mut scope = self.case.scope.clone();
        scope.clean_with(self.stage.sink.cleaner());
        let mut journey = Journey::new(self.index, scope);
        let ready = journey.walk(&self.stage, Phase::Ready, &self.case.ready, &listener);
        watched(ready, std::future::pending(), &speaker, self.bounds(deadline)).await;
        let ready = journey.is_whole() && listener.reason().is_none();
        if ready {
            self.stage.vantage.window = self.stage.vantage.window.reopened();
            self.stage.sink.tell(Fact::WindowOpened { case: self.index });
            self.guarded(&mut journey, &speaker, &listener, deadline).await;
        } else {
            let why = listener.reason().map_or_else(|| "not ready".to_owned(), |halt| halt.words());
            journey.skip(&self.stage, Phase::Guard, &self.case.guards, &why);
            journey.skip(&self.stage, Phase::Step, &self.case.steps, &why);
        }
        journey.halted(listener.reason());
        self.look_around(&mut journey, ready).await;
        let terms = Terms { within: self.cleanup_within, lost: &BTreeMap::new(), origins: &Origins::of(self.case) };
        cleanup::clean(&self.stage, self.case, &mut journey, &terms).await;
        journey
    }

    /// The steps, with the guards beside them.
    async fn guarded(&self, journey: &mut Journey, speaker: &HaltSpeaker, listener: &HaltListener, deadline: Instant) {
        let scope = journey.scope().clone();
        let mut guards = Guards::open(&self.stage, self.index, &self.case.guards, &scope);
        let gate = Gate::of(&self.case.guards);
        {
            let mut watch = pin!(guards.watch(&gate, speaker));
            watched(gate.opened(listener.clone()), watch.as_mut(), speaker, self.bounds(deadline)).await;
            let steps = journey.walk(&self.stage, Phase::Step, &self.case.steps, listener);
            watched(steps, watch, speaker, self.bounds(deadline)).await;
        }
        let sightings = journey.sightings();
        let mut revised = Vec::new();
        let last_looks = async {
            let settle = self.settle();
            let guards = guards.after(settle, &gate, speaker, listener.clone());
            ((), revised) = tokio::join!(guards, look_again(&self.stage, sightings, settle, listener.clone()));
        };
        // They have their own time: what the steps left of the scenario's says nothing about them.
        watched(last_looks, std::future::pending(), speaker, self.bounds(Instant::now() + FAR)).await;
        for revised in revised {
            journey.revise(&self.stage, revised);
        }
        for guarded in guards.end() {
            journey.guarded(&self.stage, guarded);
        }
    }

    /// How long last looks are repeated where it cannot be known yet.
    fn settle(&self) -> Duration {
        let aws = self.stage.vantage.instruments.aws.as_ref();
        SETTLE.max(aws.map_or(Duration::ZERO, Reader::log_lag) * 2)
    }

    fn bounds(&self, deadline: Instant) -> Bounds {
        Bounds { deadline, timeout: self.case.timeout, stop: self.stop.clone() }
    }

    /// After a failure: evidence first, then the cause; only then is the failure told.
    async fn look_around(&self, journey: &mut Journey, ready: bool) {
        if !matches!(journey.verdict(), Verdict::Failed) {
            journey.tell_rest(&self.stage, evidence::Collected::default());
            return;
        }
        let collected = evidence::collect(&self.stage, self.case, journey.scope(), ready).await;
        journey.tell_rest(&self.stage, collected);
    }

    /// What a step of the case looks with.
    fn kind(&self, at: StepRef) -> Option<&'static str> {
        let steps = match at.phase {
            Phase::Ready => &self.case.ready,
            Phase::Guard => &self.case.guards,
            Phase::Step => &self.case.steps,
            Phase::Finally => &self.case.finally,
        };
        steps.get(at.index).map(|step| step.spec.probe.kind())
    }

    /// What is said of an attempt.
    fn conclude(&self, journey: Journey) -> Conclusion {
        let failed = journey.verdict() == Verdict::Failed;
        let emptied = if failed { evidence::emptied(self.case, journey.scope()) } else { Vec::new() };
        let Ended { verdict, own, memory, around, notes } = journey.end();
        let diagnosis = own.map(|Decided { at, said, broken, witness }| {
            let by = at.and_then(|at| self.kind(at));
            let Witness { ref saw, waited, cut_short, ref course, .. } = witness;
            let own = Own { by, said: &said, broken: &broken, waited, cut_short, course, saw };
            diagnose(verdict, &Scene { own, earlier: memory.saw(), around: &around, emptied: &emptied })
        });
        let (cause, supports) = diagnosis.map(|found| (found.cause, found.supports)).unzip();
        let cause = cause.or_else(|| (verdict == Verdict::Skipped).then(|| UNJUDGED.to_owned()));
        Conclusion { verdict, cause, notes: supports.into_iter().flatten().chain(notes).collect() }
    }

    fn tell_end(&self, said: Conclusion, retrying: bool) {
        let Conclusion { verdict, cause, notes } = said;
        self.stage.sink.tell(Fact::ScenarioEnded { case: self.index, verdict, cause, notes, retrying });
    }
}

/// What ends a scenario from outside.
struct Bounds {
    deadline: Instant,
    timeout: Duration,
    stop: watch::Receiver<Stop>,
}

/// Carries `work` through, with `beside` going on all the while. When time is over or the run is to stop, that is said
/// once, and `work` comes to its end by itself: it listens.
async fn watched(
    work: impl Future<Output = ()>,
    beside: impl Future<Output = ()>,
    speaker: &HaltSpeaker,
    bounds: Bounds,
) {
    tokio::pin!(work);
    tokio::select! {
        () = &mut work => return,
        () = beside => {}
        halt = bounds.crossed() => speaker.halt(halt),
    }
    work.await;
}

impl Bounds {
    async fn crossed(mut self) -> Halt {
        let deadline = sleep_until(self.deadline);
        tokio::select! {
            () = deadline => Halt::TimedOut(self.timeout),
            Ok(stop) = self.stop.wait_for(|stop| *stop != Stop::No) => Halt::Stopped(*stop),
        }
    }
}
