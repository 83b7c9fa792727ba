//! Task definitions: what tasks are made from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition};
use chrono::TimeDelta;

use super::action::Action;
use super::connect::Clients;
use super::failure;
use super::known::Known;
use crate::look::LookError;

/// What a task definition says that a look at a task does not. Task definitions never change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DefinitionFacts {
    /// Its containers' images, in order.
    pub images: Vec<String>,
    /// Its containers' names, in order.
    pub containers: Vec<String>,
    /// Whether any essential container has a `healthCheck`; without one `healthStatus` stays `UNKNOWN` for ever.
    pub health_check: bool,
    /// The names of the essential containers that have none. Sources disagree whether a task can be `HEALTHY` with such a
    /// one beside one that has a check: ECS was seen to call it that.
    pub unchecked: Vec<String>,
    /// How long an essential container may take to start before a check that fails counts: the longest `startPeriod`.
    pub start_period: Option<TimeDelta>,
    /// Where its containers log to, in order.
    pub logs: Vec<LogSettings>,
}

/// Where a container logs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// The container's name.
    pub container: String,
    /// `awslogs`, `awsfirelens`, …; empty where it has none.
    pub driver: String,
    /// `awslogs-group`.
    pub group: Option<String>,
    /// `awslogs-stream-prefix`: streams are called `prefix/container/task`.
    pub prefix: Option<String>,
    /// `mode`: `blocking` or `non-blocking`; which one counts where it is not set depends on the account.
    pub mode: Option<String>,
    /// `max-buffer-size`, for instance `25m`.
    pub buffer: Option<String>,
}

/// Task definitions that were read once.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    known: Mutex<HashMap<String, Arc<DefinitionFacts>>>,
}

impl Definitions {
    /// The definition with this ARN; asked for once a run.
    pub(super) async fn get(&self, clients: &Clients, arn: &str) -> Known<Arc<DefinitionFacts>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(arn).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let read = Arc::new(read_definition(clients, arn).await?);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(arn.to_owned(), Arc::clone(&read));
        Ok(read)
    }
}

async fn read_definition(clients: &Clients, arn: &str) -> Result<DefinitionFacts, LookError> {
    clients.ecs_pace.turn().await;
    let answer = clients.ecs.describe_task_definition().task_definition(arn).send().await;
    let answer = answer.map_err(|error| failure::explain(Action::DescribeTaskDefinition, &error))?;
    let containers = answer.task_definition().map(TaskDefinition::container_definitions).unwrap_or_default();
    let essential = || containers.iter().filter(|container| container.essential().unwrap_or(true));
    let name = |container: &ContainerDefinition| container.name().map(str::to_owned);
    let start_periods = essential().filter_map(|container| container.health_check()?.start_period());
    Ok(DefinitionFacts {
        images: containers.iter().filter_map(|container| container.image().map(str::to_owned)).collect(),
        containers: containers.iter().filter_map(name).collect(),
        health_check: essential().any(|container| container.health_check().is_some()),
        unchecked: essential().filter(|container| container.health_check().is_none()).filter_map(name).collect(),
        start_period: start_periods.max().map(|seconds| TimeDelta::seconds(seconds.into())),
        logs: containers.iter().map(log_settings).collect(),
    })
}

fn log_settings(container: &ContainerDefinition) -> LogSettings {
    let configuration = container.log_configuration();
    let options = configuration.and_then(|configuration| configuration.options());
    let option = |name: &str| options.and_then(|options| options.get(name)).cloned();
    LogSettings {
        container: container.name().unwrap_or_default().to_owned(),
        driver: configuration.map(|configuration| configuration.log_driver().as_str().to_owned()).unwrap_or_default(),
        group: option("awslogs-group"),
        prefix: option("awslogs-stream-prefix").filter(|prefix| !prefix.is_empty()),
        mode: option("mode"),
        buffer: option("max-buffer-size"),
    }
}
