//! The operations against a watch filled by hand.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Alarm, MetricId, Missing, Rule, Statistic, Terms, Watch, answer};
use crate::sandbox::cloud::token::Paging;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1000 + second, 0).unwrap()
}

/// One alarm that went OK at 0, ALARM at 2 and OK at 12.
fn watch() -> Watch {
    let metric = MetricId {
        namespace: "ECS/ContainerInsights".into(),
        name: "RunningTaskCount".into(),
        dimensions: vec![("ClusterName".into(), "local".into())],
    };
    let terms = Terms {
        name: "down".into(),
        description: "d".into(),
        action: "arn:aws:sns:x".into(),
        enabled: true,
        metric: metric.clone(),
        threshold: 1.0,
        period: TimeDelta::seconds(10),
        statistic: Statistic::Minimum,
        rule: Rule { periods: 1, to_alarm: 1, missing: Missing::Breaching },
    };
    let mut watch = Watch { alarms: vec![Alarm::new(terms, at(0))], ..Watch::default() };
    for (second, value) in [(0, 1.0), (2, 0.0), (12, 1.0)] {
        watch.metrics.put(&metric, at(second), value);
        watch.evaluate(at(second));
    }
    watch
}

fn refused(operation: &str, request: &Value) -> String {
    answer(&watch(), operation, request).err().map_or_else(|| "nothing".to_owned(), |refusal| refusal.line())
}

fn names(request: &Value) -> Vec<String> {
    let answer = answer(&watch(), "DescribeAlarms", request).unwrap();
    assert_eq!(answer["CompositeAlarms"], json!([]));
    answer["MetricAlarms"].as_array().unwrap().iter().map(|alarm| alarm["AlarmName"].to_string()).collect()
}

#[test]
fn alarms_are_found_by_name_prefix_and_state_and_an_unknown_name_is_no_error() {
    let check = |request: Value, expected: usize| assert_eq!(names(&request).len(), expected, "{request}");
    check(json!({}), 1);
    check(json!({"AlarmNames": ["down", "none"]}), 1);
    check(json!({"AlarmNames": ["none"]}), 0);
    check(json!({"AlarmNamePrefix": "do"}), 1);
    check(json!({"StateValue": "ALARM"}), 0);
    check(json!({"AlarmTypes": ["CompositeAlarm"]}), 0);
    check(json!({"ActionPrefix": "arn:aws:sns"}), 1);
}

#[test]
fn history_comes_newest_first_by_kind_and_by_time_in_pages() {
    let mut request =
        json!({"AlarmName": "down", "HistoryItemType": "StateUpdate", "StartDate": 1001.0, "MaxRecords": 1});
    let mut summaries = Vec::new();
    loop {
        let page = answer(&watch(), "DescribeAlarmHistory", &request).unwrap();
        summaries.push(page["AlarmHistoryItems"][0]["HistorySummary"].as_str().unwrap().to_owned());
        match page.get("NextToken") {
            Some(token) => request["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(summaries, ["Alarm updated from ALARM to OK", "Alarm updated from OK to ALARM"]);
    let unknown = answer(&watch(), "DescribeAlarmHistory", &json!({"AlarmName": "none"})).unwrap();
    assert_eq!(unknown["AlarmHistoryItems"], json!([]));
}

#[test]
fn hollow_lists_go_on_behind_an_empty_page() {
    let watch = Watch { paging: Paging::Hollow, ..watch() };
    let first = answer(&watch, "DescribeAlarms", &json!({"AlarmNames": ["down"]})).unwrap();
    assert_eq!(first["MetricAlarms"], json!([]));
    let request = json!({"AlarmNames": ["down"], "NextToken": first["NextToken"]});
    let second = answer(&watch, "DescribeAlarms", &request).unwrap();
    assert_eq!((&second["MetricAlarms"][0]["AlarmName"], second.get("NextToken")), (&json!("down"), None));
}

fn metric_query() -> Value {
    json!({
        "StartTime": 1000, "EndTime": "1970-01-01T00:20:00Z", "ScanBy": "TimestampAscending",
        "MetricDataQueries": [{"Id": "m", "MetricStat": {
            "Metric": {
                "Namespace": "ECS/ContainerInsights", "MetricName": "RunningTaskCount",
                "Dimensions": [{"Name": "ClusterName", "Value": "local"}],
            },
            "Period": 10, "Stat": "Minimum",
        }}],
    })
}

#[test]
fn metric_data_comes_by_period_and_in_pages() {
    let whole = answer(&watch(), "GetMetricData", &metric_query()).unwrap();
    assert_eq!(
        whole["MetricDataResults"],
        json!([{
            "Id": "m", "Label": "RunningTaskCount", "Timestamps": [1000.0, 1010.0], "Values": [0.0, 1.0],
            "StatusCode": "Complete",
        }])
    );
    let mut request = metric_query();
    request["MaxDatapoints"] = 1.into();
    let first = answer(&watch(), "GetMetricData", &request).unwrap();
    assert_eq!(first["MetricDataResults"][0]["StatusCode"], "PartialData");
    request["NextToken"] = first["NextToken"].clone();
    let second = answer(&watch(), "GetMetricData", &request).unwrap();
    assert_eq!(second["MetricDataResults"][0]["Values"], json!([1.0]));
    assert_eq!(second.get("NextToken"), None);
}

#[test]
fn wrong_requests_are_refused() {
    let check = |operation, request: Value, expected: &str| assert_eq!(refused(operation, &request), expected);
    check(
        "DescribeAlarms",
        json!({"AlarmNames": ["a"], "AlarmNamePrefix": "a"}),
        "400 InvalidParameterCombination: AlarmNames and AlarmNamePrefix exclude each other",
    );
    check(
        "DescribeAlarms",
        json!({"AlarmNames": vec!["a"; 101]}),
        "400 InvalidParameterValue: 1 validation error detected: Value at 'AlarmNames' failed to satisfy constraint: \
         Member must have length less than or equal to 100",
    );
    check(
        "DescribeAlarms",
        json!({"ChildrenOfAlarmName": "a"}),
        "400 InvalidParameterValue: the sandbox does not support the member ChildrenOfAlarmName of DescribeAlarms",
    );
    check("DescribeAlarms", json!({"NextToken": "x"}), "400 InvalidNextToken: The next token specified is invalid.");
    check("GetMetricData", json!({}), "400 MissingParameter: The parameter StartTime is required.");
    let mut odd = metric_query();
    odd["MetricDataQueries"][0]["MetricStat"]["Period"] = 7.into();
    check(
        "GetMetricData",
        odd,
        "400 InvalidParameterValue: Period must be 1, 5, 10, 20, 30 or a multiple of 60, not 7",
    );
    let math = json!({"StartTime": 1, "EndTime": 2, "MetricDataQueries": [{"Id": "e", "Expression": "m1 * 2"}]});
    check(
        "GetMetricData",
        math,
        "400 InvalidParameterValue: the sandbox does not support the member Expression of MetricDataQueries",
    );
}
