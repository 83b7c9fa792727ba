//! What a request carries: JSON, a form, parts and files, or text.

use std::path::{Path, PathBuf};

use reqwest::multipart::{Form, Part};
use reqwest::{Body, RequestBuilder, header};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use super::words;
use crate::probe::{LookError, LookErrorKind};
use crate::redact::Redactor;

/// How much of a body is shown as evidence, in bytes.
const SHOWN: usize = 1024;

/// A request's body, filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// `json`, serialized.
    Json(String),
    /// `form`, in order; a name may occur more than once.
    Form(Vec<(String, String)>),
    /// `multipart`, in order.
    Multipart(Vec<(String, Piece)>),
    /// `body`.
    Text(String),
}

/// One part of a multipart body, filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A plain field.
    Field(String),
    /// A file on disk.
    File(Upload),
}

/// A file that is streamed from disk whenever the request is sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Upload {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// The path as it was written, for messages.
    pub(super) shown: String,
    /// Its media type.
    pub(super) media_type: String,
    /// The name that is sent.
    pub(super) file_name: String,
}

impl Content {
    /// Puts the body and its `Content-Type` (unless the step has set one) on a request.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub(super) async fn put_on(&self, request: RequestBuilder, typed: bool) -> Result<RequestBuilder, LookError> {
        let (media_type, body) = match self {
            Self::Multipart(parts) => return Ok(request.multipart(form_of(parts).await?)),
            Self::Json(text) => ("application/json", text.clone()),
            Self::Form(fields) => ("application/x-www-form-urlencoded", encoded(fields)),
            Self::Text(text) => ("text/plain; charset=utf-8", text.clone()),
        };
        let request = if typed { request } else { request.header(header::CONTENT_TYPE, media_type) };
        Ok(request.body(body))
    }

    /// What it was, for evidence: the text, cleaned and then cut after 1 kB; the parts by name.
    pub(super) fn shown(&self, redactor: &Redactor) -> String {
        let cut = |text: &str| words::cut(&redactor.clean(text), SHOWN);
        match self {
            Self::Json(text) | Self::Text(text) => cut(text),
            Self::Form(fields) => cut(&encoded(fields)),
            Self::Multipart(parts) => {
                parts.iter().map(|(name, piece)| piece.shown(name, cut)).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

impl Piece {
    fn shown(&self, name: &str, cut: impl Fn(&str) -> String) -> String {
        match self {
            Self::Field(text) => format!("{name}: {}", cut(text)),
            Self::File(file) => format!("{name}: file {} as {} ({})", file.shown, file.file_name, file.media_type),
        }
    }
}

impl Upload {
    /// A file whose type and name are told by its path, unless they are given.
    pub(super) fn new(dir: &Path, shown: String, media_type: Option<String>, file_name: Option<String>) -> Self {
        let path = dir.join(&shown);
        let last = || path.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
        let file_name = file_name.unwrap_or_else(last);
        let media_type = media_type.unwrap_or_else(|| guess(&path).to_owned());
        Self { path, shown, media_type, file_name }
    }

    async fn part(&self) -> Result<Part, LookError> {
        let (file, length) = self.open().await.map_err(|error| self.unreadable(&error))?;
        // Never more than was announced, should the file grow meanwhile.
        let stream = ReaderStream::new(file.take(length));
        Part::stream_with_length(Body::wrap_stream(stream), length)
            .file_name(in_one_line(&self.file_name))
            .mime_str(&self.media_type)
            .map_err(|_| LookError::http(LookErrorKind::Unusable, format!("`{}` is no media type", self.media_type)))
    }

    async fn open(&self) -> std::io::Result<(File, u64)> {
        let file = File::open(&self.path).await?;
        let metadata = file.metadata().await?;
        if metadata.is_dir() {
            return Err(std::io::ErrorKind::IsADirectory.into());
        }
        Ok((file, metadata.len()))
    }

    fn unreadable(&self, error: &std::io::Error) -> LookError {
        LookError::http(LookErrorKind::Unequipped, format!("file {} cannot be read: {}", self.shown, error.kind()))
    }
}

async fn form_of(parts: &[(String, Piece)]) -> Result<Form, LookError> {
    // `name*=…`, which the library would make of other letters, is not for forms (RFC 7578, section 4.2).
    let mut form = Form::new().percent_encode_noop();
    for (name, piece) in parts {
        let name = in_quotes(name);
        form = match piece {
            Piece::Field(text) => form.text(name, text.clone()),
            Piece::File(file) => form.part(name, file.part().await?),
        };
    }
    Ok(form)
}

/// A name as browsers send it: as it is, but for what would end it.
fn in_quotes(name: &str) -> String {
    in_one_line(&name.replace('"', "%22"))
}

fn in_one_line(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A")
}

fn encoded(fields: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The media types of files that APIs are usually fed with.
fn guess(path: &Path) -> &'static str {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match ending.as_str() {
        "csv" => "text/csv",
        "gif" => "image/gif",
        "gz" => "application/gzip",
        "htm" | "html" => "text/html",
        "jpeg" | "jpg" => "image/jpeg",
        "json" => "application/json",
        "jsonl" | "ndjson" => "application/x-ndjson",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "tsv" => "text/tab-separated-values",
        "txt" | "log" | "md" => "text/plain",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xml" => "application/xml",
        "yaml" | "yml" => "application/yaml",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}
