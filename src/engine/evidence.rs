//! What is collected when a scenario failed, before anything is cleaned up: one more look through every AWS probe that
//! it names.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use super::lookout::Stage;
use crate::event::Evidence;
use crate::expr::Scope;
use crate::plan::Case;
use crate::probe::{Observation, Probe, Request, Vantage};

/// All looks together may take this long: whoever waits for a verdict has waited enough.
const WITHIN: Duration = Duration::from_secs(10);

/// How far back logs are read where the window never opened.
const BEFORE: TimeDelta = TimeDelta::minutes(15);

/// What one more look around brought.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// The kind of probe and what its observation says is wrong.
    pub(crate) causes: Vec<(&'static str, String)>,
    /// What is worth keeping.
    pub(crate) evidence: Vec<Evidence>,
}

/// Looks once through every distinct AWS probe of the case that can be filled in. What cannot be seen is left out: the
/// verdict stands already. `ready` is whether the window ever opened.
pub(crate) async fn collect(stage: &Stage, case: &Case, scope: &Scope, ready: bool) -> Collected {
    let requests = requests(case, scope);
    let deadline = Instant::now() + WITHIN;
    let looks = requests.into_iter().map(|(kind, request)| async move {
        let mut vantage = Vantage { deadline, ..stage.vantage.clone() };
        // What keeps a worker from coming up was logged when it was tried, which may be over for long.
        if !ready && matches!(request, Request::Logs(_)) {
            vantage.window_start -= BEFORE;
        }
        (kind, timeout(WITHIN, request.look(&vantage)).await)
    });
    let mut collected = Collected::default();
    for (kind, look) in join_all(looks).await {
        if let Ok(Ok(observation)) = look {
            collected.add(kind, &observation);
        }
    }
    collected
}

fn requests(case: &Case, scope: &Scope) -> Vec<(&'static str, Request)> {
    let mut known = BTreeSet::new();
    let steps = case.ready.iter().chain(&case.guards).chain(&case.steps);
    let aws = steps.filter(|step| matches!(step.spec.probe, Probe::Logs(_) | Probe::Ecs(_) | Probe::Alarm(_)));
    let filled = aws.filter_map(|step| {
        let probe = &step.spec.probe;
        let whole = probe.resolve(scope, &step.spec.dir).ok();
        // A log says something even where the journey did not come to what was looked for in it.
        let request = whole
            .or_else(|| if let Probe::Logs(logs) = probe { logs.bare(scope).ok().map(Request::Logs) } else { None })?;
        Some((probe.kind(), request))
    });
    filled.filter(|(_, request)| known.insert(request.describe())).collect()
}

impl Collected {
    fn add(&mut self, kind: &'static str, observation: &Observation) {
        self.causes.extend(observation.cause().map(|cause| (kind, cause)));
        self.evidence.extend(observation.evidence());
    }
}
