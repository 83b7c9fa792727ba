//! The API: takes a file in, shows how its import stands, finalizes it, deletes it. Whatever it answers is JSON.
//!
//! | request | answers |
//! |---|---|
//! | `POST /api/v1/bulk-imports` | 201 and the import · 400 no `file` · 413 too large · 415 not CSV |
//! | `GET /api/v1/bulk-imports` | 200 and the newest |
//! | `GET /api/v1/bulk-imports/{id}` | 200 and the import · 404 |
//! | `POST /api/v1/bulk-imports/{id}/finalize` | 202 begun · 200 begun before · 409 cannot be · 404 |
//! | `DELETE /api/v1/bulk-imports/{id}` | 204 · 404 |
//! | `GET /api/v1/contacts?import_id=` | 200, how many there are and the first of them |
//! | `GET /health` | 200 · 503 the database does not answer |

mod access_log;
mod admission;
mod balancer;
mod contacts;
mod health;
mod imports;
mod problem;
mod state;
#[cfg(test)]
mod tests;
mod upload;
mod wire;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::database::Database;
use super::journal::Journal;
use crate::sandbox::fault::FaultSet;
use crate::sandbox::log::LogSink;
use balancer::Balancer;
use problem::Problem;
use state::Api;
use wire::{Cut, Wires};

/// How long requests that are under way may take once a stop is asked for.
const GRACE: Duration = Duration::from_secs(2);

/// Serves the API until `stop` turns true, and returns once what was under way is answered.
pub(crate) async fn serve_api(
    listener: TcpListener,
    database: Database,
    faults: FaultSet,
    log: LogSink,
    mut stop: watch::Receiver<bool>,
) {
    let api = Api { database, faults, journal: Journal::new("bulk_import.api", log) };
    api.journal.info("api_started", json!({ "address": listener.local_addr().ok() }));
    let mut asked = stop.clone();
    // A sender that is gone is a stop too.
    let stopped = async move { drop(asked.wait_for(|stop| *stop).await) };
    let serving = axum::serve(Wires(listener), router(api.clone()).into_make_service_with_connect_info::<Cut>())
        .with_graceful_shutdown(stopped);
    let overdue = async {
        let _ = stop.wait_for(|stop| *stop).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        _ = serving => {}
        () = overdue => {}
    }
    api.journal.info("api_stopped", json!({}));
}

fn router(api: Api) -> Router {
    Router::new()
        .route("/api/v1/bulk-imports", post(upload::create).get(imports::list))
        .route("/api/v1/bulk-imports/{id}", get(imports::show).delete(imports::delete))
        .route("/api/v1/bulk-imports/{id}/finalize", post(imports::finalize))
        .route("/api/v1/contacts", get(contacts::list))
        .route("/health", get(health::show))
        .layer(DefaultBodyLimit::max(upload::LARGEST_REQUEST))
        .fallback(|uri: Uri| async move { Problem::not_found(format!("there is nothing at {}", uri.path())) })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        // The last is the first that a request comes to.
        .layer(from_fn_with_state(api.clone(), admission::admit))
        .layer(from_fn_with_state(api.clone(), access_log::log))
        .layer(from_fn_with_state(Balancer::new(api.faults.clone()), balancer::pass))
        .with_state(api)
}
