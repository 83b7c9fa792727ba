//! How a service's newest roll-out stands: what a look at the service itself does not tell once it was rolled back.

use aws_sdk_ecs::types::{CreatedAt, Deployment, Service, ServiceDeploymentBrief};
use chrono::{DateTime, TimeDelta, Utc};

use super::action::Action;
use super::connect::Clients;
use super::failure;
use super::known::{Known, following, time};

/// So much older than the deployment that runs may the service deployment be which is looked for: a roll-back ends with a
/// deployment that is younger than the roll-out which it takes back.
const BEFORE: TimeDelta = TimeDelta::days(1);

/// How the newest roll-out stands, as `ListServiceDeployments` tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastDeployment {
    /// `IN_PROGRESS`, `SUCCESSFUL`, `ROLLBACK_SUCCESSFUL`, …
    pub status: String,
    /// When it was asked for.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was through, one way or the other.
    pub finished_at: Option<DateTime<Utc>>,
}

impl LastDeployment {
    /// Whether it is still under way, or yet to begin, and nobody takes it back. A state that we do not know is not the end.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        !self.is_taken_back() && !matches!(self.status.as_str(), "SUCCESSFUL" | "STOPPED")
    }

    /// Whether it was rolled back, is, or is to be.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        self.status.starts_with("ROLLBACK_")
    }

    /// Whether it was through before a deployment that `begun` then: the list may not show that one yet.
    #[must_use]
    pub fn is_before(&self, begun: Option<DateTime<Utc>>) -> bool {
        begun.zip(self.finished_at).is_some_and(|(begun, finished)| begun > finished)
    }

    /// The newest; none where there never was one, as far back as AWS remembers. Of a service with a long history only what
    /// is as young as the deployment that runs is asked for, and the rest where that brings nothing.
    pub(super) async fn read(clients: &Clients, cluster: &str, service: &Service) -> Known<Option<Self>> {
        let list = List { clients, cluster, service: service.service_name().unwrap_or_default() };
        let after = primary(service).and_then(Deployment::created_at).map(|begun| time(begun) - BEFORE);
        let mut newest = list.newest(after).await?;
        if newest.is_none() && after.is_some() {
            newest = list.newest(None).await?;
        }
        Ok(newest.as_ref().and_then(last))
    }
}

/// The deployment that is to run.
pub(super) fn primary(service: &Service) -> Option<&Deployment> {
    service.deployments().iter().find(|deployment| deployment.status() == Some("PRIMARY"))
}

/// A service's list of service deployments.
struct List<'look> {
    clients: &'look Clients,
    cluster: &'look str,
    service: &'look str,
}

impl List<'_> {
    /// The newest of those from `after` then on.
    async fn newest(&self, after: Option<DateTime<Utc>>) -> Known<Option<ServiceDeploymentBrief>> {
        let after = after.map(|after| aws_smithy_types::DateTime::from_millis(after.timestamp_millis()));
        let created = after.map(|after| CreatedAt::builder().after(after).build());
        let (mut newest, mut token): (Option<ServiceDeploymentBrief>, _) = (None, None);
        loop {
            self.clients.ecs_pace.turn().await;
            let call = self.clients.ecs.list_service_deployments().cluster(self.cluster).service(self.service);
            let page = call.set_created_at(created.clone()).set_next_token(token).max_results(100).send().await;
            let page = page.map_err(|error| failure::explain(Action::ListServiceDeployments, &error))?;
            let all = page.service_deployments().iter().cloned().chain(newest);
            newest = all.max_by_key(|brief| brief.created_at().map(time));
            token = following(page.next_token());
            if token.is_none() {
                return Ok(newest);
            }
        }
    }
}

fn last(brief: &ServiceDeploymentBrief) -> Option<LastDeployment> {
    let status = brief.status()?.as_str().to_owned();
    let (created_at, finished_at) = (brief.created_at().map(time), brief.finished_at().map(time));
    Some(LastDeployment { status, created_at, finished_at })
}
