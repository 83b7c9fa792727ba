//! The preflight and the policy, with the real binary against sandboxes that are broken in ways which a run would only
//! find after minutes, or never.

use std::collections::BTreeSet;

use serde_json::Value;

use super::stand::{Project, Server};

fn doctor(fault: Option<&str>) -> super::stand::Ended {
    let mut arguments = vec!["doctor", "local"];
    arguments.extend(fault.iter().flat_map(|fault| ["--fault", *fault]));
    Project::ours().smoke(&arguments)
}

/// The exit code, and lines that are shown.
#[track_caller]
fn check(fault: &str, code: i32, lines: &[&str]) {
    let ended = doctor(Some(fault));
    for line in lines {
        ended.check(code, line);
    }
}

#[test]
fn all_is_well_on_a_sandbox_that_is_well() {
    let ended = doctor(None);
    ended.check(0, "0 wrong, 0 not known");
    for line in [
        "✓ API http://127.0.0.1:",
        "✓ GET /health: 200 in ",
        "✓ AWS account ",
        "✓ service local/bulk-import-worker: wants 1, runs ",
        "✓ allowed: ecs:DescribeServices, ecs:ListServiceDeployments, ecs:ListTasks, ecs:DescribeTasks, ecs:DescribeTaskDefinition",
        "✓ health check of bulk-import-worker:1",
        "✓ log of the container bulk-import-worker: awslogs to /ecs/local, streams bulk-import-worker/bulk-import-worker/…",
        "✓ log group /ecs/local, streams bulk-import-worker/*: bulk-import-worker logs there",
        "✓ alarm bulk-import-worker-down: ",
        "✓ tells somebody: on-call",
        "✓ can fire",
        "✓ watches what the scenarios look at: local/bulk-import-worker",
    ] {
        ended.check(0, line);
    }
    assert!(!ended.stdout.contains('\u{1b}'), "plain text where there is no terminal");
}

#[test]
fn a_worker_that_does_not_run_is_found() {
    check(
        "worker-down",
        1,
        &[
            "✗ service local/bulk-import-worker (named at scenarios/",
            "): wants 1, runs 0\n",
            "see its events for why no task runs",
        ],
    );
}

#[test]
fn credentials_that_are_refused_are_said_once() {
    let server = Server::start(&[]);
    let look = "steps:
  - name: the worker runs
    ecs: { cluster: \"${{ vars.cluster }}\", service: \"${{ vars.worker }}\" }
    expect: service.running == 1
";
    let wrong = [("AWS_ACCESS_KEY_ID", "somebody"), ("AWS_SECRET_ACCESS_KEY", "else")];
    let project = Project::of(&[("smoke.yaml", &server.config), ("scenarios/look.yaml", look)]).with(&wrong);
    let ended = project.smoke(&["doctor", "sandbox"]);
    ended.check(1, "✗ AWS credentials: ");
    assert_eq!(ended.stdout.matches('✗').count(), 1, "{}", ended.stdout);
}

#[test]
fn names_that_lead_nowhere_are_found() {
    let server = Server::start(&[]);
    let files = [("smoke.yaml", server.config.as_str()), ("scenarios/look.yaml", LOOK)];
    let project = Project::of(&files).with(&server.variables());
    let nowhere = ["worker=bulk-import-wroker", "log_group=/ecs/lokal", "alarm=bulk-import-worker-dwon"];
    let arguments = nowhere.iter().flat_map(|var| ["--var", *var]);
    let ended = project.smoke(&["doctor", "sandbox"].into_iter().chain(arguments).collect::<Vec<_>>());
    ended.check(1, "✗ service local/bulk-import-wroker (named at scenarios/look.yaml:2): no service bulk-import-wroker in cluster local");
    ended.check(1, "(named at scenarios/look.yaml:8): ");
    ended.check(1, "→ see `log_group` in `vars` of the target");
    ended.check(1, "✗ alarm bulk-import-worker-dwon (named at scenarios/look.yaml:5): there is no such alarm");
    ended.check(1, "→ did you mean bulk-import-worker-down? see `alarm` in `vars` of the target");
    project.smoke(&["doctor", "stagin"]).check(2, "smoke.yaml has no target `stagin`");
}

const LOOK: &str = "steps:
  - name: the worker runs
    ecs: { cluster: \"${{ vars.cluster }}\", service: \"${{ vars.worker }}\" }
    expect: service.running == 1
  - name: the alarm is silent
    alarm: \"${{ vars.alarm }}\"
    expect: alarm.silent
  - name: the worker logs
    logs: { group: \"${{ vars.log_group }}\", stream_prefix: \"${{ vars.worker }}/\" }
    expect: logs.events.size() >= 0
";

#[test]
fn an_api_that_is_not_there_is_wrong() {
    let config = "targets: { gone: { api: { url: \"http://127.0.0.1:1\" } } }\n";
    let look = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";
    let project = Project::of(&[("smoke.yaml", config), ("scenarios/look.yaml", look)]);
    let ended = project.smoke(&["doctor", "gone"]);
    ended.check(1, "✗ API http://127.0.0.1:1\n└─ ✗ GET /health: connection refused by 127.0.0.1:1\n");
    // One that looks at AWS on a target without it cannot even be planned.
    let project = Project::of(&[("smoke.yaml", config), ("scenarios/look.yaml", LOOK)]);
    project.smoke(&["doctor", "gone", "--var", "cluster=a"]).check(2, "the target `gone` has no `aws`");
}

#[test]
fn secrets_are_not_shown() {
    let config = "secrets: { token: { env: TOKEN } }
targets: { gone: { api: { url: \"http://127.0.0.1:1/${{ secret.token }}\" } } }
";
    let look = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";
    let project = Project::of(&[("smoke.yaml", config), ("scenarios/look.yaml", look)]);
    let ended = project.with(&[("TOKEN", "hunter2-hunter2")]).smoke(&["doctor", "gone"]);
    ended.check(1, "✗ API http://127.0.0.1:1/***");
    assert!(!ended.stdout.contains("hunter2"), "{}", ended.stdout);
}

/// The actions that a policy grants.
fn granted(policy: &Value) -> BTreeSet<String> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|statement| statement["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_call_that_a_run_makes_is_in_the_policy_and_nothing_else_is() {
    let project = Project::ours();
    let ended = project.smoke(&["policy", "local"]);
    ended.check(0, "\"Version\": \"2012-10-17\"");
    let granted = granted(&serde_json::from_str(&ended.stdout).unwrap());
    let mut made = BTreeSet::new();
    // On a red too, which looks around for evidence; together they make every call that there is.
    for (fault, code) in [(None, 0), (Some("import-fails"), 1)] {
        let mut arguments = vec!["run", "local"];
        arguments.extend(fault.iter().flat_map(|fault| ["--fault", *fault]));
        project.smoke(&arguments).check(code, "AWS calls");
        let calls = project.run_json()["run"]["aws"]["calls"].clone();
        made.extend(calls.as_array().unwrap().iter().map(|call| call["operation"].as_str().unwrap().to_owned()));
    }
    assert_eq!(made, granted);
}

#[test]
fn a_policy_is_narrowed_by_what_is_named_and_needs_no_secret() {
    let project = Project::ours();
    let ended = project.smoke(&["policy", "prod", "--account", "123456789012"]);
    ended.check(0, "arn:aws:ecs:eu-west-1:123456789012:service/prod/bulk-import-worker");
    ended.check(0, "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/prod:*");
    ended.check(0, "\"ecs:cluster\": [");
    let open = project.smoke(&["policy", "prod"]);
    open.check(0, "arn:aws:ecs:eu-west-1:*:service/prod/bulk-import-worker");
    open.check(0, "note: the account is not known, so it stays open (*); --account narrows it");
    project.smoke(&["policy", "prdo"]).check(2, "did you mean `prod`?");
    let look = "steps: [ { name: look, http: { get: /health }, expect: response.status == 200 } ]\n";
    let bare = Project::of(&[("smoke.yaml", "targets: { local: { sandbox: {} } }\n"), ("scenarios/look.yaml", look)]);
    let ended = bare.smoke(&["policy", "local"]);
    assert!(ended.stderr.contains("no policy is needed"), "{}", ended.stderr);
}

#[test]
fn an_alarm_that_is_in_alarm_is_wrong() {
    // It fires some seconds after the sandbox is up; the preflight itself may be quicker.
    let server = Server::start(&["--fault", "alarm-firing"]);
    let files = [("smoke.yaml", server.config.as_str()), ("scenarios/look.yaml", LOOK)];
    let project = Project::of(&files).with(&server.variables());
    let told = || project.smoke(&["doctor", "sandbox"]).stdout.contains(": ALARM since ");
    super::stand::await_that("the alarm never fires", told);
}

#[test]
fn an_api_that_answers_wrongly_is_wrong() {
    check(
        "api-401",
        1,
        &[
            "✗ GET /api/v1/bulk-imports: 401 in ",
            ": it does not take our credentials",
            "→ see `api.headers` of the target",
        ],
    );
    check("api-500", 1, &["✗ GET /health: answered 500 Internal Server Error: "]);
    check("api-html", 1, &["✗ GET /health: ", ": it is no JSON, whose fields a scenario reads, but text/html"]);
    check("api-down", 1, &["✗ GET /health: connection refused by 127.0.0.1:"]);
}

#[test]
fn an_api_that_turns_strangers_away_as_a_scenario_wants_it_is_well() {
    let server = Server::start(&["--fault", "api-401"]);
    let told = |expect: &str| {
        let look = format!(
            "targets: [sandbox]\nsteps:\n  - {{ name: shut, http: {{ get: /api/v1/bulk-imports }}, expect: {expect} }}\n"
        );
        let files = [("smoke.yaml", server.config.as_str()), ("scenarios/look.yaml", look.as_str())];
        Project::of(&files).with(&server.variables()).smoke(&["doctor", "sandbox"]).stdout
    };
    let well = told("response.status == 401");
    assert!(well.contains("✓ GET /api/v1/bulk-imports: 401 in "), "{well}");
    for expect in ["response.status == 200", "response.elapsed < duration('1m')"] {
        let wrong = told(expect);
        assert!(wrong.contains("✗ GET /api/v1/bulk-imports: 401 in "), "{wrong}");
    }
}

#[test]
fn what_is_broken_in_aws_is_found_in_seconds() {
    check("service-missing", 1, &["no service bulk-import-worker in cluster local"]);
    check(
        "no-health-check",
        1,
        &["✗ health check of bulk-import-worker:", "→ give the container definition a healthCheck; "],
    );
    check("alarm-missing", 1, &["✗ alarm bulk-import-worker-down (named at scenarios/", ": there is no such alarm"]);
    check("alarm-disabled", 1, &["✗ tells somebody: its actions are disabled: nobody would be told"]);
    check("alarm-muted", 1, &["✗ tells somebody: the mute rule deploys is active: nobody would be told"]);
    check("alarm-wrong-metric", 1, &["✗ can fire: RunningTaskCount is in ECS/ContainerInsights, not in AWS/ECS"]);
    check("alarm-not-breaching", 1, &["✗ can fire: where no task runs its metric has no data"]);
    check("alarm-insufficient-data", 3, &["? alarm bulk-import-worker-down (named at ", ": INSUFFICIENT_DATA"]);
}

#[test]
fn what_may_not_be_read_is_found_call_by_call() {
    let ecs = ["DescribeServices", "ListServiceDeployments", "ListTasks", "DescribeTasks", "DescribeTaskDefinition"];
    let ecs = ecs.map(|action| format!("✗ ecs:{action}: AccessDenied"));
    check("ecs-denied", 1, &ecs.each_ref().map(String::as_str));
    check("logs-denied", 1, &["✗ logs:FilterLogEvents: AccessDenied", "→ grant it: `smoke policy` prints"]);
    let cloudwatch = ["✗ cloudwatch:DescribeAlarms: AccessDenied", "✗ cloudwatch:DescribeAlarmHistory: AccessDenied"];
    check("cloudwatch-denied", 1, &cloudwatch);
}

#[test]
fn what_could_not_be_asked_just_now_is_not_known() {
    check("logs-throttled", 3, &["? logs:FilterLogEvents: AWS throttled logs:FilterLogEvents (Throttling", "0 wrong"]);
    check("cloudwatch-html", 3, &["? cloudwatch:DescribeAlarms: AWS answered 500 without a reason", "0 wrong"]);
    check("ecs-html", 3, &["? ecs:DescribeServices: AWS answered 500 without a reason", "0 wrong"]);
}
