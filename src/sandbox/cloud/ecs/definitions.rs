//! `RegisterTaskDefinition`, `DescribeTaskDefinition` and `ListTaskDefinitions`.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::arns::definition_arn;
use super::definition::Definition;
use super::fleet::Fleet;
use super::input::{PAGES, WRONG, check_include};
use crate::sandbox::cloud::epoch::seconds;
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::place::last_part;
use crate::sandbox::cloud::refusal::Refusal;

const KNOWN: [&str; 10] = [
    "family",
    "networkMode",
    "containerDefinitions",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "taskRoleArn",
    "executionRoleArn",
    "volumes",
    "placementConstraints",
];
/// There are none of these; but what was described has them, empty, and may be registered again as it is.
const EMPTY: [&str; 2] = ["volumes", "placementConstraints"];

/// What a container may say. There is no command and no environment to set: it would be ignored.
const CONTAINER: [&str; 13] = [
    "name",
    "image",
    "cpu",
    "memory",
    "memoryReservation",
    "essential",
    "portMappings",
    "logConfiguration",
    "healthCheck",
    "environment",
    "mountPoints",
    "volumesFrom",
    "systemControls",
];
const CONTAINER_EMPTY: [&str; 4] = ["environment", "mountPoints", "volumesFrom", "systemControls"];

/// What the `awslogs` driver may be told.
const LOG_OPTIONS: [&str; 4] = ["awslogs-group", "awslogs-region", "awslogs-stream-prefix", "mode"];

/// `RegisterTaskDefinition`.
pub(super) fn answer_register(fleet: &mut Fleet, input: &Value, now: DateTime<Utc>) -> Result<Value, Refusal> {
    let definition = register(fleet, input, now)?;
    Ok(json!({"taskDefinition": draw(definition)}))
}

/// Adds the next revision of a family.
///
/// # Errors
/// Where it says what the sandbox cannot do: more than one container, another log driver, an environment, a volume.
pub(crate) fn register<'fleet>(
    fleet: &'fleet mut Fleet,
    input: &Value,
    now: DateTime<Utc>,
) -> Result<&'fleet Definition, Refusal> {
    let members = Members::read("RegisterTaskDefinition", WRONG, input, &KNOWN)?;
    let family = members.required_text("family")?.to_owned();
    check_empty(&members, &EMPTY)?;
    let containers = members.list("containerDefinitions", 10)?.unwrap_or_default();
    let [container] = containers else {
        return Err(members.wrong("the sandbox supports exactly one container a task definition"));
    };
    check_container(container)?;
    let newest = fleet.definitions.iter().filter(|other| other.family == family).map(|other| other.revision).max();
    let revision = newest.unwrap_or(0) + 1;
    let at = fleet.definitions.len();
    fleet.definitions.push(Definition { family, revision, registered: now, body: input.clone() });
    Ok(&fleet.definitions[at])
}

fn check_container(container: &Value) -> Result<(), Refusal> {
    let members = Members::read("containerDefinitions", WRONG, container, &CONTAINER)?;
    members.required_text("name")?;
    members.required_text("image")?;
    check_empty(&members, &CONTAINER_EMPTY)?;
    if let Some(log) = members.structure("logConfiguration", &["logDriver", "options"])? {
        log.choice("logDriver", &["awslogs"])?;
        log.structure("options", &LOG_OPTIONS)?;
    }
    members.structure("healthCheck", &["command", "interval", "timeout", "retries", "startPeriod"])?;
    Ok(())
}

fn check_empty(members: &Members, names: &[&str]) -> Result<(), Refusal> {
    for name in names {
        if !members.list(name, 100)?.unwrap_or_default().is_empty() {
            return Err(members.wrong(format!("the sandbox supports no entry of {name}")));
        }
    }
    Ok(())
}

/// `DescribeTaskDefinition`: `family:revision`, a family (its newest) or an ARN.
pub(super) fn describe(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("DescribeTaskDefinition", WRONG, input, &["taskDefinition", "include"])?;
    check_include(&members)?;
    let definition = find(fleet, members.required_text("taskDefinition")?)?;
    Ok(json!({"taskDefinition": draw(definition), "tags": []}))
}

/// The revision that is meant.
pub(super) fn find<'fleet>(fleet: &'fleet Fleet, given: &str) -> Result<&'fleet Definition, Refusal> {
    let name = last_part(given);
    let found = if name.contains(':') {
        fleet.definition(name)
    } else {
        fleet.definitions.iter().filter(|other| other.family == name).max_by_key(|other| other.revision)
    };
    found.ok_or_else(|| Refusal::new("ClientException", "Unable to describe task definition."))
}

/// `ListTaskDefinitions`.
pub(super) fn list(fleet: &Fleet, input: &Value) -> Result<Value, Refusal> {
    const KNOWN: [&str; 5] = ["familyPrefix", "status", "sort", "nextToken", "maxResults"];
    let members = Members::read("ListTaskDefinitions", WRONG, input, &KNOWN)?;
    let family = members.text("familyPrefix")?;
    let active = members.choice("status", &["ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"])?.unwrap_or("ACTIVE");
    let mut found: Vec<&Definition> = fleet
        .definitions
        .iter()
        .filter(|other| active == "ACTIVE" && family.is_none_or(|family| other.family == family))
        .collect();
    found.sort_by_key(|other| (&other.family, other.revision));
    if members.choice("sort", &["ASC", "DESC"])? == Some("DESC") {
        found.reverse();
    }
    let arns = found.into_iter().map(|other| definition_arn(&other.name()).into()).collect();
    PAGES.page(&members, input, List { key: "taskDefinitionArns", items: arns, size: 100, paging: fleet.paging })
}

fn draw(definition: &Definition) -> Value {
    let mut drawn = definition.body.clone();
    drawn["taskDefinitionArn"] = definition_arn(&definition.name()).into();
    drawn["revision"] = definition.revision.into();
    drawn["status"] = "ACTIVE".into();
    for name in EMPTY {
        drawn[name] = json!([]);
    }
    for name in CONTAINER_EMPTY {
        drawn["containerDefinitions"][0][name] = json!([]);
    }
    drawn["compatibilities"] = json!(["EC2", "FARGATE"]);
    drawn["registeredAt"] = seconds(definition.registered).into();
    drawn
}
