//! Signals at random moments. The moments come from a seed that is printed, so that a failure can be seen again:
//! `SEED=… cargo test --test it moments`.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rustix::process::Signal;
use serde_json::Value;

use super::stand::{Ended, Project, Server};

/// A journey with every sort of moment in it: before, during and after what makes something, and in the clean-up.
const JOURNEY: &str = "steps:
  - name: look first
    http: { get: /health }
    expect: response.status == 200
    for: 200ms
  - name: upload
    http: { post: /api/v1/bulk-imports, multipart: { file: { path: ../contacts.csv, type: text/csv } } }
    expect: response.status == 201
    capture: { import_id: response.body.id }
  - name: wait until it can be reviewed
    http: { get: \"/api/v1/bulk-imports/${{ import_id }}\" }
    until: response.body.status == \"review_ready\"
    within: 1m
  - name: finalize
    http: { post: \"/api/v1/bulk-imports/${{ import_id }}/finalize\" }
    expect: response.status in [200, 202]
  - name: upload once more
    http: { post: /api/v1/bulk-imports, multipart: { file: { path: ../contacts.csv, type: text/csv } } }
    expect: response.status == 201
    as: second
finally:
  - name: remove the import
    http: { delete: \"/api/v1/bulk-imports/${{ import_id }}\" }
    expect: response.status in [200, 204, 404]
  - name: remove the second
    http: { delete: \"/api/v1/bulk-imports/${{ second.body.id }}\" }
    expect: response.status in [200, 204, 404]
";

/// Moments at which a journey goes on.
struct Moments<'server> {
    server: &'server Server,
    random: StdRng,
    /// How long a journey takes, with the start of its process.
    span: Duration,
}

impl<'server> Moments<'server> {
    /// Lets one journey go its way, to see how long that takes here.
    #[expect(clippy::print_stdout, reason = "a test that fails shows its seed")]
    fn new(server: &'server Server) -> Self {
        let given = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
        let seed: u64 = given.unwrap_or_else(rand::random);
        println!("SEED={seed}");
        let whole = project(server).smoke(&["run", "sandbox", "--quiet"]);
        whole.check(0, "1 passed");
        Self { server, random: StdRng::seed_from_u64(seed), span: whole.took }
    }

    /// Starts a journey; sends the signal at the next moment. The journey may be over by then, since no two take equally
    /// long, or not hear the signal yet.
    fn meet(&mut self, signal: Signal) -> (Project, Duration, Ended) {
        let project = project(self.server);
        let moment = self.span.mul_f64(self.random.random());
        let run = project.start(&["run", "sandbox", "--quiet"]);
        std::thread::sleep(moment);
        run.signal(signal);
        (project, moment, run.end())
    }
}

fn project(server: &Server) -> Project {
    let contacts = include_str!("../../../fixtures/contacts.csv");
    let config = server.config.as_str();
    Project::of(&[("smoke.yaml", config), ("scenarios/journey.yaml", JOURNEY), ("contacts.csv", contacts)])
        .with(&server.variables())
}

/// Every report of a run is whole.
fn hold_reports(project: &Project) -> Value {
    let run = project.reports().join("latest/run.json");
    let junit = project.smoke(&["report", run.to_str().unwrap(), "--format", "junit"]);
    // Reading it holds it against the schema; what is drawn from it is what was written.
    junit.check(0, "<testsuites");
    assert_eq!(junit.stdout, project.latest("junit.xml"));
    quick_junit::Report::deserialize_from_str(&junit.stdout).unwrap();
    for line in project.latest("events.ndjson").lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    project.run_json()
}

#[test]
fn sigint_at_twenty_moments_never_leaves_what_is_not_reported() {
    let server = Server::start(&[]);
    let mut moments = Moments::new(&server);
    for _ in 0..20 {
        let (project, moment, ended) = moments.meet(Signal::INT);
        let left = server.imports();
        // Before the process listens, a signal ends it; before the run begins, it says so. Nothing was sent then.
        if ended.code.is_none() || ended.stderr.contains("stopped by SIGINT before it began; nothing was sent") {
            assert_eq!((left, project.runs()), (vec![], vec![]), "{moment:?}");
            continue;
        }
        assert!(matches!(ended.code, Some(0 | 130)), "{moment:?}: {:?} {}{}", ended.code, ended.stdout, ended.stderr);
        let run = hold_reports(&project);
        let scenarios = run["scenarios"].as_array().unwrap();
        let told = scenarios.first().map(|scenario| scenario["leftovers"].to_string()).unwrap_or_default();
        let unknown = told.contains("whether it made something is not known");
        for id in left {
            assert!(told.contains(&id) || unknown, "{moment:?}: {id} was left and is not told in {told}");
            assert!(server.delete(&format!("/api/v1/bulk-imports/{id}")).starts_with("HTTP/1.1 204"));
        }
    }
}

#[test]
fn after_kill_9_at_ten_moments_clean_up_leaves_nothing_or_says_what_is_not_known() {
    let server = Server::start(&[]);
    let mut moments = Moments::new(&server);
    for _ in 0..10 {
        let (project, moment, killed) = moments.meet(Signal::KILL);
        assert!(matches!(killed.code, None | Some(0)), "{moment:?}: {}{}", killed.stdout, killed.stderr);
        let before = server.imports();
        let cleaned = project.smoke(&["cleanup", "sandbox"]);
        let left = server.imports();
        match cleaned.code {
            Some(0) => assert_eq!(left, Vec::<String>::new(), "{moment:?}, before {before:?}: {}", cleaned.stdout),
            _ => {
                cleaned.check(3, "whether it made something is not known");
            }
        }
        for id in left {
            server.delete(&format!("/api/v1/bulk-imports/{id}"));
        }
    }
}
