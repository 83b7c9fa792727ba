//! Takes a file in: streamed to disk, so that its size costs no memory, and known to the database only once it is whole.

use axum::Json;
use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use chrono::Utc;
use serde_json::json;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use super::problem::Problem;
use super::state::Api;
use crate::sandbox::service::import::Import;

/// The largest file, in bytes.
const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// The largest request: the file and what stands around it.
pub(super) const LARGEST_REQUEST: usize = LARGEST_FILE + 64 * 1024;
/// The longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 255;

/// What clients send CSV as; spreadsheets on Windows call it their own, and some send no type worth the name.
const MEDIA_TYPES: [&str; 5] =
    ["text/csv", "application/csv", "application/vnd.ms-excel", "text/plain", "application/octet-stream"];

/// `POST /api/v1/bulk-imports`: the part called `file` is taken, others are read over.
pub(super) async fn create(State(api): State<Api>, request: Request) -> Result<impl IntoResponse, Problem> {
    let mut form = open_form(request).await?;
    while let Some(field) = form.next_field().await.map_err(|error| unreadable(&error))? {
        if field.name() == Some("file") {
            let import = keep(&api, field).await?;
            let location = [(header::LOCATION, format!("/api/v1/bulk-imports/{}", import.id))];
            return Ok((StatusCode::CREATED, location, Json(import)));
        }
    }
    Err(Problem::bad_request("there is no part called file"))
}

async fn open_form(request: Request) -> Result<Multipart, Problem> {
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !media_type.starts_with("multipart/form-data") {
        return Err(unsupported("the request must be multipart/form-data with a part called file"));
    }
    let form = Multipart::from_request(request, &()).await;
    form.map_err(|refused: MultipartRejection| Problem::bad_request(refused.body_text()))
}

/// Keeps the file and makes an import of it.
async fn keep(api: &Api, mut field: Field<'_>) -> Result<Import, Problem> {
    let file_name = file_name(&field)?;
    let id = uuid::Uuid::new_v4().to_string();
    let upload = api.database.upload(&id);
    // Beside its later place, so that it gets there by a rename; and it removes itself should the client hang up.
    let file = NamedTempFile::new_in(upload.parent().unwrap_or(&upload))?;
    let bytes = receive(&mut field, &file).await?;
    file.persist(&upload).map_err(|failed| failed.error)?;
    let import = add(api, id, file_name).await?;
    let fields = json!({ "import_id": import.id, "file_name": import.file_name, "bytes": bytes });
    api.journal.info("bulk_import_uploaded", fields);
    Ok(import)
}

fn file_name(field: &Field<'_>) -> Result<String, Problem> {
    if let Some(media_type) = field.content_type() {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !MEDIA_TYPES.contains(&essence.as_str()) {
            return Err(unsupported(format!("the file is {essence}; text/csv is expected")));
        }
    }
    let name = field.file_name().ok_or_else(|| Problem::bad_request("the part called file has no file name"))?;
    Ok(name.chars().take(LONGEST_NAME).collect())
}

/// Writes what comes in to `file`; gives its length.
async fn receive(field: &mut Field<'_>, file: &NamedTempFile) -> Result<usize, Problem> {
    let mut writer = tokio::fs::File::from_std(file.as_file().try_clone()?);
    let mut length = 0;
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
        length += chunk.len();
        if length > LARGEST_FILE {
            return Err(too_large());
        }
        writer.write_all(&chunk).await?;
    }
    writer.flush().await?;
    Ok(length)
}

async fn add(api: &Api, id: String, file_name: String) -> Result<Import, Problem> {
    let added = api.database.call(move |database| {
        database.add(&id, &file_name, Utc::now())?;
        database.import(&id)
    });
    added.await?.ok_or_else(|| Problem::not_found("the import was deleted as it was made"))
}

fn unreadable(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::bad_request(format!("the request breaks off or is no multipart/form-data: {}", error.body_text()))
}

fn too_large() -> Problem {
    let message = format!("the file is larger than {} MiB", LARGEST_FILE / 1024 / 1024);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

fn unsupported(message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
}
