//! Where the log lines of the sandbox's tasks go.

use std::sync::Arc;

use chrono::{DateTime, Utc};

/// Takes one log line of a task: the time of the event and the message. The conductor routes it to the task's stream.
pub(crate) type LogSink = Arc<dyn Fn(DateTime<Utc>, String) + Send + Sync>;
