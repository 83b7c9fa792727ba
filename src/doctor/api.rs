//! The API under test: whether it answers, and takes our credentials. Only GET and HEAD are sent, of steps whose URL is
//! known before the journey begins; where there are none, a GET of the API's own URL.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::finding::{Finding, Mark};
use crate::plan::{Case, Plan};
use crate::probe::Request as Look;
use crate::probe::http::Request;
use crate::probe::{Instruments, LookError, LookErrorKind, Observation, Probe, Vantage};

/// How long it may take to answer.
const WITHIN: Duration = Duration::from_secs(20);
/// How many requests are sent at most.
const MOST: usize = 10;

/// Looks at the target's API, where it has one.
pub(super) async fn examine(plan: &Plan, instruments: &Arc<Instruments>) -> Vec<Finding> {
    let Some(url) = &plan.target_settings.api_url else { return Vec::new() };
    let vantage = Vantage {
        instruments: Arc::clone(instruments),
        window_start: Utc::now(),
        step_start: Utc::now(),
        whole_log: false,
        dir: std::path::PathBuf::new(),
        deadline: Instant::now() + WITHIN,
    };
    let mut looks = safe_looks(&plan.cases);
    looks.truncate(MOST);
    if looks.is_empty() {
        looks.push(Safe { look: Look::Http(Request::get(url)), reads_json: false });
    }
    let answers = join_all(looks.iter().map(|safe| async { answer(safe, safe.look.look(&vantage).await) })).await;
    let worst = answers.iter().map(|answer| answer.mark).max().unwrap_or(Mark::Well);
    let api = Finding { mark: worst, ..Finding::well(format!("API {url}"), None) };
    vec![api.with(answers)]
}

/// A request that changes nothing.
struct Safe {
    look: Look,
    /// Whether fields of its answer are read.
    reads_json: bool,
}

/// Requests that change nothing and need nothing from an earlier step, each once.
fn safe_looks(cases: &[Case]) -> Vec<Safe> {
    let mut known = BTreeSet::new();
    let mut looks = Vec::new();
    for case in cases {
        for step in [&case.ready, &case.guards, &case.steps].into_iter().flatten() {
            let safe = matches!(&step.spec.probe, Probe::Http(http) if http.method.only_reads());
            let scope = step.bound(&case.scope).ok().filter(|_| safe);
            let look = scope.and_then(|scope| step.spec.probe.resolve(&scope, &step.spec.dir).ok());
            let reads_json = step.spec.references().iter().any(|reference| is_field_of_body(&reference.path));
            let look = look.filter(|look| known.insert(look.describe()));
            looks.extend(look.map(|look| Safe { look, reads_json }));
        }
    }
    looks
}

/// `response.body.status`, but not `response.body`.
fn is_field_of_body(path: &[String]) -> bool {
    matches!(path, [root, body, _, ..] if root == "response" && body == "body")
}

fn answer(Safe { look, reads_json }: &Safe, seen: Result<Observation, LookError>) -> Finding {
    let what = look.describe();
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
        401 | 403 => Finding::wrong(what, format!("{said}: it does not take our credentials"))
            .todo("see `api.headers` of the target, and the secret in it"),
        500.. => {
            let why = response.cause().unwrap_or(said);
            let why = why.strip_prefix(&what).map_or(why.as_str(), str::trim).to_owned();
            Finding::wrong(what, why).todo("see the API's own log")
        }
        _ if *reads_json && response.body.is_string() => {
            let kind = response.headers.get("content-type").map_or("no content type", String::as_str);
            Finding::wrong(what, format!("{said}: it is no JSON, whose fields a scenario reads, but {kind}"))
                .todo("see what answers at `api.url` of the target: a load balancer, a login page, another service?")
        }
        _ => Finding::well(what, said),
    }
}
