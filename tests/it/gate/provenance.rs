//! What was deployed is what must run: waited for, refused where something else runs, at once where it was taken back.

use std::time::Duration;

use serde_json::json;

use super::stand::{Ended, Project, Server};

const GATE: &str = include_str!("../../../scenarios/bulk-import.yaml");
const ROWS: &str = include_str!("../../../fixtures/contacts.csv");
const OTHER: &str = "sandbox/backend@sha256:1111111111111111111111111111111111111111111111111111111111111111";
const WHO: &str = "FAILED bulk-import › ready \"the new worker is rolled out\": ";

/// The gate, against a sandbox that can be redeployed while it runs.
struct Stand {
    server: Server,
    project: Project,
}

impl Stand {
    /// The gate waits for a roll-out at most so long.
    fn new(within: &str) -> Self {
        let server = Server::start(&[]);
        let gate = GATE.replace("targets: [local, staging, prod]", "targets: [sandbox]");
        let gate = gate.replace("within: 5m", &format!("within: {within}"));
        let files = [
            ("smoke.yaml", server.config.as_str()),
            ("scenarios/bulk-import.yaml", gate.as_str()),
            ("fixtures/contacts.csv", ROWS),
        ];
        let project = Project::of(&files).with(&server.variables());
        Self { server, project }
    }

    /// Registers the worker's next revision, and begins to roll it out.
    fn deploy(&self, image: &str) {
        let family = json!({"family": "bulk-import-worker", "containerDefinitions": [{
            "name": "bulk-import-worker", "image": image, "essential": true,
            "healthCheck": {"command": ["CMD", "heartbeat", "--max-age=5"]},
            "logConfiguration": {"logDriver": "awslogs", "options": {
                "awslogs-group": "/ecs/local", "awslogs-stream-prefix": "bulk-import-worker"}},
        }]});
        self.call("RegisterTaskDefinition", &family.to_string());
        let update =
            json!({"cluster": "local", "service": "bulk-import-worker", "taskDefinition": "bulk-import-worker"});
        self.call("UpdateService", &update.to_string());
    }

    fn call(&self, operation: &str, body: &str) {
        let answer = self.server.ecs(operation, body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    fn run(&self, expected: &str) -> Ended {
        self.project.smoke(&["run", "sandbox", "--var", expected])
    }
}

#[test]
fn what_is_not_rolled_out_yet_is_waited_for() {
    let stand = Stand::new("1m");
    let run = stand.project.start(&["run", "sandbox", "--var", "task_definition=bulk-import-worker:2"]);
    stand.project.await_event(&["\"looked\"", "\"ready\",\"index\":0"]);
    stand.deploy("sandbox/backend:next");
    let ended = run.end();
    ended.check(0, "bulk-import-worker is what was expected: bulk-import-worker:2");
    ended.check(
        0,
        "tested bulk-import-worker: task definition bulk-import-worker:2, image sandbox/backend:next (sha256:",
    );
    let ready = &stand.project.run_json()["scenarios"][0]["ready"][0];
    let expectations = ready["expectations"].to_string();
    assert!(expectations.contains(r#""text":"bulk-import-worker:2","kind":"task_definition","held":true"#), "{ready}");
    // The image by its tag, and what really runs by its digest alone.
    stand.run("image=sandbox/backend:next").check(0, "bulk-import-worker is what was expected: sandbox/backend:next");
    let digest = ended.stdout.split("(sha256:").nth(1).and_then(|rest| rest.split(')').next()).unwrap();
    stand.run(&format!("image=any/where@sha256:{digest}")).check(0, "is what was expected: any/where@sha256:");
    // A task that comes later names the digest as well as the tag: it is the same image.
    let scale = json!({"cluster": "local", "service": "bulk-import-worker", "desiredCount": 2});
    stand.call("UpdateService", &scale.to_string());
    stand.run("image=sandbox/backend:next").check(0, "bulk-import-worker is what was expected: sandbox/backend:next");
}

#[test]
fn what_never_comes_has_failed_and_it_is_said_what_runs_instead() {
    let stand = Stand::new("1s");
    let ended = stand.run(&format!("image={OTHER}"));
    let cause = format!(
        "{WHO}bulk-import-worker is not what was deployed: expected image {OTHER}, but bulk-import-worker runs task \
         definition bulk-import-worker:1, image sandbox/backend:"
    );
    ended.check(1, &cause);
    assert!(ended.first_line().contains("), after waiting "), "{}", ended.stdout);
    let ended = stand.run("task_definition=arn:aws:ecs:eu-central-1:000000000000:task-definition/bulk-import-worker:7");
    ended.check(1, "is not what was deployed: expected task definition arn:aws:ecs:eu-central-1:000000000000:task-");
}

#[test]
fn what_was_rolled_back_has_failed_long_before_the_time_is_up() {
    let stand = Stand::new("5m");
    stand
        .project
        .smoke(&["run", "sandbox"])
        .check(0, "tested bulk-import-worker: task definition bulk-import-worker:1, ");
    stand.deploy("no/such:image");
    for expected in ["task_definition=bulk-import-worker:2", "image=no/such:image"] {
        let ended = stand.run(expected);
        ended.check(1, &format!("{WHO}bulk-import-worker "));
        assert!(ended.first_line().contains("rolled back"), "{}", ended.stdout);
        // Of one that was over before the run it is not known at once whether an update followed.
        assert!(ended.took < Duration::from_secs(80), "{:?}", ended.took);
    }
    // To which revision is said once the service runs that one.
    let ended = stand.run("rows=5");
    assert!(ended.first_line().contains("was rolled back to task definition bulk-import-worker:1"), "{}", ended.stdout);
}

#[test]
fn what_cannot_be_told_from_something_else_is_refused_before_anything_is_sent() {
    let project = Project::ours();
    let run = |variable| project.smoke(&["run", "local", "bulk-import", "--var", variable]);
    run("image=sandbox/backend@sha256:12ab").check(2, "`sha256:12ab` is no whole digest");
    run("task_definition=bulk-import-worker").check(2, "`bulk-import-worker` names no revision");
    // As `--var image=$IMAGE` is, where nobody set that.
    run("image=").check(2, "`image` is given without a value; leave it out to test whatever runs");
}

/// A scenario that names no task by its id, but says what the tasks of the deployment under test have in common.
fn kin(deployment: &str) -> String {
    format!(
        "targets: [sandbox]
ready:
  - name: the worker is rolled out
    ecs: {{ cluster: \"${{{{ vars.cluster }}}}\", service: \"${{{{ vars.worker }}}}\" }}
    until: service.steady
    within: 1m
    as: worker
steps:
  - name: upload
    http:
      post: /api/v1/bulk-imports
      multipart: {{ file: {{ path: ../fixtures/contacts.csv, type: text/csv }} }}
    expect: response.status == 201
    capture: {{ import_id: response.body.id }}
  - name: it was taken up by a task of the deployment
    logs:
      group: ${{{{ vars.log_group }}}}
      from_tasks:
        - id: none-of-those-that-run
          arn: ${{{{ worker.tasks[0].arn }}}}
          deployment: \"{deployment}\"
          digests: ${{{{ worker.digests }}}}
      sequence: [ {{ event: bulk_import_start, import_id: \"${{{{ import_id }}}}\" }} ]
    within: 5s
finally:
  - name: remove it
    http: {{ delete: \"/api/v1/bulk-imports/${{{{ import_id }}}}\" }}
    expect: response.status in [200, 204, 404]
"
    )
}

#[test]
fn a_task_that_is_not_named_is_asked_for_rather_than_taken_on_trust() {
    let server = Server::start(&[]);
    let run = |deployment: &str| {
        let scenario = kin(deployment);
        let files = [
            ("smoke.yaml", server.config.as_str()),
            ("scenarios/kin.yaml", scenario.as_str()),
            ("fixtures/contacts.csv", ROWS),
        ];
        Project::of(&files).with(&server.variables()).smoke(&["run", "sandbox"])
    };
    run("${{ worker.deployment }}").check(0, "passed");
    let other = run("ecs-svc/0");
    other.check(1, "such event came from task ").check(1, " (which deployment ecs-svc/");
}
