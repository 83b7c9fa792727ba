//! `GetMetricData` and `ListMetrics`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::input::{PAGES, WRONG, ascending, time};
use super::metrics::{MetricId, Statistic};
use super::watch::Watch;
use crate::sandbox::cloud::epoch::seconds;
use crate::sandbox::cloud::list::List;
use crate::sandbox::cloud::members::Members;
use crate::sandbox::cloud::refusal::Refusal;
use crate::sandbox::cloud::token;

/// The most data points in one answer.
const MOST: u32 = 100_800;
/// So many where pages are short.
const SHORT: usize = 20;

/// One of the queries, with its data points in the order asked for.
struct Series {
    id: String,
    label: String,
    points: Vec<(DateTime<Utc>, f64)>,
}

/// `GetMetricData`. Metric math is refused.
pub(super) fn answer(watch: &Watch, input: &Value) -> Result<Value, Refusal> {
    const KNOWN: [&str; 6] = ["MetricDataQueries", "StartTime", "EndTime", "NextToken", "ScanBy", "MaxDatapoints"];
    let members = Members::read("GetMetricData", WRONG, input, &KNOWN)?;
    let required = |name| time(&members, name)?.ok_or_else(|| missing(name));
    let range = (required("StartTime")?, required("EndTime")?);
    if range.0 >= range.1 {
        return Err(Refusal::new(
            "ValidationError",
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    let ascending = ascending(&members)?;
    let queries = members.list("MetricDataQueries", 500)?.ok_or_else(|| missing("MetricDataQueries"))?;
    let mut all = Vec::new();
    for query in queries {
        let mut series = Series::read(watch, query, range)?;
        if !ascending {
            series.points.reverse();
        }
        all.push(series);
    }
    let request = token::fingerprint("GetMetricData", input);
    let size = members.size("MaxDatapoints", 1, MOST)?.unwrap_or(MOST as usize);
    let offset = usize::try_from(PAGES.place(&members, request)?).unwrap_or(usize::MAX);
    Ok(paged(&all, request, offset, watch.paging.most(size, SHORT)))
}

/// The data points of all series, one after another, cut into pages.
fn paged(all: &[Series], request: u64, offset: usize, size: usize) -> Value {
    let end = offset.saturating_add(size);
    let mut results = Vec::new();
    let mut before = 0;
    for series in all {
        let count = series.points.len();
        let from = offset.saturating_sub(before).min(count);
        let to = end.saturating_sub(before).min(count);
        results.push(series.draw(from, to));
        before += count;
    }
    let mut answer = json!({"MetricDataResults": results, "Messages": []});
    if end < before {
        answer["NextToken"] = token::write(request, &[end as u64]).into();
    }
    answer
}

impl Series {
    fn read(watch: &Watch, query: &Value, range: (DateTime<Utc>, DateTime<Utc>)) -> Result<Self, Refusal> {
        let members = Members::read("MetricDataQueries", WRONG, query, &["Id", "MetricStat", "Label"])?;
        let id = members.required_text("Id")?.to_owned();
        let stat = members
            .structure("MetricStat", &["Metric", "Period", "Stat"])?
            .ok_or_else(|| missing("MetricDataQueries.MetricStat"))?;
        let metric = stat
            .structure("Metric", &["Namespace", "MetricName", "Dimensions"])?
            .ok_or_else(|| missing("MetricDataQueries.MetricStat.Metric"))?;
        let metric = self::metric(&metric)?;
        let (period, statistic) = (period(&stat)?, statistic(&stat, "Stat")?);
        let label = members.text("Label")?.unwrap_or(&metric.name).to_owned();
        Ok(Self { id, label, points: watch.metrics.statistics(&metric, range, period, statistic) })
    }

    fn draw(&self, from: usize, to: usize) -> Value {
        let points = &self.points[from..to];
        json!({
            "Id": self.id,
            "Label": self.label,
            "Timestamps": points.iter().map(|(time, _)| seconds(*time)).collect::<Vec<_>>(),
            "Values": points.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
            "StatusCode": if to < self.points.len() { "PartialData" } else { "Complete" },
        })
    }
}

/// `Period`: 1, 5, 10, 20, 30 or a multiple of 60.
pub(super) fn period(members: &Members) -> Result<TimeDelta, Refusal> {
    let period = members.integer("Period", 1, 86_400)?.ok_or_else(|| missing("Period"))?;
    if [1, 5, 10, 20, 30].contains(&period) || period % 60 == 0 {
        Ok(TimeDelta::seconds(period))
    } else {
        Err(members.wrong(format!("Period must be 1, 5, 10, 20, 30 or a multiple of 60, not {period}")))
    }
}

/// `Namespace`, `MetricName` and `Dimensions`.
pub(super) fn metric(members: &Members) -> Result<MetricId, Refusal> {
    Ok(MetricId {
        namespace: members.required_text("Namespace")?.to_owned(),
        name: members.required_text("MetricName")?.to_owned(),
        dimensions: dimensions(members)?.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
    })
}

/// The statistic under a key.
pub(super) fn statistic(members: &Members, key: &str) -> Result<Statistic, Refusal> {
    let name = members.required_text(key)?;
    let unknown = || members.wrong(format!("the sandbox does not support the statistic {name}"));
    Statistic::named(name).ok_or_else(unknown)
}

/// `Dimensions`, sorted; a value may be left out where metrics are only listed.
fn dimensions(members: &Members) -> Result<Vec<(String, Option<String>)>, Refusal> {
    let mut dimensions = Vec::new();
    for value in members.list("Dimensions", 30)?.unwrap_or_default() {
        let dimension = Members::read("Dimensions", WRONG, value, &["Name", "Value"])?;
        let name = dimension.required_text("Name")?.to_owned();
        dimensions.push((name, dimension.text("Value")?.map(str::to_owned)));
    }
    dimensions.sort();
    Ok(dimensions)
}

/// `ListMetrics`.
pub(super) fn list(watch: &Watch, input: &Value) -> Result<Value, Refusal> {
    let members = Members::read("ListMetrics", WRONG, input, &["Namespace", "MetricName", "Dimensions", "NextToken"])?;
    let (namespace, name) = (members.text("Namespace")?, members.text("MetricName")?);
    let wanted = dimensions(&members)?;
    let fits = |metric: &&MetricId| {
        namespace.is_none_or(|namespace| metric.namespace == namespace)
            && name.is_none_or(|name| metric.name == name)
            && wanted.iter().all(|(name, value)| {
                metric.dimensions.iter().any(|(other, has)| other == name && value.as_ref().is_none_or(|v| v == has))
            })
    };
    let drawn = watch.metrics.ids().filter(fits).map(draw_metric).collect();
    PAGES.page(&members, input, List { key: "Metrics", items: drawn, size: 500, paging: watch.paging })
}

fn draw_metric(metric: &MetricId) -> Value {
    json!({"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": draw_dimensions(metric)})
}

pub(super) fn draw_dimensions(metric: &MetricId) -> Vec<Value> {
    metric.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect()
}

fn missing(name: &str) -> Refusal {
    Refusal::new("MissingParameter", format!("The parameter {name} is required."))
}
