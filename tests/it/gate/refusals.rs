//! What is wrong before anything is sent, and what cannot be seen: each with its exit code, and what to do.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use rustix::fs::{CWD, Mode, mkfifoat};

use super::stand::{Project, Server};

const LOOK: &str = "steps:\n  - name: look\n    http: { get: /health }\n    expect: response.status == 200\n";

/// Targets of every sort; nothing listens there.
const TARGETS: &str = "targets:
  local: { sandbox: {} }
  gone: { api: { url: \"http://127.0.0.1:1\" } }
  prod: { protected: true, api: { url: \"http://127.0.0.1:1\" } }
";

fn project() -> Project {
    let prod = format!("targets: [prod]\n{LOOK}");
    Project::of(&[("smoke.yaml", TARGETS), ("scenarios/look.yaml", LOOK), ("scenarios/prod.yaml", &prod)])
}

#[test]
fn what_was_typed_wrong_is_a_2_and_leaves_no_trace() {
    let project = project();
    let check = |line: &str, said: &str| {
        project.smoke(&line.split(' ').collect::<Vec<_>>()).check(2, said);
    };
    check("run stagin", "no target, scenario, tag or file is called `stagin`");
    check("run prdo", "did you mean `prod`?");
    check("list prdo", "no target is called prdo");
    check("run local --fault worker-dwon", "a similar value exists: 'worker-down'");
    check("run gone --fault worker-down", "--fault breaks the local target only, and gone is another one");
    check("run local --retires 1", "a similar argument exists: '--retries'");
    check("run local --var image=x", "nothing reads the variable `image` that --var gives");
    check("run local prod", "the scenario `prod` does not run on `local`");
    check("run local --tag nightly", "no scenario has the tag `nightly`");
    check("run prod", "prod is a protected target, and nobody can be asked here; pass --yes to run there");
    assert_eq!(std::fs::read_dir(project.reports()).unwrap().count(), 0);
}

#[test]
fn a_variable_that_is_no_text_is_not_told_as_one_that_is_not_set() {
    let reads = LOOK.replace("/health }", "/health, headers: { x: \"${{ secret.token }}\" } }");
    let config = format!("secrets: {{ token: {{ env: TOKEN }} }}\n{TARGETS}");
    let project = Project::of(&[("smoke.yaml", &config), ("scenarios/look.yaml", &reads)]);
    let mut smoke = Command::new(env!("CARGO_BIN_EXE_smoke"));
    smoke.env_clear().env("TOKEN", OsStr::from_bytes(b"caf\xe9")).env("SMOKE_REPORTS", project.reports());
    let output = smoke.current_dir(project.root()).args(["run", "local"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    let expected = "error: the secret `token` cannot be had: what TOKEN is set to is not UTF-8\n --> smoke.yaml:1:12\n";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let project = project();
    mkfifoat(CWD, project.root().join("scenarios/pipe.yaml"), Mode::RUSR | Mode::WUSR).unwrap();
    for line in [["check"].as_slice(), &["run", "local"], &["run", "local", "scenarios/pipe.yaml"]] {
        project.smoke(line).check(2, "error: scenarios/pipe.yaml is a pipe, and not a file\n");
    }
    std::fs::remove_file(project.root().join("scenarios/pipe.yaml")).unwrap();
    project.smoke(&["run", "local", "/dev/null"]).check(2, "error: /dev/null is a device, and not a file\n");
    let uses = "steps:\n  - use: /dev/zero\n";
    std::fs::write(project.root().join("scenarios/uses.yaml"), uses).unwrap();
    let ended = project.smoke(&["check"]);
    ended.check(2, "error: /dev/zero is a device, and not a file\n --> scenarios/uses.yaml:2:10\n");
}

#[test]
fn all_errors_of_all_files_are_shown_at_once() {
    let project = Project::of(&[
        ("smoke.yaml", "tragets: {}\ntargets: { local: { sandbox: {} } }\n"),
        ("scenarios/a.yaml", &LOOK.replace("expect", "expcet")),
        ("scenarios/b.yaml", &LOOK.replace("response", "repsonse")),
    ]);
    for command in ["run", "check"] {
        let ended = project.smoke(&[command]);
        ended.check(2, "smoke.yaml:1:1").check(2, "scenarios/a.yaml:4:5").check(2, "scenarios/b.yaml:4:");
        ended.check(2, "did you mean `targets`?").check(2, "did you mean `expect`?").check(2, "`response`?");
    }
}

#[test]
fn an_api_that_refuses_the_connection_has_failed() {
    let project = project();
    let ended = project.smoke(&["run", "gone", "look"]);
    ended.check(1, "connection refused by 127.0.0.1:1");
    assert!(ended.first_line().contains("connection refused by 127.0.0.1:1"), "{}", ended.stdout);
    // The same on a protected target, once that was said to be meant.
    project.smoke(&["run", "--yes", "prod"]).check(1, "connection refused by 127.0.0.1:1");
}

#[test]
fn credentials_that_are_refused_are_inconclusive() {
    let server = Server::start(&[]);
    let look = "steps:
  - name: the worker runs
    ecs: { cluster: \"${{ vars.cluster }}\", service: \"${{ vars.worker }}\" }
    expect: service.running == 1
  - name: the alarm is silent
    alarm: \"${{ vars.alarm }}\"
    expect: alarm.silent
  - name: the API is well
    http: { get: /health }
    expect: response.status == 200
";
    let wrong = [("AWS_ACCESS_KEY_ID", "somebody"), ("AWS_SECRET_ACCESS_KEY", "else")];
    let project = Project::of(&[("smoke.yaml", &server.config), ("scenarios/look.yaml", look)]).with(&wrong);
    let ended = project.smoke(&["run", "sandbox"]);
    ended.check(3, "The security token included in the request is invalid");
    assert!(ended.first_line().starts_with("INCONCLUSIVE look › step \"the worker runs\": "), "{}", ended.stdout);
    let steps = project.run_json()["scenarios"][0]["steps"].clone();
    let verdicts: Vec<_> = steps.as_array().unwrap().iter().map(|step| step["verdict"].clone()).collect();
    assert_eq!(verdicts, ["inconclusive", "inconclusive", "passed"]);
}

#[test]
fn reports_that_cannot_be_written_are_smokes_own_fault() {
    let project = project();
    project.smoke(&["run", "gone", "look", "--reports", "smoke.yaml/reports"]).check(4, "smoke.yaml/reports");
    project.smoke(&["run", "gone", "look", "--report", "junit=smoke.yaml/junit.xml"]).check(4, "smoke.yaml/junit.xml");
}

#[test]
fn a_run_that_judges_nothing_is_no_pass() {
    let never = LOOK.replace("    expect", "    when: false\n    expect");
    let project = Project::of(&[("smoke.yaml", TARGETS), ("scenarios/never.yaml", &never)]);
    project.smoke(&["run", "gone"]).check(2, "nothing was judged: every expectation was skipped, so");
    let shadow = "steps:\n  - { name: look, exec: { run: [/bin/true] }, expect: output.code == 0, enforce: false }\n";
    let project = Project::of(&[("smoke.yaml", TARGETS), ("scenarios/shadow.yaml", shadow)]);
    project.smoke(&["run", "gone"]).check(2, "nothing was judged: only shadow checks were looked at, so");
}

#[test]
fn what_could_not_be_seen_until_the_scenarios_timeout_is_inconclusive() {
    let targets = "targets:\n  dark: { aws: { region: eu-west-1, endpoint_url: \"http://127.0.0.1:1\" } }\n";
    let waiting = "timeout: 1s\nsteps:\n  - name: up\n    ecs: { cluster: c, service: s }\n    until: service.steady\n    within: 5m\n";
    let keys = [("AWS_ACCESS_KEY_ID", "none"), ("AWS_SECRET_ACCESS_KEY", "none")];
    let project = Project::of(&[("smoke.yaml", targets), ("scenarios/wait.yaml", waiting)]).with(&keys);
    let ended = project.smoke(&["run", "dark"]);
    ended.check(3, "the scenario's timeout of ");
    assert!(ended.first_line().starts_with("INCONCLUSIVE wait › step \"up\": "), "{}", ended.stdout);
}

/// Where a secret names what must be there, what is said of it does not tell it.
#[test]
fn what_is_wrong_is_said_without_the_secret_in_it() {
    let config = "secrets: { tok: { env: TOK } }\nvars: { name: \"${{ secret.tok }}\" }\ntargets:
  gone: { api: { url: \"http://127.0.0.1:1\" }, aws: { region: eu-west-1, log_lag: \"${{ secret.tok }}\" } }\n";
    let scenario = "steps:
  - name: upload
    http: { post: /a, multipart: { a: { path: \"${{ secret.tok }}\" }, b: { path: \"${{ vars.name }}\" } } }
    expect: response.status == 200
  - name: a ${{ vars.name }}
    ecs: { cluster: c, service: s, task_definition: \"fam-${{ secret.tok }}\" }\n";
    let project = Project::of(&[("smoke.yaml", config), ("scenarios/a.yaml", scenario)]);
    let project = project.with(&[("TOK", "hunter2hunter2")]);
    for line in [&["run", "gone"][..], &["doctor", "gone"], &["run", "gone", "--verbose"]] {
        let ended = project.smoke(line);
        ended.check(2, "there is no file scenarios/***").check(2, "`fam-***` names no revision");
        ended.check(2, "`***` is not a duration");
        assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("hunter2"), "{}", ended.stderr);
    }
    for line in [&["check"][..], &["list", "gone"], &["policy", "gone"]] {
        let ended = project.smoke(line);
        assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("hunter2"), "{}", ended.stderr);
    }
}
