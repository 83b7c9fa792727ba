//! What stands before the first task starts, as Terraform would have set it up: log group, task definitions, services
//! and the alarm; and the deploy that follows, where there is one.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::script::{Casting, Script, Watching};
use crate::sandbox::cloud::Cloud;
use crate::sandbox::cloud::cloudwatch::{Alarm, MetricId, MuteRule, Rule, Statistic, Terms};
use crate::sandbox::cloud::ecs::{Definition, Fleet, Limits, PREVIOUS, Rollout, Service, register};
use crate::sandbox::cloud::place::{self, CLUSTER, REGION};

/// The service that serves the API.
pub(crate) const BACKEND: &str = "backend";
/// The service that imports.
pub(crate) const WORKER: &str = "bulk-import-worker";
/// The service whose worker the importing one was modelled on.
pub(crate) const INTAKE: &str = "intake-worker";
/// Where all log to.
pub(crate) const LOG_GROUP: &str = "/ecs/local";
/// What fires when no worker runs.
pub(crate) const ALARM: &str = "bulk-import-worker-down";

/// The API listens on a fixed port, and one worker is enough: a new task starts only when the old one is gone.
const LIMITS: Limits = Limits { minimum: 0, maximum: 100, breaker: true, rollback: true };
/// The current image.
const IMAGE: &str = concat!("sandbox/backend:", env!("CARGO_PKG_VERSION"));

/// Sets all of it up.
///
/// # Errors
/// Where a task definition is refused, which is a mistake here.
pub(crate) fn set_up(cloud: &Cloud, script: &Script, now: DateTime<Utc>) -> Result<(), String> {
    cloud.logs.lock().create_group(LOG_GROUP, now);
    let mut fleet = cloud.fleet.lock();
    fleet.no_insights = script.feed.is_off();
    let backend = add(&mut fleet, &definition(BACKEND, IMAGE), now)?;
    fleet.create_service(BACKEND, &backend, LIMITS, now);
    if let Some(service) = fleet.service_mut(BACKEND) {
        service.exclusive = true;
    }
    let intake = add(&mut fleet, &definition(INTAKE, IMAGE), now)?;
    fleet.create_service(INTAKE, &intake, LIMITS, now);
    if let Some(worker) = &script.worker {
        worker.set_up(&mut fleet, now)?;
    }
    drop(fleet);
    let mut watch = cloud.watch.lock();
    watch.alarms.extend(script.alarm.map(|watching| Alarm::new(watching.terms(), script.past.begin(now))));
    watch.mute_rules.extend(script.muted.then(|| MuteRule { name: "deploys".into(), alarms: vec![ALARM.into()] }));
    let (ours, others) = (metric("RunningTaskCount", WORKER), [metric("RunningTaskCount", BACKEND)]);
    script.past.happen(&mut watch, &ours, &others, now);
    Ok(())
}

/// Begins the deployment under test once the one before it is rolled out, where there is one.
pub(super) fn cue(fleet: &mut Fleet, script: &Script, now: DateTime<Utc>) {
    let Some(worker) = script.worker.as_ref().filter(|worker| worker.before.is_some()) else { return };
    let Some(service) = fleet.service_mut(WORKER) else { return };
    let alone = service.deployments.len() == 1;
    if alone && service.primary().is_some_and(|primary| primary.rollout == Rollout::Completed) {
        service.deploy(&format!("{WORKER}:2"), now);
        worker.dress(service);
    }
}

/// Whether the deployment under test has begun.
pub(super) fn is_set(fleet: &Fleet, script: &Script) -> bool {
    let waits = script.worker.as_ref().is_some_and(|worker| worker.before.is_some());
    !waits || fleet.service(WORKER).is_some_and(|service| service.deployments.len() > 1)
}

fn add(fleet: &mut Fleet, body: &Value, now: DateTime<Utc>) -> Result<String, String> {
    register(fleet, body, now).map(Definition::name).map_err(|refusal| refusal.message)
}

impl Casting {
    fn set_up(&self, fleet: &mut Fleet, now: DateTime<Utc>) -> Result<(), String> {
        let first = if self.before.is_some() { definition(WORKER, PREVIOUS) } else { self.definition() };
        let first = add(fleet, &first, now)?;
        // A worker that is replaced goes once the next one is there.
        let overlapping = Limits { minimum: 100, maximum: 200, ..LIMITS };
        let limits = if self.before.is_some() { overlapping } else { LIMITS };
        fleet.create_service(WORKER, &first, Limits { rollback: self.rollback, ..limits }, now);
        if self.before.is_some() {
            add(fleet, &self.definition(), now)?;
        } else if let Some(service) = fleet.service_mut(WORKER) {
            self.dress(service);
        }
        Ok(())
    }

    /// What the deployment under test brings with it, apart from its task definition.
    fn dress(&self, service: &mut Service) {
        service.desired = self.desired;
        service.pull = self.pull.unwrap_or(service.pull);
        service.first_check = self.first_check.unwrap_or_default();
    }

    fn definition(&self) -> Value {
        let mut body = definition(WORKER, if self.outdated { PREVIOUS } else { IMAGE });
        body["cpu"] = self.cpu.to_string().into();
        body["containerDefinitions"][0]["healthCheck"]["startPeriod"] = self.start_period.into();
        if let (None, Some(container)) = (self.first_check, body["containerDefinitions"][0].as_object_mut()) {
            container.remove("healthCheck");
        }
        body
    }
}

fn definition(service: &str, image: &str) -> Value {
    let check = if service == BACKEND { ["CMD", "get", "/health"] } else { ["CMD", "heartbeat", "--max-age=5"] };
    json!({
        "family": service,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{
            "name": service,
            "image": image,
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

impl Watching {
    fn terms(self) -> Terms {
        let watched = metric("RunningTaskCount", if self.worker { WORKER } else { BACKEND });
        Terms {
            name: ALARM.to_owned(),
            description: "no bulk-import worker is running".to_owned(),
            action: place::arn("sns", "on-call"),
            ok_actions: vec![place::arn("sns", "on-call")],
            enabled: self.enabled,
            metric: MetricId { namespace: self.namespace.to_owned(), ..watched },
            threshold: 1.0,
            period: TimeDelta::seconds(if self.nervous { 1 } else { 10 }),
            statistic: if self.nervous { Statistic::Maximum } else { Statistic::Minimum },
            rule: Rule { periods: 1, to_alarm: 1, missing: self.missing },
        }
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
