//! Deploying and rolling back, with the scripts of the reference deployment and the aws CLI, against the sandbox.

use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use super::stand::{Project, Server};
use crate::tools::path_with_aws;

fn ours(path: &str) -> Project {
    // The CLI is told where its own settings lie, so that whoever runs the tests is not asked for theirs.
    Project::ours().with(&[("PATH", path), ("HOME", "/nonexistent"), ("AWS_EC2_METADATA_DISABLED", "true")])
}

#[test]
fn the_reference_deploys_and_rolls_back() {
    let Some(path) = path_with_aws() else { return };
    let project = ours(&path);
    project.smoke(&["run", "local", "deploy", "rollback"]).check(0, "2 passed");
    let run = project.run_json();
    let mut spans: Vec<(&str, &str)> = run["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["started"].as_str().unwrap(), one["ended"].as_str().unwrap()))
        .collect();
    spans.sort_unstable();
    assert!(spans[0].1 <= spans[1].0, "they ran side by side: {spans:?}");
}

#[test]
fn what_fails_in_the_middle_of_a_roll_back_leaves_the_worker_running() {
    let Some(path) = path_with_aws() else { return };
    let server = Server::start(&["--fault", "finalize-refused"]);
    let others = "  staging: { api: { url: http://127.0.0.1:1 } }\n  prod: { api: { url: http://127.0.0.1:1 } }\n";
    let config = server.config.replace("sandbox:", "local:") + others;
    let project = ours_at(&config, &path).with(&server.variables());
    project.smoke(&["run", "local", "rollback"]).check(1, "finalize it");
    let described = server.ecs("DescribeServices", r#"{"cluster": "local", "services": ["bulk-import-worker"]}"#);
    assert!(described.contains("\"desiredCount\":1"), "{described}");
    server.stop(Signal::TERM);
}

/// What a roll-back never changed it cannot have left otherwise than it was.
#[test]
fn what_was_not_well_before_the_roll_back_is_not_called_left_behind() {
    let Some(path) = path_with_aws() else { return };
    for fault in ["alarm-missing", "alarm-firing-before", "desired-zero"] {
        let project = ours(&path);
        let ended = project.smoke(&["run", "local", "rollback", "--fault", fault, "--timeout", "8s"]);
        assert_eq!(ended.code, Some(1), "{fault}: {}{}", ended.stdout, ended.stderr);
        assert_eq!(project.run_json()["scenarios"][0]["leftovers"], serde_json::json!([]), "{fault}: {}", ended.stdout);
    }
}

/// The scenarios and fixtures of this repository under another smoke.yaml.
fn ours_at(config: &str, path: &str) -> Project {
    let project = Project::of(&[("smoke.yaml", config)]);
    for folder in ["scenarios", "fixtures"] {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        std::os::unix::fs::symlink(ours, project.root().join(folder)).unwrap();
    }
    project.with(&[("PATH", path), ("HOME", "/nonexistent")])
}

#[test]
fn where_a_program_is_missing_everything_else_runs_and_the_reason_is_in_every_report() {
    let project = Project::ours();
    let ended = project.smoke(&["run", "local", "--skip-tag", "regression", "--report", "text"]);
    let aws = "needs `aws`, which is not on PATH: get it from https://aws.amazon.com/cli, or `pip install awscli`";
    ended.check(0, "SKIPPED deploy: ").check(0, "SKIPPED rollback: ").check(0, aws);
    for report in ["junit.xml", "run.json", "events.ndjson", "summary.txt"] {
        let text = project.latest(report);
        assert!(text.contains(aws), "{report}:\n{text}");
    }
}

#[test]
fn a_scenario_that_is_asked_for_and_lacks_a_program_is_refused_before_anything_is_sent() {
    let project = Project::ours().with(&[("PATH", "/usr/bin:/bin")]);
    let needs = "the scenario `rollback` needs the program `aws`, which is not on PATH";
    for words in [&["run", "local", "rollback"][..], &["run", "local", "--tag", "rollback"]] {
        let ended = project.smoke(words);
        if Path::new("/usr/bin/aws").exists() {
            return;
        }
        ended.check(2, needs).check(2, "get it from https://aws.amazon.com/cli, or `pip install awscli`");
    }
    project.smoke(&["list", "local"]).check(0, "aws (not on PATH)");
}

#[test]
fn prod_never_deploys_by_accident() {
    let listed = Project::ours().smoke(&["list", "prod"]);
    listed.check(0, "not: deploy,");
    let not = listed.stdout.lines().last().unwrap();
    assert!(not.contains("deploy") && not.contains("rollback"), "{not}");
    Project::ours().smoke(&["run", "prod", "deploy", "--yes"]).check(2, "the scenario `deploy` does not run on `prod`");
}

/// The scripts as a person runs them, waiter included.
#[test]
fn the_scripts_run_by_themselves() {
    let Some(path) = path_with_aws() else { return };
    let server = Server::start(&[]);
    let script = |name: &str, arguments: &[&str]| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bulk-import-prod/scripts").join(name);
        let endpoint = server.config.split("endpoint_url: \"").nth(1).unwrap().split('"').next().unwrap();
        let output = Command::new(file)
            .args(arguments)
            .env_clear()
            .envs(server.environment.iter().map(|(name, value)| (name, value)))
            .envs([("PATH", path.as_str()), ("AWS_ENDPOINT_URL", endpoint), ("AWS_DEFAULT_REGION", "eu-central-1")])
            .envs([("ECS_CLUSTER", "local"), ("ON_CALL_TOPIC", "arn:aws:sns:eu-central-1:000000000000:on-call")])
            .output()
            .unwrap();
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (output.status.code().unwrap(), told)
    };
    let check = |(code, told): (i32, String), expected: i32, words: &str| {
        assert_eq!((code, told.contains(words)), (expected, true), "{told}");
    };
    check(script("deploy-workers.sh", &["sandbox/backend:2"]), 0, "bulk-import-worker: arn:aws:ecs");
    check(script("deploy-backend.sh", &[]), 1, "usage: deploy-backend.sh IMAGE");
    check(script("scale-bulk-import-worker.sh", &["0"]), 0, "0");
    // Outside prod there is no alarm, and a second time there is none here.
    check(script("scale-bulk-import-worker.sh", &["0"]), 0, "0");
    check(script("scale-bulk-import-worker.sh", &["1"]), 0, "1");
    let described = server.ecs("DescribeServices", r#"{"cluster": "local", "services": ["bulk-import-worker"]}"#);
    let body: Value = serde_json::from_str(described.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert!(body["services"][0]["taskDefinition"].as_str().unwrap().ends_with("bulk-import-worker:2"), "{body}");
    server.stop(Signal::TERM);
}
