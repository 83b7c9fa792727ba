//! That nothing was seen is known only where something could have been seen.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::stand::{Project, Server};

/// A project whose target is that server, with AWS's own lag of logs.
fn project(server: &Server, scenario: &str) -> Project {
    let config = server.config.replace("log_lag: 2s", "log_lag: 15s");
    assert_ne!(config, server.config);
    Project::of(&[("smoke.yaml", &config), ("scenarios/silence.yaml", scenario)]).with(&server.variables())
}

fn nothing_unwanted(prefix: &str) -> String {
    format!(
        "steps:
  - name: no error
    logs: {{ group: \"${{{{ vars.log_group }}}}\", stream_prefix: {prefix}/, none: [ {{ level: ERROR }} ] }}
    within: 40s
"
    )
}

#[test]
fn a_log_that_nobody_writes_proves_nothing() {
    let server = Server::start(&[]);
    let wrong = project(&server, &nothing_unwanted("bulk-import-wroker"));
    wrong.smoke(&["run", "sandbox"]).check(3, "no line in /ecs/local bulk-import-wroker/* in the last 24 hours");
    let right = project(&server, &nothing_unwanted("bulk-import-worker"));
    right.smoke(&["run", "sandbox"]).check(0, "passed");
}

const GUARDED: &str = "guards:
  - name: nobody logs an error
    logs: { group: \"${{ vars.log_group }}\", stream_prefix: \"${{ vars.worker }}/\", none: [ { level: ERROR } ] }
steps:
  - name: the API is well
    http: { get: /health }
    expect: response.status == 200
";

#[test]
fn a_guard_waits_for_late_lines_and_hears_a_signal_while_it_does() {
    let server = Server::start(&[]);
    let patient = project(&server, GUARDED);
    let run = patient.start(&["run", "sandbox"]);
    let hasty = project(&server, GUARDED);
    let stopped = hasty.start(&["run", "sandbox"]);
    hasty.await_event(&["\"step_ended\"", "\"step\""]);
    stopped.signal(Signal::INT);
    let signalled = Instant::now();
    stopped.end().check(130, "aborted");
    assert!(signalled.elapsed() < Duration::from_secs(14), "{:?}", signalled.elapsed());
    run.end().check(0, "passed");
}

/// In place of `UPLOADS`.
const UPLOADS: &str = "steps:
  - name: upload
    http:
      post: /api/v1/bulk-imports
      multipart: { file: { path: ../fixtures/contacts.csv, type: text/csv } }
    expect: response.status == 201
    capture: { import_id: response.body.id }";

/// A project of a scenario that uploads, on that server.
fn uploading(server: &Server, scenario: &str) -> Project {
    let scenario = scenario.replace("UPLOADS", UPLOADS);
    let rows = include_str!("../../../fixtures/contacts.csv");
    let files =
        [("smoke.yaml", server.config.as_str()), ("scenarios/read.yaml", &scenario), ("fixtures/contacts.csv", rows)];
    Project::of(&files).with(&server.variables())
}

/// What stands in the log, of what was only just begun, and a guard that nobody could break.
const JUDGED: &str = "guards:
  - name: nobody is tired
    logs: { group: \"${{ vars.log_group }}\", stream_prefix: \"${{ vars.worker }}/\" }
    expect: logs.events.all(event, !event.message.contains('tired'))
UPLOADS
  - name: it was begun
    logs: { group: \"${{ vars.log_group }}\", stream_prefix: \"${{ vars.worker }}/\" }
    expect: logs.complete && logs.events.exists(event, event.message.contains(import_id))
finally:
  - name: remove it
    http: { delete: \"/api/v1/bulk-imports/${{ import_id }}\" }
    expect: response.status in [200, 204, 404]
";

#[test]
fn what_stands_in_a_log_is_judged_once_the_log_is_complete() {
    let server = Server::start(&[]);
    let ended = uploading(&server, JUDGED).smoke(&["run", "sandbox"]);
    ended.check(0, "passed");
    // The step waits as late as lines may become visible, and so does the guard when the steps are done.
    assert!(ended.took >= Duration::from_secs(4), "{:?}", ended.took);
}

const ALARM: &str = "ready:
  - name: the alarm is evaluated
    alarm: \"${{ vars.alarm }}\"
    until: alarm.state == \"OK\"
    within: 1m
steps:
  - name: the alarm is silent
    alarm: \"${{ vars.alarm }}\"
    expect: alarm.silent
";

/// On a green run nobody looks further than that: whatever is opened says it, and says it once.
#[test]
fn what_a_silent_alarm_does_not_prove_is_told_of_a_green_run() {
    let server = Server::start(&[]);
    let files = [("smoke.yaml", server.config.as_str()), ("scenarios/a.yaml", ALARM), ("scenarios/b.yaml", ALARM)];
    let project = Project::of(&files).with(&server.variables());
    let ended = project.smoke(&["run", "sandbox"]);
    let doubt = "bulk-import-worker-down: could not have fired in this window (period 10 s × 1)";
    ended.check(0, &format!("\n  alarm {doubt}\n"));
    assert_eq!(ended.stdout.matches(doubt).count(), 1, "{}", ended.stdout);
    for (report, shown) in [
        ("summary.md", format!("\n- alarm {doubt}\n")),
        ("junit.xml", format!("<property name=\"note\" value=\"alarm {doubt}\"/>")),
        ("report.html", format!("<dt>Alarm</dt><dd>{doubt}</dd>")),
    ] {
        assert!(project.latest(report).contains(&shown), "{report}: {}", project.latest(report));
    }
}

/// A log that is read in every way that wants it to be complete; of two imports.
const READ: &str = "guards:
  - name: all of it is known, and nobody is tired
    logs: { group: \"${{ vars.log_group }}\", stream_prefix: \"${{ vars.worker }}/\" }
    expect: logs.complete && logs.events.all(event, !event.message.contains('tired'))
UPLOADS
  - name: it was begun
    logs:
      group: ${{ vars.log_group }}
      stream_prefix: ${{ vars.worker }}/
      sequence: [ { event: bulk_import_startONLY } ]
    UNTIL
    within: 20s
  - name: upload another
    http:
      post: /api/v1/bulk-imports
      multipart: { file: { path: ../fixtures/contacts.csv, type: text/csv } }
    expect: response.status == 201
    capture: { other_id: response.body.id }
  - name: that was taken up as well
    http: { get: \"/api/v1/bulk-imports/${{ other_id }}\" }
    until: response.body.status == \"review_ready\"
";

/// A step may have passed by then: what must be there exactly once is held against all that is there before the verdict.
#[test]
fn what_comes_again_after_its_step_has_passed_came_twice() {
    let server = Server::start(&[]);
    let run = |scenario: &str| {
        let project = uploading(&server, scenario);
        let ended = project.smoke(&["run", "sandbox"]);
        (project, ended)
    };
    let own = READ.replace("ONLY", ", import_id: \"${{ import_id }}\"");
    let any = READ.replace("ONLY", "").replace("    UNTIL\n", "");
    let (_, alone) = run(&own.replace("    UNTIL\n", ""));
    alone.check(0, "passed");
    let (_, complete) = run(&own.replace("UNTIL", "until: logs.complete"));
    complete.check(0, "passed");
    let (project, twice) = run(&any);
    twice.check(1, "seen 2 times, expected exactly once: at ");
    let first = twice.first_line();
    assert!(
        first.starts_with("FAILED read › step \"it was begun\": the same work was done more than once: "),
        "{first}"
    );
    let record = project.run_json();
    let steps = record["scenarios"][0]["steps"].as_array().unwrap();
    let verdicts: Vec<_> = steps.iter().map(|step| step["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["passed", "failed", "passed", "passed"]);
    assert!(steps[1]["evidence"].to_string().contains("last log lines of "), "{}", steps[1]);
    // A shadow check that uses up the scenario's time takes nothing of that away.
    let sleeps =
        "  - name: dawdle\n    exec: { run: [/bin/sleep, \"60\"] }\n    enforce: false\n    expect: output.code == 0\n";
    let (_, late) = run(&format!("timeout: 15s\n{any}{sleeps}"));
    late.check(1, "seen 2 times, expected exactly once: at ");
}
