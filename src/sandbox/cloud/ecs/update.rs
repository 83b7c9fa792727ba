//! `UpdateService`.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::arns::name_of;
use super::definitions::find;
use super::fleet::Fleet;
use super::input::{WRONG, check_cluster};
use super::service::Limits;
use super::services::draw;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::refusal::Refusal;

const KNOWN: [&str; 6] =
    ["cluster", "service", "desiredCount", "taskDefinition", "forceNewDeployment", "deploymentConfiguration"];

/// The most tasks a service may want here.
const MOST_TASKS: u32 = 10;

/// Answers it. A task definition, even the same again with `forceNewDeployment`, begins a deployment; the desired
/// count alone does not.
pub(super) fn answer(fleet: &mut Fleet, input: &Value, now: DateTime<Utc>) -> Result<Value, Refusal> {
    let members = Members::read("UpdateService", WRONG, input, &KNOWN)?;
    check_cluster(&members)?;
    let name = name_of("service", members.required_text("service")?)
        .filter(|name| fleet.service(name).is_some())
        .ok_or_else(|| Refusal::new("ServiceNotFoundException", "Service not found."))?;
    let wanted = match members.text("taskDefinition")? {
        Some(given) => Some(find(fleet, given)?.name()),
        None => None,
    };
    let desired = members.size("desiredCount", 0, MOST_TASKS)?;
    let force = members.flag("forceNewDeployment")?.unwrap_or(false);
    if let Some(service) = fleet.service_mut(name) {
        service.limits = limits(&members, service.limits)?;
        service.desired = desired.unwrap_or(service.desired);
        let current = service.primary().map(|deployment| deployment.definition.clone()).unwrap_or_default();
        let definition = wanted.unwrap_or_else(|| current.clone());
        if force || definition != current {
            service.deploy(&definition, now);
        }
    }
    Ok(json!({"service": fleet.service(name).map(|service| draw(fleet, service))}))
}

fn limits(members: &Members, before: Limits) -> Result<Limits, Refusal> {
    let known = ["deploymentCircuitBreaker", "maximumPercent", "minimumHealthyPercent", "strategy"];
    let Some(given) = members.structure("deploymentConfiguration", &known)? else { return Ok(before) };
    given.choice("strategy", &["ROLLING"])?;
    let minimum = given.size("minimumHealthyPercent", 0, 100)?.unwrap_or(before.minimum);
    let maximum = given.size("maximumPercent", 100, 200)?.unwrap_or(before.maximum);
    if minimum == 100 && maximum == 100 {
        return Err(
            given.wrong("minimumHealthyPercent and maximumPercent cannot both be 100: nothing could be replaced")
        );
    }
    let breaker = given.structure("deploymentCircuitBreaker", &["enable", "rollback"])?;
    let flag = |name: &str, otherwise| match breaker {
        Some(breaker) => breaker.flag(name).map(|flag| flag.unwrap_or(otherwise)),
        None => Ok(otherwise),
    };
    Ok(Limits {
        minimum,
        maximum,
        breaker: flag("enable", before.breaker)?,
        rollback: flag("rollback", before.rollback)?,
    })
}
