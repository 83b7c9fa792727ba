//! The `logs` and `ecs` probes against moto, an AWS that others wrote, in a virtual environment of the test's own.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test: what goes wrong ends it, and a skip is said")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use smoke::aws::{AwsSettings, Reader, Window};
use smoke::look::LookErrorKind;
use smoke::plan::TargetSettings;
use smoke::probe::{DemandState, Instruments, Recent, Vantage, ecs, http, logs};

/// moto's server on loopback; gone when dropped.
struct Moto {
    server: Child,
    url: String,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Moto {
    /// None where there is no Python: then the reason is printed, and the test has nothing to say.
    async fn start() -> Option<Self> {
        if Command::new("python3").arg("--version").output().is_err() {
            println!("skipped: python3 is missing, so moto cannot be set up");
            return None;
        }
        let python = tokio::task::spawn_blocking(environment).await.unwrap();
        let mut server = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(server.stderr.take().unwrap()).lines().map(Result::unwrap);
        let url = said.find_map(|line| Some(line.split_once("Running on ")?.1.trim().to_owned())).unwrap();
        // It must not wait for somebody who reads on.
        std::thread::spawn(move || said.for_each(drop));
        Some(Self { server, url })
    }

    /// Calls an operation as any awsJson client does; moto does not check signatures.
    async fn call(&self, target: &str, body: &Json) -> Json {
        let service = if target.starts_with("Logs") { "logs" } else { "ecs" };
        let scope = format!("Credential=id/20260101/eu-west-1/{service}/aws4_request");
        let request = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(&self.url)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.1")
            .header("authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"));
        let answer = request.body(body.to_string()).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{target}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Json::Null)
    }

    async fn logs(&self, operation: &str, body: Json) -> Json {
        self.call(&format!("Logs_20140328.{operation}"), &body).await
    }

    async fn ecs(&self, operation: &str, body: Json) -> Json {
        self.call(&format!("AmazonEC2ContainerServiceV20141113.{operation}"), &body).await
    }

    /// Of somebody whose window opened a minute ago.
    async fn vantage(&self) -> Vantage {
        let settings = AwsSettings {
            region: Some("eu-west-1".to_owned()),
            endpoint_url: Some(self.url.clone()),
            credentials: Some(("id".to_owned(), "secret".to_owned())),
            log_lag: Some(Duration::from_millis(400)),
            ..AwsSettings::default()
        };
        let aws = Some(Reader::connect(&settings).await.unwrap());
        let http = http::Client::new(&TargetSettings::default()).unwrap();
        Vantage {
            instruments: Arc::new(Instruments { http, aws, recent: Recent::default(), redactor: Arc::default() }),
            window: Window::opening().reaching_back(TimeDelta::minutes(1)),
            step_start: tokio::time::Instant::now(),
            whole_log: false,
            anew: true,
            all_along: false,
            dir: PathBuf::new(),
            deadline: tokio::time::Instant::now() + Duration::from_mins(10),
        }
    }
}

/// A Python with moto, made once and kept among the build's temporary files.
fn environment() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto");
    let python = home.join("bin/python");
    let complete = home.join("complete");
    if !complete.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "moto[server]==5.2.5"]));
        std::fs::write(&complete, "").unwrap();
    }
    python
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

const GROUP: &str = "/ecs/prod";

/// Everything is one test: moto takes seconds to start, and its state is one.
#[tokio::test]
async fn the_probes_read_what_moto_holds() {
    let Some(moto) = Moto::start().await else { return };
    let vantage = moto.vantage().await;
    logs_are_read(&moto, &vantage).await;
    services_are_read(&moto, &vantage).await;
    let used = vantage.instruments.aws.as_ref().unwrap().used();
    assert!(used.calls.iter().any(|(call, _)| call == "ecs:DescribeServices"), "{used:?}");
}

async fn logs_are_read(moto: &Moto, vantage: &Vantage) {
    let missing = logs::Query::everything("/nowhere", None).look(vantage).await.unwrap_err();
    assert_eq!((missing.kind, missing.message.as_str()), (LookErrorKind::System, "no log group /nowhere in eu-west-1"));

    moto.logs("CreateLogGroup", json!({"logGroupName": GROUP})).await;
    let start = vantage.instruments.aws.as_ref().unwrap().start_of(&vantage.window).timestamp_millis();
    let event = |millis: i64, message: Json| json!({"timestamp": start + millis, "message": message.to_string()});
    let noise = (0..12_000).map(|number| event(1_000 + number / 2_000, json!({"event": "noise", "number": number})));
    for (index, chunk) in noise.collect::<Vec<_>>().chunks(6_000).enumerate() {
        put(moto, &format!("worker/app/noise{index}"), chunk).await;
    }
    let own = [
        event(100, json!({"event": "start", "id": "7f"})),
        event(200, json!({"event": "end", "id": "7f", "status": "completed"})),
    ];
    put(moto, "worker/app/t1", &own).await;
    put(moto, "backend/app/t2", &[event(150, json!({"level": "ERROR", "id": "7f"}))]).await;

    let sequence = [json!({"event": "start", "id": "7f"}), json!({"event": "end", "status": "completed"})];
    let query = logs::Query::everything(GROUP, Some("worker/"));
    let query = query.demanding(&sequence, &[json!({"level": "ERROR"})]);
    let seen = query.look(vantage).await.unwrap();
    assert!(seen.demands.iter().all(|demand| demand.state == DemandState::Met), "{:?}", seen.demands);
    // Everything was read, over as many pages as it took, and the other prefix was left out.
    assert_eq!(seen.summary(), "12002 lines, 2 of 2 of the sequence, nothing unwanted, complete");
    assert_eq!(seen.matched[1].line().task(), "t1");

    let all = logs::Query::everything(GROUP, None).demanding(&[], &[json!({"level": "ERROR"})]);
    let broken = all.look(vantage).await.unwrap();
    assert!(matches!(broken.demands[0].state, DemandState::Broken(_)), "{:?}", broken.demands);
}

async fn put(moto: &Moto, stream: &str, events: &[Json]) {
    moto.logs("CreateLogStream", json!({"logGroupName": GROUP, "logStreamName": stream})).await;
    let body = json!({"logGroupName": GROUP, "logStreamName": stream, "logEvents": events});
    moto.logs("PutLogEvents", body).await;
}

async fn services_are_read(moto: &Moto, vantage: &Vantage) {
    let no_cluster = ecs::Query::one("prod", "worker").look(vantage).await.unwrap_err();
    assert_eq!((no_cluster.kind, no_cluster.message.as_str()), (LookErrorKind::System, "no cluster prod in eu-west-1"));

    moto.ecs("CreateCluster", json!({"clusterName": "prod"})).await;
    let container = json!({"name": "app", "image": "worker:2", "memory": 128});
    moto.ecs("RegisterTaskDefinition", json!({"family": "worker", "containerDefinitions": [container]})).await;
    let service = json!({"cluster": "prod", "serviceName": "worker", "taskDefinition": "worker", "desiredCount": 1});
    moto.ecs("CreateService", service).await;

    let missing = ecs::Query::one("prod", "nobody").look(vantage).await.unwrap_err();
    assert_eq!((missing.kind, missing.message.as_str()), (LookErrorKind::System, "no service nobody in cluster prod"));

    // moto makes no tasks: the service wants one and has none, and that is what is said.
    let seen = ecs::Query::one("prod", "worker").look(vantage).await.unwrap();
    let service = &seen.services()[0];
    assert_eq!((service.desired, service.running, service.steady), (1, 0, Some(false)));
    assert_eq!(service.task_definition, "worker:1");
    assert_eq!(service.images, Some(vec!["worker:2".to_owned()]));
    let query = ecs::Query::one("prod", "worker");
    let (one, other) = tokio::join!(query.look(vantage), query.look(vantage));
    assert!(Arc::ptr_eq(&one.unwrap(), &other.unwrap()), "who looks at the same time sees one thing");
    let cause = seen.cause().unwrap();
    assert!(cause.starts_with("no worker is running: worker wants 1, has 0"), "{cause}");
}
