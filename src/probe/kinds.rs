//! What kind each field of an observation is, as far as it is certain: what `check` holds expressions against.

use crate::expr::Kind::{self, Any, Bool, Duration, List, Lower, Map, Number, Object, OneOf, OrNull, Text, Time};

/// The kind of what a probe brings under this name.
#[must_use]
pub fn kind(root: &str) -> Kind {
    match root {
        "response" => RESPONSE,
        "logs" => LOGS,
        "service" => SERVICE,
        "services" => Map(&SERVICE),
        "alarm" => ALARM,
        "alarms" => Map(&ALARM),
        "deps" => DEPS,
        "output" => OUTPUT,
        _ => Any,
    }
}

const RESPONSE: Kind = Object(&[
    ("status", Number),
    ("headers", Lower(&Text)),
    ("body", Any),
    ("text", Text),
    ("elapsed", Duration),
    ("url", Text),
]);

const LOGS: Kind = Object(&[("events", List(&EVENT)), ("matched", List(&EVENT)), ("complete", Bool)]);

const EVENT: Kind =
    Object(&[("time", Time), ("stream", Text), ("task", Text), ("message", Text), ("fields", Map(&Any))]);

const SERVICE: Kind = Object(&[
    ("desired", Number),
    ("running", Number),
    ("pending", Number),
    ("healthy", OrNull(&Number)),
    ("unhealthy", OrNull(&Number)),
    ("rollout", OneOf(&["COMPLETED", "IN_PROGRESS", "FAILED", ""])),
    ("deployment", Text),
    ("task_definition", Text),
    ("images", OrNull(&List(&Text))),
    ("digests", OrNull(&List(&Text))),
    ("deployed_at", OrNull(&Time)),
    ("tasks", OrNull(&List(&TASK))),
    ("stopped", OrNull(&List(&STOPPED))),
    ("retired", OrNull(&List(&STOPPED))),
    ("events", List(&MESSAGE)),
    ("failed", Bool),
    ("steady", Bool),
]);

const TASK: Kind = Object(&[
    ("id", Text),
    ("arn", Text),
    ("deployment", Text),
    ("status", Text),
    ("health", OneOf(&["HEALTHY", "UNHEALTHY", "UNKNOWN"])),
    ("started_at", OrNull(&Time)),
    ("images", List(&Text)),
    ("digests", List(&Text)),
]);

const STOPPED: Kind = Object(&[
    ("id", Text),
    ("reason", Text),
    ("stop_code", Text),
    ("exit_codes", List(&Number)),
    ("stopped_at", OrNull(&Time)),
]);

const MESSAGE: Kind = Object(&[("time", Time), ("message", Text)]);

const ALARM: Kind = Object(&[
    ("exists", Bool),
    ("state", OneOf(&["OK", "ALARM", "INSUFFICIENT_DATA", "MISSING"])),
    ("since", OrNull(&Time)),
    ("enabled", Bool),
    ("actions", List(&Text)),
    ("metric", OrNull(&METRIC)),
    ("threshold", OrNull(&THRESHOLD)),
    ("history", OrNull(&List(&CHANGE))),
    ("silent", OrNull(&Bool)),
]);

const METRIC: Kind = Object(&[("namespace", Text), ("name", Text), ("dimensions", Map(&Text))]);

const THRESHOLD: Kind = Object(&[
    ("comparison", Text),
    ("value", OrNull(&Number)),
    ("period", Number),
    ("evaluation_periods", Number),
    ("datapoints", Number),
    ("missing_data", Text),
]);

const CHANGE: Kind = Object(&[("at", Time), ("from", Text), ("to", Text), ("reason", Text)]);

const DEPS: Kind =
    Object(&[("missing", List(&Any)), ("extra", List(&Any)), ("different", List(&Any)), ("in_sync", Bool)]);

const OUTPUT: Kind = Object(&[("code", Number), ("stdout", Text), ("stderr", Text), ("elapsed", Duration)]);

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::probe::{alarm, ecs, exec, http, logs, python_deps};

    fn names(kind: Kind) -> Vec<&'static str> {
        match kind {
            Object(fields) => fields.iter().map(|(name, _)| *name).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_field_has_its_kind() {
        let check = |root: &str, fields: &[&str]| assert_eq!(names(kind(root)), fields, "{root}");
        check("response", http::FIELDS);
        check("logs", logs::FIELDS);
        check("service", ecs::FIELDS);
        check("alarm", alarm::FIELDS);
        check("deps", python_deps::FIELDS);
        check("output", exec::FIELDS);
        assert_eq!((kind("services"), kind("plan")), (Map(&SERVICE), Any));
    }

    #[test]
    fn what_lies_below_has_the_fields_that_are_written_out() {
        #[track_caller]
        fn check(kind: Kind, value: &impl Serialize) {
            let value = serde_json::to_value(value).unwrap();
            let mut fields: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
            let mut names = names(kind);
            fields.sort_unstable();
            names.sort_unstable();
            assert_eq!(names, fields);
        }
        let (text, at) = (String::new, chrono::DateTime::UNIX_EPOCH.fixed_offset());
        let task = ecs::Task {
            id: text(),
            arn: text(),
            deployment: text(),
            status: text(),
            health: text(),
            started_at: None,
            images: Vec::new(),
            digests: Vec::new(),
        };
        check(TASK, &task);
        check(MESSAGE, &ecs::ServiceMessage { time: at.into(), message: text() });
        check(CHANGE, &alarm::Change { at: at.into(), from: text(), to: text(), reason: text() });
        check(
            METRIC,
            &alarm::Metric { namespace: text(), name: text(), dimensions: std::collections::BTreeMap::new() },
        );
        let threshold = alarm::Threshold {
            comparison: text(),
            value: None,
            period: 60,
            evaluation_periods: 1,
            datapoints: 1,
            missing_data: text(),
        };
        check(THRESHOLD, &threshold);
    }
}
