//! Projects that are made to be measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::upstream::Upstream;

/// Four requests, one after another: one journey through an API.
const JOURNEY: &str = r#"name: a small import
steps:
  - name: upload
    http: { post: /imports, json: { file: contacts.csv } }
    expect: response.status == 201
    capture: { id: response.body.id }
  - name: wait until it can be reviewed
    http: { get: "/imports/${{ id }}" }
    until: response.body.status == "review_ready"
    expect: response.body.rows_valid == response.body.rows_total
    within: 10s
  - name: finalize
    http: { post: "/imports/${{ id }}/finalize" }
    expect:
      - response.status == 202
      - response.body.status == "completed"
finally:
  - name: remove it
    http: { delete: "/imports/${{ id }}" }
    expect: response.status == 204
"#;

/// The same for hurl.
const JOURNEY_FOR_HURL: &str = r#"POST {{url}}/imports
{ "file": "contacts.csv" }
HTTP 201
[Captures]
id: jsonpath "$.id"

GET {{url}}/imports/{{id}}
[Options]
retry: 100
retry-interval: 100ms
HTTP 200
[Asserts]
jsonpath "$.status" == "review_ready"
jsonpath "$.rows_valid" == 3

POST {{url}}/imports/{{id}}/finalize
HTTP 202
[Asserts]
jsonpath "$.status" == "completed"

DELETE {{url}}/imports/{{id}}
HTTP 204
"#;

/// Waits two seconds for the API, and looks at all that AWS has meanwhile.
const WAITING: &str = r#"name: an import that takes two seconds
ready:
  - name: the worker is rolled out
    ecs: { cluster: "${{ vars.cluster }}", service: "${{ vars.worker }}" }
    until: service.steady
    within: 1m
    as: worker
guards:
  - name: the alarm stays silent
    alarm: ${{ vars.alarm }}
    expect: alarm.silent
  - name: the worker stays up
    ecs: { cluster: "${{ vars.cluster }}", service: "${{ vars.worker }}" }
    expect: service.healthy == service.desired
steps:
  - name: upload
    http: { post: /imports, json: { file: contacts.csv, takes_ms: 2000 } }
    expect: response.status == 201
    capture: { id: response.body.id }
  - name: wait until it can be reviewed
    http: { get: "/imports/${{ id }}" }
    until: response.body.status == "review_ready"
    within: 1m
  - name: the worker's log can be read
    logs: { group: "${{ vars.log_group }}", stream_prefix: "${{ vars.worker }}/" }
    until: logs.events.all(event, event.task in worker.tasks.map(task, task.id))
"#;

/// A project in a temporary folder, and where its reports go.
#[derive(Debug)]
pub(crate) struct Project {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Project {
    /// So many journeys through the ready API, for smoke and for hurl.
    pub(crate) fn journeys(count: u32, api: &Upstream) -> Self {
        let project = Self::new(&format!("targets:\n  bench:\n    api: {{ url: \"{}\" }}\n", api.url()), Vec::new());
        project.add("scenarios", "yaml", count, JOURNEY);
        project.add("hurl", "hurl", count, JOURNEY_FOR_HURL);
        project
    }

    /// So many that wait.
    pub(crate) fn waiting(count: u32, api: &Upstream, sandbox: &Upstream) -> Self {
        let target = format!("targets:\n  bench:\n    api: {{ url: \"{}\" }}\n{}", api.url(), sandbox.target());
        let project = Self::new(&target, sandbox.credentials());
        project.add("scenarios", "yaml", count, WAITING);
        project
    }

    fn new(config: &str, environment: Vec<(String, String)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("smoke.yaml"), config).unwrap();
        Self { folder, environment }
    }

    fn add(&self, folder: &str, ending: &str, count: u32, text: &str) {
        let folder = self.folder.path().join(folder);
        std::fs::create_dir(&folder).unwrap();
        for number in 0..count {
            std::fs::write(folder.join(format!("import-{number:04}.{ending}")), text).unwrap();
        }
    }

    /// `smoke check` of it.
    pub(crate) fn check(&self) -> Command {
        let mut command = smoke();
        command.arg("-C").arg(self.folder.path()).arg("check");
        command
    }

    /// `smoke run` of all of it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Command {
        let mut command = smoke();
        command.arg("-C").arg(self.folder.path()).args(["run", "bench", "--quiet"]).args(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// hurl's run of the same, one after another.
    pub(crate) fn hurl(&self, api: &Upstream) -> Command {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(self.folder.path().join("hurl")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let mut command = Command::new("hurl");
        command.args(["--test", "--jobs", "1", "--variable"]).arg(format!("url={}", api.url())).args(files);
        command
    }

    /// The same, with reports of the kinds that smoke always writes; and where they lie.
    pub(crate) fn hurl_reporting(&self, api: &Upstream) -> (Command, PathBuf) {
        let (mut command, reports) = (self.hurl(api), self.folder.path().join("hurl-reports"));
        for (option, name) in [("--report-json", "json"), ("--report-junit", "junit.xml"), ("--report-html", "html")] {
            command.arg(option).arg(reports.join(name));
        }
        (command, reports)
    }

    /// What the last run counted: requests, and calls to AWS.
    pub(crate) fn counted(&self) -> (u64, u64) {
        let reports = self.folder.path().join("reports");
        let text = std::fs::read_to_string(reports.join("latest/run.json")).unwrap();
        let run: serde_json::Value = serde_json::from_str(&text).unwrap();
        let calls = run["run"]["aws"]["calls"].as_array().unwrap();
        let calls = calls.iter().filter_map(|call| call["count"].as_u64()).sum();
        // Nobody reads them again, and a thousand of them would fill the disk.
        std::fs::remove_dir_all(reports).unwrap();
        (run["run"]["http_requests"].as_u64().unwrap(), calls)
    }
}

/// This repository's own project.
pub(crate) fn check_own() -> Command {
    let mut command = smoke();
    command.args(["-C", env!("CARGO_MANIFEST_DIR"), "check"]);
    command
}

/// The binary, as cargo built it for this benchmark.
pub(crate) fn smoke() -> Command {
    let mut command = Command::new(binary());
    // Whatever the environment says to smoke or to the SDK must not speak up.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SMOKE_") || name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
}

/// Where the binary is.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_smoke"))
}
