//! An alarm that can never fire, whatever happens: it is not silent, it is unarmed. Only what is certain from the way in
//! which it is set up is said here; all else stays a remark (see `doubt`).
//!
//! What `RunningTaskCount` does was read off AWS's documentation: it is published in `ECS/ContainerInsights` alone, and
//! where the last task is gone its points may stop rather than go to zero.

use crate::aws::MetricFacts;

/// What counts a service's running tasks.
const RUNNING: &str = "RunningTaskCount";
/// Where it is published.
const INSIGHTS: &str = "ECS/ContainerInsights";

/// Why it can never fire, where that is certain.
#[must_use]
pub fn why(metric: &MetricFacts) -> Option<String> {
    if metric.name != RUNNING {
        return None;
    }
    unpublished(metric).or_else(|| forgiving(metric)).or_else(|| unreachable(metric))
}

/// Whether it watches how many tasks of a service run, where that is published.
pub(super) fn counts_tasks(metric: &MetricFacts) -> bool {
    metric.namespace == INSIGHTS && metric.name == RUNNING
}

fn unpublished(metric: &MetricFacts) -> Option<String> {
    let never = metric.namespace == "AWS/ECS";
    never.then(|| format!("{RUNNING} is in {INSIGHTS}, not in AWS/ECS, so it never has data"))
}

/// It is meant to fire when no task runs, and is told that no data is good news. One that fires while some still run has
/// data to fire on.
fn forgiving(metric: &MetricFacts) -> Option<String> {
    let forgiving = counts_tasks(metric) && only_none_breaches(metric) && metric.missing_data == "notBreaching";
    forgiving.then(|| {
        "where no task runs its metric has no data, and missing data counts as good (notBreaching); breaching is wanted"
            .to_owned()
    })
}

/// No count is below zero.
fn unreachable(metric: &MetricFacts) -> Option<String> {
    let threshold = metric.threshold?;
    let reached = match metric.comparison.as_str() {
        "LessThanThreshold" => threshold > 0.0,
        "LessThanOrEqualToThreshold" => threshold >= 0.0,
        _ => true,
    };
    (!reached).then(|| format!("{RUNNING} is never below its threshold ({threshold:?})"))
}

/// Whether it takes that no task runs at all. Without a threshold that is not known.
fn only_none_breaches(metric: &MetricFacts) -> bool {
    metric.threshold.is_some_and(|threshold| match metric.comparison.as_str() {
        "LessThanThreshold" => threshold <= 1.0,
        "LessThanOrEqualToThreshold" => threshold < 1.0,
        _ => false,
    })
}
