//! Why there was no answer, in words that name who did not give it.

use std::error::Error;
use std::io::{self, ErrorKind};

use url::Url;

use super::{certificate, words};
use crate::probe::{LookError, LookErrorKind};

/// How far an exchange had come when it broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Before the first line of the answer.
    Asking,
    /// While its body was read.
    Reading,
}

impl LookError {
    /// A failure without any wish to be left alone.
    pub(super) fn http(kind: LookErrorKind, message: String) -> Self {
        Self { kind, message, retry_after: None }
    }
}

/// The failure in words.
pub(super) fn explain(error: &reqwest::Error, url: &Url, stage: Stage) -> LookError {
    let host = words::host(url);
    let reason = reason(error);
    if error.is_dns() || error.is_connect() {
        return LookError::http(LookErrorKind::Unreachable, unreachable(error, url, &reason));
    }
    let message = if broke_off(error) {
        match stage {
            Stage::Asking => format!("connection closed by {host} before it answered"),
            Stage::Reading => format!("connection closed by {host} before the answer was whole"),
        }
    } else if error.is_builder() {
        return LookError::http(LookErrorKind::Unusable, format!("the request cannot be sent: {reason}"));
    } else if error.is_decode() {
        format!("the answer of {} cannot be decoded: {reason}", words::address(url))
    } else {
        format!("the exchange with {host} failed: {reason}")
    };
    LookError::http(LookErrorKind::System, message)
}

fn unreachable(error: &reqwest::Error, url: &Url, reason: &str) -> String {
    let host = words::host(url);
    if error.is_dns() {
        return format!("the name {} cannot be resolved: {reason}", url.host_str().unwrap_or_default());
    }
    match io_kind(error) {
        Some(ErrorKind::ConnectionRefused) => format!("connection refused by {host}"),
        Some(ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => format!("no route to {host}"),
        Some(ErrorKind::TimedOut) => format!("no connection to {host}: it does not answer"),
        _ if url.scheme() == "https" => {
            let why = certificate::explain(reason).unwrap_or_else(|| reason.to_owned());
            format!("no TLS connection to {host}: {why}")
        }
        _ => format!("no connection to {host}: {reason}"),
    }
}

/// Whether the other side hung up, as opposed to having said something that we do not understand.
pub(super) fn broke_off(error: &reqwest::Error) -> bool {
    const HUNG_UP: [ErrorKind; 4] =
        [ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted, ErrorKind::BrokenPipe, ErrorKind::UnexpectedEof];
    // hyper tells an early end only in words, unless one depends on it; a test with a real server holds these.
    const SAID: [&str; 3] =
        ["connection closed before message completed", "end of file before message", "connection closed"];
    io_kind(error).is_some_and(|kind| HUNG_UP.contains(&kind))
        || sources(error).any(|source| SAID.iter().any(|said| source.to_string().contains(said)))
}

fn sources<'error>(error: &'error reqwest::Error) -> impl Iterator<Item = &'error (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&source| source.source())
}

fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    sources(error).filter_map(|source| source.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

/// What lies at the bottom: the only part of the chain that says something new.
fn reason(error: &reqwest::Error) -> String {
    sources(error).last().map_or_else(|| "it says no more".to_owned(), ToString::to_string)
}
