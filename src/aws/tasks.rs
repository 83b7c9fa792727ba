//! ECS tasks.

use std::collections::BTreeMap;

use aws_sdk_ecs::operation::describe_tasks::DescribeTasksOutput;
use aws_sdk_ecs::types::{Container, DesiredStatus, Task};
use chrono::{DateTime, Utc};
use futures_util::future::{try_join, try_join_all};

use super::action::Action;
use super::apart::{self, Refusal};
use super::arn::short_name;
use super::connect::Clients;
use super::failure;
use super::known::{Known, following, time};
use crate::look::LookErrorKind;

/// `DescribeTasks` takes no more.
const TASKS_A_CALL: usize = 100;

/// A task of a service, running or stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFacts {
    /// The last part of its ARN, and of its log streams' names.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The id of the deployment that started it.
    pub deployment: Option<String>,
    /// `lastStatus`: `PENDING`, `RUNNING`, `STOPPED`, …
    pub status: String,
    /// What it is meant to become: `RUNNING` or `STOPPED`.
    pub desired_status: String,
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    pub health: String,
    /// When it was asked for.
    pub created_at: Option<DateTime<Utc>>,
    /// When it began to run.
    pub started_at: Option<DateTime<Utc>>,
    /// When it began to stop.
    pub stopped_at: Option<DateTime<Utc>>,
    /// For instance `EssentialContainerExited`.
    pub stop_code: Option<String>,
    /// In words.
    pub stopped_reason: Option<String>,
    /// Its containers.
    pub containers: Vec<ContainerFacts>,
}

/// A container of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerFacts {
    /// Its name in the task definition.
    pub name: String,
    /// As written in the task definition; a tag proves nothing.
    pub image: Option<String>,
    /// What really runs.
    pub digest: Option<String>,
    /// How it ended.
    pub exit_code: Option<i32>,
    /// Why it ended, in words: `OutOfMemoryError: …`.
    pub reason: Option<String>,
}

/// ARNs of a service's tasks.
pub(super) struct Listed {
    /// Those that are meant to run.
    running: Vec<String>,
    /// Those that are not, or no more.
    stopped: Vec<String>,
}

impl Listed {
    fn all(&self) -> impl Iterator<Item = &String> {
        self.running.iter().chain(&self.stopped)
    }
}

/// Both lists, all pages.
pub(super) async fn list(clients: &Clients, cluster: &str, service: &str) -> Known<Listed> {
    let list = |status| list_with(clients, cluster, service, status);
    let (running, stopped) = try_join(list(DesiredStatus::Running), list(DesiredStatus::Stopped)).await?;
    Ok(Listed { running, stopped })
}

async fn list_with(clients: &Clients, cluster: &str, service: &str, status: DesiredStatus) -> Known<Vec<String>> {
    let (mut arns, mut token) = (Vec::new(), None);
    loop {
        clients.ecs_pace.turn().await;
        let call = clients.ecs.list_tasks().cluster(cluster).service_name(service).desired_status(status.clone());
        let page = call.max_results(100).set_next_token(token).send().await;
        let page = page.map_err(|error| failure::explain(Action::ListTasks, &error))?;
        arns.extend_from_slice(page.task_arns());
        token = following(page.next_token());
        if token.is_none() {
            return Ok(arns);
        }
    }
}

/// The tasks with these ARNs, by ARN. One that has gone meanwhile is not among them.
pub(super) async fn describe(clients: &Clients, cluster: &str, arns: &[String]) -> Known<BTreeMap<String, TaskFacts>> {
    describe_all(clients, cluster, arns.iter().collect()).await.map_err(Refusal::into_error)
}

/// The tasks of each of these services, by the ARNs that are known of it: all in one, and where that is refused for what
/// may be one service's only, each service's apart.
pub(super) async fn describe_each(
    clients: &Clients,
    cluster: &str,
    services: &[Known<Listed>],
) -> Vec<Known<Vec<TaskFacts>>> {
    let described = apart::ask(services, |part| describe_listed(clients, cluster, part));
    let each = |(part, described): (&[_], Known<_>)| part.iter().map(|arns| pick(&described, arns)).collect::<Vec<_>>();
    described.await.into_iter().flat_map(each).collect()
}

/// What was listed. A task that has just been started may be listed and not be described yet, in `failures` with HTTP 200:
/// what is meant to run and was not described is asked for once more.
async fn describe_listed(
    clients: &Clients,
    cluster: &str,
    services: &[Known<Listed>],
) -> Result<BTreeMap<String, TaskFacts>, Refusal> {
    let listed = || services.iter().flatten();
    let mut described = describe_all(clients, cluster, listed().flat_map(Listed::all).collect()).await?;
    let running = listed().flat_map(|listed| &listed.running);
    let missing = running.filter(|arn| !described.contains_key(*arn)).collect();
    described.extend(describe_all(clients, cluster, missing).await.unwrap_or_default());
    Ok(described)
}

/// A service's tasks. Without one that is meant to run nobody knows how many of them are healthy.
fn pick(described: &Known<BTreeMap<String, TaskFacts>>, listed: &Known<Listed>) -> Known<Vec<TaskFacts>> {
    let (listed, described) = (listed.as_ref().map_err(Clone::clone)?, described.as_ref().map_err(Clone::clone)?);
    if let Some(missing) = listed.running.iter().find(|arn| !described.contains_key(*arn)) {
        let task = short_name(missing);
        let words = format!("ecs:ListTasks names the task {task}, and ecs:DescribeTasks does not know it yet");
        return Err(failure::look_error(LookErrorKind::Obscured, words));
    }
    let picked: BTreeMap<&String, &TaskFacts> = listed.all().filter_map(|arn| described.get_key_value(arn)).collect();
    Ok(picked.into_values().cloned().collect())
}

async fn describe_all(
    clients: &Clients,
    cluster: &str,
    arns: Vec<&String>,
) -> Result<BTreeMap<String, TaskFacts>, Refusal> {
    let chunks = arns.chunks(TASKS_A_CALL).map(|chunk| async move {
        clients.ecs_pace.turn().await;
        let chunk = chunk.iter().map(|arn| (*arn).clone()).collect();
        let call = clients.ecs.describe_tasks().cluster(cluster).set_tasks(Some(chunk));
        call.send().await.map_err(|error| failure::refusal(Action::DescribeTasks, &error))
    });
    let pages = try_join_all(chunks).await?;
    let tasks = pages.iter().flat_map(DescribeTasksOutput::tasks).map(task_facts);
    Ok(tasks.map(|task| (task.arn.clone(), task)).collect())
}

fn task_facts(task: &Task) -> TaskFacts {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let arn = task.task_arn().unwrap_or_default();
    // It is told to stop, its containers end, and only then, often a minute later, it is STOPPED.
    let stopped_at = [task.stopping_at(), task.execution_stopped_at(), task.stopped_at()];
    let stopped_at = stopped_at.into_iter().flatten().min_by_key(|at| (at.secs(), at.subsec_nanos()));
    TaskFacts {
        id: short_name(arn).to_owned(),
        arn: arn.to_owned(),
        deployment: text(task.started_by()),
        status: task.last_status().unwrap_or_default().to_owned(),
        desired_status: task.desired_status().unwrap_or_default().to_owned(),
        health: task.health_status().map_or("UNKNOWN", |health| health.as_str()).to_owned(),
        created_at: task.created_at().map(time),
        started_at: task.started_at().map(time),
        stopped_at: stopped_at.map(time),
        stop_code: task.stop_code().map(|code| code.as_str().to_owned()),
        stopped_reason: text(task.stopped_reason()),
        containers: task.containers().iter().map(container_facts).collect(),
    }
}

fn container_facts(container: &Container) -> ContainerFacts {
    ContainerFacts {
        name: container.name().unwrap_or_default().to_owned(),
        image: container.image().map(str::to_owned),
        digest: container.image_digest().map(str::to_owned),
        exit_code: container.exit_code(),
        reason: container.reason().map(str::to_owned),
    }
}
