//! `http`: one request to the API under test, or to any URL.
//!
//! [`Http`] is what was written, a [`Request`] what is sent, a [`Response`] what came back.

mod address;
mod certificate;
mod client;
mod content;
mod credentials;
mod destination;
mod exchange;
mod failure;
mod keeper;
mod page;
mod pools;
mod reading;
mod request;
mod resolve;
mod response;
mod retry_after;
mod turnstile;
mod words;

#[cfg(test)]
mod tests;

pub use client::{Client, allow_many_connections};
pub use request::Request;
pub use response::Response;

use crate::expr::Template;

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

    /// Whether it changes nothing (RFC 9110, section 9.2.1).
    #[must_use]
    pub const fn only_reads(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }

    /// As it is sent: `GET`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
        }
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

impl Http {
    /// What is filled in.
    #[must_use]
    pub fn templates(&self) -> Vec<&Template> {
        let fields = self.headers.iter().chain(&self.query).map(|(_, value)| value);
        let settings = self.timeout.iter().chain(&self.redirects);
        let body = self.body.iter().flat_map(Body::templates);
        std::iter::once(&self.url).chain(fields).chain(settings).chain(body).collect()
    }

    /// The files that must be there: those that are uploaded.
    #[must_use]
    pub fn files(&self) -> Vec<&Template> {
        let Some(Body::Multipart(parts)) = &self.body else { return Vec::new() };
        let files = parts.iter().filter_map(|(_, part)| match part {
            Part::File { path, .. } => Some(path),
            Part::Field(_) => None,
        });
        files.collect()
    }
}

impl Body {
    fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Json(template) | Self::Text(template) => vec![template],
            Self::Form(fields) => fields.iter().map(|(_, value)| value).collect(),
            Self::Multipart(parts) => parts.iter().flat_map(|(_, part)| part.templates()).collect(),
        }
    }
}

impl Part {
    fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Field(template) => vec![template],
            Self::File { path, media_type, file_name } => {
                std::iter::once(path).chain(media_type).chain(file_name).collect()
            }
        }
    }
}
