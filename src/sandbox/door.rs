//! The sandbox's own doors, for `crate::door`.

#![expect(clippy::missing_panics_doc, reason = "a law that does not hold panics: that is what doors are for")]

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Uri};
use chrono::DateTime;

use super::cloud::{self, Cloud, place};
use super::conductor::{self, Script};
use super::fault::FaultSet;
use super::service::CsvTable;

/// What CloudWatch's operations of the CBOR protocol lie below.
const CBOR_PATH: &str = "/service/GraniteServiceVersion20100801/operation/";

/// What is asked for, by the first byte of a request: the header that names it, or the end of the path.
const OPERATIONS: &[&str] = &[
    "Logs_20140328.FilterLogEvents",
    "Logs_20140328.GetLogEvents",
    "Logs_20140328.DescribeLogGroups",
    "Logs_20140328.DescribeLogStreams",
    "AmazonEC2ContainerServiceV20141113.DescribeServices",
    "AmazonEC2ContainerServiceV20141113.ListServices",
    "AmazonEC2ContainerServiceV20141113.ListTasks",
    "AmazonEC2ContainerServiceV20141113.DescribeTasks",
    "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition",
    "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition",
    "AmazonEC2ContainerServiceV20141113.UpdateService",
    "AmazonEC2ContainerServiceV20141113.ListServiceDeployments",
    "GraniteServiceVersion20100801.DescribeAlarms",
    "GraniteServiceVersion20100801.DescribeAlarmHistory",
    "GraniteServiceVersion20100801.ListAlarmMuteRules",
    "GraniteServiceVersion20100801.GetMetricData",
    "DescribeAlarms",
    "DescribeAlarmHistory",
    "ListAlarmMuteRules",
    "GetMetricData",
];

/// A file of contacts. It is accepted, or something is said of it.
pub fn csv(bytes: &[u8]) {
    let table = CsvTable::read(bytes);
    let whole = table.rows_valid() == table.rows_total && table.rows_total > 0;
    assert!(!table.is_accepted() || whole, "accepted, and yet rows are missing: {table:?}");
    assert_eq!(table.is_accepted(), table.errors.is_empty(), "{table:?}");
}

/// A filter pattern of CloudWatch Logs, and a message that it is held against.
pub fn filter_pattern(pattern: &str, message: &str) {
    if let Ok(pattern) = cloud::logs::Pattern::parse(pattern) {
        let matched = pattern.matches(message);
        assert!(matched || !pattern.is_everything(), "everything does not match {message:?}");
    }
}

/// A request to the AWS-compatible endpoint, in any of its protocols.
pub fn cloud(request: &[u8]) {
    let Some((first, body)) = request.split_first() else { return };
    let operation = OPERATIONS[usize::from(*first) % OPERATIONS.len()];
    let cloud = Cloud::default();
    // Nothing of it can be refused: that would be a mistake here, which other tests find.
    let _ = conductor::set_up(&cloud, &Script::of(&FaultSet::default()), DateTime::UNIX_EPOCH);
    let mut headers = HeaderMap::new();
    let credential =
        format!("AWS4-HMAC-SHA256 Credential={}/20261125/eu-central-1/logs/aws4_request", place::ACCESS_KEY);
    headers.extend(HeaderValue::try_from(credential).map(|value| (axum::http::header::AUTHORIZATION, value)));
    let mut path = "/".to_owned();
    if operation.contains('.') {
        headers.insert("x-amz-target", HeaderValue::from_static(operation));
    } else {
        headers.insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
        path = format!("{CBOR_PATH}{operation}");
    }
    let uri = path.parse::<Uri>().unwrap_or_default();
    let answer = cloud::respond(&cloud, &uri, &headers, &Bytes::copy_from_slice(body));
    assert!(answer.status().as_u16() < 500, "{operation}: {}", answer.status());
}

/// A CBOR body. What is written of it reads back as the same.
pub fn cbor(bytes: &[u8]) {
    if let Ok(value) = cloud::cbor::read(bytes) {
        assert_eq!(cloud::cbor::read(&cloud::cbor::write(&value)), Ok(value));
    }
}
