//! What was imported.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::problem::Problem;
use super::state::Api;
use crate::sandbox::service::database::Contacts;

#[derive(Deserialize)]
pub(super) struct Wanted {
    import_id: Option<String>,
    #[serde(default = "few")]
    limit: u32,
}

fn few() -> u32 {
    20
}

/// `GET /api/v1/contacts?import_id=&limit=`
pub(super) async fn list(
    State(api): State<Api>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Contacts>, Problem> {
    let Query(Wanted { import_id, limit }) = wanted.map_err(|refused| Problem::bad_request(refused.body_text()))?;
    let contacts = api.database.call(move |database| database.contacts(import_id.as_deref(), limit)).await?;
    Ok(Json(contacts))
}
