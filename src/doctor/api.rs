//! The API under test: whether it answers, and takes our credentials. Only GET and HEAD are sent, of steps whose URL is
//! known before the journey begins; where there are none, a GET of the API's own URL.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::finding::{Finding, Mark};
use crate::aws::Window;
use crate::expr::{Expression, Scope};
use crate::judge::{self, Standing};
use crate::plan::{Case, Plan};
use crate::probe::Request as Look;
use crate::probe::http::Request;
use crate::probe::{Instruments, LookError, LookErrorKind, Observation, Probe, Vantage};
use crate::scenario::model::Step;
use crate::verdict::Verdict;

/// How long it may take to answer.
const WITHIN: Duration = Duration::from_secs(20);
/// How many requests are sent at most.
const MOST: usize = 10;

/// Looks at the target's API, where it has one.
pub(super) async fn examine(plan: &Plan, instruments: &Arc<Instruments>) -> Vec<Finding> {
    let Some(url) = &plan.target_settings.api_url else { return Vec::new() };
    let vantage = Vantage {
        instruments: Arc::clone(instruments),
        window: Window::opening(),
        step_start: Instant::now(),
        whole_log: false,
        anew: true,
        all_along: false,
        dir: std::path::PathBuf::new(),
        deadline: Instant::now() + WITHIN,
    };
    let mut looks = safe_looks(&plan.cases);
    looks.truncate(MOST);
    if looks.is_empty() {
        looks.push(Safe { look: Look::Http(Request::get(url)), of: None, reads_json: false });
    }
    let answers = join_all(looks.iter().map(|safe| async { answer(safe, safe.look.look(&vantage).await) })).await;
    let worst = answers.iter().map(|answer| answer.mark).max().unwrap_or(Mark::Well);
    let shown = plan.target_settings.api_shown().unwrap_or_default();
    let api = Finding { mark: worst, ..Finding::well(format!("API {shown}"), None) };
    vec![api.with(answers)]
}

/// A request that changes nothing.
struct Safe<'plan> {
    look: Look,
    /// The step that it is of, and what that reads.
    of: Option<(&'plan Step, Scope)>,
    /// Whether fields of its answer are read.
    reads_json: bool,
}

impl Safe<'_> {
    /// Whether the step wants just this status: a scenario may well hold that strangers are turned away.
    fn wants(&self, seen: &Result<Observation, LookError>) -> bool {
        let (Some((step, scope)), Ok(observation)) = (&self.of, seen) else { return false };
        let judged = || step.until.iter().chain(&step.expect).flat_map(Expression::references);
        if !judged().any(|reference| reference.path == ["response", "status"]) {
            return false;
        }
        let mut scope = scope.clone();
        observation.bind_in(&mut scope);
        judge::assess(step, seen, &scope).standing == Standing::Settled(Verdict::Passed)
    }
}

/// Requests that change nothing and need nothing from an earlier step, each once.
fn safe_looks(cases: &[Case]) -> Vec<Safe<'_>> {
    let mut known = BTreeSet::new();
    let mut looks = Vec::new();
    for case in cases {
        for step in [&case.ready, &case.guards, &case.steps].into_iter().flatten() {
            let safe = matches!(&step.spec.probe, Probe::Http(http) if http.method.only_reads());
            let Some(scope) = step.bound(&case.scope).ok().filter(|_| safe) else { continue };
            let look = step.spec.probe.resolve(&scope, &step.spec.dir).ok();
            let reads_json = step.spec.references().iter().any(|reference| is_field_of_body(&reference.path));
            let look = look.filter(|look| known.insert(look.describe()));
            looks.extend(look.map(|look| Safe { look, of: Some((&step.spec, scope)), reads_json }));
        }
    }
    looks
}

/// `response.body.status`, but not `response.body`.
fn is_field_of_body(path: &[String]) -> bool {
    matches!(path, [root, body, _, ..] if root == "response" && body == "body")
}

fn answer(safe: &Safe<'_>, seen: Result<Observation, LookError>) -> Finding {
    let (what, wanted) = (safe.look.describe(), safe.wants(&seen));
    let response = match seen {
        Ok(Observation::Http(response)) => response,
        Ok(_) => return Finding::well(what, None),
        Err(error) if error.kind == LookErrorKind::Unusable => return Finding::wrong(what, error.message),
        Err(error) => {
            return Finding::wrong(what, error.message)
                .todo("see `api.url` of the target, and that this machine may reach it");
        }
    };
    let said = format!("{} in {} ms", response.status, response.elapsed.0.num_milliseconds());
    match response.status {
        _ if wanted => Finding::well(what, said),
        401 | 403 => Finding::wrong(what, format!("{said}: it does not take our credentials"))
            .todo("see `api.headers` of the target, and the secret in it"),
        500.. => {
            let why = response.cause().unwrap_or(said);
            let why = why.strip_prefix(&what).map_or(why.as_str(), str::trim).to_owned();
            Finding::wrong(what, why).todo("see the API's own log")
        }
        _ if safe.reads_json && response.body.is_string() => {
            let kind = response.headers.get("content-type").map_or("no content type", String::as_str);
            Finding::wrong(what, format!("{said}: it is no JSON, whose fields a scenario reads, but {kind}"))
                .todo("see what answers at `api.url` of the target: a load balancer, a login page, another service?")
        }
        _ => Finding::well(what, said),
    }
}
