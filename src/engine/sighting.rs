//! Log lines that a step was to see exactly once. It passes as soon as it has seen them; that none came twice is known only
//! at the end, once the log holds everything up to when they were seen.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::halt::{Halt, HaltListener};
use super::lookout::Stage;
use super::wait::{self, Next, Pace};
use super::witness::Witness;
use crate::event::{Judged, Outcome, StepRef};
use crate::judge::{Course, Seen};
use crate::probe::{Observation, Request, Vantage};
use crate::verdict::Verdict;

/// A step that has seen its `sequence`.
#[derive(Debug)]
pub(crate) struct Sighting {
    at: StepRef,
    request: Arc<Request>,
    outcome: Outcome,
}

/// What is to be said of a step that had passed.
#[derive(Debug)]
pub(crate) struct Revised {
    pub(crate) at: StepRef,
    pub(crate) outcome: Outcome,
    pub(crate) witness: Witness,
}

/// Looks once more at all of them, for `within` at most; until the run is to stop. That the scenario's time is over says
/// nothing about them: a shadow check may have used it up.
pub(crate) async fn look_again(
    stage: &Stage,
    sightings: Vec<Sighting>,
    within: Duration,
    mut halt: HaltListener,
) -> Vec<Revised> {
    let looks = join_all(sightings.into_iter().map(|sighting| sighting.look_again(stage, within)));
    let all = async { looks.await.into_iter().flatten().collect() };
    match halt.reason() {
        Some(Halt::TimedOut(_)) => all.await,
        Some(Halt::Guard(_) | Halt::Stopped(_)) => Vec::new(),
        None => tokio::select! {
            revised = all => revised,
            _ = halt.heard() => Vec::new(),
        },
    }
}

impl Sighting {
    pub(crate) fn new(at: StepRef, request: Arc<Request>, outcome: Outcome) -> Self {
        Self { at, request, outcome }
    }

    async fn look_again(self, stage: &Stage, within: Duration) -> Option<Revised> {
        let began = Instant::now();
        // With the claim of the look that saw them: it may be long since.
        let vantage = Vantage { whole_log: true, anew: false, deadline: began + within, ..stage.vantage.clone() };
        loop {
            let seen = self.request.look(&vantage).await;
            let open = seen.as_ref().map_or(true, Observation::is_ripening);
            match wait::next(Pace::default(), began.elapsed(), within, rand::random()) {
                Next::LookIn(pause) if open => sleep(pause).await,
                _ => return self.revise(seen),
            }
        }
    }

    /// What has become of it, where it is not as it was. Only of what was to be seen: what must not be logged was judged at
    /// the time.
    fn revise(self, seen: Seen) -> Option<Revised> {
        let Self { at, mut outcome, .. } = self;
        outcome.looks += 1;
        let demands = seen.as_ref().map(Observation::demands).unwrap_or_default();
        let mut sequence = demands.iter().filter(|demand| demand.kind == "sequence");
        let again = sequence.find_map(|demand| Some((demand, demand.broken()?)));
        if let Some((demand, why)) = again {
            outcome.verdict = Verdict::Failed;
            outcome.cause = Some(format!("{} {why}", demand.text));
            let is_it = |judged: &&mut Judged| judged.kind == demand.kind && judged.text == demand.text;
            if let Some(judged) = outcome.expectations.iter_mut().find(is_it) {
                (judged.held, judged.detail) = (Some(false), Some(why.to_owned()));
            }
        } else {
            let why = match &seen {
                Ok(log) => &log.unknowns().iter().find(|unknown| unknown.why.passing)?.why.reason,
                Err(error) => &error.message,
            };
            outcome.verdict = Verdict::Inconclusive;
            outcome.cause = Some(format!("it was seen, but not whether anything of it was logged twice: {why}"));
        }
        outcome.evidence = seen.as_ref().map(Observation::evidence).unwrap_or_default();
        Some(Revised { at, outcome, witness: Witness::of(Some(seen), None, Course::default()) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::Phase;
    use crate::probe::logs::{LogsSeen, Query};
    use crate::probe::{Demand, DemandState, LookError, LookErrorKind};

    #[test]
    fn what_could_not_be_seen_again_is_not_known_to_have_come_once() {
        let passed = Outcome {
            verdict: Verdict::Passed,
            enforced: true,
            duration_ms: 1,
            looks: 1,
            changes: Vec::new(),
            expectations: Vec::new(),
            cause: None,
            evidence: Vec::new(),
            captured: Vec::new(),
        };
        let sighting = || {
            let at = StepRef { case: 0, phase: Phase::Step, index: 0 };
            let query = Query::everything("g", None).demanding(&[json!({"event": "end"})], &[]);
            Sighting::new(at, Arc::new(Request::Logs(query)), passed.clone())
        };
        assert!(sighting().revise(Ok(Observation::Logs(LogsSeen::made_up(None)))).is_none());
        // What must not be logged was judged when it was looked.
        let mut unwanted = LogsSeen::made_up(None);
        let broken = DemandState::Broken("it is in the log".to_owned());
        unwanted.demands = vec![Demand { kind: "none", text: "{level: ERROR}".to_owned(), state: broken }];
        assert!(sighting().revise(Ok(Observation::Logs(unwanted))).is_none());
        let error = LookError { kind: LookErrorKind::Obscured, message: "throttled".to_owned(), retry_after: None };
        let Outcome { verdict, cause, looks, .. } = sighting().revise(Err(error)).unwrap().outcome;
        let why = "it was seen, but not whether anything of it was logged twice: throttled";
        assert_eq!((verdict, cause.as_deref(), looks), (Verdict::Inconclusive, Some(why), 2));
    }
}
