//! How a service's newest roll-out stands: what a look at the service itself does not tell once it was rolled back.

use aws_sdk_ecs::types::ServiceDeploymentBrief;
use chrono::{DateTime, Utc};

use super::action::Action;
use super::connect::Clients;
use super::failure;
use super::known::{Known, following, time};

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

    /// The newest; none where there never was one.
    pub(super) async fn read(clients: &Clients, cluster: &str, service: &str) -> Known<Option<Self>> {
        let (mut newest, mut token): (Option<ServiceDeploymentBrief>, _) = (None, None);
        loop {
            clients.ecs_pace.turn().await;
            let call = clients.ecs.list_service_deployments().cluster(cluster).service(service).set_next_token(token);
            let page = call.max_results(100).send().await;
            let page = page.map_err(|error| failure::explain(Action::ListServiceDeployments, &error))?;
            let when = |brief: &ServiceDeploymentBrief| brief.created_at().map(time);
            let all = page.service_deployments().iter().cloned().chain(newest);
            newest = all.max_by_key(when);
            token = following(page.next_token());
            if token.is_none() {
                return Ok(newest.as_ref().and_then(last));
            }
        }
    }
}

fn last(brief: &ServiceDeploymentBrief) -> Option<LastDeployment> {
    let status = brief.status()?.as_str().to_owned();
    let (created_at, finished_at) = (brief.created_at().map(time), brief.finished_at().map(time));
    Some(LastDeployment { status, created_at, finished_at })
}
