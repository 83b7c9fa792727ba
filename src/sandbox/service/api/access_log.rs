//! One log line a request.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use super::state::Api;

/// Answers, then notes what was asked and how it was answered.
pub(super) async fn log(State(api): State<Api>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let fields = json!({
        "method": method,
        "path": path,
        "status": response.status().as_u16(),
        "duration_ms": crate::span::millis(started.elapsed()),
    });
    if response.status().is_server_error() {
        api.journal.error("http_request", fields);
    } else {
        api.journal.info("http_request", fields);
    }
    response
}
