//! Waiting for a step to be decided: between two looks, what came of the last one says whether, and when, to look again.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::halt::{Halt, HaltListener};
use super::lookout::Lookout;
use super::wait::{self, BLINK, Next, Pace};
use crate::judge::{Patience, Standing};
use crate::plan::Step;
use crate::probe::Probe;
use crate::verdict::Verdict;

/// How long is waited where a plan says nothing.
const WITHIN: Duration = Duration::from_mins(1);
/// How long a single look may take: the probe has its own limits, and the scenario its `timeout`.
pub(super) const UNBOUNDED: Duration = Duration::from_hours(24);
/// How long AWS is asked again that would not answer, where the step itself does not wait.
const THROTTLE: Duration = Duration::from_secs(30);
/// How long an answer is still waited for, once the run was asked to stop, to a request that must not be cut off.
const PARTING: Duration = Duration::from_secs(5);
/// How long a program that is killed at the scenario's timeout may take to be gone.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How the looking ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// By something that was seen.
    Decided(Verdict),
    /// By the clock.
    RanOut(Verdict),
    /// By something else that ended the scenario; and what would have been said had the clock ended it.
    Halted(Halt, Verdict),
}

/// The state of waiting between two looks.
pub(crate) struct Waiting<'step> {
    step: &'step Step,
    halt: HaltListener,
    /// Since when every look has met the same passing trouble.
    trouble: Option<Instant>,
    denials: Denials,
    /// Since when `expect` has held (`for`).
    holding: Option<Instant>,
    /// What would be said of the step if its time ran out now.
    so_far: Verdict,
}

impl<'step> Waiting<'step> {
    /// Nothing was looked at yet.
    pub(crate) fn of(step: &'step Step, halt: HaltListener) -> Self {
        Self { step, halt, trouble: None, denials: Denials::default(), holding: None, so_far: before_any_look(step) }
    }

    /// Looks until it is decided, time is up, or something else ends the scenario.
    pub(crate) async fn until_decided(&mut self, lookout: &mut Lookout<'_>) -> End {
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
    /// what it made can be cleaned up. A program that the scenario's own timeout ends says what it had written so far.
    async fn look(&mut self, lookout: &mut Lookout<'_>) -> Result<Standing, Halt> {
        let left = self.step.within.map_or(UNBOUNDED, |within| within.saturating_sub(lookout.elapsed()));
        let deadline = Instant::now() + left;
        let must_finish = matches!(self.step.spec.probe, Probe::Http(_)) && !self.step.spec.probe.idempotent();
        let mut halt = self.halt.clone();
        // Boxed, as for guards: a step pauses most of the time and needs no room for a look then.
        let mut look = Box::pin(lookout.look(deadline));
        let reason = tokio::select! {
            standing = &mut look => return Ok(standing),
            reason = halt.heard() => reason,
        };
        if must_finish {
            return tokio::time::timeout(PARTING, look).await.map_err(|_| reason);
        }
        if matches!((&self.step.spec.probe, &reason), (Probe::Exec(_), Halt::TimedOut(_))) {
            let _ = tokio::time::timeout(LAST_WORDS, look).await;
        }
        Err(reason)
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
        if let Some(verdict) = self.denials.again(standing) {
            return Err(End::Decided(verdict));
        }
        match standing {
            Standing::Settled(Verdict::Passed) => self.hold(),
            Standing::Settled(verdict) => Err(End::Decided(verdict)),
            // What must keep holding does not, be it only for a moment.
            Standing::Open { verdict: Verdict::Failed, .. } if self.holding.is_some() => {
                Err(End::Decided(Verdict::Failed))
            }
            Standing::Open { verdict, patience: Patience::Within | Patience::Once } if self.holding.is_none() => {
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

/// Whether the last look met nothing but denials. Once that may be a permission that is on its way; twice it is the answer.
#[derive(Debug, Default)]
struct Denials {
    met: bool,
}

impl Denials {
    /// What is to be said where this look meets nothing else either.
    fn again(&mut self, standing: Standing) -> Option<Verdict> {
        let Standing::Open { verdict, patience: Patience::Once } = standing else {
            self.met = false;
            return None;
        };
        std::mem::replace(&mut self.met, true).then_some(verdict)
    }
}

/// What is said of a step whose first look never came back. A system under test that does not answer has failed; AWS that
/// does not answer says nothing of it.
fn before_any_look(step: &Step) -> Verdict {
    match step.spec.probe {
        Probe::Http(_) | Probe::Exec(_) | Probe::Terraform(_) | Probe::PythonDeps(_) => Verdict::Failed,
        Probe::Logs(_) | Probe::Ecs(_) | Probe::Alarm(_) => Verdict::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_second_denial_in_a_row_is_the_answer() {
        #[track_caller]
        fn check(looks: &[Patience], expected: &[bool]) {
            let mut denials = Denials::default();
            let open = |patience| Standing::Open { verdict: Verdict::Inconclusive, patience };
            let ends: Vec<_> = looks.iter().map(|look| denials.again(open(*look)).is_some()).collect();
            assert_eq!(ends, expected);
        }
        check(&[Patience::Once, Patience::Once], &[false, true]);
        check(&[Patience::Once, Patience::Within, Patience::Once, Patience::Once], &[false, false, false, true]);
        check(&[Patience::Throttle, Patience::Throttle], &[false, false]);
    }
}
