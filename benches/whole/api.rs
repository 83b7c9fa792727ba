//! An API that is always ready: it answers at once, on one core, from nothing but the request. A process of its own, so
//! that its work is not counted as anybody's.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

/// The first argument that makes this program the server.
pub(crate) const MODE: &str = "ready-api";

/// Serves on a free port, which it prints first, until it is killed.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        axum::serve(listener, router()).await.unwrap();
    });
}

fn router() -> Router {
    Router::new()
        .route("/imports", post(create))
        .route("/imports/{id}", get(show).delete(remove))
        .route("/imports/{id}/finalize", post(finalize))
}

/// A job is known by when it will be done: nothing needs to be remembered.
async fn create(Json(wanted): Json<Value>) -> (StatusCode, Json<Value>) {
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    let takes = Duration::from_millis(wanted["takes_ms"].as_u64().unwrap_or_default());
    let id = format!("{}-{}", (now() + takes).as_millis(), SERIAL.fetch_add(1, Ordering::Relaxed));
    (StatusCode::CREATED, Json(json!({"id": id, "status": "queued", "file": wanted["file"]})))
}

async fn show(Path(id): Path<String>) -> Json<Value> {
    let done = id.split('-').next().and_then(|millis| millis.parse().ok()).map(Duration::from_millis);
    let status = if done.is_some_and(|done| done <= now()) { "review_ready" } else { "processing" };
    Json(json!({
        "id": id, "status": status, "rows_total": 3, "rows_valid": 3, "errors": [],
        "created_at": "2026-11-25T10:00:00Z", "links": {"self": format!("/imports/{id}")},
    }))
}

async fn finalize(Path(id): Path<String>) -> (StatusCode, Json<Value>) {
    (StatusCode::ACCEPTED, Json(json!({"id": id, "status": "completed"})))
}

async fn remove() -> StatusCode {
    StatusCode::NO_CONTENT
}

fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap()
}
