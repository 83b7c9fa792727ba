//! The API.
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::database::Database;
use crate::sandbox::log::LogSink;

/// Serves the API until `stop` turns true.
pub(crate) async fn serve_api(
    _listener: TcpListener,
    _database: Database,
    _log: LogSink,
    _stop: watch::Receiver<bool>,
) {
    todo!()
}
