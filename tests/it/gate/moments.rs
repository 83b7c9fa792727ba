//! Signals at random moments. The moments come from a seed that is printed, so that a failure can be seen again:
//! `SEED=… cargo test --test it moments`.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rustix::process::Signal;
use serde_json::Value;

use super::stand::{Project, Server};

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

/// How long the journey takes about, with the start of the process; debug builds on busy machines take longer, and then
/// more moments lie early.
const SPAN: Duration = Duration::from_millis(2500);

fn seed() -> u64 {
    let given = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(rand::random)
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
    let seed = seed();
    println!("SEED={seed}");
    let mut moments = StdRng::seed_from_u64(seed);
    let server = Server::start(&[]);
    for _ in 0..20 {
        let project = project(&server);
        let moment = SPAN.mul_f64(moments.random());
        let run = project.start(&["run", "sandbox", "--quiet"]);
        std::thread::sleep(moment);
        run.signal(Signal::INT);
        let ended = run.end();
        let left = server.imports();
        // Before the process listens, a signal ends it: then nothing was sent. After its end, nobody hears it.
        if ended.code.is_none() {
            assert_eq!(left, Vec::<String>::new(), "{moment:?}");
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
    let seed = seed();
    println!("SEED={seed}");
    let mut moments = StdRng::seed_from_u64(seed);
    let server = Server::start(&[]);
    for _ in 0..10 {
        let project = project(&server);
        let moment = SPAN.mul_f64(moments.random());
        let run = project.start(&["run", "sandbox", "--quiet"]);
        std::thread::sleep(moment);
        run.kill();
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
