//! The last words of a run: what decided, where to go on, and nothing that is not there.

use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::endless::{ENDLESS, project};
use super::stand::{Project, Server};

const CONFIG: &str = "targets: { local: { sandbox: {} } }
vars: { wanted: 200, hint: none }
secrets: { token: { env: TOKEN } }
";
const LOOK: &str = "steps:\n  - name: look\n    http: { get: /health, headers: { x-hint: \"${{ vars.hint }}\", x-token: \"${{ secret.token }}\" } }\n    expect: response.status == vars.wanted\n";
const LEAVES: &str = "steps:
  - name: make
    http: { post: /api/v1/bulk-imports, multipart: { file: { path: a.yaml, type: text/csv } } }
    expect: response.status == 201
finally:
  - name: take away
    http: { get: /nowhere }
    expect: response.status == 204
";

fn of(scenario: &str) -> Project {
    Project::of(&[("smoke.yaml", CONFIG), ("scenarios/a.yaml", scenario)]).with(&[("TOKEN", "hunter2-hunter2")])
}

#[test]
fn a_red_run_ends_with_what_decided_and_is_run_again_as_it_was() {
    let project = of(LOOK);
    let typed = ["run", "--var", "wanted=201", "--var", "hint=hunter2-hunter2", "--timeout", "1m"];
    let ended = project.smoke(&typed);
    ended.check(1, "run it again: smoke run local a --var wanted=201 --var hint=… --timeout 1m\n");
    let last: Vec<&str> = ended.stdout.lines().rev().take(3).collect();
    assert!(last[0].starts_with("  open ") && last[0].ends_with("/report.html"), "{last:?}");
    assert_eq!(last[1], "  at scenarios/a.yaml:2");
    assert!(last[2].starts_with("FAILED a › step \"look\": expected response.status == vars.wanted, saw 200 == 201"));
    for file in ["run.json", "events.ndjson", "report.html"] {
        assert!(!project.latest(file).contains("hunter2"), "{file}");
    }
}

#[test]
fn what_is_named_is_there_from_where_smoke_was_started() {
    let project = of(LOOK);
    let root = project.root().to_str().unwrap();
    let ended = project.smoke(&["-C", root, "run", "--var", "wanted=201", "--reports", "reports"]);
    ended.check(1, &format!("run it again: smoke run local a -C {root} --var wanted=201\n"));
    ended.check(1, &format!("  draw it again: smoke report {root}/reports/"));
    ended.check(1, &format!("  open {root}/reports/"));
}

/// Lines come late, and who was not left the time to wait for them must not say that they were lost.
#[test]
fn the_scenarios_timeout_is_said_before_anything_that_it_may_have_cut_off() {
    let gate = include_str!("../../../scenarios/bulk-import.yaml").replace("[local, staging, prod]", "[local]");
    let rows = include_str!("../../../fixtures/contacts.csv");
    let files = [
        ("smoke.yaml", "targets: { local: { sandbox: {} } }\n"),
        ("scenarios/bulk-import.yaml", gate.as_str()),
        ("fixtures/contacts.csv", rows),
    ];
    let ended = Project::of(&files).smoke(&["run", "local", "--fault", "log-driver-drops", "--timeout", "6s"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(ended.first_line().contains("the scenario's timeout of 6 s was over"), "{}", ended.first_line());
}

/// The deploy is not to blame for what is missing on the machine that looks at it.
#[test]
fn a_program_or_a_file_that_is_not_here_says_nothing_of_the_system() {
    #[track_caller]
    fn check(before: &str, look: &str, why: &str) {
        let project = of(&format!("steps:\n{before}  - name: look\n{look}\n    within: 1m\n"));
        let ended = project.smoke(&["run"]);
        assert_eq!((ended.code, ended.first_line()), (Some(3), &*format!("INCONCLUSIVE a › step \"look\": {why}")));
    }
    let run = "    exec: { run: [zqxjzqxj] }\n    until: output.code == 0";
    check("", run, "`zqxjzqxj` was not found on PATH");
    let named = "  - { name: name, http: { get: /health }, capture: { file: \"string(response.status) + '.csv'\" } }\n";
    let upload =
        "    http: { put: /health, multipart: { f: { path: \"${{ file }}\" } } }\n    until: response.status == 200";
    check(named, upload, "file 200.csv cannot be read: entity not found");
}

#[test]
fn what_is_left_on_a_sandbox_that_has_ended_is_not_to_be_cleaned_up() {
    let project = of(LEAVES);
    let ended = project.smoke(&["run"]);
    assert!(ended.stdout.contains("NOT CLEANED UP a › clean-up \"take away\""), "{}{}", ended.stdout, ended.stderr);
    assert!(!ended.stdout.contains("smoke cleanup") && !ended.stdout.contains("LEFT BEHIND"), "{}", ended.stdout);
}

#[test]
fn requests_are_counted_when_it_leaves_at_once() {
    let server = Server::start(&[]);
    let slow = ENDLESS.replace(
        "finally:\n",
        "finally:\n  - name: dawdle\n    exec: { run: [/bin/sleep, \"60\"] }\n    expect: output.code == 0\n",
    );
    let project = project(&server, &slow);
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    run.signal(Signal::INT);
    project.await_event(&["\"step_started\"", "\"finally\""]);
    run.signal(Signal::INT);
    run.end().check(130, " HTTP requests");
    assert!(project.run_json()["run"]["http_requests"].as_u64().unwrap() > 1, "{}", project.run_json()["run"]);
}

#[test]
fn a_summary_that_cannot_be_printed_is_no_success() {
    let project = of(LOOK);
    let mut smoke = Command::new(env!("CARGO_BIN_EXE_smoke"));
    smoke
        .env_clear()
        .env("TOKEN", "hunter2-hunter2")
        .env("SMOKE_REPORTS", project.reports())
        .current_dir(project.root());
    smoke.args(["run", "--quiet"]).stdin(Stdio::null()).stderr(Stdio::piped());
    smoke.stdout(std::fs::File::create("/dev/full").unwrap());
    let output = smoke.output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("error: cannot write to standard output: No space left on device"), "{said}");
    assert_eq!(project.run_json()["run"]["exit_code"], 4);
}

/// Whoever reads the record finds what the process ended with, and what was seen all the same.
#[test]
fn a_report_that_cannot_be_written_is_owned_up_to_in_the_record() {
    let project = of(LOOK);
    let ended = project.smoke(&["run", "--report", "json=kept.json", "--report", "junit=/dev/full"]);
    ended.check(4, "error: a report could not be written: /dev/full: No space left on device");
    let kept = std::fs::read_to_string(project.root().join("kept.json")).unwrap();
    assert_eq!(kept, project.latest("run.json"));
    let run = project.run_json();
    assert_eq!((&run["run"]["exit_code"], &run["run"]["verdict"]), (&4.into(), &"passed".into()));
    assert!(project.latest("report.html").contains("<dt>Exit code</dt><dd>4</dd>"));
    let path = project.reports().join("latest/run.json");
    let again = |format: &str| project.smoke(&["report", path.to_str().unwrap(), "--format", format]).stdout;
    assert_eq!(again("junit"), project.latest("junit.xml"));
    assert!(!again("text").contains("PASSED"), "{}", again("text"));
}
