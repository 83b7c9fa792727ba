//! An alarm: whether it is there, could ever fire, and would tell anybody.

use chrono::Utc;

use super::finding::Finding;
use super::service::Services;
use crate::aws::{AlarmFacts, AlarmKind, MetricFacts, Reader, Thing, short_name};
use crate::probe::alarm as probe;

/// Looks at the alarm as it stands.
pub(super) async fn examine(reader: &Reader, thing: &Thing, name: &str, services: &Services) -> Finding {
    let facts = match reader.alarm(name, Utc::now()).await {
        Ok(facts) => facts,
        Err(error) => return Finding::unseen(thing.describe(), &error),
    };
    let Some(alarm) = &facts.alarm else {
        let see = "see `alarm` in `vars` of the target";
        let todo = match probe::nearest(&facts) {
            Some(near) => format!("did you mean {near}? {see}"),
            None => format!("{see}; or it is {}", probe::UNSHOWN),
        };
        return Finding::wrong(thing.describe(), "there is no such alarm").todo(todo);
    };
    standing(thing, alarm).with([hearers(&facts, alarm), chance(alarm)]).with(subject(alarm, services))
}

fn standing(thing: &Thing, alarm: &AlarmKind) -> Finding {
    let since = alarm.since.map(|at| format!(" since {}", at.format("%Y-%m-%d %H:%M:%S UTC"))).unwrap_or_default();
    let state = format!("{}{since}", alarm.state);
    if let Some(gap) = probe::unevaluated(alarm) {
        return Finding::unknown(thing.describe(), format!("{state}, {}", gap.reason))
            .todo("its state says nothing until it is evaluated again");
    }
    match alarm.state.as_str() {
        "OK" => Finding::well(thing.describe(), state),
        "ALARM" => Finding::wrong(thing.describe(), format!("{state}: {}", alarm.reason))
            .todo("no gate that wants it silent can pass before it is OK again"),
        _ => Finding::unknown(thing.describe(), format!("{state}: {}", alarm.reason))
            .todo("see that its metric has data (Container Insights must be on for ECS/ContainerInsights)"),
    }
}

fn hearers(facts: &AlarmFacts, alarm: &AlarmKind) -> Finding {
    let what = "tells somebody";
    if !alarm.enabled {
        return Finding::wrong(what, "its actions are disabled: nobody would be told").todo("enable its actions");
    }
    if alarm.actions.is_empty() {
        return Finding::wrong(what, "it has no action for ALARM: nobody would be told")
            .todo("give it an alarm action");
    }
    if let Some(why) = probe::mute(facts) {
        return Finding::wrong(what, format!("{why}: nobody would be told"))
            .todo("wait until that is over, or lift it");
    }
    let names = alarm.actions.iter().map(|arn| arn.rsplit(':').next().unwrap_or(arn));
    Finding::well(what, names.collect::<Vec<_>>().join(", "))
}

/// Whether it could ever fire, as the probe judges it.
fn chance(alarm: &AlarmKind) -> Finding {
    match alarm.metric().and_then(probe::unarmed) {
        None => Finding::well("can fire", None),
        Some(why) => Finding::wrong("can fire", why).todo("mend the alarm: its silence proves nothing"),
    }
}

/// An alarm on a service's tasks must be about one that the scenarios name.
fn subject(alarm: &AlarmKind, services: &Services) -> Option<Finding> {
    let metric = alarm.metric()?;
    let MetricFacts { namespace, dimensions, .. } = metric;
    if namespace != "ECS/ContainerInsights" || services.is_empty() {
        return None;
    }
    // One that is about no service at all may be meant so, or can never fire, which is said already.
    let (cluster, service) = (dimensions.get("ClusterName")?, dimensions.get("ServiceName")?);
    let named =
        services.keys().any(|(in_cluster, name)| cluster == short_name(in_cluster) && service == short_name(name));
    let shown = format!("{cluster}/{service}");
    Some(if named {
        Finding::well("watches what the scenarios look at", shown)
    } else {
        Finding::wrong("watches what the scenarios look at", format!("it watches {shown}, which no scenario names"))
            .todo("see ClusterName and ServiceName in its dimensions")
    })
}
