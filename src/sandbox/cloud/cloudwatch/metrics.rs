//! Metrics: points in time, and statistics over periods of them.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};

/// Points are kept for three hours, as high-resolution ones are at AWS: one a second.
const KEPT: usize = 3 * 60 * 60;

/// Which metric.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MetricId {
    /// For instance `ECS/ContainerInsights`.
    pub(crate) namespace: String,
    /// For instance `RunningTaskCount`.
    pub(crate) name: String,
    /// Names and values, sorted.
    pub(crate) dimensions: Vec<(String, String)>,
}

/// Every metric's points in order of time.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    series: BTreeMap<MetricId, VecDeque<(DateTime<Utc>, f64)>>,
}

/// What is made of the points of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statistic {
    /// How many points.
    SampleCount,
    /// Their mean.
    Average,
    /// Their sum.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
}

impl Metrics {
    /// Takes in a point, which is not older than the last one.
    pub(crate) fn put(&mut self, metric: &MetricId, time: DateTime<Utc>, value: f64) {
        if !self.series.contains_key(metric) {
            self.series.insert(metric.clone(), VecDeque::new());
        }
        if let Some(points) = self.series.get_mut(metric) {
            points.push_back((time, value));
            if points.len() > KEPT {
                points.pop_front();
            }
        }
    }

    /// Every metric that has a point.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &MetricId> {
        self.series.keys()
    }

    /// The values from `start` (inclusive) to `end` (exclusive).
    pub(crate) fn values(&self, metric: &MetricId, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<f64> {
        let Some(points) = self.series.get(metric) else { return Vec::new() };
        let first = points.partition_point(|(time, _)| *time < start);
        points.range(first..).take_while(|(time, _)| *time < end).map(|(_, value)| *value).collect()
    }

    /// The statistic for each period that has points, oldest first. Periods are aligned as at AWS: to multiples of
    /// their length.
    pub(crate) fn statistics(
        &self,
        metric: &MetricId,
        range: (DateTime<Utc>, DateTime<Utc>),
        period: TimeDelta,
        statistic: Statistic,
    ) -> Vec<(DateTime<Utc>, f64)> {
        let length = period.num_seconds().max(1);
        let Some(points) = self.series.get(metric) else { return Vec::new() };
        let mut periods: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        let first = range.0.timestamp().div_euclid(length) * length;
        for (time, value) in points.iter().filter(|(time, _)| *time < range.1) {
            let start = time.timestamp().div_euclid(length) * length;
            if start >= first {
                periods.entry(start).or_default().push(*value);
            }
        }
        let dated =
            |(start, values): (i64, Vec<f64>)| Some((DateTime::from_timestamp(start, 0)?, statistic.of(&values)?));
        periods.into_iter().filter_map(dated).collect()
    }
}

impl Statistic {
    /// By the name it has at AWS.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::SampleCount, Self::Average, Self::Sum, Self::Minimum, Self::Maximum]
            .into_iter()
            .find(|statistic| statistic.name() == name)
    }

    /// The name it has at AWS.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SampleCount => "SampleCount",
            Self::Average => "Average",
            Self::Sum => "Sum",
            Self::Minimum => "Minimum",
            Self::Maximum => "Maximum",
        }
    }

    /// Of some values; none where there are none.
    pub(crate) fn of(self, values: &[f64]) -> Option<f64> {
        if values.is_empty() {
            return None;
        }
        let count = values.iter().fold(0.0, |count, _| count + 1.0);
        Some(match self {
            Self::SampleCount => count,
            Self::Average => values.iter().sum::<f64>() / count,
            Self::Sum => values.iter().sum(),
            Self::Minimum => values.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Maximum => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_aligned_periods() {
        let metric = MetricId { namespace: "n".into(), name: "m".into(), dimensions: vec![] };
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let mut metrics = Metrics::default();
        for (second, value) in [(101, 1.0), (109, 3.0), (110, 0.0), (131, 5.0)] {
            metrics.put(&metric, at(second), value);
        }
        let check = |statistic, expected: &[(i64, f64)]| {
            let seen = metrics.statistics(&metric, (at(105), at(131)), TimeDelta::seconds(10), statistic);
            let expected: Vec<_> = expected.iter().map(|&(second, value)| (at(second), value)).collect();
            assert_eq!(seen, expected, "{statistic:?}");
        };
        check(Statistic::Average, &[(100, 2.0), (110, 0.0)]);
        check(Statistic::Minimum, &[(100, 1.0), (110, 0.0)]);
        check(Statistic::Maximum, &[(100, 3.0), (110, 0.0)]);
        check(Statistic::Sum, &[(100, 4.0), (110, 0.0)]);
        check(Statistic::SampleCount, &[(100, 2.0), (110, 1.0)]);
    }
}
