//! A stand to run scenarios on: a scripted API on loopback, a project in a temporary folder, the real engine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use smoke::engine::{Equipment, Options, Purpose, Rest, Stop};
use smoke::event::{Event, Fact, Outcome, Phase, RunHeader};
use smoke::journal::{self, Attempt, Pen};
use smoke::plan::{Order, Plan};
use smoke::probe::{Instruments, Recent, http};
use smoke::redact::Redactor;
use smoke::scenario::Project;
use tokio::sync::{mpsc, watch};

/// What the API answers to the n-th request (from 1) of one method and path.
pub(super) type Answer = fn(usize) -> Reply;

/// One scripted answer.
#[derive(Debug, Clone)]
pub(super) enum Reply {
    /// Status and JSON body.
    Json(u16, &'static str),
    /// Status and an HTML page.
    Page(u16, &'static str),
    /// An empty JSON body, with `Retry-After` in seconds.
    RetryAfter(u16, u64),
    /// A redirect to there.
    Redirect(u16, &'static str),
    /// Nothing for this long, then 200.
    Slow(Duration),
    /// The connection is cut without an answer.
    Cut,
}

#[derive(Clone, Default)]
struct Script {
    answers: Arc<HashMap<String, Answer>>,
    seen: Arc<Mutex<Vec<String>>>,
}

/// What a run on the stand came to.
pub(super) struct Ran {
    pub(super) events: Vec<Event>,
    /// `METHOD /path`, in order of arrival.
    pub(super) requests: Vec<String>,
    /// Whether the engine itself fell over.
    pub(super) panicked: bool,
}

/// How a run on the stand differs from the usual.
pub(super) struct Manner {
    pub(super) jobs: usize,
    pub(super) fail_fast: bool,
    /// Stop with SIGINT once the API has seen this request.
    pub(super) stop_at: Option<&'static str>,
    /// Only clean up, with what is left of this many cases; that there is nothing of the next one is a panic inside it.
    pub(super) rests: Option<usize>,
}

impl Default for Manner {
    fn default() -> Self {
        Self { jobs: 8, fail_fast: false, stop_at: None, rests: None }
    }
}

/// Runs scenarios, given as `(id, YAML)`, against an API that answers as scripted.
pub(super) async fn run(scenarios: &[(&str, &str)], answers: &[(&str, Answer)], manner: Manner) -> Ran {
    let script = Script {
        answers: Arc::new(answers.iter().map(|(key, answer)| ((*key).to_owned(), *answer)).collect()),
        seen: Arc::default(),
    };
    let url = serve(script.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut plan = plan(folder.path(), scenarios, &url);
    let purpose = match manner.rests {
        Some(many) => Purpose::CleanUp(Arc::new(rests(&mut plan, many))),
        None => Purpose::Judge(pen(folder.path())),
    };
    let plan = Arc::new(plan);
    let (events, mut told) = mpsc::unbounded_channel();
    let (stopper, stop) = watch::channel(Stop::No);
    let redactor = Arc::new(Redactor::default());
    let http = http::Client::new(&plan.target_settings).unwrap();
    let instruments = Instruments { http, aws: None, recent: Recent::default(), redactor: Arc::clone(&redactor) };
    let equipment = Equipment { instruments: Arc::new(instruments), redactor, events, stop, purpose };
    let (jobs, fail_fast, cleanup_within) = (manner.jobs, manner.fail_fast, Duration::from_secs(10));
    let options = Options { jobs, fail_fast, cleanup_within, may_be_idle: false };
    let watching = tokio::spawn(stop_when(script.clone(), manner.stop_at, stopper));
    let ended = tokio::spawn(smoke::engine::run(plan, header(), equipment, options)).await;
    watching.abort();
    let mut events = Vec::new();
    while let Ok(event) = told.try_recv() {
        events.push(event);
    }
    let requests = script.seen.lock().unwrap().clone();
    Ran { events, requests, panicked: ended.is_err() }
}

/// Each of the first cases as if it had been killed once it had captured `id`.
fn rests(plan: &mut Plan, many: usize) -> Vec<Rest> {
    let mut rests = Vec::new();
    for case in plan.cases.iter_mut().take(many) {
        let attempt = Attempt {
            case: 0,
            number: 1,
            id: case.id.clone(),
            file: case.file.clone(),
            fingerprint: String::new(),
            scope: serde_json::Map::new(),
            cleans: true,
            sent: Vec::new(),
            kept: [("id".to_owned(), "a1".into())].into_iter().collect(),
            withheld: std::collections::BTreeSet::new(),
            cleaned: std::collections::BTreeSet::new(),
            left: std::collections::BTreeSet::new(),
            closed: false,
        };
        let (left, rest) = Rest::of(&attempt, case.clone(), "test", &Pen::dry());
        *case = left;
        rests.push(rest);
    }
    rests
}

fn plan(folder: &std::path::Path, scenarios: &[(&str, &str)], url: &str) -> Plan {
    std::fs::create_dir(folder.join("scenarios")).unwrap();
    std::fs::write(folder.join("smoke.yaml"), format!("targets: {{ test: {{ api: {{ url: \"{url}\" }} }} }}\n"))
        .unwrap();
    for (id, yaml) in scenarios {
        std::fs::write(folder.join(format!("scenarios/{id}.yaml")), yaml).unwrap();
    }
    let told = |diagnostics: Vec<smoke::diagnostic::Diagnostic>| smoke::diagnostic::render(&diagnostics, false);
    let project = Project::load(folder, &[]).map_err(told).unwrap_or_else(|told| panic!("{told}"));
    let order = Order::new("test", "test", Utc::now());
    Plan::make(&project, &order).map_err(told).unwrap_or_else(|told| panic!("{told}"))
}

/// A journal as a run on a target that stays has one.
fn pen(folder: &std::path::Path) -> Pen {
    let header = journal::Header {
        version: journal::VERSION,
        run: "test".to_owned(),
        started: Utc::now(),
        target: "test".to_owned(),
        api_url: None,
        vars: std::collections::BTreeMap::new(),
    };
    Pen::new(&folder.join(journal::NAME), header)
}

fn header() -> RunHeader {
    RunHeader {
        id: "test".to_owned(),
        target: "test".to_owned(),
        started: Utc::now(),
        smoke: "test".to_owned(),
        identity: Vec::new(),
        revision: None,
        shard: None,
        whole: None,
        options: None,
        embedded: false,
        folder: None,
    }
}

async fn stop_when(script: Script, request: Option<&'static str>, stopper: watch::Sender<Stop>) {
    let Some(request) = request else { return std::future::pending().await };
    while !script.seen.lock().unwrap().iter().any(|seen| seen == request) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let _ = stopper.send(Stop::Interrupted);
    std::future::pending::<()>().await;
}

async fn serve(script: Script) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(script);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let key = format!("{} {}", request.method(), request.uri().path());
    let count = {
        let mut seen = script.seen.lock().unwrap();
        seen.push(key.clone());
        seen.iter().filter(|one| **one == key).count()
    };
    let json = [("content-type", "application/json")];
    match script.answers.get(&key).map(|answer| answer(count)) {
        None => (StatusCode::NOT_FOUND, json, "{}").into_response(),
        Some(Reply::Json(status, body)) => (StatusCode::from_u16(status).unwrap(), json, body).into_response(),
        Some(Reply::Page(status, text)) => {
            (StatusCode::from_u16(status).unwrap(), [("content-type", "text/html; charset=utf-8")], text)
                .into_response()
        }
        Some(Reply::Redirect(status, to)) => {
            (StatusCode::from_u16(status).unwrap(), [("location", to)], "").into_response()
        }
        Some(Reply::RetryAfter(status, seconds)) => {
            (StatusCode::from_u16(status).unwrap(), [("retry-after", seconds.to_string())], "").into_response()
        }
        Some(Reply::Slow(pause)) => {
            tokio::time::sleep(pause).await;
            (json, "{}").into_response()
        }
        Some(Reply::Cut) => cut(),
    }
}

/// A body that breaks off before its first byte: hyper closes the connection without a whole answer.
fn cut() -> Response {
    let broken = futures_util::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("cut")) });
    Response::builder().header("content-length", "10").body(axum::body::Body::from_stream(broken)).unwrap()
}

impl Ran {
    /// The outcome of a step of the first case, by its name's place in its list; of the last attempt.
    pub(super) fn outcome(&self, phase: Phase, index: usize) -> &Outcome {
        let ended = self.events.iter().rev().find_map(|event| match &event.fact {
            Fact::StepEnded { step, outcome } if step.case == 0 && step.phase == phase && step.index == index => {
                Some(outcome)
            }
            _ => None,
        });
        ended.unwrap_or_else(|| panic!("{phase:?} {index} never ended: {:#?}", self.events))
    }

    /// `scenario verdict: cause` of every end of a scenario, then `exit CODE`.
    pub(super) fn story(&self) -> Vec<String> {
        self.events.iter().filter_map(|event| story_of(&event.fact)).collect()
    }

    /// How often a request arrived.
    pub(super) fn count(&self, request: &str) -> usize {
        self.requests.iter().filter(|seen| *seen == request).count()
    }
}

fn story_of(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::ScenarioEnded { case, verdict, cause, retrying, .. } => {
            let cause = cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("{case} {verdict}{}{cause}", if *retrying { " (again)" } else { "" })
        }
        Fact::LeftBehind { leftover, .. } => format!("left by {}: {}", leftover.step, leftover.why),
        Fact::RunEnded { exit_code, .. } => format!("exit {exit_code}"),
        _ => return None,
    })
}
