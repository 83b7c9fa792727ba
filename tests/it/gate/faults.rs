//! What is broken is found, named where it shows, and told in the system's own words in the first line.

use std::time::Duration;

use super::stand::{Project, Server};

/// The first line names the step or guard and gives the cause; then come the place and what was expected.
struct Expected<'text> {
    who: &'text str,
    cause: &'text [&'text str],
    place: &'text str,
    judged: &'text str,
}

#[track_caller]
fn check(fault: &str, expected: &Expected<'_>) -> Project {
    let project = Project::ours();
    let ended = project.smoke(&["run", "local", "bulk-import", "--fault", fault]);
    ended.check(1, "failed");
    let first = ended.first_line();
    let who = format!("FAILED bulk-import › {}: ", expected.who);
    assert!(first.starts_with(&who), "{}", ended.stdout);
    for words in expected.cause {
        assert!(first.contains(words), "{words} is not in {first}");
    }
    let lines: Vec<&str> = ended.stdout.lines().map(str::trim).collect();
    assert!(lines[1].starts_with(expected.place), "{}", ended.stdout);
    assert!(lines[2].starts_with(expected.judged), "{}", ended.stdout);
    // None of them waits for its time to run out, which is minutes.
    assert!(ended.took < Duration::from_mins(2), "{:?}\n{}", ended.took, ended.stdout);
    let run = project.run_json();
    assert_eq!((&run["run"]["verdict"], &run["run"]["exit_code"]), (&"failed".into(), &1.into()));
    let cause = run["scenarios"][0]["cause"].as_str().unwrap();
    assert_eq!(first.strip_prefix(&who), Some(cause));
    project
}

#[test]
fn a_worker_that_dies_at_its_start() {
    let cause = [
        "no worker is running: bulk-import-worker wants 1, has 0; ",
        "its roll-out failed: ECS deployment circuit breaker: tasks failed to start; ",
        "Essential container in task exited, exit 1",
    ];
    let project = check(
        "worker-down",
        &Expected {
            who: "ready \"the new worker is rolled out\"",
            cause: &cause,
            place: "at scenarios/bulk-import.yaml:",
            judged: "fail_if: service.failed → it holds: failed",
        },
    );
    // Why it dies stands in its log, which the journey never came to.
    let cause = project.run_json()["scenarios"][0]["cause"].to_string();
    assert!(cause.contains("; bulk-import-worker logged ERROR worker_crashed at "), "{cause}");
    assert!(cause.contains("DATABASE_URL is not set"), "{cause}");
}

#[test]
fn without_a_worker_no_scenario_waits_for_its_time_to_run_out() {
    let project = Project::ours();
    let ended = project.smoke(&["run", "--fault", "worker-down"]);
    ended.check(1, "0 HTTP requests");
    let shown: Vec<&str> = ended.stdout.lines().filter(|line| line.starts_with("FAILED ")).collect();
    assert!(shown.iter().all(|line| line.contains(": no worker is running: ")), "{shown:#?}");
    let run = project.run_json();
    let causes = run["scenarios"].as_array().unwrap().iter().filter_map(|scenario| scenario["cause"].as_str());
    let causes: Vec<&str> = causes.filter(|cause| cause.starts_with("no worker is running: ")).collect();
    assert_eq!(causes.len(), 10, "{}", ended.stdout);
    assert!(ended.took < Duration::from_mins(2), "{:?}", ended.took);
}

#[test]
fn an_alarm_that_fires() {
    let project = check(
        "alarm-firing",
        &Expected {
            who: "guard \"the alarm stays silent\"",
            cause: &["the alarm bulk-import-worker-down ", "ALARM", "was less than the threshold (1.0)"],
            place: "at scenarios/bulk-import.yaml:",
            judged: "alarm.silent → alarm.silent is false",
        },
    );
    // It can hardly be said of one that fired that it could not have.
    let shown = project.latest("junit.xml");
    let since = shown.split("ALARM since").nth(1).and_then(|rest| rest.lines().next());
    assert!(!since.unwrap().contains("could not have fired"), "{shown}");
}

#[test]
fn an_import_that_fails() {
    let project = check(
        "import-fails",
        &Expected {
            who: "step \"the worker that was just deployed logged start and end\"",
            cause: &["bulk-import-worker logged ERROR bulk_import_error at ", "importing the rows failed: contacts."],
            place: "at scenarios/bulk-import.yaml:",
            judged: "sequence: {event: bulk_import_end, ",
        },
    );
    let run = project.run_json();
    let clean_up = &run["scenarios"][0]["cleanup"][0];
    assert_eq!((&clean_up["verdict"], &run["scenarios"][0]["leftovers"]), (&"passed".into(), &serde_json::json!([])));
}

/// A roll-back wants no worker: that there is none explains nothing of what else goes wrong.
#[test]
fn what_the_scenario_takes_away_itself_is_no_cause() {
    #[track_caller]
    fn check(until: &str, expected: &str) {
        let scenario = format!(
            "steps:
  - name: the worker is as it should be
    ecs: {{ cluster: \"${{{{ vars.cluster }}}}\", service: \"${{{{ vars.worker }}}}\" }}
    until: {until}
    within: 1m
  - name: ask
    http: {{ get: /nowhere }}
    expect: response.status == 200
"
        );
        let files = [("smoke.yaml", "targets: { local: { sandbox: {} } }\n"), ("scenarios/a.yaml", scenario.as_str())];
        let ended = Project::of(&files).smoke(&["run", "--fault", "desired-zero"]);
        ended.check(1, "failed");
        assert!(ended.first_line().starts_with(&format!("FAILED a › step \"ask\": {expected}")), "{}", ended.stdout);
    }
    check("service.running == 0", "GET /nowhere answered 404");
    check("service.running == service.desired", "bulk-import-worker wants no task: its desired count is 0");
}

#[test]
fn an_alarm_that_was_firing_before_anything_was_done() {
    let scenario = "ready:
  - name: the alarm fires
    alarm: \"${{ vars.alarm }}\"
    until: alarm.state == \"ALARM\"
    within: 1m
guards:
  - name: the alarm stays silent
    alarm: \"${{ vars.alarm }}\"
    expect: alarm.silent
steps:
  - name: the API is well
    http: { get: /health }
    expect: response.status == 200
";
    let project =
        Project::of(&[("smoke.yaml", "targets: { local: { sandbox: {} } }\n"), ("scenarios/late.yaml", scenario)]);
    let ended = project.smoke(&["run", "--fault", "alarm-firing"]);
    let who = "FAILED late › guard \"the alarm stays silent\": ";
    ended.check(
        1,
        &format!("{who}the alarm bulk-import-worker-down was in ALARM already when the window opened (since "),
    );
    assert!(ended.first_line().ends_with("; it was so already before the first step"), "{}", ended.stdout);
    assert_eq!(project.run_json()["scenarios"][0]["steps"][0]["verdict"], "skipped");
}

#[test]
fn a_worker_that_goes_later() {
    let scenario = "guards:
  - name: the worker stays up
    ecs: { cluster: \"${{ vars.cluster }}\", service: \"${{ vars.worker }}\" }
    expect:
      - service.healthy == service.desired
      - service.stopped.size() == 0
ready:
  - name: the worker is rolled out
    ecs: { cluster: \"${{ vars.cluster }}\", service: \"${{ vars.worker }}\" }
    until: service.steady
    within: 1m
steps:
  - name: wait for what never comes
    http: { get: /health }
    until: response.status == 201
    within: 10m
";
    let server = Server::start(&[]);
    let files = [("smoke.yaml", server.config.as_str()), ("scenarios/later.yaml", scenario)];
    let project = Project::of(&files).with(&server.variables());
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "\"step\",\"index\":0"]);
    let stopped = server.ecs("UpdateService", r#"{"cluster":"local","service":"bulk-import-worker","desiredCount":0}"#);
    assert!(stopped.starts_with("HTTP/1.1 200"), "{stopped}");
    let ended = run.end();
    ended.check(1, "failed");
    let who = "FAILED later › guard \"the worker stays up\": ";
    assert!(ended.first_line().starts_with(&format!("{who}bulk-import-worker wants no task")), "{}", ended.stdout);
    assert!(ended.took < Duration::from_secs(30), "{:?}", ended.took);
}
