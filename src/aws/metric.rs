//! What a metric alarm watches: one metric, or an expression over several.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, MetricAlarm, MetricDataQuery};

/// What a metric alarm watches.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricFacts {
    /// For instance `ECS/ContainerInsights`; empty for metric math.
    pub namespace: String,
    /// For instance `RunningTaskCount`; empty for metric math.
    pub name: String,
    /// By name. For metric math those that all its metrics have alike.
    pub dimensions: BTreeMap<String, String>,
    /// For instance `Minimum`; empty for a percentile and for metric math.
    pub statistic: String,
    /// What metric math is made of.
    pub math: Vec<Term>,
    /// For instance `LessThanThreshold`.
    pub comparison: String,
    /// The threshold; none for anomaly detection.
    pub threshold: Option<f64>,
    /// Seconds; for metric math the longest of its metrics.
    pub period: i32,
    /// How many periods are looked at.
    pub evaluation_periods: i32,
    /// How many of them must breach.
    pub datapoints: i32,
    /// `missing`, `notBreaching`, `breaching` or `ignore`.
    pub missing_data: String,
}

/// A part of metric math.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A metric that is computed with.
    Metric {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Its dimensions, by name.
        dimensions: BTreeMap<String, String>,
    },
    /// What is computed, for instance `desired - running`, or fetched by a query.
    Expression(String),
}

impl MetricFacts {
    pub(super) fn of(alarm: &MetricAlarm) -> Self {
        let evaluation_periods = alarm.evaluation_periods().unwrap_or(1);
        let alone = || by_name(alarm.dimensions());
        Self {
            namespace: alarm.namespace().unwrap_or_default().to_owned(),
            name: alarm.metric_name().unwrap_or_default().to_owned(),
            dimensions: if alarm.metrics().is_empty() { alone() } else { in_common(alarm.metrics()) },
            statistic: alarm.statistic().map(|statistic| statistic.as_str().to_owned()).unwrap_or_default(),
            math: alarm.metrics().iter().filter_map(term).collect(),
            comparison: alarm.comparison_operator().map(|operator| operator.as_str().to_owned()).unwrap_or_default(),
            threshold: alarm.threshold(),
            period: alarm.period().or_else(|| longest_period(alarm.metrics())).unwrap_or_default(),
            evaluation_periods,
            datapoints: alarm.datapoints_to_alarm().unwrap_or(evaluation_periods),
            missing_data: alarm.treat_missing_data().unwrap_or("missing").to_owned(),
        }
    }
}

fn by_name(dimensions: &[Dimension]) -> BTreeMap<String, String> {
    let pair = |dimension: &Dimension| Some((dimension.name()?.to_owned(), dimension.value()?.to_owned()));
    dimensions.iter().filter_map(pair).collect()
}

fn term(query: &MetricDataQuery) -> Option<Term> {
    if let Some(expression) = query.expression() {
        return Some(Term::Expression(expression.to_owned()));
    }
    let metric = query.metric_stat()?.metric()?;
    Some(Term::Metric {
        namespace: metric.namespace().unwrap_or_default().to_owned(),
        name: metric.metric_name().unwrap_or_default().to_owned(),
        dimensions: by_name(metric.dimensions()),
    })
}

/// An expression has none of its own; the metrics that it reads have.
fn in_common(queries: &[MetricDataQuery]) -> BTreeMap<String, String> {
    let metrics = queries.iter().filter_map(|query| query.metric_stat()?.metric());
    let mut each = metrics.map(|metric| by_name(metric.dimensions()));
    let first = each.next().unwrap_or_default();
    each.fold(first, |mut common, other| {
        common.retain(|name, value| other.get(name) == Some(value));
        common
    })
}

fn longest_period(queries: &[MetricDataQuery]) -> Option<i32> {
    let period = |query: &MetricDataQuery| query.period().or_else(|| query.metric_stat()?.period());
    queries.iter().filter_map(period).max()
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::{Metric, MetricStat};

    use super::*;

    fn query(name: &str, dimensions: &[(&str, &str)], period: i32) -> MetricDataQuery {
        let pairs = dimensions.iter().map(|(name, value)| Dimension::builder().name(*name).value(*value).build());
        let metric = Metric::builder()
            .namespace("ECS/ContainerInsights")
            .metric_name(name)
            .set_dimensions(Some(pairs.collect()))
            .build();
        let stat = MetricStat::builder().metric(metric).period(period).stat("Average").build();
        MetricDataQuery::builder().id(name.to_lowercase()).metric_stat(stat).build()
    }

    #[test]
    fn metric_math_has_what_all_its_metrics_have_alike() {
        let expression = MetricDataQuery::builder().id("gap").expression("desired - running").build();
        let alarm = MetricAlarm::builder()
            .metrics(expression)
            .metrics(query("Desired", &[("ServiceName", "worker"), ("ClusterName", "prod")], 60))
            .metrics(query("Running", &[("ServiceName", "worker"), ("ClusterName", "stage")], 300));
        let metric = MetricFacts::of(&alarm.build());
        assert_eq!(metric.dimensions, BTreeMap::from([("ServiceName".to_owned(), "worker".to_owned())]));
        assert_eq!((metric.name.as_str(), metric.period), ("", 300));
        let running = Term::Metric {
            namespace: "ECS/ContainerInsights".to_owned(),
            name: "Running".to_owned(),
            dimensions: BTreeMap::from([
                ("ClusterName".to_owned(), "stage".to_owned()),
                ("ServiceName".to_owned(), "worker".to_owned()),
            ]),
        };
        let (expression, rest) = metric.math.split_first().unwrap();
        assert_eq!((expression, rest.last()), (&Term::Expression("desired - running".to_owned()), Some(&running)));
    }
}
