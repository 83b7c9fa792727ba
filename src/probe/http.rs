//! `http`: one request to the API under test, or to any URL.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::{LookError, Vantage};
use crate::event::Evidence;
use crate::expr::{EvaluationError, Reference, Scope, Template};

/// The fields of `response`.
pub const FIELDS: &[&str] = &["status", "headers", "body", "text", "elapsed", "url"];

/// What is written under `http`.
#[derive(Debug)]
pub struct Http {
    /// `get`, `post`, `put`, `patch`, `delete`, `head`.
    pub method: Method,
    /// A path, appended to the target's `api.url`, or a whole URL.
    pub url: Template,
    /// `headers`.
    pub headers: Vec<(String, Template)>,
    /// `query`.
    pub query: Vec<(String, Template)>,
    /// One of `json`, `form`, `multipart`, `body`.
    pub body: Option<Body>,
    /// `timeout` of one request; 30 s where it is not set.
    pub timeout: Option<Template>,
    /// `redirects`: how many are followed; 0 shows the redirect itself; 10 where it is not set.
    pub redirects: Option<Template>,
}

/// The request methods that a step can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
    /// HEAD
    Head,
}

impl Method {
    /// Whether HTTP defines it as safe to send twice (RFC 9110, section 9.2.2).
    #[must_use]
    pub const fn idempotent(self) -> bool {
        !matches!(self, Self::Post | Self::Patch)
    }
}

/// A request body.
#[derive(Debug)]
pub enum Body {
    /// `json`: any tree.
    Json(Template),
    /// `form`: URL-encoded fields.
    Form(Vec<(String, Template)>),
    /// `multipart`: fields and files.
    Multipart(Vec<(String, Part)>),
    /// `body`: text as it is.
    Text(Template),
}

/// One part of a multipart body.
#[derive(Debug)]
pub enum Part {
    /// A plain field.
    Field(Template),
    /// `{ path, type, name }`: a file streamed from disk.
    File {
        /// Relative to the scenario.
        path: Template,
        /// `type`: its media type; guessed from the name where it is not set.
        media_type: Option<Template>,
        /// `name`: the file name that is sent; the path's last part where it is not set.
        file_name: Option<Template>,
    },
}

/// A request, filled in.
#[derive(Debug)]
pub struct Request {}

/// HTTP for all cases of a run: one pool of connections, one count of requests.
#[derive(Debug)]
pub struct Client {}

/// `response`.
#[derive(Debug, Serialize)]
pub struct Response {}

impl Http {
    /// Everything that its templates read.
    #[must_use]
    pub fn references(&self) -> Vec<Reference> {
        todo!()
    }

    /// Fills in the templates.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, _scope: &Scope, _dir: &Path) -> Result<Request, EvaluationError> {
        todo!()
    }
}

impl Request {
    /// Looks once.
    ///
    /// # Errors
    /// Where nothing could be seen.
    pub async fn look(&self, _vantage: &Vantage) -> Result<Response, LookError> {
        todo!()
    }

    /// In a few words.
    #[must_use]
    pub fn describe(&self) -> String {
        todo!()
    }
}

impl Response {
    /// In one line.
    #[must_use]
    pub fn summary(&self) -> String {
        todo!()
    }

    /// What is wrong, where this alone shows it.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        todo!()
    }

    /// What to keep when the step did not pass.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        todo!()
    }
}

impl Response {
    /// Whether a gateway answered 502, 503 or 504.
    #[must_use]
    pub fn gateway_trouble(&self) -> bool {
        todo!()
    }

    /// `Retry-After`, in seconds or as a date.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        todo!()
    }
}

impl Client {
    /// A client for the API of a target.
    ///
    /// # Errors
    /// Where the TLS stack cannot be set up or the base URL is not one.
    pub fn new(_settings: &crate::plan::TargetSettings) -> Result<Self, LookError> {
        todo!()
    }

    /// Requests sent so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        todo!()
    }
}
