//! A service and what its tasks are made from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::finding::Finding;
use crate::aws::{DefinitionFacts, LogSettings, ServiceFacts, TaskFacts, Thing, short_name};
use crate::look::LookError;

/// What services look like, by cluster and name.
pub(super) type Services = BTreeMap<(String, String), Result<Arc<ServiceFacts>, LookError>>;

/// Whether it is there, and made so that a run can tell how it is.
pub(super) fn examine(thing: &Thing, facts: &Result<Arc<ServiceFacts>, LookError>) -> Finding {
    let what = thing.describe();
    let facts = match facts {
        Ok(facts) => facts,
        Err(error) => return Finding::unseen(what, error).todo("see the names in `vars` of the target"),
    };
    if facts.status != "ACTIVE" {
        return Finding::wrong(what, format!("it is being deleted ({})", facts.status)).todo("create it anew");
    }
    let finding = standing(what, facts.desired, facts.running);
    match &facts.definition {
        Ok(definition) => {
            let primary = facts.primary();
            let task = primary.map_or("", |primary| short_name(&primary.task_definition));
            let own = |task: &&TaskFacts| task.deployment.as_ref() == primary.map(|primary| &primary.id);
            let healthy = facts.tasks.iter().flatten().filter(own).any(|task| task.health == "HEALTHY");
            finding.with([health(task, definition, healthy)]).with(definition.logs.iter().map(logs))
        }
        Err(error) => finding.with([Finding::unseen("task definition", error)]),
    }
}

/// How many tasks it runs, of how many it wants.
fn standing(what: String, desired: i32, running: i32) -> Finding {
    let seen = format!("wants {desired}, runs {running}");
    match (desired, running) {
        (0, _) => Finding::unknown(what, seen).todo("no gate that wants it steady can pass before it wants a task"),
        (_, 0) => {
            Finding::wrong(what, seen).todo("see its events for why no task runs: no gate can pass before one does")
        }
        _ if running < desired => {
            Finding::unknown(what, seen).todo("see its events, unless it is being deployed: it is not steady now")
        }
        _ => Finding::well(what, seen),
    }
}

/// Whether ECS can call its tasks healthy; `healthy`, whether it calls one of them so now.
fn health(task: &str, definition: &DefinitionFacts, healthy: bool) -> Finding {
    let what = format!("health check of {task}");
    let DefinitionFacts { health_check, unchecked, .. } = definition;
    let (finding, todo) = match (health_check, unchecked.as_slice()) {
        (true, []) => return Finding::well(what, None),
        (true, _) if healthy => return Finding::well(what, None),
        (true, unchecked) => {
            let who = unchecked.join(" and ");
            let why = format!(
                "the essential container {who} has no healthCheck: healthStatus may stay UNKNOWN, and service.steady not come"
            );
            (Finding::unknown(what, why), "give it one, or call it not essential")
        }
        (false, _) => {
            let why = "no container has a healthCheck, so that healthStatus stays UNKNOWN for ever and service.steady never \
                       comes";
            (Finding::wrong(what, why), "give the container definition a healthCheck")
        }
    };
    finding.todo(format!("{todo}; HEALTHCHECK of a Dockerfile is ignored by ECS"))
}

/// Whether a container's lines come to where logs are read, and can be told apart by task.
fn logs(settings: &LogSettings) -> Finding {
    let LogSettings { container, driver, group, prefix, mode, buffer: _ } = settings;
    let what = format!("log of the container {container}");
    match (driver.as_str(), group, prefix) {
        ("", _, _) => Finding::wrong(what, "it has no logConfiguration: its lines go nowhere")
            .todo("set logDriver awslogs with awslogs-group, awslogs-region and awslogs-stream-prefix"),
        ("awslogs", Some(group), Some(prefix)) => {
            Finding::well(what, format!("awslogs to {group}, streams {prefix}/{container}/…{}", lossy(settings)))
        }
        ("awslogs", Some(group), None) => Finding::wrong(
            what,
            format!("awslogs to {group} without awslogs-stream-prefix: streams do not name their task, so from_tasks finds nothing"),
        )
        .todo("set awslogs-stream-prefix"),
        ("awslogs", None, _) => Finding::wrong(what, "awslogs without awslogs-group").todo("set awslogs-group"),
        (driver, ..) => {
            let mode = mode.as_deref().map(|mode| format!(", {mode}")).unwrap_or_default();
            Finding::unknown(what, format!("the driver {driver}{mode} may send its lines elsewhere than to CloudWatch Logs"))
                .todo("see that its lines come to the group that the scenarios read, with streams that end in the task's id")
        }
    }
}

/// Since June 2025 ECS sends without blocking where nothing else is said: then lines are lost when the buffer is full.
fn lossy(settings: &LogSettings) -> String {
    let buffer = settings.buffer.as_deref().map(|size| format!(" of {size}")).unwrap_or_default();
    match settings.mode.as_deref() {
        Some("blocking") => String::new(),
        Some(_) => format!("; non-blocking: lines are lost when its buffer{buffer} is full"),
        None => format!(
            "; non-blocking by default: lines are lost when its buffer{buffer} is full (mode: blocking loses none)"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw;
    use super::*;

    fn settings(driver: &str, group: Option<&str>, prefix: Option<&str>, mode: Option<&str>) -> LogSettings {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let (container, driver) = ("app".to_owned(), driver.to_owned());
        LogSettings { container, driver, group: text(group), prefix: text(prefix), mode: text(mode), buffer: None }
    }

    #[track_caller]
    fn check(settings: &LogSettings, expected: &str) {
        let drawn = draw::tree(&[logs(settings)], &|_, sign| sign.to_owned());
        assert_eq!(drawn.lines().next().unwrap(), expected);
    }

    #[test]
    fn a_service_must_run_what_it_wants() {
        #[track_caller]
        fn check(desired: i32, running: i32, expected: &str) {
            let drawn = draw::tree(&[standing("worker".into(), desired, running)], &|_, sign| sign.to_owned());
            assert_eq!(drawn.lines().next().unwrap(), expected);
        }
        check(1, 1, "✓ worker: wants 1, runs 1");
        check(1, 2, "✓ worker: wants 1, runs 2");
        check(2, 1, "? worker: wants 2, runs 1");
        check(1, 0, "✗ worker: wants 1, runs 0");
        check(0, 0, "? worker: wants 0, runs 0");
    }

    #[test]
    fn essential_containers_need_a_health_check_unless_a_task_is_healthy_without() {
        #[track_caller]
        fn check(health_check: bool, unchecked: &[&str], healthy: bool, expected: &str) {
            let unchecked = unchecked.iter().map(|name| (*name).to_owned()).collect();
            let definition = DefinitionFacts { health_check, unchecked, ..DefinitionFacts::default() };
            assert_eq!(draw::tree(&[health("worker:2", &definition, healthy)], &|_, sign| sign.to_owned()), expected);
        }
        check(true, &[], false, "✓ health check of worker:2\n");
        check(true, &["proxy"], true, "✓ health check of worker:2\n");
        check(
            true,
            &["proxy"],
            false,
            "? health check of worker:2: the essential container proxy has no healthCheck: healthStatus may stay UNKNOWN, and service.steady not come\n  → give it one, or call it not essential; HEALTHCHECK of a Dockerfile is ignored by ECS\n",
        );
        check(
            false,
            &["app", "proxy"],
            false,
            "✗ health check of worker:2: no container has a healthCheck, so that healthStatus stays UNKNOWN for ever and service.steady never comes\n  → give the container definition a healthCheck; HEALTHCHECK of a Dockerfile is ignored by ECS\n",
        );
    }

    #[test]
    fn a_log_must_come_to_where_it_is_read() {
        let (group, prefix) = (Some("/ecs/prod"), Some("worker"));
        check(
            &settings("awslogs", group, prefix, Some("blocking")),
            "✓ log of the container app: awslogs to /ecs/prod, streams worker/app/…",
        );
        check(
            &settings("awslogs", group, prefix, None),
            "✓ log of the container app: awslogs to /ecs/prod, streams worker/app/…; non-blocking by default: lines are lost when its buffer is full (mode: blocking loses none)",
        );
        check(
            &settings("awslogs", group, None, None),
            "✗ log of the container app: awslogs to /ecs/prod without awslogs-stream-prefix: streams do not name their task, so from_tasks finds nothing",
        );
        check(
            &settings("", None, None, None),
            "✗ log of the container app: it has no logConfiguration: its lines go nowhere",
        );
        check(
            &settings("awsfirelens", None, None, None),
            "? log of the container app: the driver awsfirelens may send its lines elsewhere than to CloudWatch Logs",
        );
    }
}
