//! A run that is told to stop cleans up first; one that is told twice says what it leaves.

use std::fs::File;
use std::io::Read as _;
use std::time::Duration;

use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::process::Signal;

use super::stand::{Project, Server};

/// An import that waits for what never comes, and is removed by a `finally` that may be slow.
fn endless(finally: &str) -> String {
    format!(
        "steps:
  - name: upload
    http: {{ post: /api/v1/bulk-imports, multipart: {{ file: {{ path: ../contacts.csv, type: text/csv }} }} }}
    expect: response.status == 201
    capture: {{ import_id: response.body.id }}
  - name: wait for what never comes
    http: {{ get: \"/api/v1/bulk-imports/${{{{ import_id }}}}\" }}
    until: response.body.status == \"completed\"
    within: 10m
finally:
{finally}"
    )
}

const REMOVE: &str = "  - name: remove the import
    http: { delete: \"/api/v1/bulk-imports/${{ import_id }}\" }
    expect: response.status in [200, 204, 404]
";
const DAWDLE: &str = "  - name: take very long
    exec: { run: [/bin/sleep, \"600\"] }
    expect: output.code == 0
";

fn project(server: &Server, finally: &str) -> Project {
    let contacts = include_str!("../../../fixtures/contacts.csv");
    let scenario = endless(finally);
    let files =
        [("smoke.yaml", server.config.as_str()), ("scenarios/endless.yaml", &scenario), ("contacts.csv", contacts)];
    Project::of(&files).with(&server.variables())
}

#[track_caller]
fn check(signal: Signal, name: &str, code: i32) {
    let server = Server::start(&[]);
    let project = project(&server, REMOVE);
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    assert!(server.get("/api/v1/bulk-imports").contains("review_ready"));
    run.signal(signal);
    let ended = run.end();
    ended.check(code, "aborted");
    assert!(ended.took < Duration::from_secs(30), "{:?}", ended.took);
    let left = server.get("/api/v1/bulk-imports");
    assert!(left.starts_with("HTTP/1.1 200") && !left.contains("review_ready"), "{left}");
    let run = project.run_json();
    assert_eq!((&run["run"]["exit_code"], &run["run"]["stopped_by"]), (&code.into(), &name.into()));
    assert_eq!(run["scenarios"][0]["cleanup"][0]["verdict"], "passed");
    assert_eq!(run["scenarios"][0]["leftovers"], serde_json::json!([]));
    assert!(project.latest("junit.xml").contains("type=\"Aborted\""));
    assert_eq!(server.stop(signal), Some(0));
}

#[test]
fn sigint_cleans_up_and_ends_with_130() {
    check(Signal::INT, "SIGINT", 130);
}

#[test]
fn sigterm_cleans_up_and_ends_with_143() {
    check(Signal::TERM, "SIGTERM", 143);
}

/// As when the terminal is closed or the connection to it is lost.
#[test]
fn sighup_cleans_up_and_ends_with_129() {
    if ignores_hang_ups() {
        println!("skipped: under nohup, nobody hears a hang-up");
        return;
    }
    check(Signal::HUP, "SIGHUP", 129);
}

/// Whether this process, and with it every one that it starts, was told to ignore SIGHUP.
fn ignores_hang_ups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// A program for a secret that hangs, and so does what it has started. Each holds a pipe open: its end is the end of both.
const HANGS: &str =
    "secrets: { token: { command: [/bin/sh, -c, \"exec 3> alive; /bin/sleep 60 & echo >&3; /bin/sleep 60\"] } }\n";

/// Sends a signal while the program hangs.
#[track_caller]
fn stopped_while_it_hangs(project: &Project, line: &[&str], (signal, name, code): (Signal, &str, i32)) {
    let pipe = project.root().join("alive");
    let _ = mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR);
    let run = project.start(line);
    let mut alive = File::open(pipe).unwrap();
    alive.read_exact(&mut [0]).unwrap();
    run.signal(signal);
    let ended = run.end();
    ended.check(code, &format!("error: stopped by {name} before it began; nothing was sent"));
    // What nobody waits for any more says nothing of what is left, or of a secret.
    assert!(!ended.stderr.contains("by hand") && !ended.stderr.contains("cannot be had"), "{}", ended.stderr);
    alive.read_to_end(&mut Vec::new()).unwrap();
    assert!(ended.took < Duration::from_secs(30), "{:?}", ended.took);
}

#[test]
fn a_signal_while_a_secret_is_fetched_leaves_nothing_running() {
    let reads = "steps:\n  - name: look\n    http: { get: /health, headers: { x: \"${{ secret.token }}\" } }\n    expect: response.status == 200\n";
    let config = format!("targets: {{ local: {{ sandbox: {{}} }} }}\n{HANGS}");
    let project = Project::of(&[("smoke.yaml", &config), ("scenarios/look.yaml", reads)]);
    stopped_while_it_hangs(&project, &["run", "local"], (Signal::INT, "SIGINT", 130));
    stopped_while_it_hangs(&project, &["run", "local"], (Signal::TERM, "SIGTERM", 143));
    stopped_while_it_hangs(&project, &["doctor", "local"], (Signal::TERM, "SIGTERM", 143));
    assert!(project.runs().is_empty());
}

#[test]
fn clean_up_hears_a_signal_while_a_secret_is_fetched() {
    let server = Server::start(&[]);
    let project = project(&server, REMOVE);
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    run.kill();
    let reads = REMOVE.replace("import_id }}\" }", "import_id }}\", headers: { x: \"${{ secret.token }}\" } }");
    std::fs::write(project.root().join("smoke.yaml"), format!("{HANGS}{}", server.config)).unwrap();
    std::fs::write(project.root().join("scenarios/endless.yaml"), endless(&reads)).unwrap();
    stopped_while_it_hangs(&project, &["cleanup"], (Signal::TERM, "SIGTERM", 143));
    assert_eq!(server.imports().len(), 1);
}

#[test]
fn latest_leads_to_a_run_from_its_beginning() {
    let server = Server::start(&[]);
    let project = project(&server, REMOVE);
    let before = project.reports().join("before");
    std::fs::create_dir(&before).unwrap();
    std::os::unix::fs::symlink("before", project.reports().join("latest")).unwrap();
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    run.kill();
    let latest = std::fs::read_link(project.reports().join("latest")).unwrap();
    assert_ne!(latest.to_str(), Some("before"));
    assert!(project.latest("events.ndjson").contains("run_started"));
}

#[test]
fn a_second_signal_leaves_at_once_and_says_what_is_left() {
    let server = Server::start(&[]);
    let project = project(&server, &format!("{DAWDLE}{REMOVE}"));
    let run = project.start(&["run", "sandbox"]);
    project.await_event(&["\"looked\"", "review_ready"]);
    run.signal(Signal::INT);
    project.await_event(&["\"step_started\"", "\"finally\""]);
    run.signal(Signal::TERM);
    let ended = run.end();
    ended.check(143, "LEFT BEHIND endless › clean-up \"remove the import\": import_id = ");
    ended.check(143, "SIGINT: cleaning up, then ending; a second signal leaves at once");
    ended.check(143, "left at once on a second signal, SIGTERM; what was running was not cleaned up");
    assert!(ended.took < Duration::from_secs(30), "{:?}", ended.took);
    let leftovers = project.run_json()["scenarios"][0]["leftovers"].clone();
    assert_eq!(leftovers.as_array().unwrap().len(), 2, "{leftovers}");
    project.latest("junit.xml");
}

#[test]
fn the_gate_passes_on_the_target_that_a_sandbox_prints() {
    let server = Server::start(&[]);
    let gate = include_str!("../../../scenarios/bulk-import.yaml").replace("targets: [local, staging, prod]\n", "");
    let contacts = include_str!("../../../fixtures/contacts.csv");
    let files = [
        ("smoke.yaml", server.config.as_str()),
        ("scenarios/bulk-import.yaml", &gate),
        ("fixtures/contacts.csv", contacts),
    ];
    let project = Project::of(&files).with(&server.variables());
    project.smoke(&["run", "sandbox"]).check(0, "not AWS itself");
    assert_eq!(server.stop(Signal::TERM), Some(0));
}

#[test]
fn a_sandbox_of_its_own_can_be_broken_too() {
    let server = Server::start(&["--fault", "worker-down"]);
    let look = "steps:
  - name: the worker runs
    ecs: { cluster: \"${{ vars.cluster }}\", service: \"${{ vars.worker }}\" }
    until: service.steady
    fail_if: service.rollout == \"FAILED\"
    within: 2m
";
    let project = Project::of(&[("smoke.yaml", &server.config), ("scenarios/look.yaml", look)]);
    let ended = project.with(&server.variables()).smoke(&["run", "sandbox"]);
    ended.check(1, "no worker is running: bulk-import-worker wants 1, has 0; ");
}
