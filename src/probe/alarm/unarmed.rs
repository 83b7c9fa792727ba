//! An alarm that can never fire, whatever happens: it is not silent, it is unarmed. Only what is certain from the way in
//! which it is set up is said here; all else stays a remark (see `doubt`).
//!
//! What `RunningTaskCount` does was read off AWS's documentation: it is published in `ECS/ContainerInsights` alone, for a
//! service in its cluster, and where the last task is gone its points may stop rather than go to zero.

use std::collections::BTreeMap;

use crate::aws::{MetricFacts, Term};

/// What counts a service's running tasks.
const RUNNING: &str = "RunningTaskCount";
/// Where it is published.
const INSIGHTS: &str = "ECS/ContainerInsights";
/// By which dimensions, sorted.
const PUBLISHED_BY: [&str; 2] = ["ClusterName", "ServiceName"];

/// Why it can never fire, where that is certain.
#[must_use]
pub fn why(metric: &MetricFacts) -> Option<String> {
    let MetricFacts { namespace, name, dimensions, math, .. } = metric;
    if !math.is_empty() {
        return never_computed(math);
    }
    let never = unpublished(namespace, name, dimensions);
    never.or_else(|| if name == RUNNING { forgiving(metric).or_else(|| unreachable(metric)) } else { None })
}

/// Whether it watches how many tasks of a service run, where that is published.
pub(super) fn counts_tasks(metric: &MetricFacts) -> bool {
    metric.namespace == INSIGHTS && metric.name == RUNNING
}

/// Why a metric that is computed with never has data, where there is one; others may.
pub(super) fn without_data(math: &[Term]) -> Option<String> {
    math.iter().find_map(|term| match term {
        Term::Metric { namespace, name, dimensions } => unpublished(namespace, name, dimensions),
        Term::Expression(_) => None,
    })
}

/// Arithmetic on metrics that all have no data has none. A function may fill something in, or fetch data of its own.
fn never_computed(math: &[Term]) -> Option<String> {
    let empty = |term: &Term| match term {
        Term::Metric { namespace, name, dimensions } => unpublished(namespace, name, dimensions).is_some(),
        Term::Expression(expression) => !expression.contains('('),
    };
    without_data(math).filter(|_| math.iter().all(empty))
}

/// Names are told apart by their case.
fn unpublished(namespace: &str, name: &str, dimensions: &BTreeMap<String, String>) -> Option<String> {
    if !name.eq_ignore_ascii_case(RUNNING) {
        return None;
    }
    let why = match namespace {
        "AWS/ECS" => format!("{RUNNING} is in {INSIGHTS}, not in AWS/ECS"),
        INSIGHTS if name != RUNNING => format!("{INSIGHTS} has {RUNNING}, not {name}"),
        INSIGHTS if !dimensions.keys().eq(PUBLISHED_BY) => {
            let given: Vec<&str> = dimensions.keys().map(String::as_str).collect();
            let given = if given.is_empty() { "none".to_owned() } else { given.join(" and ") };
            format!("{RUNNING} has the dimensions {}, not {given}", PUBLISHED_BY.join(" and "))
        }
        _ => return None,
    };
    Some(format!("{why}, so it never has data"))
}

/// It is meant to fire when no task runs, and has nothing to do so on: no data is good news, or what it counts is data.
/// One that fires while some still run has data to fire on.
fn forgiving(metric: &MetricFacts) -> Option<String> {
    if !counts_tasks(metric) || !only_none_breaches(metric) {
        return None;
    }
    if metric.missing_data == "notBreaching" {
        let why = "where no task runs its metric has no data, and missing data counts as good (notBreaching); breaching is \
                   wanted";
        return Some(why.to_owned());
    }
    (counts_samples(metric) && metric.missing_data != "breaching")
        .then(|| "SampleCount is how many data there are, not how many tasks run: it is at least one".to_owned())
}

/// Whether its statistic says how often was measured, whatever that was.
pub(super) fn counts_samples(metric: &MetricFacts) -> bool {
    metric.statistic == "SampleCount"
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
