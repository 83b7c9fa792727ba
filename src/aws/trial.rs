//! Single calls that try whether they are allowed. They read, and change nothing.

use aws_sdk_cloudwatch::types::AlarmType;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use aws_sdk_ecs::config::http::HttpResponse;
use aws_sdk_ecs::error::{ProvideErrorMetadata, SdkError};
use chrono::{DateTime, Utc};

use super::action::{Action, Thing};
use super::connect::Clients;
use super::failure;
use super::known::{Known, following};
use crate::look::{LookError, LookErrorKind};

/// A task that there is not: whoever may ask is told so, whoever may not is told that.
const NOBODY: &str = "00000000000000000000000000000000";
/// How many pages are read at most until a line is found.
const PAGES: usize = 10;

/// Tries one call about a thing. That it finds nothing is no error: then it was allowed.
pub(super) async fn call(clients: &Clients, action: Action, thing: &Thing) -> Known<()> {
    match thing {
        Thing::Service { cluster, name } => in_cluster(clients, action, cluster, name).await,
        Thing::LogGroup { name, prefix } => {
            allowed(first_line(clients, name, prefix.as_deref(), Utc::now()).await.map(drop))
        }
        Thing::Alarm { name } => about_alarm(clients, action, name).await,
    }
}

async fn in_cluster(clients: &Clients, action: Action, cluster: &str, name: &str) -> Known<()> {
    clients.ecs_pace.turn().await;
    let ecs = &clients.ecs;
    match action {
        Action::DescribeServices => said(action, ecs.describe_services().cluster(cluster).services(name).send().await),
        Action::ListServiceDeployments => {
            let call = ecs.list_service_deployments().cluster(cluster).service(name).max_results(1);
            said(action, call.send().await)
        }
        Action::ListTasks => {
            said(action, ecs.list_tasks().cluster(cluster).service_name(name).max_results(1).send().await)
        }
        Action::DescribeTasks => said(action, ecs.describe_tasks().cluster(cluster).tasks(NOBODY).send().await),
        // Any name will do: this action knows no resources.
        Action::DescribeTaskDefinition => {
            said(action, ecs.describe_task_definition().task_definition(super::short_name(name)).send().await)
        }
        _ => Ok(()),
    }
}

async fn about_alarm(clients: &Clients, action: Action, name: &str) -> Known<()> {
    clients.cloudwatch_pace.turn().await;
    let cloudwatch = &clients.cloudwatch;
    let both = [AlarmType::MetricAlarm, AlarmType::CompositeAlarm];
    match action {
        Action::DescribeAlarms => {
            let call = cloudwatch.describe_alarms().alarm_names(name).set_alarm_types(Some(both.to_vec()));
            said(action, call.send().await)
        }
        Action::DescribeAlarmHistory => {
            let call = cloudwatch.describe_alarm_history().alarm_name(name).set_alarm_types(Some(both.to_vec()));
            said(action, call.max_records(1).send().await)
        }
        _ => Ok(()),
    }
}

/// When the first line was logged since `since` in streams with a prefix; none where a few pages show none.
pub(super) async fn first_line(
    clients: &Clients,
    group: &str,
    prefix: Option<&str>,
    since: DateTime<Utc>,
) -> Known<Option<DateTime<Utc>>> {
    let mut token = None;
    for _ in 0..PAGES {
        clients.logs_pace.turn().await;
        let call = clients.logs.filter_log_events().log_group_name(group);
        let call = call.set_log_stream_name_prefix(prefix.map(str::to_owned)).limit(1);
        let page = call.start_time(since.timestamp_millis()).set_next_token(token).send().await;
        let page = page.map_err(|error| failure::explain(Action::FilterLogEvents, &error))?;
        let first = page.events().first().and_then(FilteredLogEvent::timestamp);
        if first.is_some() {
            return Ok(first.and_then(DateTime::from_timestamp_millis));
        }
        token = following(page.next_token());
        if token.is_none() {
            break;
        }
    }
    Ok(None)
}

fn said<T, E>(action: Action, answer: Result<T, SdkError<E, HttpResponse>>) -> Known<()>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    allowed(answer.map(drop).map_err(|error| failure::explain(action, &error)))
}

/// What is not there, and what cannot be asked so, was answered by somebody who let us ask.
fn allowed(answer: Known<()>) -> Known<()> {
    let heard = |error: &LookError| matches!(error.kind, LookErrorKind::System | LookErrorKind::Unusable);
    match answer {
        Err(error) if heard(&error) => Ok(()),
        other => other,
    }
}
