//! Log lines as services in production write them: one JSON object a line, one event each.

use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::sandbox::log::LogSink;

/// Writes the log of one task.
#[derive(Clone)]
pub(crate) struct Journal {
    logger: &'static str,
    sink: LogSink,
}

impl Journal {
    /// A journal whose lines name `logger`.
    pub(crate) fn new(logger: &'static str, sink: LogSink) -> Self {
        Self { logger, sink }
    }

    /// What goes as it should.
    pub(crate) fn info(&self, event: &str, fields: Value) {
        self.write("INFO", event, fields);
    }

    /// What somebody may want to look at, though nothing is broken.
    pub(crate) fn warning(&self, event: &str, fields: Value) {
        self.write("WARNING", event, fields);
    }

    /// What is broken.
    pub(crate) fn error(&self, event: &str, fields: Value) {
        self.write("ERROR", event, fields);
    }

    fn write(&self, level: &str, event: &str, fields: Value) {
        let now = Utc::now();
        let timestamp = now.to_rfc3339_opts(SecondsFormat::Millis, true);
        let mut line = json!({ "timestamp": timestamp, "level": level, "logger": self.logger, "event": event });
        if let (Value::Object(line), Value::Object(mut fields)) = (&mut line, fields) {
            line.append(&mut fields);
        }
        (self.sink)(now, line.to_string());
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::{Value, json};

    use super::{Journal, LogSink};

    /// Keeps the lines that a sink is given.
    #[derive(Clone, Default)]
    pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

    impl Lines {
        pub(crate) fn sink(&self) -> LogSink {
            let lines = Arc::clone(&self.0);
            Arc::new(move |_, line| lines.lock().unwrap().push(line))
        }

        /// The lines as JSON, without their times.
        pub(crate) fn events(&self) -> Vec<Value> {
            let read = |line: &String| {
                let mut event: Value = serde_json::from_str(line).unwrap();
                event.as_object_mut().unwrap().retain(|key, _| key != "timestamp" && key != "duration_ms");
                event
            };
            self.0.lock().unwrap().iter().map(read).collect()
        }
    }

    #[test]
    fn an_event_is_one_line_of_json_that_begins_with_when_how_bad_who_and_what() {
        let lines = Lines::default();
        Journal::new("bulk_import.worker", lines.sink()).warning("odd", json!({ "why": "two\nlines" }));
        let line = lines.0.lock().unwrap()[0].clone();
        let (timestamp, rest) = line.split_once(',').unwrap();
        assert!(timestamp.starts_with("{\"timestamp\":\"20") && timestamp.ends_with("Z\""), "{timestamp}");
        assert_eq!(rest, r#""level":"WARNING","logger":"bulk_import.worker","event":"odd","why":"two\nlines"}"#);
    }
}
