//! The operations against a store filled by hand.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Store, answer};

fn at(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap()
}

/// Group `g` with streams `a/x/1` (events at 1000, 1001, …) and `b/x/2` (one event at 1000).
fn store(events: i64) -> Store {
    let mut store = Store::default();
    store.create_group("g", at(0));
    store.create_stream("g", "a/x/1", at(0));
    store.create_stream("g", "b/x/2", at(0));
    store.put(("g", "b/x/2"), at(1000), "other".to_owned(), at(2000));
    for number in 0..events {
        store.put(("g", "a/x/1"), at(1000 + number), format!(r#"{{"number":{number}}}"#), at(2000));
    }
    store
}

/// Follows `nextToken`; the messages of each page.
fn pages(store: &Store, mut request: Value) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let page = answer(store, "FilterLogEvents", &request, 0).unwrap();
        let messages = page["events"].as_array().unwrap().iter();
        pages.push(messages.map(|event| event["message"].as_str().unwrap().to_owned()).collect());
        match page.get("nextToken") {
            Some(token) => request["nextToken"] = token.clone(),
            None => return pages,
        }
    }
}

fn refused(operation: &str, request: &Value) -> String {
    answer(&store(3), operation, request, 0).err().map_or_else(|| "nothing".to_owned(), |refusal| refusal.line())
}

#[test]
fn both_ends_of_the_time_range_are_inside() {
    let seen =
        pages(&store(5), json!({"logGroupName": "g", "logStreamNames": ["a/x/1"], "startTime": 1001, "endTime": 1003}));
    assert_eq!(seen, [[r#"{"number":1}"#, r#"{"number":2}"#, r#"{"number":3}"#]]);
}

#[test]
fn a_scan_with_a_pattern_begins_with_an_empty_page() {
    let request = json!({"logGroupName": "g", "filterPattern": "{ $.number = 1 }"});
    assert_eq!(pages(&store(3), request), [vec![], vec![r#"{"number":1}"#.to_owned()]]);
    let nothing_to_scan = json!({"logGroupName": "g", "filterPattern": "x", "startTime": 5000});
    assert_eq!(pages(&store(3), nothing_to_scan), [Vec::<String>::new()]);
}

#[test]
fn pages_are_small_and_cover_everything_once() {
    let seen = pages(&store(250), json!({"logGroupName": "g"}));
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 51]);
    let limited = pages(&store(3), json!({"logGroupName": "g", "limit": 3}));
    assert_eq!(limited.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn a_late_event_stands_behind_a_cursor_that_has_moved_on() {
    let mut store = store(150);
    let mut request = json!({"logGroupName": "g"});
    request["nextToken"] = answer(&store, "FilterLogEvents", &request, 0).unwrap()["nextToken"].clone();
    store.put(("g", "a/x/1"), at(1001), "late".to_owned(), at(3000));
    assert!(!pages(&store, request).concat().contains(&"late".to_owned()));
    assert!(pages(&store, json!({"logGroupName": "g"})).concat().contains(&"late".to_owned()));
}

#[test]
fn an_event_keeps_its_id_and_no_stream_is_said_to_be_searched() {
    let store = store(2);
    let request = json!({"logGroupName": "g", "logStreamNamePrefix": "a/"});
    let first = answer(&store, "FilterLogEvents", &request, 0).unwrap();
    assert_eq!(first, answer(&store, "FilterLogEvents", &request, 0).unwrap());
    assert_eq!(first["searchedLogStreams"], json!([]));
    assert_eq!(
        first["events"][0],
        json!({
            "logStreamName": "a/x/1",
            "timestamp": 1000,
            "message": r#"{"number":0}"#,
            "ingestionTime": 2000,
            "eventId": "00000000000000001000000000000000000000000000000000000002",
        })
    );
}

#[test]
fn wrong_requests_are_refused() {
    let check = |request: Value, expected: &str| assert_eq!(refused("FilterLogEvents", &request), expected);
    check(json!({"logGroupName": "h"}), "400 ResourceNotFoundException: The specified log group does not exist.");
    check(
        json!({"logGroupName": "g", "logStreamNames": ["none"]}),
        "400 ResourceNotFoundException: The specified log stream does not exist.",
    );
    check(
        json!({"logGroupName": "g", "logStreamNames": ["a/x/1"], "logStreamNamePrefix": "a"}),
        "400 InvalidParameterException: logStreamNames and logStreamNamePrefix exclude each other",
    );
    check(
        json!({"logGroupName": "g", "filterPattern": "{ $.id = a-b }"}),
        "400 InvalidParameterException: Invalid filter pattern: Invalid character(s) in term 'a-b'",
    );
    check(
        json!({"logGroupName": "g", "nextToken": "abc"}),
        "400 InvalidParameterException: The specified nextToken is invalid.",
    );
    check(
        json!({"logGroupName": "g", "unmask": true}),
        "400 InvalidParameterException: the sandbox does not support the member unmask of FilterLogEvents",
    );
    check(json!({}), "400 InvalidParameterException: logGroupName or logGroupIdentifier must be given");
    check(json!({"logGroupIdentifier": "arn:aws:logs:eu-central-1:000000000000:log-group:g"}), "nothing");
    assert_eq!(
        refused("StartLiveTail", &json!({})),
        "400 UnknownOperationException: the sandbox does not support the operation StartLiveTail",
    );
}

#[test]
fn get_log_events_gives_the_same_token_at_the_end() {
    let store = store(3);
    let mut request = json!({"logGroupName": "g", "logStreamName": "a/x/1", "startFromHead": true, "limit": 2});
    let mut sizes = Vec::new();
    loop {
        let page = answer(&store, "GetLogEvents", &request, 0).unwrap();
        sizes.push(page["events"].as_array().unwrap().len());
        if Some(&page["nextForwardToken"]) == request.get("nextToken") {
            break;
        }
        request["nextToken"] = page["nextForwardToken"].clone();
    }
    assert_eq!(sizes, [2, 1, 0]);
    let latest = answer(&store, "GetLogEvents", &json!({"logGroupName": "g", "logStreamName": "a/x/1", "limit": 1}), 0);
    assert_eq!(latest.unwrap()["events"][0]["message"], r#"{"number":2}"#);
}

#[test]
fn the_last_event_of_a_stream_is_known_late() {
    let streams = |now| answer(&store(2), "DescribeLogStreams", &json!({"logGroupName": "g"}), now).unwrap();
    assert_eq!(streams(3_000)["logStreams"][0].get("lastEventTimestamp"), None);
    assert_eq!(streams(62_000)["logStreams"][0]["lastEventTimestamp"], 1001);
}
