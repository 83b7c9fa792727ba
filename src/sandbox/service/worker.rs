//! The worker.
use tokio::sync::watch;

use super::database::Database;
use crate::sandbox::fault::FaultSet;
use crate::sandbox::log::LogSink;

/// Works until `stop` turns true; gives the exit code, as a process would.
pub(crate) async fn run_worker(
    _task_id: String,
    _database: Database,
    _faults: FaultSet,
    _log: LogSink,
    _stop: watch::Receiver<bool>,
) -> i32 {
    todo!()
}
