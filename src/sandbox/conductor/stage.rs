//! What stands before the first task starts, as Terraform would have set it up: log group, task definitions, services
//! and the alarm.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::sandbox::cloud::Cloud;
use crate::sandbox::cloud::cloudwatch::{Alarm, MetricId, Missing, Rule, Statistic, Terms};
use crate::sandbox::cloud::ecs::{Limits, register};
use crate::sandbox::cloud::place::{self, CLUSTER, REGION};

/// The service that serves the API.
pub(crate) const BACKEND: &str = "backend";
/// The service that imports.
pub(crate) const WORKER: &str = "bulk-import-worker";
/// Where both log to.
pub(crate) const LOG_GROUP: &str = "/ecs/local";
/// What fires when no worker runs.
pub(crate) const ALARM: &str = "bulk-import-worker-down";

/// Sets all of it up.
///
/// # Errors
/// Where a task definition is refused, which is a mistake here.
pub(crate) fn set_up(cloud: &Cloud, now: DateTime<Utc>) -> Result<(), String> {
    cloud.logs.lock().create_group(LOG_GROUP, now);
    let mut fleet = cloud.fleet.lock();
    for service in [BACKEND, WORKER] {
        let name = register(&mut fleet, &definition(service), now).map_err(|refusal| refusal.message)?.name();
        // The API listens on a fixed port, and one worker is enough: a new task starts only when the old one is gone.
        fleet.create_service(service, &name, Limits { minimum: 0, maximum: 100, breaker: true, rollback: true }, now);
    }
    drop(fleet);
    cloud.watch.lock().alarms.push(Alarm::new(alarm(), now));
    Ok(())
}

fn definition(service: &str) -> Value {
    let check = if service == BACKEND { ["CMD", "get", "/health"] } else { ["CMD", "heartbeat", "--max-age=5"] };
    json!({
        "family": service,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{
            "name": service,
            "image": format!("sandbox/backend:{}", env!("CARGO_PKG_VERSION")),
            "essential": true,
            "healthCheck": {"command": check, "interval": 5, "timeout": 2, "retries": 1, "startPeriod": 0},
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": LOG_GROUP,
                    "awslogs-region": REGION,
                    "awslogs-stream-prefix": service,
                },
            },
        }],
    })
}

fn alarm() -> Terms {
    Terms {
        name: ALARM.to_owned(),
        description: "no bulk-import worker is running".to_owned(),
        action: place::arn("sns", "on-call"),
        metric: metric("RunningTaskCount", WORKER),
        threshold: 1.0,
        period: TimeDelta::seconds(10),
        statistic: Statistic::Minimum,
        rule: Rule { periods: 1, to_alarm: 1, missing: Missing::Breaching },
    }
}

/// A metric of Container Insights.
pub(super) fn metric(name: &str, service: &str) -> MetricId {
    MetricId {
        namespace: "ECS/ContainerInsights".to_owned(),
        name: name.to_owned(),
        dimensions: vec![
            ("ClusterName".to_owned(), CLUSTER.to_owned()),
            ("ServiceName".to_owned(), service.to_owned()),
        ],
    }
}
