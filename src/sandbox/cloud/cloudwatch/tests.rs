//! The operations against a watch filled by hand.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Alarm, MetricId, Missing, MuteRule, Rule, Statistic, Terms, Watch, answer};
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
        ok_actions: Vec::new(),
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
    answer(&mut watch(), operation, request, at(20))
        .err()
        .map_or_else(|| "nothing".to_owned(), |refusal| refusal.line())
}

fn names(request: &Value) -> Vec<String> {
    let answer = answer(&mut watch(), "DescribeAlarms", request, at(20)).unwrap();
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
    check(json!({"AlarmTypes": ["CompositeAlarm", "LogAlarm"]}), 0);
    check(json!({"AlarmTypes": ["MetricAlarm", "CompositeAlarm", "LogAlarm"]}), 1);
    check(json!({"ActionPrefix": "arn:aws:sns"}), 1);
}

#[test]
fn history_comes_newest_first_by_kind_and_by_time_in_pages() {
    let mut request =
        json!({"AlarmName": "down", "HistoryItemType": "StateUpdate", "StartDate": 1001.0, "MaxRecords": 1});
    let mut summaries = Vec::new();
    loop {
        let page = answer(&mut watch(), "DescribeAlarmHistory", &request, at(20)).unwrap();
        summaries.push(page["AlarmHistoryItems"][0]["HistorySummary"].as_str().unwrap().to_owned());
        match page.get("NextToken") {
            Some(token) => request["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(summaries, ["Alarm updated from ALARM to OK", "Alarm updated from OK to ALARM"]);
    let unknown = answer(&mut watch(), "DescribeAlarmHistory", &json!({"AlarmName": "none"}), at(20)).unwrap();
    assert_eq!(unknown["AlarmHistoryItems"], json!([]));
}

#[test]
fn mute_rules_are_found_by_the_alarm_that_they_silence_and_by_status() {
    let check = |request: Value, expected: Value| {
        let rule = MuteRule { name: "night".into(), alarms: vec!["down".into(), "up".into()] };
        let mut watch = Watch { mute_rules: vec![rule], ..watch() };
        let answer = answer(&mut watch, "ListAlarmMuteRules", &request, at(20)).unwrap();
        assert_eq!(answer["AlarmMuteRuleSummaries"], expected, "{request}");
    };
    let arn = "arn:aws:cloudwatch:eu-central-1:000000000000:alarm-mute-rule:night";
    let night = json!([{"AlarmMuteRuleArn": arn, "Status": "ACTIVE", "MuteType": "ONE_TIME"}]);
    check(json!({}), night.clone());
    check(json!({"AlarmName": "down", "Statuses": ["ACTIVE"]}), night);
    check(json!({"AlarmName": "other", "Statuses": ["ACTIVE"]}), json!([]));
    check(json!({"Statuses": ["SCHEDULED", "EXPIRED"]}), json!([]));
}

#[test]
fn hollow_lists_go_on_behind_an_empty_page() {
    let mut watch = Watch { paging: Paging::Hollow, ..watch() };
    let first = answer(&mut watch, "DescribeAlarms", &json!({"AlarmNames": ["down"]}), at(20)).unwrap();
    assert_eq!(first["MetricAlarms"], json!([]));
    let request = json!({"AlarmNames": ["down"], "NextToken": first["NextToken"]});
    let second = answer(&mut watch, "DescribeAlarms", &request, at(20)).unwrap();
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
    let whole = answer(&mut watch(), "GetMetricData", &metric_query(), at(20)).unwrap();
    assert_eq!(
        whole["MetricDataResults"],
        json!([{
            "Id": "m", "Label": "RunningTaskCount", "Timestamps": [1000.0, 1010.0], "Values": [0.0, 1.0],
            "StatusCode": "Complete",
        }])
    );
    let mut request = metric_query();
    request["MaxDatapoints"] = 1.into();
    let first = answer(&mut watch(), "GetMetricData", &request, at(20)).unwrap();
    assert_eq!(first["MetricDataResults"][0]["StatusCode"], "PartialData");
    request["NextToken"] = first["NextToken"].clone();
    let second = answer(&mut watch(), "GetMetricData", &request, at(20)).unwrap();
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
    for operation in ["DescribeAlarms", "DescribeAlarmHistory"] {
        let strange = json!({"AlarmTypes": ["MetricAlarm", "SmokeAlarm"]});
        check(operation, strange, "400 InvalidParameterValue: 'SmokeAlarm' is no type of alarm");
    }
    let asleep = "400 InvalidParameterValue: 'ASLEEP' is no status of a mute rule";
    check("ListAlarmMuteRules", json!({"Statuses": ["ASLEEP"]}), asleep);
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

fn put(name: &str) -> Value {
    json!({
        "AlarmName": name, "Namespace": "ECS/ContainerInsights", "MetricName": "RunningTaskCount",
        "Statistic": "Minimum", "Dimensions": [{"Name": "ClusterName", "Value": "local"}],
        "ComparisonOperator": "LessThanThreshold", "Threshold": 1, "Period": 60, "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2, "TreatMissingData": "breaching", "AlarmActions": ["arn:aws:sns:y"],
        "OKActions": ["arn:aws:sns:y"],
    })
}

#[expect(clippy::needless_pass_by_value, reason = "requests are written where they are used")]
fn ask(watch: &mut Watch, operation: &str, request: Value) -> Value {
    answer(watch, operation, &request, at(20)).unwrap_or_else(|refusal| panic!("{}", refusal.line()))
}

fn described(watch: &mut Watch) -> Vec<Value> {
    let answer = ask(watch, "DescribeAlarms", json!({}));
    answer["MetricAlarms"].as_array().unwrap().clone()
}

#[test]
fn an_alarm_that_is_put_is_there_and_knows_nothing_until_it_is_held_against_its_metric() {
    let mut watch = watch();
    assert_eq!(ask(&mut watch, "PutMetricAlarm", put("new")), json!({}));
    let new = &described(&mut watch)[1];
    for (member, expected) in put("new").as_object().unwrap() {
        assert_eq!(new[member].as_f64(), expected.as_f64(), "{member}");
        assert!(expected.is_number() || new[member] == *expected, "{member}: {}", new[member]);
    }
    assert_eq!((&new["StateValue"], &new["ActionsEnabled"]), (&json!("INSUFFICIENT_DATA"), &json!(true)));
}

#[test]
fn an_alarm_that_is_put_again_keeps_its_state_and_takes_new_terms() {
    let mut watch = watch();
    ask(&mut watch, "PutMetricAlarm", put("down"));
    let alarms = described(&mut watch);
    assert_eq!((alarms.len(), &alarms[0]["StateValue"], &alarms[0]["Period"]), (1, &json!("OK"), &json!(60)));
}

#[test]
fn actions_are_disabled_and_enabled_by_name_and_a_name_that_nobody_knows_is_no_error() {
    let mut watch = watch();
    ask(&mut watch, "DisableAlarmActions", json!({"AlarmNames": ["down", "none"]}));
    assert_eq!(described(&mut watch)[0]["ActionsEnabled"], false);
    ask(&mut watch, "EnableAlarmActions", json!({"AlarmNames": ["down"]}));
    assert_eq!(described(&mut watch)[0]["ActionsEnabled"], true);
}

#[test]
fn a_deleted_alarm_is_gone_but_for_its_history_and_one_that_is_put_after_it_goes_on_with_that() {
    let mut watch = watch();
    ask(&mut watch, "DeleteAlarms", json!({"AlarmNames": ["down"]}));
    assert_eq!(described(&mut watch), [] as [Value; 0]);
    let history = |watch: &mut Watch| {
        let request = json!({"AlarmName": "down", "MaxRecords": 2});
        let answer = ask(watch, "DescribeAlarmHistory", request);
        let items = answer["AlarmHistoryItems"].as_array().unwrap().clone();
        items.iter().map(|item| item["HistorySummary"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(history(&mut watch), ["Alarm \"down\" deleted", "Alarm updated from ALARM to OK"]);
    ask(&mut watch, "PutMetricAlarm", put("down"));
    assert_eq!(history(&mut watch), ["Alarm \"down\" created", "Alarm \"down\" deleted"]);
    assert_eq!(described(&mut watch)[0]["StateValue"], "INSUFFICIENT_DATA");
}

#[test]
fn wrong_writes_are_refused_and_change_nothing() {
    let check = |operation, request: Value, expected: &str| {
        let mut watch = watch();
        let refusal = answer(&mut watch, operation, &request, at(20)).unwrap_err();
        assert_eq!((refusal.line().as_str(), described(&mut watch).len()), (expected, 1));
    };
    check(
        "DeleteAlarms",
        json!({"AlarmNames": ["down", "none"]}),
        "404 ResourceNotFound: The named resource does not exist.",
    );
    check("DeleteAlarms", json!({}), "400 InvalidParameterValue: AlarmNames must be given");
    let without = |member: &str| {
        let mut request = put("new");
        request.as_object_mut().unwrap().remove(member);
        request
    };
    check("PutMetricAlarm", without("MetricName"), "400 InvalidParameterValue: MetricName must be given");
    check(
        "PutMetricAlarm",
        without("AlarmActions"),
        "400 InvalidParameterValue: the sandbox supports exactly one entry of AlarmActions",
    );
    let with = |member: &str, value: Value| {
        let mut request = put("new");
        request[member] = value;
        request
    };
    check(
        "PutMetricAlarm",
        with("ComparisonOperator", json!("GreaterThanThreshold")),
        "400 InvalidParameterValue: ComparisonOperator must be one of [LessThanThreshold], not 'GreaterThanThreshold'",
    );
    check(
        "PutMetricAlarm",
        with("Period", json!(7)),
        "400 InvalidParameterValue: Period must be 1, 5, 10, 20, 30 or a multiple of 60, not 7",
    );
    check(
        "PutMetricAlarm",
        with("DatapointsToAlarm", json!(4)),
        "400 InvalidParameterValue: 1 validation error detected: Value '4' at 'DatapointsToAlarm' failed to satisfy \
         constraint: Member must have value between 1 and 3",
    );
    check(
        "PutMetricAlarm",
        with("Tags", json!([])),
        "400 InvalidParameterValue: the sandbox does not support the member Tags of PutMetricAlarm",
    );
}
