//! An endpoint that speaks AWS's protocols for what runs in the sandbox: about a dozen read operations of CloudWatch
//! Logs, ECS, CloudWatch and STS, and the few writes that deploying and rolling back need.
//!
//! It is as awkward as AWS: pages that are empty and go on, quotas that throttle, `failures[]` with HTTP 200. What it
//! does not support it refuses; it ignores nothing.
//!
//! * [`endpoint`]: HTTP, and which protocol a request comes in ([`protocol`], [`cbor`]).
//! * [`logs`], [`ecs`], [`cloudwatch`], [`sts`]: the state and the operations of each service, speaking JSON inside.
//! * [`disturbance`]: what may go wrong there, and its weather.
//! * [`members`], [`refusal`], [`list`], [`token`], [`quota`], [`epoch`]: what all operations share.

pub(crate) mod cbor;
pub(crate) mod cloudwatch;
mod disturbance;
pub(crate) mod ecs;
mod endpoint;
mod epoch;
mod list;
pub(crate) mod logs;
mod members;
pub(crate) mod place;
mod protocol;
mod quota;
mod refusal;
mod shared;
mod sts;
mod token;

use tokio::sync::Notify;

pub(crate) use disturbance::{Disturbances, Manner};
#[cfg(any(test, fuzzing))]
pub(crate) use endpoint::respond;
pub(crate) use endpoint::serve;
pub(crate) use logs::Delivery;
use shared::Shared;
pub(crate) use token::Paging;

/// The state behind the endpoint. Where two locks are needed, `fleet` comes before `watch`.
#[derive(Debug, Default)]
pub(crate) struct Cloud {
    /// CloudWatch Logs.
    pub(crate) logs: Shared<logs::Store>,
    /// ECS.
    pub(crate) fleet: Shared<ecs::Fleet>,
    /// CloudWatch.
    pub(crate) watch: Shared<cloudwatch::Watch>,
    /// Told when a request has changed the fleet.
    pub(crate) changed: Notify,
    quotas: Shared<quota::Quotas>,
    disturbances: Disturbances,
    opening: disturbance::Opening,
}

impl Cloud {
    /// An empty one, with its disturbances.
    pub(crate) fn new(disturbances: Disturbances) -> Self {
        let Disturbances { paging, delivery, .. } = disturbances;
        let cloud = Self { disturbances, ..Self::default() };
        cloud.logs.lock().disturb(delivery, paging);
        cloud.fleet.lock().paging = paging;
        cloud.watch.lock().paging = paging;
        cloud
    }
}
