//! `--worker python`: the reference deployment's own worker as a process, and what is seen when that process breaks.

use super::stand::Project;
use crate::tools::path_with_python;

const CONFIG: &str = "targets: { local: { sandbox: {} } }\n";

/// Finds the worker's process by what it logs of itself, sends it a signal, and watches it meanwhile.
const BREAK: &str = r#"
name: the worker is broken from outside
vars: { signal: KILL }
ready:
  - name: find it
    logs: { group: "${{ vars.log_group }}", stream_prefix: "${{ vars.worker }}/", sequence: [ { event: worker_started } ] }
    within: 1m
    capture: { pid: "logs.matched[0].fields.pid" }
  - name: the worker is rolled out
    ecs: { cluster: "${{ vars.cluster }}", service: "${{ vars.worker }}" }
    until: service.steady
    within: 2m
guards:
  - name: the worker stays up
    ecs: { cluster: "${{ vars.cluster }}", service: "${{ vars.worker }}" }
    expect:
      - service.healthy == service.desired
      - service.stopped.size() == 0
steps:
  - name: break it
    exec: { run: [kill, -s, "${{ vars.signal }}", "${{ pid }}"] }
    expect: output.code == 0
  - name: go on for a while
    exec: { run: [sleep, "60"] }
    expect: output.code == 0
"#;

#[test]
fn the_gate_is_green_with_it() {
    let Some(path) = path_with_python() else { return };
    let project = Project::ours().with(&[("PATH", &path)]);
    project.smoke(&["run", "local", "bulk-import", "rejected-file", "--worker", "python"]).check(0, "4 passed");
}

fn broken_by(signal: &str, seen: &str) {
    let Some(path) = path_with_python() else { return };
    let project = Project::of(&[("smoke.yaml", CONFIG), ("scenarios/break.yaml", BREAK)]).with(&[("PATH", &path)]);
    let ended = project.smoke(&["run", "local", "--worker", "python", "--var", &format!("signal={signal}")]);
    ended.check(1, "FAILED break › guard \"the worker stays up\"").check(1, seen);
}

#[test]
fn a_process_that_is_killed_is_a_task_that_stopped_with_137() {
    broken_by("KILL", "exit 137");
}

#[test]
fn a_process_that_is_stuck_loses_its_health() {
    broken_by("STOP", "service.healthy == service.desired → 0 == 1");
}

#[test]
fn worker_down_is_its_own_word_for_a_missing_variable() {
    let Some(path) = path_with_python() else { return };
    let project = Project::ours().with(&[("PATH", &path)]);
    let arguments = ["run", "local", "bulk-import", "--worker", "python", "--fault", "worker-down", "--timeout", "15s"];
    let ended = project.smoke(&arguments);
    ended.check(1, "FAILED bulk-import › ready \"the new worker is rolled out\": no worker is running");
    ended.check(1, "the environment variable DATABASE_URL is not set");
}

#[test]
fn what_it_cannot_do_is_refused_before_anything_starts() {
    let check = |arguments: &[&str], path: &str, expected: &str| {
        Project::ours().with(&[("PATH", path)]).smoke(arguments).check(2, expected);
    };
    let nowhere = "the Python worker needs Python 3.10 or newer, and there is no python3 on PATH; leave --worker out to \
                   run the one that is built in";
    check(&["run", "local", "bulk-import", "--worker", "python"], "/nonexistent", nowhere);
    check(&["sandbox", "--worker", "python"], "/nonexistent", nowhere);
    let builtin = "the fault stuck-queued is one of the worker that is built in, and the Python worker does not have it; \
                   leave --worker out";
    check(&["run", "local", "bulk-import", "--worker", "python", "--fault", "stuck-queued"], "/nonexistent", builtin);
    check(
        &["run", "prod", "bulk-import", "--worker", "python", "--yes"],
        "/nonexistent",
        "--worker is for the local target only, and prod is another one",
    );
}
