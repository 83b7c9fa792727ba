//! The operations against a fleet set up by hand.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Fleet, Health, Limits, Status, answer, register};
use crate::sandbox::cloud::token::Paging;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

/// Services `a` and `b`, one definition each; `a` has a running, healthy task and one that died.
fn fleet() -> Fleet {
    let mut fleet = Fleet::default();
    for name in ["a", "b"] {
        register(&mut fleet, &definition(name), now()).unwrap();
        let limits = Limits { minimum: 0, maximum: 100, breaker: true, rollback: true };
        fleet.create_service(name, &format!("{name}:1"), limits, now());
    }
    let deployment = fleet.service("a").unwrap().primary().unwrap().id.clone();
    for _ in 0..2 {
        let id = fleet.add_task("a", &deployment, now()).unwrap();
        let task = fleet.task_mut(&id).unwrap();
        task.status = Status::Running;
        task.started = Some(now());
    }
    let ids: Vec<String> = fleet.tasks.iter().map(|task| task.id.clone()).collect();
    fleet.task_ended(&ids[0], Some(137), now() + TimeDelta::seconds(1));
    fleet.set_health(&ids[1], Health::Healthy);
    fleet
}

fn definition(family: &str) -> Value {
    json!({"family": family, "containerDefinitions": [{"name": "app", "image": "sandbox/backend:1"}]})
}

#[expect(clippy::needless_pass_by_value, reason = "requests are written where they are used")]
fn ask(fleet: &mut Fleet, operation: &str, request: Value) -> Value {
    answer(fleet, operation, &request, now()).unwrap_or_else(|refusal| panic!("{}", refusal.line()))
}

fn refused(operation: &str, request: &Value) -> String {
    let answered = answer(&mut fleet(), operation, request, now());
    answered.err().map_or_else(|| "nothing".to_owned(), |refusal| refusal.line())
}

#[test]
fn what_does_not_exist_is_among_the_failures() {
    let mut fleet = fleet();
    let answer = ask(&mut fleet, "DescribeServices", json!({"cluster": "local", "services": ["a", "none"]}));
    assert_eq!(answer["services"][0]["serviceName"], "a");
    assert_eq!(
        answer["failures"],
        json!([{"arn": "arn:aws:ecs:eu-central-1:000000000000:service/local/none", "reason": "MISSING"}])
    );
    let answer = ask(&mut fleet, "DescribeTasks", json!({"cluster": "local", "tasks": ["0".repeat(32)]}));
    assert_eq!(answer["tasks"], json!([]));
    assert_eq!(answer["failures"][0]["reason"], "MISSING");
    let answer = ask(&mut fleet, "DescribeClusters", json!({}));
    assert_eq!(answer["failures"][0]["arn"], "arn:aws:ecs:eu-central-1:000000000000:cluster/default");
}

#[test]
fn tasks_are_listed_by_what_is_wanted_of_them_and_described_with_their_end() {
    let mut fleet = fleet();
    let mut arns = |request: Value| ask(&mut fleet, "ListTasks", request)["taskArns"].as_array().unwrap().clone();
    assert_eq!(arns(json!({"cluster": "local"})).len(), 1);
    assert_eq!(arns(json!({"cluster": "local", "serviceName": "b"})).len(), 0);
    assert_eq!(arns(json!({"cluster": "local", "family": "a", "desiredStatus": "RUNNING"})).len(), 1);
    let stopped = arns(json!({"cluster": "local", "serviceName": "a", "desiredStatus": "STOPPED"}));
    let answer = ask(&mut fleet, "DescribeTasks", json!({"cluster": "local", "tasks": stopped}));
    let task = &answer["tasks"][0];
    assert_eq!(task["lastStatus"], "STOPPED");
    assert_eq!(task["stopCode"], "EssentialContainerExited");
    assert_eq!(task["containers"][0]["exitCode"], 137);
    assert_eq!(task["startedBy"], fleet.service("a").unwrap().primary().unwrap().id.as_str());
    assert_eq!(task["stoppedAt"], 1_790_000_001.0);
}

#[test]
fn a_tag_is_bound_to_a_digest_once_a_deployment_has_run_a_task() {
    let mut fleet = fleet();
    let deployment = fleet.service("a").unwrap().primary().unwrap().id.clone();
    let later = fleet.add_task("a", &deployment, now() + TimeDelta::seconds(2)).unwrap();
    let first = fleet.tasks[1].id.clone();
    let answer = ask(&mut fleet, "DescribeTasks", json!({"cluster": "local", "tasks": [first, later]}));
    let container = |index: usize| &answer["tasks"][index]["containers"][0];
    assert_eq!(container(0)["image"], "sandbox/backend:1");
    let bound = format!("sandbox/backend:1@{}", container(0)["imageDigest"].as_str().unwrap());
    assert_eq!(container(1)["image"], bound);
}

#[test]
fn an_update_begins_a_deployment_only_where_something_else_is_to_run() {
    let mut fleet = fleet();
    let mut deployments = |request: Value| {
        let answer = ask(&mut fleet, "UpdateService", request);
        answer["service"]["deployments"].as_array().unwrap().len()
    };
    assert_eq!(deployments(json!({"cluster": "local", "service": "a", "desiredCount": 2})), 1);
    assert_eq!(deployments(json!({"cluster": "local", "service": "a", "taskDefinition": "a:1"})), 1);
    assert_eq!(deployments(json!({"cluster": "local", "service": "a", "forceNewDeployment": true})), 2);
    let answer = ask(&mut fleet, "RegisterTaskDefinition", definition("a"));
    assert_eq!(answer["taskDefinition"]["revision"], 2);
    let answer = ask(&mut fleet, "UpdateService", json!({"cluster": "local", "service": "a", "taskDefinition": "a"}));
    assert_eq!(answer["service"]["taskDefinition"], "arn:aws:ecs:eu-central-1:000000000000:task-definition/a:2");
    assert_eq!(answer["service"]["deployments"][0]["rolloutState"], "IN_PROGRESS");
}

#[test]
fn what_was_described_can_be_registered_again_with_another_image() {
    let mut fleet = fleet();
    let described = ask(&mut fleet, "DescribeTaskDefinition", json!({"taskDefinition": "a"}));
    let mut next = described["taskDefinition"].clone();
    assert_eq!(next["containerDefinitions"][0]["environment"], json!([]));
    for added in ["taskDefinitionArn", "revision", "status", "compatibilities", "registeredAt"] {
        assert!(next.as_object_mut().unwrap().remove(added).is_some(), "{added}");
    }
    next["containerDefinitions"][0]["image"] = "sandbox/backend:2".into();
    let registered = ask(&mut fleet, "RegisterTaskDefinition", next);
    assert_eq!(registered["taskDefinition"]["containerDefinitions"][0]["image"], "sandbox/backend:2");
    let mut with_environment = definition("a");
    with_environment["containerDefinitions"][0]["environment"] = json!([{"name": "A", "value": "1"}]);
    assert_eq!(
        refused("RegisterTaskDefinition", &with_environment),
        "400 InvalidParameterException: the sandbox supports no entry of environment"
    );
}

#[test]
fn lists_come_in_pages() {
    let mut fleet = fleet();
    let mut request = json!({"cluster": "local", "maxResults": 1});
    let first = ask(&mut fleet, "ListServices", request.clone());
    request["nextToken"] = first["nextToken"].clone();
    let second = ask(&mut fleet, "ListServices", request);
    assert_eq!(second["serviceArns"], json!(["arn:aws:ecs:eu-central-1:000000000000:service/local/b"]));
    assert_eq!(second.get("nextToken"), None);
}

#[test]
fn hollow_lists_go_on_behind_an_empty_page() {
    let mut fleet = fleet();
    fleet.paging = Paging::Hollow;
    let first = ask(&mut fleet, "ListServices", json!({"cluster": "local"}));
    assert_eq!(first["serviceArns"], json!([]));
    let request = json!({"cluster": "local", "nextToken": first["nextToken"]});
    let second = ask(&mut fleet, "ListServices", request);
    assert_eq!((second["serviceArns"].as_array().unwrap().len(), second.get("nextToken")), (2, None));
}

#[test]
fn a_container_that_was_killed_says_why() {
    let mut fleet = fleet();
    let id = fleet.tasks[0].id.clone();
    fleet.task_mut(&id).unwrap().container_reason = Some("OutOfMemoryError".to_owned());
    let answer = ask(&mut fleet, "DescribeTasks", json!({"cluster": "local", "tasks": [id]}));
    assert_eq!(answer["tasks"][0]["containers"][0]["reason"], "OutOfMemoryError");
}

#[test]
fn service_deployments_are_listed_by_when_they_were_made() {
    let mut fleet = fleet();
    let mut count = |created: Value| {
        let request = json!({"cluster": "local", "service": "a", "createdAt": created});
        ask(&mut fleet, "ListServiceDeployments", request)["serviceDeployments"].as_array().unwrap().len()
    };
    assert_eq!(count(json!({"after": 1_789_999_999.5})), 1);
    assert_eq!(count(json!({"after": 1_790_000_001.0})), 0);
    assert_eq!(count(json!({"before": 1_789_999_999.5})), 0);
}

#[test]
fn service_deployments_are_found_again_by_their_arn() {
    let mut fleet = fleet();
    let listed = ask(&mut fleet, "ListServiceDeployments", json!({"cluster": "local", "service": "a"}));
    let brief = &listed["serviceDeployments"][0];
    assert_eq!(brief["status"], "IN_PROGRESS");
    let request = json!({"serviceDeploymentArns": [brief["serviceDeploymentArn"], "arn:none"]});
    let described = ask(&mut fleet, "DescribeServiceDeployments", request);
    assert_eq!(described["serviceDeployments"][0]["deploymentCircuitBreaker"]["status"], "MONITORING");
    assert_eq!(described["failures"], json!([{"arn": "arn:none", "reason": "MISSING"}]));
}

#[test]
fn wrong_requests_are_refused() {
    let check = |operation, request: Value, expected: &str| assert_eq!(refused(operation, &request), expected);
    check(
        "DescribeServices",
        json!({"cluster": "prod", "services": ["a"]}),
        "400 ClusterNotFoundException: Cluster not found.",
    );
    check("DescribeServices", json!({"services": ["a"]}), "400 ClusterNotFoundException: Cluster not found.");
    check(
        "DescribeServices",
        json!({"cluster": "local", "services": vec!["a"; 11]}),
        "400 InvalidParameterException: 1 validation error detected: Value at 'services' failed to satisfy constraint: \
         Member must have length less than or equal to 10",
    );
    check(
        "DescribeTasks",
        json!({"cluster": "local", "tasks": []}),
        "400 InvalidParameterException: Tasks cannot be empty.",
    );
    let id = "0".repeat(32);
    check(
        "DescribeTasks",
        json!({"cluster": "local", "tasks": [id, format!("[$LATEST]{id}")]}),
        "400 InvalidParameterException: taskId longer than 36.",
    );
    check(
        "DescribeTasks",
        json!({"cluster": "local", "tasks": [id, "arn:aws:ecs:eu-central-1:000000000000:task/local/none"]}),
        "400 InvalidParameterException: taskId length should be one of [32,36]",
    );
    check(
        "ListTasks",
        json!({"cluster": "local", "serviceName": "none"}),
        "400 ServiceNotFoundException: Service not found.",
    );
    check(
        "UpdateService",
        json!({"cluster": "local", "service": "a", "enableExecuteCommand": true}),
        "400 InvalidParameterException: the sandbox does not support the member enableExecuteCommand of UpdateService",
    );
    check(
        "DescribeTaskDefinition",
        json!({"taskDefinition": "a:9"}),
        "400 ClientException: Unable to describe task definition.",
    );
    check("RunTask", json!({}), "400 UnknownOperationException: the sandbox does not support the operation RunTask");
}
