//! A log held against what a step asks of it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use divan::Bencher;
use serde_json::json;
use smoke::aws::{LogLine, Scan};
use smoke::probe::logs::{LogsSeen, Query, Since};
use smoke::redact::Redactor;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

/// A busy worker's log: everybody's imports, ours among them.
fn scan(lines: u32) -> Scan {
    let line = |number: u32| {
        let (import, event) = (number / 4, ["bulk_import_start", "rows_read", "lease_renewed", "bulk_import_end"]);
        let event = event[number as usize % 4];
        let message = json!({"event": event, "import_id": import.to_string(), "level": "INFO", "rows": 3}).to_string();
        let time = start() + TimeDelta::milliseconds(i64::from(number));
        Arc::new(LogLine::new(time, "bulk-import-worker/app/9f3c", message))
    };
    Scan { began: start() + TimeDelta::minutes(5), lines: (0..lines).map(line).collect() }
}

fn query() -> Query {
    let ours = |event: &str| json!({"event": event, "import_id": "3"});
    Query::everything("/ecs/prod", Some("bulk-import-worker/")).demanding(
        &[ours("bulk_import_start"), ours("bulk_import_end")],
        &[json!({"level": "ERROR", "import_id": "3"})],
    )
}

/// The lines' JSON is read once for all who wait, before this.
#[divan::bench(args = [100, 10_000])]
fn match_fields(bencher: Bencher<'_, '_>, lines: u32) {
    let (scan, query, redactor) = (scan(lines), query(), Arc::new(Redactor::default()));
    let claim = (start(), Duration::from_secs(15));
    assert_eq!(LogsSeen::of(&query, &scan, Since::at(start()), claim, &redactor).matched.len(), 2);
    bencher.counter(lines).bench(|| LogsSeen::of(&query, &scan, Since::at(start()), claim, &redactor));
}

/// With their JSON still to be read.
#[divan::bench(args = [100, 10_000])]
fn read_and_match_fields(bencher: Bencher<'_, '_>, lines: u32) {
    let (query, redactor) = (query(), Arc::new(Redactor::default()));
    let claim = (start(), Duration::from_secs(15));
    bencher
        .counter(lines)
        .with_inputs(|| scan(lines))
        .bench_values(|scan| LogsSeen::of(&query, &scan, Since::at(start()), claim, &redactor));
}
