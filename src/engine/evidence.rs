//! What is collected when a scenario failed, before anything is cleaned up: one more look through every AWS probe that
//! it names, and at what the journey has made.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use super::lookout::Stage;
use crate::aws::{Thing, short_name};
use crate::event::Evidence;
use crate::expr::Scope;
use crate::plan::{Case, Step};
use crate::probe::finding::Finding;
use crate::probe::{Observation, Probe, Request, Vantage, ecs};

/// All looks together may take this long: whoever waits for a verdict has waited enough.
const WITHIN: Duration = Duration::from_secs(10);

/// How far back logs are read where the window never opened.
const BEFORE: TimeDelta = TimeDelta::minutes(15);

/// What one more look around brought.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// What it showed of the system.
    pub(crate) around: Vec<Finding>,
    /// What is worth keeping.
    pub(crate) evidence: Vec<Evidence>,
}

/// Looks once through every distinct probe of the case that only reads and can be filled in. What cannot be seen is left
/// out: the verdict stands already. `ready` is whether the window ever opened.
pub(crate) async fn collect(stage: &Stage, case: &Case, scope: &Scope, ready: bool) -> Collected {
    let requests = requests(case, scope);
    let deadline = Instant::now() + WITHIN;
    let looks = requests.into_iter().map(|request| async move {
        let mut vantage = Vantage { deadline, ..stage.vantage.clone() };
        // What keeps a worker from coming up was logged when it was tried, which may be over for long.
        if !ready && matches!(request, Request::Logs(_)) {
            vantage.window = vantage.window.reaching_back(BEFORE);
        }
        let look = timeout(WITHIN, request.look(&vantage)).await;
        look.ok().and_then(Result::ok).map(|observation| (request.describe(), observation))
    });
    let mut collected = Collected::default();
    for (what, observation) in join_all(looks).await.into_iter().flatten() {
        collected.add(&what, &observation);
    }
    collected
}

fn requests(case: &Case, scope: &Scope) -> Vec<Request> {
    let mut known = BTreeSet::new();
    let requests = before_clean_up(case).filter_map(|step| request(case, step, scope));
    requests.filter(|request| known.insert(request.describe())).collect()
}

fn before_clean_up(case: &Case) -> impl Iterator<Item = &Step> {
    case.ready.iter().chain(&case.guards).chain(&case.steps)
}

/// The services that the case itself wants to be without tasks: a step of it waits for that, or expects it.
pub(crate) fn emptied(case: &Case, scope: &Scope) -> Vec<String> {
    let wants = |step: &&Step| step.spec.until.iter().chain(&step.spec.expect).any(|one| ecs::wants_none(one.text()));
    let requests =
        before_clean_up(case).filter(wants).filter_map(|step| step.spec.probe.resolve(scope, &step.spec.dir).ok());
    let things = requests.flat_map(|request| request.things());
    let services = things.filter_map(|thing| match thing {
        Thing::Service { cluster: _, name } => Some(short_name(&name).to_owned()),
        Thing::LogGroup { .. } | Thing::Alarm { .. } => None,
    });
    services.collect()
}

/// The step's own request, where it is worth another look.
fn request(case: &Case, step: &Step, scope: &Scope) -> Option<Request> {
    let probe = &step.spec.probe;
    let whole = probe.resolve(scope, &step.spec.dir).ok().filter(|_| probe.nameless(scope).is_none());
    match probe {
        Probe::Ecs(_) | Probe::Alarm(_) => whole,
        // A log says something even where the journey did not come to what was looked for in it.
        Probe::Logs(logs) => whole.or_else(|| logs.bare(scope).ok().map(Request::Logs)),
        // What the journey made may say itself what has become of it.
        Probe::Http(http) if http.method.only_reads() && reads_captured(probe, case) => whole,
        // Files say the same as before, and a program might do something twice.
        Probe::Http(_) | Probe::Terraform(_) | Probe::PythonDeps(_) | Probe::Exec(_) => None,
    }
}

/// Whether it asks for something that the journey brought, rather than for what was there before.
fn reads_captured(probe: &Probe, case: &Case) -> bool {
    let mut roots = probe.references().into_iter().filter_map(|reference| reference.path.first());
    roots.any(|root| case.scope.get(root).is_none())
}

impl Collected {
    fn add(&mut self, what: &str, observation: &Observation) {
        self.around.extend(observation.findings());
        let evidence = observation.evidence().into_iter();
        match observation {
            // Which of several answers it is.
            Observation::Http(_) => self.evidence.extend(evidence.last().map(|last| {
                let method = what.split(' ').next().unwrap_or_default();
                Evidence {
                    title: format!("asked again after the failure: {method}"),
                    text: format!("{what}\n{}", last.text),
                }
            })),
            _ => self.evidence.extend(evidence),
        }
    }
}
