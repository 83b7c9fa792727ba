//! `finally`: always, all of it, within its own time.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::timeout;

use super::halt;
use super::journey::{Journey, tell};
use super::lookout::Stage;
use super::notes;
use super::origins::Origins;
use super::rest::Loss;
use super::step::{self, Finished, unlooked};
use crate::event::{Leftover, Outcome, Phase, StepRef};
use crate::expr::Scope;
use crate::plan::{Case, Step};
use crate::verdict::Verdict;

/// What clean-up goes by.
#[derive(Debug)]
pub(crate) struct Terms<'terms> {
    /// How long all of it may take.
    pub(crate) within: Duration,
    /// Names that cannot be had any more. What needs one cannot be done.
    pub(crate) lost: &'terms BTreeMap<String, Loss>,
    /// Where the names come from that it goes by.
    pub(crate) origins: &'terms Origins,
}

/// Runs every step of `finally`, whatever became of those before it. What does not come through is told as left behind;
/// the verdict stays as it is.
pub(crate) async fn clean(stage: &Stage, case: &Case, journey: &mut Journey, terms: &Terms<'_>) {
    let until = tokio::time::Instant::now() + terms.within;
    for (index, step) in case.finally.iter().enumerate() {
        let at = StepRef { case: journey.case(), phase: Phase::Finally, index };
        if let Some(loss) = notes::roots(step).iter().find_map(|name| terms.lost.get(name)) {
            out_of_reach(stage, journey, at, step, loss);
            continue;
        }
        if let Some(why) = terms.origins.nameless(step, journey.scope()) {
            out_of_reach(stage, journey, at, step, &Loss { verdict: Verdict::Failed, why });
            continue;
        }
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        // Nobody speaks on this channel: clean-up is ended by its own time only.
        let (_speaker, listener) = halt::channel();
        let scope = journey.scope().clone();
        match timeout(left, step::run(stage, at, step, &scope, &listener)).await {
            Ok(finished) => end(stage, journey, at, step, half_known(finished, step, &scope, terms.origins)),
            Err(_) => out_of_time(stage, journey, at, step),
        }
    }
    if journey.left().is_none() {
        stage.notes.closed();
    }
}

/// A step that was skipped for want of a name has failed where what it was to take away is there for certain.
fn half_known(mut finished: Finished, step: &Step, scope: &Scope, origins: &Origins) -> Finished {
    let why = finished.lacks.as_deref().and_then(|lacking| origins.half_known(step, scope, lacking));
    if let Some(why) = why {
        finished.outcome = unlooked(step, Verdict::Failed, why);
    }
    finished
}

fn end(stage: &Stage, journey: &mut Journey, at: StepRef, step: &Step, finished: Finished) {
    let Finished { outcome, kept, what, subjects: _, unanswered: _, lacks: _, nulls: _, sighted: _, witness: _ } =
        finished;
    journey.keep(kept);
    if matches!(outcome.verdict, Verdict::Passed | Verdict::Skipped) {
        stage.notes.cleaned(step);
    } else {
        leave(stage, journey, leftover(step, what, &outcome));
    }
    tell(stage, at, outcome);
}

/// Tells what is left, and notes it: whoever is told to finish it must find it.
fn leave(stage: &Stage, journey: &mut Journey, leftover: Leftover) {
    stage.notes.left(stage.sink.cleaner()(&leftover.what));
    journey.left_behind(stage, leftover, Verdict::Failed);
}

fn leftover(step: &Step, what: Option<String>, outcome: &Outcome) -> Leftover {
    let why = outcome.cause.clone().unwrap_or_else(|| outcome.verdict.to_string());
    Leftover { step: step.name.clone(), what: what.unwrap_or_else(|| step.name.clone()), why, attempt: None }
}

fn out_of_time(stage: &Stage, journey: &mut Journey, at: StepRef, step: &Step) {
    let outcome = unlooked(step, Verdict::Failed, "the time for clean-up was over".to_owned());
    leave(stage, journey, leftover(step, None, &outcome));
    tell(stage, at, outcome);
}

/// What was never answered is told as left behind by itself; only what is known to be there is by its clean-up.
fn out_of_reach(stage: &Stage, journey: &mut Journey, at: StepRef, step: &Step, loss: &Loss) {
    let outcome = unlooked(step, loss.verdict, loss.why.clone());
    if loss.verdict == Verdict::Failed {
        leave(stage, journey, leftover(step, None, &outcome));
    }
    tell(stage, at, outcome);
}
