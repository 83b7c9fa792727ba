//! The operations against a store filled by hand.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Delivery, Store, answer};
use crate::sandbox::cloud::token::Paging;

/// All that was put has arrived by then.
const NOW: i64 = 10_000;

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
fn pages(store: &mut Store, mut request: Value) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let page = answer(store, "FilterLogEvents", &request, NOW).unwrap();
        let messages = page["events"].as_array().unwrap().iter();
        pages.push(messages.map(|event| event["message"].as_str().unwrap().to_owned()).collect());
        match page.get("nextToken") {
            Some(token) => request["nextToken"] = token.clone(),
            None => return pages,
        }
    }
}

fn refused(operation: &str, request: &Value) -> String {
    answer(&mut store(3), operation, request, NOW).err().map_or_else(|| "nothing".to_owned(), |refusal| refusal.line())
}

#[test]
fn both_ends_of_the_time_range_are_inside() {
    let seen = pages(
        &mut store(5),
        json!({"logGroupName": "g", "logStreamNames": ["a/x/1"], "startTime": 1001, "endTime": 1003}),
    );
    assert_eq!(seen, [[r#"{"number":1}"#, r#"{"number":2}"#, r#"{"number":3}"#]]);
}

#[test]
fn a_scan_with_a_pattern_begins_with_an_empty_page() {
    let request = json!({"logGroupName": "g", "filterPattern": "{ $.number = 1 }"});
    assert_eq!(pages(&mut store(3), request), [vec![], vec![r#"{"number":1}"#.to_owned()]]);
    let nothing_to_scan = json!({"logGroupName": "g", "filterPattern": "x", "startTime": 5000});
    assert_eq!(pages(&mut store(3), nothing_to_scan), [Vec::<String>::new()]);
}

#[test]
fn pages_are_small_and_cover_everything_once() {
    let seen = pages(&mut store(250), json!({"logGroupName": "g"}));
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 51]);
    let limited = pages(&mut store(3), json!({"logGroupName": "g", "limit": 3}));
    assert_eq!(limited.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn a_late_event_stands_behind_a_cursor_that_has_moved_on() {
    let mut store = store(150);
    let mut request = json!({"logGroupName": "g"});
    request["nextToken"] = answer(&mut store, "FilterLogEvents", &request, NOW).unwrap()["nextToken"].clone();
    store.put(("g", "a/x/1"), at(1001), "late".to_owned(), at(3000));
    assert!(!pages(&mut store, request).concat().contains(&"late".to_owned()));
    assert!(pages(&mut store, json!({"logGroupName": "g"})).concat().contains(&"late".to_owned()));
}

#[test]
fn an_event_keeps_its_id_and_no_stream_is_said_to_be_searched() {
    let mut store = store(2);
    let request = json!({"logGroupName": "g", "logStreamNamePrefix": "a/"});
    let first = answer(&mut store, "FilterLogEvents", &request, NOW).unwrap();
    assert_eq!(first, answer(&mut store, "FilterLogEvents", &request, NOW).unwrap());
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
    let mut store = store(3);
    let mut request = json!({"logGroupName": "g", "logStreamName": "a/x/1", "startFromHead": true, "limit": 2});
    let mut sizes = Vec::new();
    loop {
        let page = answer(&mut store, "GetLogEvents", &request, NOW).unwrap();
        sizes.push(page["events"].as_array().unwrap().len());
        if Some(&page["nextForwardToken"]) == request.get("nextToken") {
            break;
        }
        request["nextToken"] = page["nextForwardToken"].clone();
    }
    assert_eq!(sizes, [2, 1, 0]);
    let latest =
        answer(&mut store, "GetLogEvents", &json!({"logGroupName": "g", "logStreamName": "a/x/1", "limit": 1}), NOW);
    assert_eq!(latest.unwrap()["events"][0]["message"], r#"{"number":2}"#);
}

#[test]
fn the_last_event_of_a_stream_is_known_late() {
    let streams = |now| answer(&mut store(2), "DescribeLogStreams", &json!({"logGroupName": "g"}), now).unwrap();
    assert_eq!(streams(3_000)["logStreams"][0].get("lastEventTimestamp"), None);
    assert_eq!(streams(62_000)["logStreams"][0]["lastEventTimestamp"], 1001);
}

/// A store with a delivery, to which lines `0`, `1`, … are written at the given milliseconds; what is visible when.
fn check(delivery: Delivery, written: &[i64], looks: &[(i64, &[&str])]) {
    let mut store = store(0);
    store.disturb(delivery, Paging::Plain);
    for (number, time) in written.iter().enumerate() {
        store.put(("g", "a/x/1"), at(*time), number.to_string(), at(*time));
    }
    for (now, expected) in looks {
        let seen =
            answer(&mut store, "FilterLogEvents", &json!({"logGroupName": "g", "logStreamNamePrefix": "a"}), *now);
        let seen = seen.unwrap();
        let messages: Vec<&str> =
            seen["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap()).collect();
        assert_eq!(messages, *expected, "{delivery:?} at {now}");
    }
}

#[test]
fn lines_that_lag_become_visible_in_order_and_none_later_than_the_lag() {
    let delivery = Delivery { lag: chrono::TimeDelta::seconds(20), ..Delivery::default() };
    let looks: [(i64, &[&str]); 5] =
        [(8_999, &[]), (9_000, &["0"]), (21_999, &["0"]), (22_000, &["0", "1", "2"]), (22_500, &["0", "1", "2"])];
    check(delivery, &[1_000, 2_000, 2_500], &looks);
}

#[test]
fn a_straggler_becomes_visible_behind_newer_lines() {
    let delivery = Delivery { stragglers: chrono::TimeDelta::seconds(3), ..Delivery::default() };
    let looks: [(i64, &[&str]); 2] = [(4_999, &["0", "2"]), (5_000, &["0", "1", "2"])];
    check(delivery, &[1_000, 2_000, 2_500], &looks);
}

#[test]
fn what_finds_the_drivers_buffer_full_is_lost_for_good() {
    let delivery = Delivery { buffer: Some(chrono::TimeDelta::seconds(2)), ..Delivery::default() };
    check(delivery, &[1_000, 2_999, 4_000, 6_000], &[(99_000, &["0", "3"])]);
}

#[test]
fn a_line_that_is_delivered_twice_has_two_ids() {
    let mut store = store(0);
    store.disturb(Delivery { twice: true, ..Delivery::default() }, Paging::Plain);
    store.put(("g", "a/x/1"), at(1_000), "x".to_owned(), at(1_000));
    let mut seen = |now| {
        let request = json!({"logGroupName": "g", "logStreamNames": ["a/x/1"]});
        answer(&mut store, "FilterLogEvents", &request, now).unwrap()["events"].as_array().unwrap().clone()
    };
    assert_eq!(seen(1_000).len(), 1);
    let twice = seen(1_300);
    assert_eq!((&twice[0]["message"], &twice[0]["timestamp"]), (&twice[1]["message"], &twice[1]["timestamp"]));
    assert_ne!(twice[0]["eventId"], twice[1]["eventId"]);
}

#[test]
fn hollow_pages_cover_everything_once_too() {
    let mut store = store(20);
    store.disturb(Delivery::default(), Paging::Hollow);
    let seen = pages(&mut store, json!({"logGroupName": "g"}));
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [0, 8, 0, 8, 0, 5]);
    assert_eq!(seen.concat().len(), 21);
    let streams = answer(&mut store, "DescribeLogStreams", &json!({"logGroupName": "g"}), NOW).unwrap();
    assert_eq!((streams["logStreams"].as_array().unwrap().len(), streams["nextToken"].is_string()), (0, true));
}
