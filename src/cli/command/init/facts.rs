//! What Terraform's files say of a deployment, as far as a first `smoke.yaml` needs it.

use serde_json::Value;

/// What was found; none where the files do not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The environment's name: a variable that is called so, else the cluster's name.
    pub(super) environment: Option<String>,
    /// The region.
    pub(super) region: Option<String>,
    /// The cluster.
    pub(super) cluster: Option<String>,
    /// The service that is most likely the worker.
    pub(super) worker: Option<String>,
    /// The service that is most likely the API.
    pub(super) backend: Option<String>,
    /// The log group.
    pub(super) log_group: Option<String>,
    /// The alarm on the worker.
    pub(super) alarm: Option<String>,
}

/// A service, and where in the files it stands.
struct Service<'config> {
    address: &'config str,
    name: &'config str,
    /// Behind a load balancer.
    balanced: bool,
}

impl Facts {
    /// Reads what the probe `terraform` brings as `config`.
    pub(super) fn of(config: &Value) -> Self {
        let named = |kind: &'static str| resources(config, kind).find_map(|(_, values)| text(&values["name"]));
        let services: Vec<Service<'_>> = resources(config, "aws_ecs_service")
            .filter_map(|(address, values)| {
                let balanced = values["load_balancer"].as_array().is_some_and(|blocks| !blocks.is_empty());
                Some(Service { address, name: known(&values["name"])?, balanced })
            })
            .collect();
        let worker = worker(&services);
        let variable = |names: &[&str]| names.iter().find_map(|name| text(&config["variables"][*name]["value"]));
        let cluster = named("aws_ecs_cluster");
        Self {
            environment: variable(&["environment", "env", "stage"]).or_else(|| cluster.clone()),
            region: text(&config["providers"]["aws"]["region"]).or_else(|| variable(&["aws_region", "region"])),
            cluster,
            worker: worker.map(|service| service.name.to_owned()),
            backend: backend(&services, worker).map(|service| service.name.to_owned()),
            log_group: named("aws_cloudwatch_log_group"),
            alarm: worker.and_then(|worker| alarm(config, worker)),
        }
    }

    /// Whether there is anything to look at in what they were read from. The cluster's name may be left open.
    pub(super) fn tell(&self, config: &Value) -> bool {
        let cluster = resources(config, "aws_ecs_cluster").next().is_some();
        cluster && (self.worker.is_some() || self.backend.is_some())
    }
}

fn text(value: &Value) -> Option<String> {
    known(value).map(str::to_owned)
}

/// A text that the files tell. What stands in brackets there (`(not known)`, `(sensitive)`) is what they do not tell.
fn known(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty() && !text.contains(['(', ')']))
}

/// Every resource of a kind: its address and its values.
fn resources<'config>(
    config: &'config Value,
    kind: &'static str,
) -> impl Iterator<Item = (&'config str, &'config Value)> {
    let all = config["resources"].as_object().into_iter().flatten();
    let of_kind = all.filter(move |(_, resource)| resource["type"] == kind && resource["mode"] == "managed");
    of_kind.map(|(address, resource)| (address.as_str(), &resource["values"]))
}

/// The one whose name speaks of imports, before any other worker.
fn worker<'s, 'config>(services: &'s [Service<'config>]) -> Option<&'s Service<'config>> {
    let called = |word: &str| services.iter().find(|service| service.name.contains(word) && !service.balanced);
    called("import").or_else(|| called("worker"))
}

/// The one behind the load balancer, else the one that is called like an API.
fn backend<'s, 'config>(
    services: &'s [Service<'config>],
    worker: Option<&Service<'_>>,
) -> Option<&'s Service<'config>> {
    let other = |service: &&Service<'_>| worker.is_none_or(|worker| worker.address != service.address);
    let called = |service: &&Service<'_>| ["backend", "api", "web"].iter().any(|word| service.name.contains(word));
    let balanced = services.iter().filter(other).find(|service| service.balanced);
    balanced.or_else(|| services.iter().filter(other).find(called))
}

/// The alarm that watches the worker, by its dimensions or by what it refers to.
fn alarm(config: &Value, worker: &Service<'_>) -> Option<String> {
    let watches = |address: &str, values: &Value| {
        let refers = config["resources"][address]["references"].as_array().into_iter().flatten();
        let mut refers = refers.filter_map(Value::as_str);
        values["dimensions"]["ServiceName"] == worker.name || refers.any(|path| path.starts_with(worker.address))
    };
    let mut alarms =
        resources(config, "aws_cloudwatch_metric_alarm").filter(|(address, values)| watches(address, values));
    alarms.find_map(|(_, values)| text(&values["alarm_name"]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "so that each value can be written where it stands")]
    fn resource(kind: &str, values: Value) -> Value {
        json!({ "type": kind, "mode": "managed", "values": values, "references": [] })
    }

    #[test]
    fn the_worker_is_the_one_that_imports_and_the_backend_the_one_behind_the_balancer() {
        let config = json!({
            "variables": { "environment": { "value": "prod" }, "aws_region": { "value": "eu-west-1" } },
            "resources": {
                "aws_ecs_cluster.this": resource("aws_ecs_cluster", json!({ "name": "main" })),
                "aws_ecs_service.a": resource("aws_ecs_service", json!({ "name": "intake-worker" })),
                "aws_ecs_service.b": resource("aws_ecs_service", json!({ "name": "bulk-import-worker" })),
                "aws_ecs_service.c": resource("aws_ecs_service", json!({ "name": "front", "load_balancer": [{}] })),
                "aws_cloudwatch_log_group.g": resource("aws_cloudwatch_log_group", json!({ "name": "/ecs/prod" })),
                "aws_cloudwatch_metric_alarm.x": resource(
                    "aws_cloudwatch_metric_alarm",
                    json!({ "alarm_name": "intake-down", "dimensions": { "ServiceName": "intake-worker" } }),
                ),
                "aws_cloudwatch_metric_alarm.y": {
                    "type": "aws_cloudwatch_metric_alarm", "mode": "managed",
                    "values": { "alarm_name": "down" }, "references": ["aws_ecs_service.b.name"],
                },
            },
        });
        let text = |text: &str| Some(text.to_owned());
        let expected = Facts {
            environment: text("prod"),
            region: text("eu-west-1"),
            cluster: text("main"),
            worker: text("bulk-import-worker"),
            backend: text("front"),
            log_group: text("/ecs/prod"),
            alarm: text("down"),
        };
        assert_eq!(Facts::of(&config), expected);
        // A variable may be called so and mean something else.
        let provider = |region: &str| {
            let providers = json!({ "aws": { "region": region } });
            Facts::of(&json!({ "providers": providers, "variables": config["variables"] })).region
        };
        assert_eq!(provider("eu-central-1"), text("eu-central-1"));
        assert_eq!(provider("(not known)"), text("eu-west-1"));
    }

    #[test]
    fn what_the_files_do_not_tell_is_left_open() {
        let unknown = json!({ "resources": {
            "aws_ecs_cluster.this": resource("aws_ecs_cluster", json!({ "name": null })),
            "aws_ecs_service.a": resource("aws_ecs_service", json!({})),
        } });
        assert_eq!(Facts::of(&unknown), Facts::default());
        assert!(!Facts::of(&json!({})).tell(&json!({})));
        let half = json!({
            "variables": { "environment": { "value": "(not known)" } },
            "resources": {
                "aws_ecs_cluster.this": resource("aws_ecs_cluster", json!({ "name": "(not known)" })),
                "aws_ecs_service.a": resource("aws_ecs_service", json!({ "name": "import-worker" })),
            },
        });
        let facts = Facts::of(&half);
        let expected = Facts { worker: Some("import-worker".to_owned()), ..Facts::default() };
        assert_eq!((facts.tell(&half), facts), (true, expected));
    }
}
