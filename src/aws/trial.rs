//! Single calls that try whether they are allowed. They read, and change nothing.

use aws_sdk_cloudwatch::types::AlarmMuteRuleStatus;
use aws_sdk_ecs::config::http::HttpResponse;
use aws_sdk_ecs::error::{ProvideErrorMetadata, SdkError};
use chrono::Utc;

use super::action::{Action, Thing};
use super::apart::Refusal;
use super::connect::Clients;
use super::failure;
use super::known::Known;
use super::past::{self, Past};
use crate::look::{LookError, LookErrorKind};

/// A task that there is not: whoever may ask is told so, whoever may not is told that.
const NOBODY: &str = "00000000000000000000000000000000";

/// Tries one call about a thing. That it finds nothing is no error: then it was allowed.
pub(super) async fn call(clients: &Clients, action: Action, thing: &Thing) -> Known<()> {
    match thing {
        Thing::Service { cluster, name } => in_cluster(clients, action, cluster, name).await,
        Thing::LogGroup { name, prefix } => {
            let mut past = Past::of_a_line_before(Utc::now());
            allowed(past::page(clients, (name, prefix.as_deref()), &mut past).await.map(drop))
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
    let Clients { cloudwatch, cloudwatch_pace: pace, .. } = clients;
    match action {
        Action::DescribeAlarms => {
            let ask = |types| async move {
                pace.turn().await;
                let call = cloudwatch.describe_alarms().alarm_names(name).set_alarm_types(Some(types));
                call.send().await.map(drop).map_err(|error| failure::refusal(action, &error))
            };
            allowed(clients.alarm_types.ask(ask).await.map_err(Refusal::into_error))
        }
        Action::DescribeAlarmHistory => {
            let ask = |types| async move {
                pace.turn().await;
                let call = cloudwatch.describe_alarm_history().alarm_name(name).set_alarm_types(Some(types));
                call.max_records(1).send().await.map(drop).map_err(|error| failure::refusal(action, &error))
            };
            allowed(clients.history_types.ask(ask).await.map_err(Refusal::into_error))
        }
        Action::ListAlarmMuteRules => {
            pace.turn().await;
            let call = cloudwatch.list_alarm_mute_rules().alarm_name(name).statuses(AlarmMuteRuleStatus::Active);
            said(action, call.max_records(1).send().await)
        }
        _ => Ok(()),
    }
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
