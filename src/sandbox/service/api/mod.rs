//! x
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::database::Database;
use crate::sandbox::log::LogSink;

/// Serves the API until `stop` turns true.
pub(crate) async fn serve_api(_: TcpListener, _: Database, _: LogSink, _: watch::Receiver<bool>) {}
