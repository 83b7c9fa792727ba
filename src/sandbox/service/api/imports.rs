//! Imports: shown, listed, finalized, deleted.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::state::Api;
use crate::sandbox::fault::Fault;
use crate::sandbox::service::database::{Database, ImportList};
use crate::sandbox::service::import::{Finalize, Import, Status};

/// The id in the path.
pub(super) struct ImportId(String);

impl<S: Send + Sync> FromRequestParts<S> for ImportId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        id.map(|Path(id)| Self(id)).map_err(|refused: PathRejection| Problem::bad_request(refused.body_text()))
    }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default = "few")]
    limit: u32,
}

fn few() -> u32 {
    50
}

/// `GET /api/v1/bulk-imports?limit=`
pub(super) async fn list(
    State(api): State<Api>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<ImportList>, Problem> {
    let Query(Wanted { limit }) = wanted.map_err(|refused| Problem::bad_request(refused.body_text()))?;
    Ok(Json(api.database.call(move |database| database.imports(limit)).await?))
}

/// `GET /api/v1/bulk-imports/{id}`
pub(super) async fn show(State(api): State<Api>, ImportId(id): ImportId) -> Result<Json<Import>, Problem> {
    let wanted = id.clone();
    let import = api.database.call(move |database| database.import(&wanted)).await?;
    import.map(Json).ok_or_else(|| Problem::no_import(&id))
}

/// `POST /api/v1/bulk-imports/{id}/finalize`
pub(super) async fn finalize(
    State(api): State<Api>,
    ImportId(id): ImportId,
) -> Result<(StatusCode, Json<Value>), Problem> {
    if api.faults.contains(Fault::FinalizeRefused) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", "finalizing needs the role import-approver"));
    }
    let (wanted, forgets) = (id.clone(), api.faults.contains(Fault::FinalizeIgnored));
    let finalize = move |database: &Database| {
        if forgets {
            database.finalize_uncommitted(&wanted, Utc::now())
        } else {
            database.finalize(&wanted, Utc::now())
        }
    };
    let outcome = api.database.call(finalize).await?;
    match outcome.ok_or_else(|| Problem::no_import(&id))? {
        (Finalize::Begin, _) => Ok((StatusCode::ACCEPTED, Json(json!({ "id": id, "status": Status::Finalizing })))),
        (Finalize::Already, status) => Ok((StatusCode::OK, Json(json!({ "id": id, "status": status })))),
        (Finalize::Refused(why), status) => {
            let message = format!("the import is {}: {why}", status.name());
            Err(Problem::new(StatusCode::CONFLICT, "conflict", message))
        }
    }
}

/// `DELETE /api/v1/bulk-imports/{id}`
pub(super) async fn delete(State(api): State<Api>, ImportId(id): ImportId) -> Result<StatusCode, Problem> {
    let wanted = id.clone();
    let deleted = api.database.call(move |database| {
        let deleted = database.delete(&wanted)?;
        if deleted {
            // The row is what counts; a file that cannot be removed goes with the folder.
            let _ = std::fs::remove_file(database.upload(&wanted));
        }
        Ok(deleted)
    });
    if deleted.await? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::no_import(&id)) }
}
