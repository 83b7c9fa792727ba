//! The intake worker: an older one that the bulk-import worker was modelled on. What it takes in comes from elsewhere, so
//! here it only lives: whoever deploys has to think of it.

use std::convert::Infallible;
use std::time::Duration;

use chrono::Utc;
use serde_json::json;
use tokio::sync::watch;

use super::database::{Database, DatabaseError};
use super::journal::Journal;
use crate::sandbox::log::LogSink;

/// How often it says that it is alive.
const HEARTBEAT: Duration = Duration::from_millis(500);

/// Lives until `stop` turns true. Gives the exit code, as a process would.
pub(crate) async fn run_intake_worker(
    task_id: String,
    database: Database,
    log: LogSink,
    mut stop: watch::Receiver<bool>,
) -> i32 {
    let journal = Journal::new("intake.worker", log);
    journal.info("worker_started", json!({ "task_id": task_id }));
    tokio::select! {
        // Whoever could tell it is gone where this is an error, and that is a stop too.
        _ = stop.wait_for(|stop| *stop) => {
            journal.info("worker_stopped", json!({ "task_id": task_id }));
            0
        }
        beaten = beat(&task_id, &database) => match beaten {
            Ok(never) => match never {},
            Err(error) => {
                journal.error("worker_crashed", json!({ "error": error.to_string(), "exit_code": 1 }));
                1
            }
        },
    }
}

async fn beat(task_id: &str, database: &Database) -> Result<Infallible, DatabaseError> {
    loop {
        let task_id = task_id.to_owned();
        database.call(move |database| database.beat(&task_id, Utc::now())).await?;
        tokio::time::sleep(HEARTBEAT).await;
    }
}
