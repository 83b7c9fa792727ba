//! The preflight: whether a run on a target could see everything that its scenarios look at, found by reading alone.
//!
//! * [`finding`](Finding): what was found, as a tree. Plain data.
//! * `api`, `account`, `permission`, `service`, `log_group`, `alarm`: what each thing is asked, and what it should be.
//! * [`draw`]: the tree as text.

mod account;
mod alarm;
mod api;
pub mod draw;
mod finding;
mod log_group;
mod permission;
mod service;

use std::sync::Arc;

use futures_util::future::join_all;

pub use finding::{Finding, Mark};

use self::service::Services;
use crate::aws::{Reader, Thing};
use crate::need::Needs;
use crate::plan::Plan;
use crate::probe::Instruments;

/// Looks at everything that the plan's scenarios name.
pub async fn examine(plan: &Plan, instruments: &Arc<Instruments>) -> Vec<Finding> {
    let needs = Needs::of(&plan.cases);
    let mut findings = api::examine(plan, instruments).await;
    let Some(reader) = &instruments.aws else {
        findings.extend((!needs.is_none()).then(no_aws));
        return findings;
    };
    let account = account::examine(reader).await;
    // Without an identity nothing else can be asked; one line says it all.
    let known = account.mark != Mark::Wrong;
    findings.push(account);
    if known {
        findings.extend(things(&needs, reader).await);
    }
    findings.extend(needs.later.iter().map(|(kind, place)| {
        let what = format!("the {kind} step at {place}");
        Finding::unknown(what, "it names what it looks at only while it runs").todo("run it to see")
    }));
    findings
}

async fn things(needs: &Needs, reader: &Reader) -> Vec<Finding> {
    let services = services(needs, reader).await;
    let looks = needs.things.iter().map(|(thing, place)| {
        let services = &services;
        async move {
            let seen = match thing {
                Thing::Service { cluster, name } => {
                    service::examine(thing, &services[&(cluster.clone(), name.clone())])
                }
                Thing::LogGroup { name, prefix } => {
                    log_group::examine(reader, thing, (name, prefix.as_deref()), services).await
                }
                Thing::Alarm { name } => alarm::examine(reader, thing, name, services).await,
            };
            let (permitted, denied) = permission::examine(reader, thing).await;
            let below = permitted.into_iter().chain(seen.below);
            Finding { below: below.collect(), ..seen }.named_at(place).unless(denied)
        }
    });
    join_all(looks).await
}

async fn services(needs: &Needs, reader: &Reader) -> Services {
    let named = needs.things.keys().filter_map(|thing| match thing {
        Thing::Service { cluster, name } => Some((cluster.clone(), name.clone())),
        _ => None,
    });
    let looks = named.map(|(cluster, name)| async move {
        let facts = reader.service(&cluster, &name).await;
        ((cluster, name), facts)
    });
    join_all(looks).await.into_iter().collect()
}

fn no_aws() -> Finding {
    Finding::wrong("AWS".to_owned(), "scenarios look at AWS, and the target has no aws in smoke.yaml")
        .todo("write aws: { region: … } for the target")
}
