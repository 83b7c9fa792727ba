//! Whether the service can do its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::state::Api;
use crate::sandbox::service::database::Database;

/// `GET /health`
pub(super) async fn show(State(api): State<Api>) -> (StatusCode, Json<Value>) {
    match api.database.call(Database::ping).await {
        Ok(()) => (StatusCode::OK, Json(json!({ "status": "ok", "database": "ok" }))),
        Err(error) => {
            let body = json!({ "status": "unavailable", "database": error.to_string() });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body))
        }
    }
}
